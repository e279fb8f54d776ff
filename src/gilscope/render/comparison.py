"""pyperf's files as a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.sheets import NOT_MEASURED, Column, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gilscope.exchange.comparison import Cell, Comparison

UNPAIRED = (
    "Ratios of times against the first file, unpaired: whatever changed on the machine between the files is in them, "
    "and their intervals do not know of it. ~ marks a ratio whose interval holds 1."
)
FEWEST_TO_AVERAGE = 2


def sheet(compared: Comparison, left_out: Iterable[str] = ()) -> Sheet:
    """One row per benchmark: its time in every file, and its ratio to the first."""
    first, *others = compared.files
    columns = [Column("benchmark"), Column(first)]
    for other in others:
        columns += [Column(other), Column("ratio")]
    rows = [(name, *_texts(cells)) for name, cells in compared.rows]
    if others and len(rows) >= FEWEST_TO_AVERAGE:
        rows.append(("geometric mean", *_mean_texts(compared)))
    missing = sorted(set(left_out))
    notes = [UNPAIRED] if others else []
    if missing:
        notes.append(f"Left out, since they tell no times: {', '.join(missing)}.")
    return Sheet(title="pyperf's files side by side", columns=tuple(columns), rows=tuple(rows), notes=tuple(notes))


def _texts(cells: Sequence[Cell | None]) -> Iterator[str]:
    for number, cell in enumerate(cells):
        yield NOT_MEASURED if cell is None else numbers.seconds(cell.time)
        if number:
            yield NOT_MEASURED if cell is None else _ratio(cell)


def _ratio(cell: Cell) -> str:
    if cell.ratio is None:
        return NOT_MEASURED
    return ("" if cell.distinguishable else "~ ") + numbers.ratio(cell.ratio)


def _mean_texts(compared: Comparison) -> Iterator[str]:
    yield ""
    for mean in compared.means[1:]:
        yield ""
        yield NOT_MEASURED if mean is None else numbers.ratio(mean)
