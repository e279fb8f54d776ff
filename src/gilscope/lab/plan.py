"""Plans: probes, runtimes and a suite become contests, with a reason for everything left out; pure."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import msgspec
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from gilscope.models import MODELS, ROLES, model_of, unusable
from gilscope.runtimes.twins import arms
from gilscope.runtimes.variants import with_differences
from gilscope.values.contests import Contest, Skip, Variant
from gilscope.values.lanes import CAPACITY, OWN, LaneSpec, lane_name
from gilscope.values.runtimes import Arm, Pair, Runtime
from gilscope.workloads.suites import counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gilscope.runtimes.variants import Side
    from gilscope.values.probes import Probe
    from gilscope.workloads.suites import Suite

NO_REFERENCE = "there is no serial lane that it could be compared with"
NO_OTHER = "no other variant is left to be compared with"
ONLY_PLAIN_WORK = "on {}, gilscope runs a probe's work, or a function of a file that takes no arguments"
NO_ARGUMENTS = "()"
AS_IT_IS = "a program is run as it is: only a --command with {workers} can be given a number of them"


class Plan(msgspec.Struct, frozen=True):
    """What will be measured, and what will not."""

    contests: tuple[Contest, ...]
    skips: tuple[Skip, ...]


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The arms of one contest: those of a pair, of one default build alone, or of several variants.

    ``name`` is the free-threaded runtime's name, or that of the only one; that of variants names them all. ``lacking``
    has reasons by names of arms that cannot have the packages which a workload needs. The ``spinner`` is the arm that
    shows what the machine gives where the reference's cannot.
    """

    name: str
    arms: tuple[Arm, ...]
    pair: Pair | None = None
    variants: tuple[Variant, ...] = ()
    lacking: dict[str, str] = {}
    spinner: Arm | None = None

    def unfit(self, requires_python: str | None, arm: Arm) -> str | None:
        """Why a workload that needs these versions of Python cannot be measured on an arm; None where it can."""
        return unfit(requires_python, arm.runtime) or self.lacking.get(arm.name)


def group_of_pair(pair: Pair) -> Group:
    """A group of the twin's arm, whose serial lane is the reference, and the free-threaded build's two arms."""
    twin_arms = arms(pair.twin) if pair.twin is not None else ()
    return Group(name=pair.free_threaded.name, arms=(*twin_arms, *arms(pair.free_threaded)), pair=pair)


def group_of_one(runtime: Runtime, spinner: Arm | None = None) -> Group:
    """A default build measured on its own, against its own serial lane."""
    return Group(name=runtime.name, arms=arms(runtime), spinner=spinner)


def group_of_variants(runtime: str, sides: Sequence[Side]) -> Group:
    """A group of several sides, of which the first has the reference; ``runtime`` names what they have in common."""
    return Group(
        name=f"{runtime} {' vs '.join(side.label for side in sides)}".strip(),
        arms=tuple(arm for side in sides for arm in side.arms),
        variants=tuple(
            Variant(label=side.label, arms=tuple(arm.name for arm in side.arms), meaning=side.meaning) for side in sides
        ),
    )


def lane_id(probe: str, lane: str) -> str:
    """The id of a probe's lane, which globs choose by."""
    return f"{probe}@{lane}"


def without_a_lane(globs: Iterable[str], plan: Plan) -> tuple[str, ...]:
    """The globs that fit no lane of a plan, measured or left out."""
    lanes = [(contest, lane) for contest in plan.contests for lane in contest.lanes if not lane.shows_capacity]
    ids = {lane_id(contest.probe.id, lane.name) for contest, lane in lanes}
    ids |= {lane_id(skip.contest.rpartition("@")[0], skip.lane) for skip in plan.skips}
    return tuple(glob for glob in globs if not any(fnmatchcase(identifier, glob) for identifier in ids))


def joined(plans: Iterable[Plan]) -> Plan:
    """All plans as one, in order."""
    parts = list(plans)
    contests = tuple(contest for part in parts for contest in part.contests)
    return Plan(contests, tuple(skip for part in parts for skip in part.skips))


