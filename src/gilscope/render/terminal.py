"""Sheets and findings on a rich console; they fit 80 columns and use wider ones."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gilscope.render.sheet import BETTER, WORSE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gilscope.render.sheet import Sheet
    from gilscope.values.records import Finding

WIDE = 100
DETAIL_LINES = 12
NAME = 36
"""The most characters of a row's name in one line; longer ones go on below, behind a blank."""
STACK = "(most recent call first)"
STYLES = {BETTER: "green", WORSE: "red"}
"""Colours of cells by their last word; colour repeats what the word says."""


def show(console: Console, sheets: Iterable[Sheet]) -> None:
    """Print each sheet that has rows."""
    for sheet in sheets:
        if sheet.rows:
            console.print(renderable(sheet, wide=console.width >= WIDE))
            console.print()


def renderable(sheet: Sheet, *, wide: bool) -> RenderableType:
    """The sheet as a rich table with its notes below."""
    table = Table(
        title=Text(_visible(sheet.title), style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        show_edge=False,
        pad_edge=False,
    )
    visible = [number for number, column in enumerate(sheet.columns) if wide or not column.wide]
    for number in visible:
        table.add_column(sheet.columns[number].heading, overflow="fold", no_wrap=number == 0)
    for row in sheet.rows:
        table.add_row(*(_cell(row[number] if number else _name(row[0])) for number in visible))
    return Group(table, *(Text(note, style="dim") for note in sheet.notes))


def _name(text: str) -> str:
    """The name of a row in lines; words stay whole."""
    return "\n".join(textwrap.wrap(text, NAME, break_long_words=False, break_on_hyphens=False))


def _cell(text: str) -> Text:
    return Text(_visible(text), style=next((style for word, style in STYLES.items() if text.endswith(word)), ""))


def show_details(console: Console, findings: Iterable[Finding]) -> None:
    """Print the end of every traceback, stack or output, each reason once."""
    printed: set[str] = set()
    for finding in findings:
        lines = _excerpt(finding.detail.strip().splitlines())
        if lines and finding.reason not in printed:
            printed.add(finding.reason)
            console.print(Text(_visible(f"{finding.contest} {finding.lane}: {finding.reason}"), style="bold"))
            console.print(Padding(Text("\n".join(map(_visible, lines))), (0, 0, 1, 4)))


def _excerpt(lines: list[str]) -> list[str]:
    """The lines that say most: the end of a text.

    Stacks dumped from outside are upside down, so that their beginning says most.
    """
    begin = next((number for number, line in enumerate(lines) if STACK in line), None)
    return lines[-DETAIL_LINES:] if begin is None else lines[begin : begin + DETAIL_LINES]


def _visible(text: str) -> str:
    """Text with control codes as escapes: what a lane printed must not steer the terminal."""
    return "".join(
        character if character.isprintable() or character in "\n\t" else ascii(character)[1:-1] for character in text
    )
