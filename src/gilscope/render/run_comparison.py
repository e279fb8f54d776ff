"""Two runs side by side as sheets: one per probe, one for all together, and figures of one run only."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.changes import HOLM, NOT_JUDGED, figure, mark, size
from gilscope.render.sheet import Column, Sheet, tabulate
from gilscope.values.lanes import lane_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.history.two_runs import BothSided, MeanChange, OneSided, RunComparison


def sheets(compared: RunComparison) -> Iterator[Sheet]:
    """A sheet for every probe, then one for all probes together and one for figures without a counterpart."""
    probes: dict[str, list[BothSided]] = defaultdict(list)
    for row in compared.rows:
        probes[row.probe].append(row)
    for probe, rows in probes.items():
        yield _sheet(compared, probe, rows)
    yield _means(compared)
    yield _one_sided(compared)


def _means(compared: RunComparison) -> Sheet:
    columns: list[Column[MeanChange]] = [
        Column("figure", _name),
        Column("probes", lambda mean: str(mean.probes)),
        Column("change", lambda mean: size(mean.change)),
        Column("", lambda mean: mark(mean.figure, mean.change)),
    ]
    title = f"All probes together: {compared.before}, then {compared.after}"
    notes = ["Geometric means of the changes that are judged. What changed in a build shows here first.", HOLM]
    return tabulate(title, columns, compared.means, notes)


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
        Column("between runs", lambda row: numbers.plain_percent(row.between_runs), wide=True),
        Column("noise floors", lambda row: ", ".join(map(numbers.plain_percent, row.noise_floors)), wide=True),
    ]
    return tabulate(f"{probe}: {compared.before}, then {compared.after}", columns, rows, _notes(compared, rows))


def _name(row: BothSided | MeanChange) -> str:
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
    judged_times = [row for row in rows if row.figure == "time" and row.change.judged]
    if judged_times:
        yield "Changes of times are those of their ratios to the capacity lane with as many workers, round by round."
    for floors in dict.fromkeys(row.noise_floors for row in rows):
        yield f"Noise floors: {' and '.join(map(numbers.plain_percent, floors))}."
    for spread in dict.fromkeys(row.between_runs for row in rows if row.change.judged):
        yield f"Runs of the same builds differ by {numbers.plain_percent(spread)} (one sigma) beyond their intervals."
    yield HOLM
    if not all(row.change.judged for row in rows):
        yield NOT_JUDGED