def plan(
    probes: Sequence[Probe], groups: Sequence[Group], suite: Suite, usable_cpus: float, usable_cores: float
) -> Plan:
    """One contest per probe and group; a contest without its reference lane is skipped whole."""
    most = max(1.0, suite.oversubscription * usable_cpus)
    asked = counts(suite.workers, usable_cpus, usable_cores)
    workers = [count for count in asked if count <= most]
    too_many = [count for count in asked if count > most]
    contests: list[Contest] = []
    skips: list[Skip] = []
    for group in groups:
        for probe in probes:
            identifier = f"{probe.id}@{group.name}"
            lanes, left_out = _lanes(probe, group, suite, workers, identifier)
            skips += left_out
            reference = _reference(lanes, group)
            if reference is None or _stands_alone(lanes, group):
                reason = NO_REFERENCE if reference is None else NO_OTHER
                skips += [Skip(contest=identifier, lane=lane.name, reason=reason) for lane in lanes]
            else:
                misfit = unusable(suite.models, probe)
                if misfit is not None:
                    skips.append(Skip(contest=identifier, lane=", ".join(suite.models), reason=misfit))
                elif probe.is_program and not probe.takes_workers:
                    skips.append(Skip(contest=identifier, lane="any model with several workers", reason=AS_IT_IS))
                elif not probe.has_own_lanes:
                    skips += [_too_many(identifier, count, usable_cpus) for count in too_many]
                others = [lane for lane in lanes if lane is not reference]
                spinner = group.spinner or reference.arm
                beside = [] if probe.asks_about_workers else list(_beside(spinner, others, usable_cpus))
                contests.append(
                    Contest(
                        id=identifier,
                        probe=probe,
                        lanes=(reference, _copy(reference), *others, *beside),
                        reference=reference.name,
                        pair=group.pair,
                        variants=with_differences(group.variants, group.arms),
                    )
                )
    return Plan(tuple(contests), tuple(skips))


def _reference(lanes: Iterable[LaneSpec], group: Group) -> LaneSpec | None:
    """The serial lane, or first role, that ratios are formed against: the first variant's where there are variants."""
    first = group.arms[0].name if group.variants else None
    candidates = (lane for lane in lanes if lane.model == "serial" or lane.roles)
    return next((lane for lane in candidates if first in {None, lane.arm.name}), None)


def _stands_alone(lanes: Iterable[LaneSpec], group: Group) -> bool:
    """Whether all variants but the first are left out."""
    return bool(group.variants) and all(lane.arm.name in group.variants[0].arms for lane in lanes)


def _copy(lane: LaneSpec) -> LaneSpec:
    return msgspec.structs.replace(lane, control=True)


def _beside(spinner: Arm, lanes: Sequence[LaneSpec], usable_cpus: float) -> Iterator[LaneSpec]:
    """Yield what lanes are held against: a second copy of a parallel one, and what the machine gives.

    A single spinning process is there in every contest: by it, times of two runs can be compared. The copy is of a lane
    chosen beforehand, by what its arm and model are and not by how it did: of the most workers that there are CPUs for,
    threads without a GIL where there are any, else interpreters, else processes.
    """
    parallel = [lane for lane in lanes if lane.model != "serial"]
    candidates = [lane for lane in parallel if 1 < lane.workers <= usable_cpus]
    if candidates:
        yield _copy(max(candidates, key=_promise))
    for count in sorted({1, *(lane.workers for lane in parallel)}):
        yield LaneSpec(arm=spinner, model=CAPACITY, workers=count)


def _promise(lane: LaneSpec) -> tuple[int, bool, int]:
    """A key that is higher for lanes that are likelier to be a contest's fastest."""
    has_gil = lane.arm.gil_forced or lane.arm.runtime.facts.gil_enabled
    models = ("processes", "interpreters") if has_gil else ("processes", "interpreters", "threads")
    return lane.workers, not has_gil, models.index(lane.model) if lane.model in models else -1


def _too_many(contest: str, workers: int, usable_cpus: float) -> Skip:
    """The skip of a number of workers, one for all models."""
    reason = f"far more workers than usable CPUs ({usable_cpus:g})"
    return Skip(contest=contest, lane=f"any model with {workers} workers", reason=reason)


