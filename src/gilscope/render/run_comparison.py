"""Two runs side by side as sheets: one per probe, and figures of one run only at the end."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.changes import HOLM, figure, mark, size
from gilscope.render.sheet import Column, Sheet, tabulate
from gilscope.values.contests import lane_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.history.two_runs import BothSided, OneSided, RunComparison


def sheets(compared: RunComparison) -> Iterator[Sheet]:
    """A sheet for every probe, then one for figures without a counterpart."""
    probes: dict[str, list[BothSided]] = defaultdict(list)
    for row in compared.rows:
        probes[row.probe].append(row)
    for probe, rows in probes.items():
        yield _sheet(compared, probe, rows)
    yield _one_sided(compared)


def _one_sided(compared: RunComparison) -> Sheet:
    columns: list[Column[OneSided]] = [
        Column("figure", lambda only: f"{only.figure} of {only.probe} {only.arm}:{only.work}"),
        Column("run", lambda only: only.run),
    ]
    return tabulate("In one run only", columns, compared.one_sided)


def _sheet(compared: RunComparison, probe: str, rows: Sequence[BothSided]) -> Sheet:
    columns: list[Column[BothSided]] = [
        Column("figure", _name),
        Column("before", lambda row: figure(row.figure, row.before)),
        Column("after", lambda row: figure(row.figure, row.after)),
        Column("change", lambda row: size(row.change)),
        Column("", lambda row: mark(row.figure, row.change)),
        Column("noise floors", lambda row: ", ".join(map(numbers.plain_percent, row.noise_floors)), wide=True),
    ]
    return tabulate(f"{probe}: {compared.before}, then {compared.after}", columns, rows, _notes(compared, rows))


def _name(row: BothSided) -> str:
    is_penalty = row.figure == "penalty" and row.work == "serial"
    return f"penalty {row.arm}" if is_penalty else lane_name(row.arm, row.work)


def _notes(compared: RunComparison, rows: Sequence[BothSided]) -> Iterator[str]:
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
