"""The medium of all that is shown: lines, and sheets of text with the columns that make them of figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeAlias, TypeVar

import msgspec

NOT_MEASURED = "-"
BETTER, WORSE = ", better", ", worse"
"""Ends of cells that hold a change beyond noise."""

Row = TypeVar("Row")


class ColumnHead(msgspec.Struct, frozen=True, omit_defaults=True):
    """The head of a column; ``wide`` ones are the first that a narrow terminal leaves out, ``drawn`` ones hold bars."""

    heading: str
    wide: bool = False
    drawn: bool = False


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A table as text with its notes; the first column names the row."""

    title: str
    columns: tuple[ColumnHead, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


class Lines(msgspec.Struct, frozen=True):
    """Lines below a title."""

    title: str
    lines: tuple[str, ...]


Block: TypeAlias = str | Sheet | Lines
"""A part of what is shown: a paragraph, a table, or lines."""


class Column(msgspec.Struct, Generic[Row], frozen=True):
    """A column of figures: its head, the text of its ``cell`` in a row, and its ``foot`` below all rows."""

    heading: str
    cell: Callable[[Row], str]
    wide: bool = False
    drawn: bool = False
    foot: str = ""


def tabulate(
    title: str,
    columns: Sequence[Column[Row]],
    rows: Iterable[Row],
    notes: Iterable[str] = (),
    *,
    has_foot: bool = False,
) -> Sheet:
    """Make a sheet of text out of rows of figures; with a foot, its last row holds the columns' feet."""
    foot = [tuple(column.foot for column in columns)] if has_foot else []
    return Sheet(
        title=title,
        columns=tuple(ColumnHead(column.heading, column.wide, column.drawn) for column in columns),
        rows=(*(tuple(column.cell(row) for column in columns) for row in rows), *foot),
        notes=tuple(notes),
    )
