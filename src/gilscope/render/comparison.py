"""pyperf's files side by side as a sheet."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.cells import if_measured, marked
from gilscope.render.sheet import NOT_MEASURED, Column, Sheet, tabulate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gilscope.exchange.comparison import Cell, Comparison

    Benchmark = tuple[str, tuple[Cell | None, ...]]

UNPAIRED = (
    "Ratios of times against the first file, unpaired: whatever changed on the machine between the files is in them, "
    "and their intervals do not know of it. ~ marks a ratio whose interval holds 1."
)
FEWEST_TO_AVERAGE = 2


def sheet(compared: Comparison, left_out: Iterable[str] = ()) -> Sheet:
    """Benchmarks down and files across: times, and ratios to the first file."""
    first, *others = compared.files
    columns: list[Column[Benchmark]] = [
        Column("benchmark", lambda row: row[0], foot="geometric mean"),
        Column(first, partial(_time, 0)),
    ]
    for place, other in enumerate(others, 1):
        mean = if_measured(compared.means[place], numbers.ratio)
        columns += [Column(other, partial(_time, place)), Column("ratio", partial(_ratio, place), foot=mean)]
    missing = sorted(set(left_out))
    notes = [UNPAIRED] if others else []
    if missing:
        notes.append(f"Left out, since they tell no times: {', '.join(missing)}.")
    has_means = bool(others) and len(compared.rows) >= FEWEST_TO_AVERAGE
    return tabulate("pyperf's files side by side", columns, compared.rows, notes, has_foot=has_means)


def _time(place: int, row: Benchmark) -> str:
    return if_measured(row[1][place], lambda cell: numbers.seconds(cell.time))


def _ratio(place: int, row: Benchmark) -> str:
    cell = row[1][place]
    if cell is None or cell.ratio is None:
        return NOT_MEASURED
    return marked(numbers.ratio(cell.ratio), beyond_noise=cell.distinguishable)
