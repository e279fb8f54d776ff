"""Unlike work side by side: what each role gets done alone, and beside the others; pure.

    rate        calls per second over all workers of a role; each worker's are divided by the time they took
    kept        rate beside the others / rate alone, on one arm, within rounds
    gain        rate beside the others / that on the reference's arm, within rounds
    call        the median of single calls, as a mean over the role's workers
    tail        the 99th percentile of single calls where every worker had more than a hundred in every trial, as a mean
                over the workers; else the longest call of any worker

Each launch counts once, by the mean of its trials' tails: what is rare would vanish from a median.
"""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

import msgspec

from gilscope.figures.paired import Paired
from gilscope.stats.counts import mean_amount
from gilscope.stats.estimate import Estimate
from gilscope.stats.intervals import quantity_interval
from gilscope.stats.significance import distinguishable, noise_floor
from gilscope.values.lanes import LaneSpec, is_control
from gilscope.values.roles import calls_of, ns_per_call

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.lanes import ContestLanes
    from gilscope.values.probes import Role
    from gilscope.values.records import Calls

SECOND_NS = 1e9


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """What a role gets done in one lane: calls per second, seconds per call; ``has_p99`` says what its tail is."""

    rate: Estimate
    call: Estimate
    tail: Estimate
    has_p99: bool


class RoleFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One role on one arm; None stands for a lane that was not measured or failed.

    ``kept`` is a ratio of rates; where it is not ``distinguishable`` from one, noise may explain it. ``gain`` is None
    on the reference's arm itself.
    """

    arm: str
    role: str
    alone: Pace | None
    together: Pace | None
    kept: Estimate | None
    distinguishable: bool
    gain: Estimate | None


def role_control(contest_lanes: ContestLanes) -> Estimate | None:
    """The log ratio of times of the reference's second copy to the first; None where there is none."""
    reference, copy = contest_lanes.reference, next((lane for lane in contest_lanes.lanes if lane.control), None)
    if reference is None or copy is None:
        return None
    return _Role(contest_lanes, reference.roles[0]).paired.log_ratio(copy.name, reference.name)


def role_figures(contest_lanes: ContestLanes) -> Iterator[RoleFigures]:
    """The figures of every role, arm by arm."""
    copy = role_control(contest_lanes)
    floor = 0.0 if copy is None else noise_floor(copy)
    of_roles = [_Role(contest_lanes, role) for role in contest_lanes.contest.probe.roles]
    for arm in dict.fromkeys(lane.arm.name for lane in contest_lanes.contest.lanes):
        yield from (role.figures(arm, floor) for role in of_roles)


class _Role:
    """One role in every lane that it runs in, with the nanoseconds per call in place of the makespan."""

    def __init__(self, contest_lanes: ContestLanes, role: Role) -> None:
        self._role = role
        self._reference_arm = contest_lanes.contest.arm_of_reference
        self._lanes = {lane.name: lane for lane in contest_lanes.lanes if role in lane.roles}
        trials = [trial for trial in contest_lanes.trials if trial.lane in self._lanes]
        self.paired = Paired(trials, lambda trial: ns_per_call(self._lanes[trial.lane], role, trial))

    def figures(self, arm: str, floor: float) -> RoleFigures:
        """What becomes of the role on an arm, with the contest's noise floor."""
        alone, together = self._lane(arm, is_alone=True), self._lane(arm, is_alone=False)
        of_reference = self._lane(self._reference_arm, is_alone=False)
        kept = self._log_rate_ratio(together, alone)
        gain = None if arm == self._reference_arm else self._log_rate_ratio(together, of_reference)
        return RoleFigures(
            arm=arm,
            role=self._role.label,
            alone=None if alone is None else self._pace(alone),
            together=None if together is None else self._pace(together),
            kept=None if kept is None else kept.exp(),
            distinguishable=kept is not None and distinguishable(kept, floor),
            gain=None if gain is None else gain.exp(),
        )

    def _lane(self, arm: str, *, is_alone: bool) -> LaneSpec | None:
        """The lane of an arm in which the role runs alone, or beside the others."""
        lanes = (lane for lane in self._lanes.values() if lane.arm.name == arm and not is_control(lane.name))
        return next((lane for lane in lanes if (len(lane.roles) == 1) is is_alone), None)

    def _log_rate_ratio(self, lane: LaneSpec | None, other: LaneSpec | None) -> Estimate | None:
        return None if lane is None or other is None else self.paired.log_ratio(lane.name, other.name).negated()

    def _pace(self, lane: LaneSpec) -> Pace:
        warm = self.paired.warm(lane.name)
        rates = [[SECOND_NS / ns_per_call(lane, self._role, trial) for trial in rounds] for rounds in warm]
        calls = [[calls_of(lane, self._role, trial) for trial in rounds] for rounds in warm]
        has_p99 = all(worker.p99_ns is not None for rounds in calls for trial in rounds for worker in trial)
        tail_of = _p99_ns if has_p99 else _longest_ns
        return Pace(
            rate=quantity_interval(rates),
            call=quantity_interval([[_median_ns(trial) / SECOND_NS for trial in rounds] for rounds in calls]),
            tail=mean_amount([[tail_of(trial) / SECOND_NS for trial in rounds] for rounds in calls], None),
            has_p99=has_p99,
        )


def _median_ns(workers: Sequence[Calls]) -> float:
    return fmean(calls.median_ns for calls in workers)


def _p99_ns(workers: Sequence[Calls]) -> float:
    return fmean(calls.p99_ns or 0 for calls in workers)


def _longest_ns(workers: Sequence[Calls]) -> float:
    return max(calls.longest_ns for calls in workers)
