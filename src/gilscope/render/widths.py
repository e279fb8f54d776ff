"""How wide a sheet's columns are, and which of them a terminal has room for; pure.

No word is broken for want of room, and no short cell: a column that does not fit whole is left out, and whoever prints
the sheet says so. Those marked as wide go first, then the others, each time the last; the first two stay.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from gilscope.render.sheet import Sheet

WIDE = 100
"""Characters from which columns stand two blanks apart; on a narrower terminal it is one."""

SHORT = 22
"""The most characters of a cell that is never wrapped: figures with their intervals, and a few words."""

NAME = 36
"""The most characters of a row's name in one line; longer ones go on below, behind a blank."""

FEWEST = 2
"""Columns that are shown however narrow the terminal is."""


class Fitted(NamedTuple):
    """The columns that fit with their widths, the names of those that do not, and the width for all."""

    widths: dict[int, int]
    left_out: tuple[str, ...]
    needed: int


def fitted(sheet: Sheet, width: int) -> Fitted:
    """Choose the columns of a sheet for a terminal of this width, and how wide each is."""
    columns = _columns(sheet)
    least = {
        number: min(_least(columns[number], in_lines=number == 0 or head.drawn), width * 2 // 3)
        for number, head in enumerate(sheet.columns)
    }
    needed = total(least.values(), WIDE)
    going = sorted(least, key=lambda number: (number >= FEWEST, sheet.columns[number].wide, number))
    left_out: list[int] = []
    while len(least) > FEWEST and total(least.values(), width) > width:
        left_out.append(going.pop())
        del least[left_out[-1]]
    heads = [sheet.columns[number] for number in sorted(left_out)]
    names = tuple("bars" if head.drawn else head.heading for head in heads)
    return Fitted(_widened(least, columns, width), names, needed)


def gap(width: int) -> int:
    """The blanks between two columns on a terminal of this width."""
    return 2 if width >= WIDE else 1


def total(widths: Collection[int], width: int) -> int:
    """What columns of these widths take together on a terminal of that width."""
    return sum(widths) + gap(width) * (len(widths) - 1)


def whole(sheet: Sheet, width: int) -> int:
    """What a sheet takes on a terminal of this width if no cell is wrapped."""
    return total([_longest_line(cells) for cells in _columns(sheet)], width)


def name_lines(text: str) -> str:
    """The name of a row in lines; words stay whole."""
    return "\n".join(textwrap.wrap(text, NAME, break_long_words=False, break_on_hyphens=False))


def _columns(sheet: Sheet) -> list[list[str]]:
    """The cells of each column with its heading, word by word; above what is drawn it is one cell."""
    rows = [[name_lines(row[0]), *row[1:]] for row in sheet.rows]
    return [
        [*([head.heading] if head.drawn else head.heading.split()), *(row[number] for row in rows)]
        for number, head in enumerate(sheet.columns)
    ]


def _least(cells: Sequence[str], *, in_lines: bool) -> int:
    """The width below which a word or a short cell would be torn; of cells ``in_lines``, a line."""
    longest_line = _longest_line(cells)
    if in_lines:
        return longest_line
    return max([min(longest_line, SHORT), *(cell_len(word) for cell in cells for word in cell.split())])


def _longest_line(cells: Sequence[str]) -> int:
    return max((cell_len(line) for cell in cells for line in cell.split("\n")), default=0)


def _widened(least: dict[int, int], columns: Sequence[Sequence[str]], width: int) -> dict[int, int]:
    """Give what room is left to the columns that would be wrapped, as evenly as can be."""
    spare = max(0, width - total(least.values(), width))
    wanted = {number: max(0, _longest_line(columns[number]) - least[number]) for number in least}
    widths = dict(least)
    for place, number in enumerate(sorted(least, key=lambda number: wanted[number])):
        more = min(wanted[number], spare // (len(least) - place))
        widths[number] += more
        spare -= more
    return widths
