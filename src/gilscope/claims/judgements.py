"""Judgements of claims: the figures that they name, from stored runs, or why a run has none; pure.

Two lanes of one contest are compared within rounds, lanes of different contests as quantities measured apart.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING

from gilscope.claims.statements import Judgement, on_host, verdict
from gilscope.figures import lanes
from gilscope.stats.estimate import mean
from gilscope.values.lanes import arm_and_work, lane_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gilscope.claims.statements import Claim
    from gilscope.figures.lanes import ContestLanes
    from gilscope.figures.workers import Weights
    from gilscope.stats.estimate import Estimate
    from gilscope.values.contests import Skip
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.records import Finding, Quantity, Run, Trial
    from gilscope.values.runtimes import Arm


class NoFigureError(Exception):
    """This run has no figure for a claim; the text says why."""


class NotMeasuredError(NoFigureError):
    """This run did not measure the claim's probe at all."""


def judged(claims: Mapping[str, Claim], runs: Iterable[Run]) -> tuple[Judgement, ...]:
    """Every claim, by the newest of the runs that has its figure.

    Args:
        claims: by id.
        runs: in any order.
    """
    newest_first = [_RunContests(run) for run in sorted(runs, key=lambda run: run.header.started, reverse=True)]
    return tuple(_judged(name, claim, newest_first) for name, claim in claims.items())


def _judged(name: str, claim: Claim, newest_first: Iterable[_RunContests]) -> Judgement:
    """The judgement of one claim.

    Where no run has the figure, it says why the newest run has none that measured the probe.
    """
    hindered: Judgement | None = None
    for contests in newest_first:
        run = contests.run.header.id
        try:
            logs = contests.log_figures(claim)
        except NotMeasuredError:
            continue
        except NoFigureError as reason:
            hindered = hindered or Judgement(
                id=name, claim=claim, verdict="cannot be judged here", run=run, reason=str(reason)
            )
        else:
            ours = _in_unit(claim, logs[0] if len(logs) == 1 else mean(logs))
            return Judgement(
                id=name,
                claim=claim,
                verdict=verdict(claim, ours),
                ours=ours,
                probes=len(logs),
                quantity=contests.quantity(claim),
                run=run,
            )
    return hindered or Judgement(id=name, claim=claim, verdict="not measured yet")