def _lanes(
    probe: Probe, group: Group, suite: Suite, workers: Iterable[int], contest: str
) -> tuple[list[LaneSpec], list[Skip]]:
    lanes: list[LaneSpec] = []
    skips: list[Skip] = []
    counts = list(workers)
    for arm in group.arms:
        unfitness = group.unfit(probe.requires_python, arm) or _beyond(probe, arm.runtime)
        for lane in _lanes_of_suite(probe, arm, suite, counts):
            reason = unfitness or model_of(lane).unfit(arm.runtime.facts)
            if reason is None:
                lanes.append(lane)
            else:
                skips.append(Skip(contest=contest, lane=lane.name, reason=reason))
    return lanes, skips


def _lanes_of_suite(probe: Probe, arm: Arm, suite: Suite, workers: list[int]) -> Iterator[LaneSpec]:
    for lane in _own_lanes(probe, arm) if probe.has_own_lanes else _models(probe, arm, workers):
        if _is_asked_for(probe, lane, suite):
            yield lane


def _is_asked_for(probe: Probe, lane: LaneSpec, suite: Suite) -> bool:
    """Whether a suite has a lane; where it names models, its globs say on which arms these are measured."""
    work = lane.work
    if suite.models and not probe.has_own_lanes:
        if lane.model not in {"serial", *suite.models}:
            return False
        work = "serial"
    identifier = lane_id(probe.id, lane_name(lane.arm.name, work))
    return _fits(identifier, suite.lanes) and not _fits(identifier, suite.without)


def _own_lanes(probe: Probe, arm: Arm) -> Iterator[LaneSpec]:
    """One lane for each way of a probe, which spreads its work itself; or each role alone and all together."""
    for way in probe.ways:
        yield LaneSpec(arm=arm, model="serial", workers=1, way=way)
    for roles in [*((role,) for role in probe.roles), probe.roles] if probe.roles else []:
        yield LaneSpec(arm=arm, model=ROLES.name, workers=sum(role.workers for role in roles), roles=roles)


def _models(probe: Probe, arm: Arm, workers: list[int]) -> Iterator[LaneSpec]:
    """The serial lane, and one for each number of workers and model that can spread a probe's work.

    Work that spreads itself has one worker in its serial lane, so that its own lanes begin with two.
    """
    yield LaneSpec(arm=arm, model="serial", workers=1)
    if probe.takes_workers:
        yield from (LaneSpec(arm=arm, model=OWN, workers=count) for count in workers if count > 1)
    elif not probe.is_program:
        for model in MODELS:
            if model not in {"serial", OWN}:
                yield from (LaneSpec(arm=arm, model=model, workers=count) for count in workers)


def _fits(identifier: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(identifier, glob) for glob in globs)


def _beyond(probe: Probe, runtime: Runtime) -> str | None:
    """Why work of its form cannot be measured where only the small agent runs, or None."""
    target = probe.target
    is_beyond = (
        probe.has_own_lanes
        or probe.spreads_itself
        or probe.is_coroutine
        or any((probe.setup, probe.statement, probe.benchmark, probe.case, probe.observes))
        or (target is not None and (target.path is None or target.node is not None or target.arguments != NO_ARGUMENTS))
    )
    return only_plain_work(runtime) if is_beyond else None


def only_plain_work(runtime: Runtime) -> str | None:
    """Why nothing but plain work can be measured on a runtime: only the small agent runs there; else None."""
    return None if runtime.facts.runs_agent else ONLY_PLAIN_WORK.format(runtime.facts.implementation)


def unfit(requires_python: str | None, runtime: Runtime) -> str | None:
    """Why a probe's ``requires-python`` keeps it off this runtime, or None."""
    if requires_python is None:
        return None
    try:
        specifiers = SpecifierSet(requires_python)
    except InvalidSpecifier:
        return f"its requires-python {requires_python!r} is no version specifier"
    version = ".".join(map(str, runtime.facts.version))
    return None if specifiers.contains(version, prereleases=True) else f"needs Python {requires_python}"
