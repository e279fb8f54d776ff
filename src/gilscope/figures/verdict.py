"""The verdict of one contest: what to run its workload on; pure.

    outcome             whether any lane is better than the reference, and if not, what is still possible (`outcome`)
    most per memory     the lane with the most throughput over the memory of all its processes, and its ties

Objections stand beside it: what failed where, a GIL that came back, builds that are not comparable, noise. Ties are
ties: the order among them is that of their centres, and says nothing.

The highest of several figures is partly so by chance. So the best lane is compared with all others by intervals that
hold together, and its own figure has an interval that holds together with those of its ties
(`gilscope.stats.significance.simultaneous`): one lane that stands out has the interval that it has alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from gilscope.figures.further import further_of_lanes
from gilscope.figures.outcome import Better, CannotBeTold, Choice, Outcome, Scarcity, choose, outcome
from gilscope.models import MODELS
from gilscope.stats.estimate import SAME
from gilscope.values.lanes import arm_and_work, lane_name

Kind = Literal[
    "fails", "not thread-safe", "not repeatable", "GIL turned on", "fell back", "not comparable", "capacity", "noise"
]

AS_FOUND: dict[str, Kind] = {
    "GIL turned on": "GIL turned on",
    "fell back": "fell back",
    "not repeatable": "not repeatable",
}
"""Kinds of finding that mean what they say to somebody who chooses."""

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gilscope.figures.capacity import Capacity
    from gilscope.figures.lanes import ContestLanes
    from gilscope.figures.yardsticks import Yardsticks
    from gilscope.stats.estimate import Estimate
    from gilscope.values.contests import Contest
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.records import Finding

LOUD = 0.1
"""A noise floor above this leaves differences open that people decide by; one that was not measured may be as high."""


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    """What stands against running on these lanes; without lanes, against the comparison as a whole."""

    kind: Kind
    lanes: tuple[str, ...]
    reason: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What one contest says to run on; ``per_memory`` is None in runs that weighed no lanes."""

    outcome: Outcome
    per_memory: Choice | None
    objections: tuple[Objection, ...]

    @property
    def winners(self) -> tuple[str, ...]:
        """The lanes that are better than the reference by most, several if these do not differ; often none."""
        return self.outcome.lanes if isinstance(self.outcome, Better) else ()


def of_contest(contest_lanes: ContestLanes, yardsticks: Yardsticks) -> Verdict | None:
    """The verdict of a contest; None where nobody chooses among its lanes, or its reference was not measured."""
    contest, reference = contest_lanes.contest, contest_lanes.reference
    if reference is None or contest.probe.asks_about_workers or contest.variants or contest.has_interventions:
        return None
    measured = [lane for lane in contest_lanes.lanes if not lane.control]
    lanes = [lane for lane in measured if contest_lanes.can_be_run(lane) or lane is reference]
    return Verdict(
        outcome=_outcome(contest_lanes, yardsticks, [lane for lane in lanes if lane is not reference], reference),
        per_memory=_per_memory(contest_lanes, yardsticks, lanes, reference),
        objections=tuple(objections(contest, contest_lanes.findings, yardsticks.floor, yardsticks.short)),
    )


def _outcome(
    contest_lanes: ContestLanes, yardsticks: Yardsticks, candidates: Sequence[LaneSpec], reference: LaneSpec
) -> Outcome:
    floor = LOUD if yardsticks.floor is None else yardsticks.floor_of_parallel
    scarcity = Scarcity(yardsticks.short, yardsticks.log_headstart)
    found = outcome(candidates, reference, contest_lanes.log_throughput_ratio, floor, scarcity)
    if not isinstance(found, CannotBeTold):
        return found
    lacking = further_of_lanes(contest_lanes, found.unsettled, len(candidates))
    return msgspec.structs.replace(found, further=lacking)


def _per_memory(
    contest_lanes: ContestLanes, yardsticks: Yardsticks, lanes: Sequence[LaneSpec], reference: LaneSpec
) -> Choice | None:
    """The lane with the most throughput over memory, of those that were weighed; None where the reference was not."""
    memory = {lane.name: weight.best.log() for lane in lanes if (weight := contest_lanes.weights.of_lane(lane.name))}
    if reference.name not in memory:
        return None

    def log_ratio(lane: LaneSpec, other: LaneSpec) -> Estimate:
        if lane is other:
            return SAME
        return contest_lanes.log_throughput_ratio(lane, other).less(memory[lane.name].less(memory[other.name]))

    weighed = [lane for lane in lanes if lane.name in memory]
    return choose(weighed, reference, log_ratio, yardsticks.floor_of_parallel)


def objections(
    contest: Contest, findings: Sequence[Finding], floor: float | None, short: Mapping[int, Capacity]
) -> Iterator[Objection]:
    """What stands against lanes of a contest, and against comparing them.

    Args:
        contest: the lanes.
        findings: what went wrong in them.
        floor: the noise floor, None where it was not measured.
        short: what the machine gave, for the numbers of workers for which that was too little.
    """
    yield from _of_lanes(contest, findings)
    for workers, capacity in short.items():
        lanes = tuple(lane.name for lane in contest.lanes if lane.workers == workers and not lane.shows_capacity)
        slow = f", each {capacity.speed.value:.2f} times as fast as one alone" if capacity.is_slow else ""
        reason = f"the machine gave {capacity.cpus.value:.2f} of {workers} CPUs to processes that share nothing{slow}"
        yield Objection(kind="capacity", lanes=lanes, reason=reason)
    if contest.pair is not None and contest.pair.differences:
        differences = "; ".join(contest.pair.differences)
        yield Objection(kind="not comparable", lanes=(), reason=f"the two builds differ in {differences}")
    if floor is None or floor > LOUD:
        state = "was not measured" if floor is None else f"is {floor:.0%}" if floor < 1 else "is 100% or more"
        yield Objection(kind="noise", lanes=(), reason=f"the noise floor {state}: smaller differences say nothing")


def _of_lanes(contest: Contest, findings: Iterable[Finding]) -> Iterator[Objection]:
    """Objections to lanes; lanes with an equal reason share an objection."""
    models = {lane.name: lane.model for lane in contest.lanes}
    findings = list(findings)
    failed_lanes = {finding.lane for finding in findings if finding.fails_lane}
    is_repeatable = all(finding.kind != "not repeatable" for finding in findings)
    groups: dict[tuple[Kind, str], dict[str, None]] = {}
    for finding in findings:
        kind = _kind(finding, models.get(finding.lane, ""), failed_lanes, is_repeatable=is_repeatable)
        if kind is not None:
            groups.setdefault((kind, finding.reason), {})[finding.lane] = None
    for (kind, reason), lanes in groups.items():
        yield Objection(kind=kind, lanes=tuple(lanes), reason=reason)


def _kind(finding: Finding, model: str, failed_lanes: set[str], *, is_repeatable: bool) -> Kind | None:
    """What a finding means to somebody who chooses."""
    if finding.kind in AS_FOUND:
        return AS_FOUND[finding.kind]
    if finding.kind == "disagreed" and not is_repeatable:  # which says nothing of the lane
        return "not repeatable"
    if not finding.fails_lane:
        return None
    runs_alone = lane_name(arm_and_work(finding.lane)[0]) not in failed_lanes
    shares_objects = model in MODELS and MODELS[model].shares_objects
    if shares_objects and runs_alone and finding.phase in {"work", "check"} and finding.kind != "hung":
        return "not thread-safe"
    return "fails"
