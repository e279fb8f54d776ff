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
from gilscope.values.contests import arm_and_work, lane_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gilscope.claims.statements import Claim
    from gilscope.figures.lanes import ContestLanes
    from gilscope.stats.estimate import Estimate
    from gilscope.values.contests import LaneSpec, Skip
    from gilscope.values.records import Finding, Run, Trial
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
    newest_first = [_Measured(run) for run in sorted(runs, key=lambda run: run.header.started, reverse=True)]
    return tuple(_judged(name, claim, newest_first) for name, claim in claims.items())


def _judged(name: str, claim: Claim, newest_first: Iterable[_Measured]) -> Judgement:
    """The judgement of one claim.

    Where no run has the figure, it says why the newest run has none that measured the probe.
    """
    hindered: Judgement | None = None
    for measured in newest_first:
        run = measured.run.header.id
        try:
            logs = measured.log_figures(claim)
        except NotMeasuredError:
            continue
        except NoFigureError as reason:
            hindered = hindered or Judgement(
                id=name, claim=claim, verdict="cannot be judged here", run=run, reason=str(reason)
            )
        else:
            ours = _in_unit(claim, logs[0] if len(logs) == 1 else mean(logs))
            return Judgement(id=name, claim=claim, verdict=verdict(claim, ours), ours=ours, probes=len(logs), run=run)
    return hindered or Judgement(id=name, claim=claim, verdict="not measured yet")


class _Measured:
    """One run's contests, each arranged when a claim first asks for it."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.contests = [_Named(of) for of in lanes.contests(run)]

    def log_figures(self, claim: Claim) -> list[Estimate]:
        """The logs of the claim's figure, one for each of its probes.

        Raises:
            NoFigureError: there are none, or too few.
        """
        asked = [contest for contest in self.contests if fnmatchcase(contest.contest.probe.id, claim.probe)]
        if not asked:
            raise NotMeasuredError
        usable = self.run.header.host.cpus_usable
        if usable < claim.cpus:
            raise NoFigureError(f"needs {claim.cpus} CPUs, the host had {usable:g}")
        platforms = {lane.arm.runtime.facts.platform for contest in asked for lane in contest.contest.lanes}
        if not any(fnmatchcase(platform, claim.platform) for platform in platforms):
            raise NoFigureError(f"said of {claim.platform}, measured on {', '.join(sorted(platforms))}")
        logs, reasons = self._of_probes(claim, asked)
        if len(logs) < claim.fewest:
            missing = f"needs {claim.fewest} probes, {len(logs)} were measured"
            raise NoFigureError(reasons[0] if reasons and not logs else missing)
        return logs

    def _of_probes(self, claim: Claim, asked: list[_Named]) -> tuple[list[Estimate], list[str]]:
        logs: list[Estimate] = []
        reasons: list[str] = []
        for probe in dict.fromkeys(contest.contest.probe.id for contest in asked):
            try:
                logs.append(self._of_probe(claim, [one for one in asked if one.contest.probe.id == probe]))
            except NoFigureError as reason:
                reasons.append(str(reason))
        return logs, reasons

    def _of_probe(self, claim: Claim, contests: list[_Named]) -> Estimate:
        """The log of a claim's figure for one probe, from a single contest where one has both lanes."""
        wanted = on_host(claim.lane, self.run.header.host)
        if claim.against is None:
            measured = self._first(contests, wanted)
            return measured.log_quantity(claim, wanted)
        other = on_host(claim.against, self.run.header.host)
        together = [each for each in contests if wanted in each and other in each]
        of, to = (together[0],) * 2 if together else (self._first(contests, wanted), self._first(contests, other))
        _check_comparable(of.arm(wanted), to.arm(other))
        if of is to and claim.figure in OF_TIME:
            time = of.log_time_ratio(wanted, other)
        else:
            time = of.log_quantity(claim, wanted).less(to.log_quantity(claim, other))
        return time.negated() if claim.figure == "speed-up" else time

    def _first(self, contests: list[_Named], wanted: str) -> _Named:
        found = next((each for each in contests if wanted in each), None)
        if found is None:
            raise NoFigureError(self._why_missing(contests, wanted))
        return found

    def _why_missing(self, contests: list[_Named], wanted: str) -> str:
        """The reason why a lane is missing: a finding's or a skip's, or that it was not measured."""
        told: list[Finding | Skip] = [*self.run.findings, *self.run.skips]
        names = {each.contest.id for each in contests}
        reasons = [record.reason for record in told if record.lane == wanted and record.contest in names]
        if reasons:
            return f"{wanted}: {reasons[-1]}"
        arm, _ = arm_and_work(wanted)
        known = {name for each in contests for lane in each.contest.lanes for name in _names(lane.arm)}
        return f"{wanted} was not measured" if arm in known else f"no runtime {arm} was measured"


