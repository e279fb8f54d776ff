"""The lanes of one contest that were measured, with all their records; pure.

A lane that fails ends there: what it did in the launches before that counts, unless its results disagree with those of
others. Where the reference has no trials at all, another lane stands in for it.

Every figure of a lane is defined here once: the report, published claims and pyperf's files take it from here.
"""

from __future__ import annotations

import math
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import msgspec

from gilscope.figures.capacity import Spinning
from gilscope.figures.paired import Paired
from gilscope.figures.workers import Weights
from gilscope.models import works_on_copies
from gilscope.stats.intervals import quantity_interval
from gilscope.values.lanes import arm_and_work, lane_name
from gilscope.values.records import VOID, Code, Finding, Memory, Trial, Warming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from gilscope.stats.estimate import Estimate
    from gilscope.values.contests import Contest
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.records import Calibration, ContestEnd, Run


Item = TypeVar("Item", Trial, Finding, Memory, Code, Warming)


def contests(run: Run) -> tuple[ContestLanes, ...]:
    """The lanes of every contest that was begun, in the order in which they were run."""
    trials, findings, memory = _by_contest(run.trials), _by_contest(run.findings), _by_contest(run.memory)
    code, warmings = _by_contest(run.code), _by_contest(run.warmings)
    calibrations = {record.contest: record for record in run.calibrations}
    ends = {record.contest: record for record in run.ends}
    return tuple(
        ContestLanes(
            contest,
            trials=trials[contest.id],
            findings=findings[contest.id],
            memory=memory[contest.id],
            code=code[contest.id],
            warmings=warmings[contest.id],
            calibration=calibrations.get(contest.id),
            end=ends.get(contest.id),
        )
        for contest in run.contests
    )


def _with_trials(contest: Contest, trials: Iterable[Trial], findings: Iterable[Finding]) -> list[LaneSpec]:
    """The lanes that have trials which count."""
    void = {finding.lane for finding in findings if finding.kind in VOID}
    tried = {trial.lane for trial in trials}
    return [lane for lane in contest.lanes if lane.name in tried - void]


def _with_reference(contest: Contest, measured: Sequence[LaneSpec]) -> Contest:
    """The contest with a reference that was measured: its own, or else the next lane that fits.

    Variants are held against the first of them alone, and ways and roles against none but their own.
    """
    if contest.variants or contest.probe.has_own_lanes or any(lane.name == contest.reference for lane in measured):
        return contest
    work = arm_and_work(contest.reference)[1]
    candidates = [lane for lane in measured if lane.work == work and not (lane.control or lane.interventions)]
    return msgspec.structs.replace(contest, reference=candidates[0].name) if candidates else contest


def _by_contest(records: Iterable[Item]) -> Mapping[str, list[Item]]:
    by_contest: dict[str, list[Item]] = defaultdict(list)
    for record in records:
        by_contest[record.contest].append(record)
    return by_contest


