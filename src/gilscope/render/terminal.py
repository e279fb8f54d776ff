"""Sheets and findings on a rich console: they fit 80 columns and use what more there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gilscope.render.sheet import BETTER, WORSE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gilscope.model import Finding
    from gilscope.render.sheet import Sheet

WIDE = 100
DETAIL_LINES = 12
STACK = "(most recent call first)"
STYLES = {BETTER: "green", WORSE: "red"}
"""Colour repeats what the word at the end of a cell says."""


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
    shown = [number for number, column in enumerate(sheet.columns) if wide or not column.wide]
    for number in shown:
        table.add_column(sheet.columns[number].heading, overflow="fold", no_wrap=number == 0)
    for row in sheet.rows:
        table.add_row(*(_cell(row[number]) for number in shown))
    return Group(table, *(Text(note, style="dim") for note in sheet.notes))


def _cell(text: str) -> Text:
    return Text(_visible(text), style=next((style for word, style in STYLES.items() if text.endswith(word)), ""))


def show_details(console: Console, findings: Iterable[Finding]) -> None:
    """The end of each different traceback, stack or output, once."""
    told: set[str] = set()
    for finding in findings:
        lines = _telling(finding.detail.strip().splitlines())
        if lines and finding.reason not in told:
            told.add(finding.reason)
            console.print(Text(_visible(f"{finding.contest} {finding.lane}: {finding.reason}"), style="bold"))
            console.print(Padding(Text("\n".join(map(_visible, lines))), (0, 0, 1, 4)))


def _telling(lines: list[str]) -> list[str]:
    """What tells most: the beginning of stacks dumped from outside (they are upside down), the end of all else."""
    begin = next((number for number, line in enumerate(lines) if STACK in line), None)
    return lines[-DETAIL_LINES:] if begin is None else lines[begin : begin + DETAIL_LINES]


def _visible(text: str) -> str:
    """Control codes as their escapes: what a lane printed must not steer the terminal."""
    return "".join(
        character if character.isprintable() or character in "\n\t" else ascii(character)[1:-1] for character in text
    )