class _Named:
    """The lanes of one contest, called by version and build: ``3.14t:threads-2``."""

    def __init__(self, of: ContestLanes) -> None:
        self.of = of
        self.contest = of.contest

    @cached_property
    def _by_name(self) -> dict[str, LaneSpec]:
        lanes = (lane for lane in self.of.lanes if not lane.control)
        return {lane_name(arm, lane.work): lane for lane in lanes for arm in _names(lane.arm)}

    def __contains__(self, wanted: str) -> bool:
        """Whether it has this lane, or a lane of this model."""
        return wanted in self._by_name or bool(self._of_model(wanted))

    def _of_model(self, wanted: str) -> list[LaneSpec]:
        arm, model = arm_and_work(wanted)
        return [lane for lane in self._by_name.values() if arm in _names(lane.arm) and lane.model == model]

    def arm(self, wanted: str) -> Arm:
        """The arm of a lane that it has."""
        return (self._by_name.get(wanted) or self._of_model(wanted)[0]).arm

    def _lane(self, wanted: str) -> LaneSpec:
        if wanted not in self._by_name:
            raise NoFigureError(f"{wanted} names no lane but a model")
        return self._by_name[wanted]

    def log_quantity(self, claim: Claim, wanted: str) -> Estimate:
        """The log of what a claim asks of one lane."""
        if claim.figure == "memory":
            return self._log_memory(wanted)
        if claim.figure == "memory per worker":
            return self._log_memory_per_worker(wanted)
        lane = self._lane(wanted)
        try:
            if claim.figure == "observed":
                return self.of.quantity(lane, lambda trial: _number(trial, claim.observation or "")).log()
            return self.of.time_per_unit(lane).log()
        except ValueError as error:
            raise NoFigureError(f"{wanted}: some of what was measured is not above zero") from error

    def log_time_ratio(self, wanted: str, other: str) -> Estimate:
        """The log of the ratio of two lanes' times per unit, formed within rounds."""
        return self.of.log_throughput_ratio(self._lane(wanted), self._lane(other)).negated()

    def _log_memory(self, wanted: str) -> Estimate:
        held = self.of.weights.of_lane(self._lane(wanted).name)
        if held is None:
            raise NoFigureError(f"{wanted} was not weighed")
        return held.best.log()

    def _log_memory_per_worker(self, wanted: str) -> Estimate:
        key = (self.arm(wanted).name, arm_and_work(wanted)[1])
        weighed = next((each for each in self.of.weights.per_worker() if (each.arm, each.model) == key), None)
        if weighed is None:
            raise NoFigureError(f"{wanted} was not weighed with several numbers of workers")
        if weighed.best.value <= 0:
            raise NoFigureError(f"{wanted}: a further worker weighs nothing that can be told")
        return weighed.best.log()


OF_TIME = frozenset({"time", "penalty", "speed-up"})


def _names(arm: Arm) -> Iterator[str]:
    """The names by which a claim may call an arm: ``3.14t`` or ``3.14.6t``, ``3.14t+gil``."""
    facts = arm.runtime.facts
    build = "t" if facts.build == "free-threaded" else ""
    for digits in (2, 3):
        yield ".".join(map(str, facts.version[:digits])) + build + ("+gil" if arm.gil_forced else "")


def _check_comparable(one: Arm, other: Arm) -> None:
    """Check that two builds differ in nothing that moves a time but their version and their GIL."""
    ours, theirs = one.runtime.facts, other.runtime.facts
    facts = (
        ("platform", ours.platform, theirs.platform),
        ("compiler", ours.compiler.partition(" ")[0], theirs.compiler.partition(" ")[0]),
        ("PGO", ours.pgo, theirs.pgo),
        ("LTO", ours.lto, theirs.lto),
        ("debug", ours.debug, theirs.debug),
        ("JIT", ours.jit == "on", theirs.jit == "on"),
    )
    differing = [name for name, mine, its in facts if mine != its]
    if differing:
        raise NoFigureError(f"builds not comparable: {one.name} and {other.name} differ in {', '.join(differing)}")


def _number(trial: Trial, name: str) -> float:
    value = trial.observed.get(name)
    if not isinstance(value, int | float):
        raise NoFigureError(f"{trial.lane} observed no number called {name}")
    return float(value)


def _in_unit(claim: Claim, log: Estimate) -> Estimate:
    """A figure's log in the unit of the claim's bounds."""
    return log.exp().relative() if claim.figure == "penalty" else log.exp()
