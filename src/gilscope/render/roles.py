"""Unlike work side by side as a sheet: what each role gets done alone, and beside the others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.cells import if_measured, marked
from gilscope.render.findings import failures, in_short
from gilscope.render.notes import CUT_OFF, comparability, ended, floor
from gilscope.render.sheet import NOT_MEASURED, Column, Sheet, tabulate
from gilscope.values.lanes import lane_name, work_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gilscope.figures.roles import Pace, RoleFigures
    from gilscope.figures.values import ContestFigures

HOW_TO_READ = (
    "Rates are calls a second over all workers of a role; every trial has a length of time instead of a number of "
    "calls, and a call counts where all workers were busy beside it. Kept: the rate beside the others over that alone, "
    "on one build. ~ marks a ratio within its interval or the noise floor. A call is the median one; its tail is the "
    "99th percentile where every worker had more than a hundred calls in every trial, and else the longest."
)


def sheet(contest: ContestFigures) -> Sheet:
    """Every role of every arm: alone, beside the others, and the ratio of both."""
    reasons = {name: in_short(failure) for name, failure in failures(contest).items()}
    all_together = work_of(contest.contest.probe.roles)
    base = contest.contest.arm_of_reference

    def rate(row: RoleFigures, pace: Pace | None, work: str) -> str:
        return reasons.get(lane_name(row.arm, work), NOT_MEASURED) if pace is None else numbers.rate(pace.rate)

    columns: list[Column[RoleFigures]] = [
        Column("role", lambda row: lane_name(row.arm, row.role)),
        Column("alone", lambda row: rate(row, row.alone, row.role)),
        Column("beside the others", lambda row: rate(row, row.together, all_together)),
        Column("kept", _kept),
        Column(f"against {base}", lambda row: if_measured(row.gain, partial(numbers.ratio, unit="x"))),
        Column("a call, alone", lambda row: if_measured(row.alone, _call)),
        Column("a call, beside", lambda row: if_measured(row.together, _call)),
        Column("tail, alone", lambda row: if_measured(row.alone, _tail), wide=True),
        Column("tail, beside", lambda row: if_measured(row.together, _tail), wide=True),
    ]
    return tabulate(f"{contest.contest.id}: {contest.contest.probe.question}", columns, contest.roles, _notes(contest))


def _kept(row: RoleFigures) -> str:
    return if_measured(row.kept, lambda kept: marked(numbers.percent(kept), beyond_noise=row.distinguishable))


def _call(pace: Pace) -> str:
    return numbers.seconds(pace.call)


def _tail(pace: Pace) -> str:
    return f"{'p99' if pace.has_p99 else 'longest'} {numbers.seconds(pace.tail)}"


def _notes(contest: ContestFigures) -> Iterator[str]:
    yield HOW_TO_READ
    yield f"Noise floor: {floor(contest)}."
    yield from comparability(contest.contest.pair)
    yield CUT_OFF if contest.end is None else ended(contest.end)
