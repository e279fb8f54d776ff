"""Paragraphs, sheets and findings on a rich console; they fit 80 columns and use wider ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from rich import box
from rich.console import Console, Group, RenderableType
from rich.constrain import Constrain
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gilscope.render import widths
from gilscope.render.sheet import BETTER, WORSE, Lines, Sheet
from gilscope.render.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gilscope.render.sheet import Block
    from gilscope.values.records import Finding

WIDEST_TEXT = 100
"""Characters of a line of prose beyond which eyes lose the next one, however wide the terminal is."""
DETAIL_LINES = 12
STACK = "(most recent call first)"
STYLES = {BETTER: "green", WORSE: "red"}
"""Colours of cells by their last word; colour repeats what the word says."""
ASCII: dict[str, str | int | None] = {
    "±": "+-",
    **dict.fromkeys("━█▌▋▊▉▓", "="),
    **dict.fromkeys("─▒", "-"),
    **dict.fromkeys("░·▏▎▍", "."),
}
ASCII |= {"●": "o", **dict.fromkeys("│┿┼", "|"), "├": "[", "┤": "]"}
"""What stands for signs that are no ASCII; any other is spelled out."""


def show_blocks(console: Console, blocks: Iterable[Block]) -> None:
    """Print paragraphs, sheets and lines in their order."""
    for block in blocks:
        match block:
            case str():
                _say(console, block)
            case Lines():
                _list(console, block)
            case _:
                show(console, [block])


def show(console: Console, sheets: Iterable[Sheet]) -> None:
    """Print each sheet that has rows."""
    for sheet in sheets:
        if sheet.rows:
            console.print(renderable(_visible_sheet(sheet, console), console.width))
            console.print()


def _say(console: Console, paragraph: str) -> None:
    """Print a paragraph, in lines that can be read."""
    console.print(Text(_visible(paragraph, console)), width=min(console.width, WIDEST_TEXT))
    console.print()


def _list(console: Console, listed: Lines) -> None:
    """Print lines below their title."""
    console.print(Text(_visible(listed.title, console), style="bold"))
    for line in listed.lines:
        console.print(Padding(Text(_visible(line, console)), (0, 0, 0, 2)))
    console.print()


def renderable(sheet: Sheet, width: int) -> RenderableType:
    """The sheet as a rich table of this width with its notes below; columns without room are named there."""
    fitted = widths.fitted(sheet, width)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, widths.gap(width) - 1, 0, 0), show_edge=False, pad_edge=False)
    for number, characters in fitted.widths.items():
        table.add_column(Text(sheet.columns[number].heading), overflow="fold", width=characters)
    for row in sheet.rows:
        table.add_row(*(_cell(row[number] if number else widths.name_lines(row[0])) for number in fitted.widths))
    notes = [*sheet.notes, *_left_out(fitted, width)]
    said = (Constrain(Text(note, style="dim"), WIDEST_TEXT) for note in notes)
    return Group(Text(sheet.title, style="bold"), table, *said)


def _left_out(fitted: widths.Fitted, width: int) -> list[str]:
    if not fitted.left_out:
        return []
    listed = ", ".join(fitted.left_out)
    return [f"No room at {width} columns for: {listed}. A terminal of {fitted.needed} columns shows all."]


def _cell(text: str) -> Text:
    return Text(text, style=next((style for word, style in STYLES.items() if text.endswith(word)), ""))


def show_details(console: Console, findings: Iterable[Finding]) -> None:
    """Print the end of every traceback, stack or output, each reason once."""
    printed: set[str] = set()
    for finding in findings:
        lines = _excerpt(finding.detail.strip().splitlines())
        if lines and finding.reason not in printed:
            printed.add(finding.reason)
            title = f"{finding.contest} {finding.lane}: {finding.reason}"
            console.print(Text(_visible(title, console), style="bold"))
            console.print(Padding(Text(_visible("\n".join(lines), console)), (0, 0, 1, 4)))


def _excerpt(lines: list[str]) -> list[str]:
    """The lines that say most: the end of a text.

    Stacks dumped from outside are upside down, so that their beginning says most.
    """
    begin = next((number for number, line in enumerate(lines) if STACK in line), None)
    return lines[-DETAIL_LINES:] if begin is None else lines[begin : begin + DETAIL_LINES]


def _visible_sheet(sheet: Sheet, console: Console) -> Sheet:
    """A sheet all of whose text can be sent to a console."""
    return Sheet(
        title=_visible(sheet.title, console),
        columns=tuple(
            msgspec.structs.replace(column, heading=_visible(column.heading, console)) for column in sheet.columns
        ),
        rows=tuple(tuple(_visible(cell, console) for cell in row) for row in sheet.rows),
        notes=tuple(_visible(note, console) for note in sheet.notes),
    )


def _visible(text: str, console: Console) -> str:
    """Text with control codes as escapes, since what a lane printed must not steer the terminal; ASCII where need be.

    A terminal that is called dumb shows nothing else, nor does an output whose encoding has nothing else.
    """
    shown = visible(text)
    if not (console.options.ascii_only or console.is_dumb_terminal):
        return shown
    return shown.translate(str.maketrans(ASCII)).encode("ascii", "backslashreplace").decode("ascii")