class _RunContests:
    """One run's contests, each arranged when a claim first asks for it."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.contests = [_NamedLanes(measured) for measured in lanes.contests(run) if not measured.contest.variants]

    def log_figures(self, claim: Claim) -> list[Estimate]:
        """The logs of the claim's figure, one for each of its probes.

        Raises:
            NoFigureError: there are none, or too few.
        """
        contests = [contest for contest in self.contests if fnmatchcase(contest.contest.probe.id, claim.probe)]
        if not contests:
            raise NotMeasuredError
        usable = self.run.header.host.usable_cores
        if usable < claim.cpus:
            raise NoFigureError(f"needs {claim.cpus} cores, the host had {usable:g}")
        platforms = {lane.arm.runtime.facts.platform for contest in contests for lane in contest.contest.lanes}
        if not any(fnmatchcase(platform, claim.platform) for platform in platforms):
            raise NoFigureError(f"said of {claim.platform}, measured on {', '.join(sorted(platforms))}")
        logs, reasons = self._of_probes(claim, contests)
        if len(logs) < claim.fewest:
            missing = f"needs {claim.fewest} probes, {len(logs)} were measured"
            raise NoFigureError(reasons[0] if reasons and not logs else missing)
        return logs

    def quantity(self, claim: Claim) -> Quantity | None:
        """What the memory is counted in that a claim speaks of; None where it speaks of none."""
        if claim.figure not in OF_MEMORY:
            return None
        contests = (contest for contest in self.contests if fnmatchcase(contest.contest.probe.id, claim.probe))
        return next(quantity for contest in contests for quantity in contest.contest_lanes.weights.quantities)

    def _of_probes(self, claim: Claim, contests: list[_NamedLanes]) -> tuple[list[Estimate], list[str]]:
        logs: list[Estimate] = []
        reasons: list[str] = []
        for probe in dict.fromkeys(contest.contest.probe.id for contest in contests):
            try:
                logs.append(
                    self._of_probe(claim, [contest for contest in contests if contest.contest.probe.id == probe])
                )
            except NoFigureError as reason:
                reasons.append(str(reason))
        return logs, reasons

    def _of_probe(self, claim: Claim, contests: list[_NamedLanes]) -> Estimate:
        """The log of a claim's figure for one probe, from a single contest where one has both lanes."""
        lane = on_host(claim.lane, self.run.header.host)
        if claim.against is None:
            contest = self._first(contests, lane)
            return contest.log_quantity(claim, lane)
        other_lane = on_host(claim.against, self.run.header.host)
        with_both = [contest for contest in contests if lane in contest and other_lane in contest]
        contest = with_both[0] if with_both else self._first(contests, lane)
        other_contest = with_both[0] if with_both else self._first(contests, other_lane)
        _check_comparable(contest.arm(lane), other_contest.arm(other_lane))
        if contest is other_contest and claim.figure in OF_TIME:
            time = contest.log_time_ratio(lane, other_lane)
        else:
            time = contest.log_quantity(claim, lane).less(other_contest.log_quantity(claim, other_lane))
        if claim.figure in OF_MEMORY:
            _check_quantity(contest.contest_lanes.weights, other_contest.contest_lanes.weights)
        return time.negated() if claim.figure == "speed-up" else time

    def _first(self, contests: list[_NamedLanes], lane: str) -> _NamedLanes:
        first = next((contest for contest in contests if lane in contest), None)
        if first is None:
            raise NoFigureError(self._why_missing(contests, lane))
        return first

    def _why_missing(self, contests: list[_NamedLanes], name: str) -> str:
        """The reason why a lane is missing: a finding's or a skip's, or that it was not measured."""
        records: list[Finding | Skip] = [*self.run.findings, *self.run.skips]
        contest_ids = {contest.contest.id for contest in contests}
        reasons = [record.reason for record in records if record.lane == name and record.contest in contest_ids]
        if reasons:
            return f"{name}: {reasons[-1]}"
        own_arm, _ = arm_and_work(name)
        arms = {arm_name for contest in contests for lane in contest.contest.lanes for arm_name in _names(lane.arm)}
        return f"{name} was not measured" if own_arm in arms else f"no runtime {own_arm} was measured"