class ContestLanes:
    """One contest: its lanes by name, and what their trials say of each and of two together.

    Where the contest's own reference was not measured, the contest has another one ``instead_of`` it.

    One unit does ``inner_loops`` times what the probe asks about; ``loops`` is 0 where nothing was calibrated. ``code``
    is what was run, by arm; it is empty in runs of formats before 4.
    """

    def __init__(  # noqa: PLR0913 - as many kinds of records as a run has of a contest
        self,
        contest: Contest,
        *,
        trials: Sequence[Trial],
        findings: Sequence[Finding],
        memory: Sequence[Memory],
        code: Sequence[Code],
        calibration: Calibration | None,
        end: ContestEnd | None,
        warmings: Sequence[Warming] = (),
    ) -> None:
        self.contest = _with_reference(contest, _with_trials(contest, trials, findings))
        self.instead_of = None if self.contest.reference == contest.reference else contest.reference
        self.findings = findings
        self.end = end
        self.code = {of_arm.arm: of_arm for of_arm in code}
        self.trials = trials
        self._memory = memory
        self.warmings = warmings
        self.loops, self.inner_loops = (calibration.loops, calibration.inner_loops) if calibration else (0, 1)
        says_so = contest.probe.own_workers or contest.probe.is_program
        self.own_workers = says_so or (calibration is not None and calibration.own_workers)

    @cached_property
    def paired(self) -> Paired:
        """The trials of all lanes, by launch and round."""
        return Paired(self.trials)

    @cached_property
    def lanes(self) -> list[LaneSpec]:
        """The probe's lanes that were measured, second copies among them."""
        return [lane for lane in self._measured if not lane.shows_capacity]

    @cached_property
    def _measured(self) -> list[LaneSpec]:
        return _with_trials(self.contest, self.trials, self.findings)

    @cached_property
    def failed(self) -> frozenset[str]:
        """The names of the lanes that failed, sooner or later."""
        return frozenset(finding.lane for finding in self.findings if finding.fails_lane)

    @cached_property
    def fell_back(self) -> frozenset[str]:
        """The names of the lanes in which Python code did what an extension does elsewhere."""
        return frozenset(finding.lane for finding in self.findings if finding.kind == "fell back")

    @cached_property
    def spinning(self) -> Spinning:
        """The lanes that show the machine's capacity."""
        return Spinning({lane.workers: lane.name for lane in self._measured if lane.shows_capacity}, self.paired)

    @cached_property
    def by_name(self) -> dict[str, LaneSpec]:
        """The lanes by their names."""
        return {lane.name: lane for lane in self.lanes}

    @property
    def reference(self) -> LaneSpec | None:
        """The lane that ratios are formed against, None where it was not measured."""
        return self.by_name.get(self.contest.reference)

    def find(self, arm: str, work: str = "serial") -> LaneSpec | None:
        """The lane of an arm that does this work, None where there is none or it failed."""
        return self.by_name.get(lane_name(arm, work))

    def can_be_run(self, lane: LaneSpec) -> bool:
        """Whether somebody could run the work in this lane: it did not fail, and does what is asked about."""
        return lane.name not in self.failed and not works_on_copies(self.contest.probe, lane)

    @property
    def control(self) -> LaneSpec | None:
        """The second copy of a serial lane, None where there is none or one of both was not measured."""
        copies = (lane for lane in self.lanes if lane.control and lane.model == "serial")
        return next((copy for copy in copies if copy.original in self.by_name), None)

    @property
    def parallel_control(self) -> LaneSpec | None:
        """The second copy of a parallel lane, None where there is none or one of both was not measured."""
        copies = (lane for lane in self.lanes if lane.control and lane.model != "serial")
        return next((copy for copy in copies if copy.original in self.by_name), None)

    @cached_property
    def weights(self) -> Weights:
        """The memory that the lanes held."""
        return Weights(self.lanes, self._memory)

    def units(self, lane: LaneSpec, trial: Trial) -> int:
        """How often all workers of a lane did what the probe asks about in one trial."""
        return trial.loops * lane.units_per_loop * self.inner_loops

    def seconds(self, lane: LaneSpec, trial: Trial) -> float:
        """The time between two finished units of one trial, over all workers, in seconds."""
        return trial.wall_ns / 1e9 / self.units(lane, trial)

    def time_per_unit(self, lane: LaneSpec) -> Estimate:
        """The time between two finished units, over all workers, in seconds."""
        return self.quantity(lane, lambda trial: self.seconds(lane, trial))

    def cores_busy(self, lane: LaneSpec) -> Estimate:
        """The CPU time of all workers over the time from the gate to the last worker's end."""
        return self.quantity(lane, lambda trial: max(1, sum(trial.cpu_ns) + sum(trial.others_ns)) / max(trial.ends_ns))

    def quantity(self, lane: LaneSpec, value_of: Callable[[Trial], float]) -> Estimate:
        """A quantity above zero of the trials that count.

        Raises:
            ValueError: some trial's is not above zero, or no trial counts.
        """
        return quantity_interval([[value_of(trial) for trial in rounds] for rounds in self.paired.warm(lane.name)])

    def log_time_ratio(self, lane: LaneSpec, other: LaneSpec) -> Estimate:
        """The log of one lane's makespan over the other's, within rounds."""
        return self.paired.log_ratio(lane.name, other.name)

    def log_throughput_ratio(self, lane: LaneSpec, other: LaneSpec) -> Estimate:
        """The log of one lane's throughput over the other's: both run as many loops."""
        return self.log_time_ratio(lane, other).negated().shifted(math.log(lane.units_per_loop / other.units_per_loop))
