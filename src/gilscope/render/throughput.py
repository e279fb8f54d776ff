"""The throughput of a contest's lanes as a sheet."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.cells import if_measured
from gilscope.render.notes import contest_notes, mark
from gilscope.render.sheet import Column, Sheet, tabulate

if TYPE_CHECKING:
    from gilscope.figures.values import ContestFigures, LaneFigures

WIDTH_OF_BARS = 8


def sheet(contest: ContestFigures) -> Sheet:
    """Every lane of one contest: its time, its gain and how it scales."""
    title = f"{contest.contest.id}: {contest.contest.probe.question}"
    return tabulate(title, _columns(contest), contest.lanes, contest_notes(contest))


def _columns(contest: ContestFigures) -> list[Column[LaneFigures]]:
    longest = max([1.0, *(row.gain.value for row in contest.lanes if row.gain is not None)])
    return [
        Column("lane", _name),
        Column("time per unit", lambda row: numbers.seconds(row.time_per_unit)),
        Column("gain", partial(_gain, contest.contest.reference)),
        Column("scaling", lambda row: if_measured(row.scaling, numbers.ratio), wide=True),
        Column("efficiency", lambda row: if_measured(row.efficiency, numbers.percent)),
        Column("of capacity", lambda row: if_measured(row.of_capacity, numbers.ratio)),
        Column("cores busy", lambda row: numbers.ratio(row.cores_busy), wide=True),
        Column("gain, drawn", partial(_bar, longest), wide=True, drawn=True),
    ]


def _name(row: LaneFigures) -> str:
    own_copy = " (own copy)" if row.has_own_copy else ""
    return f"{row.lane.name}{mark(row)}{own_copy}"


def _gain(reference: str, row: LaneFigures) -> str:
    return "reference" if row.lane.name == reference else if_measured(row.gain, numbers.ratio)


def _bar(longest: float, row: LaneFigures) -> str:
    """A lane's gain as a bar; the reference lane's is one."""
    return numbers.bar(1.0 if row.gain is None else row.gain.value, longest, WIDTH_OF_BARS)
