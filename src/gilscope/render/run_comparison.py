"""Two runs side by side as sheets: one per probe, what only one of them has at the end; nothing is computed here."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.changes import HOLM, figure, mark, size
from gilscope.render.sheets import Column, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.history.two_runs import Row, RunComparison


def sheets(compared: RunComparison) -> Iterator[Sheet]:
    """The rows of each probe, and below them what has no counterpart."""
    probes: dict[str, list[Row]] = defaultdict(list)
    for row in compared.rows:
        probes[row.probe].append(row)
    for probe, rows in probes.items():
        yield _sheet(compared, probe, rows)
    yield Sheet(
        title="In one run only",
        columns=(Column("figure"), Column("run")),
        rows=tuple((f"{only.figure} of {only.probe} {only.arm}:{only.work}", only.run) for only in compared.one_sided),
    )


def _sheet(compared: RunComparison, probe: str, rows: Sequence[Row]) -> Sheet:
    return Sheet(
        title=f"{probe}: {compared.before}, then {compared.after}",
        columns=(
            Column("figure"),
            Column("before"),
            Column("after"),
            Column("change"),
            Column(""),
            Column("noise floors", wide=True),
        ),
        rows=tuple(_row(row) for row in rows),
        notes=tuple(_notes(compared, rows)),
    )


def _row(row: Row) -> tuple[str, ...]:
    name = f"penalty {row.arm}" if row.figure == "penalty" and row.work == "serial" else f"{row.arm}:{row.work}"
    return (
        name,
        figure(row.figure, row.before),
        figure(row.figure, row.after),
        size(row.change),
        mark(row.figure, row.change),
        ", ".join(map(numbers.plain_percent, row.noise_floors)),
    )


def _notes(compared: RunComparison, rows: Sequence[Row]) -> Iterator[str]:
    if len(compared.hosts) > 1:
        yield f"NOT COMPARABLE hosts: {compared.hosts[0]}, then {compared.hosts[1]}. All changes hold this difference."
    arms: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        for difference in row.differences:
            arms[difference] += [row.arm] if row.arm not in arms[difference] else []
    for difference, differing in arms.items():
        yield f"{', '.join(differing)}: {difference}."
    for floors in dict.fromkeys(row.noise_floors for row in rows):
        yield f"Noise floors: {' and '.join(map(numbers.plain_percent, floors))}."
    yield HOLM