class _NamedLanes:
    """The lanes of one contest, called by version and build: ``3.14t:threads-2``."""

    def __init__(self, contest_lanes: ContestLanes) -> None:
        self.contest_lanes = contest_lanes
        self.contest = contest_lanes.contest

    @cached_property
    def _by_name(self) -> dict[str, LaneSpec]:
        of = self.contest_lanes
        lanes = (lane for lane in of.lanes if not lane.control and lane.name not in of.failed)
        return {lane_name(arm, lane.work): lane for lane in lanes for arm in _names(lane.arm)}

    def __contains__(self, name: str) -> bool:
        """Whether it has this lane, or a lane of this model."""
        return name in self._by_name or bool(self._of_model(name))

    def _of_model(self, name: str) -> list[LaneSpec]:
        arm, model = arm_and_work(name)
        return [lane for lane in self._by_name.values() if arm in _names(lane.arm) and lane.model == model]

    def arm(self, name: str) -> Arm:
        """The arm of a lane that it has."""
        return (self._by_name.get(name) or self._of_model(name)[0]).arm

    def _lane(self, name: str) -> LaneSpec:
        if name not in self._by_name:
            raise NoFigureError(f"{name} names no lane but a model")
        return self._by_name[name]

    def log_quantity(self, claim: Claim, name: str) -> Estimate:
        """The log of what a claim asks of one lane."""
        if claim.figure in {"memory", "peak memory"}:
            return self._log_memory(name, is_peak=claim.figure == "peak memory")
        if claim.figure == "memory per worker":
            return self._log_memory_per_worker(name)
        lane = self._lane(name)
        try:
            if claim.figure == "observed":
                return self.contest_lanes.quantity(lane, lambda trial: _number(trial, claim.observation or "")).log()
            return self.contest_lanes.time_per_unit(lane).log()
        except ValueError as error:
            raise NoFigureError(f"{name}: some of what was measured is not above zero") from error

    def log_time_ratio(self, name: str, other_name: str) -> Estimate:
        """The log of the ratio of two lanes' times per unit, formed within rounds."""
        return self.contest_lanes.log_throughput_ratio(self._lane(name), self._lane(other_name)).negated()

    def _log_memory(self, name: str, *, is_peak: bool) -> Estimate:
        memory = self.contest_lanes.weights.of_lane(self._lane(name).name)
        if memory is None:
            raise NoFigureError(f"{name} was not weighed")
        held = memory.peak if is_peak else memory.best
        if held is None:
            raise NoFigureError(f"the peak of {name} is not on record")
        return held.log()

    def _log_memory_per_worker(self, name: str) -> Estimate:
        key = (self.arm(name).name, arm_and_work(name)[1])
        weighed = next(
            (memory for memory in self.contest_lanes.weights.per_worker() if (memory.arm, memory.model) == key), None
        )
        if weighed is None:
            raise NoFigureError(f"{name} was not weighed with several numbers of workers")
        if weighed.best.value <= 0:
            raise NoFigureError(f"{name}: a further worker weighs nothing that can be told")
        return weighed.best.log()


OF_TIME = frozenset({"time", "penalty", "speed-up"})
OF_MEMORY = frozenset({"memory", "memory per worker"})
"""Figures of memory that may be counted in several ways."""


def _names(arm: Arm) -> Iterator[str]:
    """The names by which a claim may call an arm: ``3.14t`` or ``3.14.6t``, ``3.14t+gil``; none if it is changed."""
    facts = arm.runtime.facts
    if arm.options or arm.environ or arm.checkout is not None:
        return
    build = "t" if facts.build == "free-threaded" else ""
    for digits in (2, 3):
        yield ".".join(map(str, facts.version[:digits])) + build + ("+gil" if arm.gil_forced else "")


def _check_comparable(arm: Arm, other: Arm) -> None:
    """Check that two builds differ in nothing that moves a time but their version and their GIL."""
    ours, theirs = arm.runtime.facts, other.runtime.facts
    facts = (
        ("platform", ours.platform, theirs.platform),
        ("compiler", ours.compiler.partition(" ")[0], theirs.compiler.partition(" ")[0]),
        ("PGO", ours.pgo, theirs.pgo),
        ("LTO", ours.lto, theirs.lto),
        ("debug", ours.debug, theirs.debug),
        ("JIT", ours.jit == "on", theirs.jit == "on"),
    )
    differing = [name for name, value, other_value in facts if value != other_value]
    unknown = dict.fromkeys((*ours.unknown, *theirs.unknown))
    if unknown:
        what = " and ".join(unknown)
        raise NoFigureError(f"builds not comparable: of {arm.name} or {other.name}, {what} is not on record")
    if differing:
        raise NoFigureError(f"builds not comparable: {arm.name} and {other.name} differ in {', '.join(differing)}")


def _check_quantity(weights: Weights, other: Weights) -> None:
    """Check that the memory of lanes of two contests is counted in one way."""
    if weights.quantities[0] != other.quantities[0]:
        raise NoFigureError(f"memory not comparable: {weights.quantities[0]} and {other.quantities[0]}")


def _number(trial: Trial, name: str) -> float:
    value = trial.observed.get(name)
    if not isinstance(value, int | float):
        raise NoFigureError(f"{trial.lane} observed no number called {name}")
    return float(value)


def _in_unit(claim: Claim, log: Estimate) -> Estimate:
    """A figure's log in the unit of the claim's bounds."""
    return log.exp().relative() if claim.figure == "penalty" else log.exp()
