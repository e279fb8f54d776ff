"""Plans: probes, runtimes and a suite become contests, with a reason for everything left out; pure."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import msgspec
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from gilscope.models import MODELS, ROLES, model_of
from gilscope.runtimes.twins import arms
from gilscope.values.contests import CAPACITY, Contest, LaneSpec, Probe, Skip
from gilscope.values.runtimes import Arm, Pair, Runtime
from gilscope.workloads.suites import counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gilscope.workloads.suites import Suite

NO_REFERENCE = "the suite leaves it no serial lane to be compared with"


class Plan(msgspec.Struct, frozen=True):
    """What will be measured, and what will not."""

    contests: tuple[Contest, ...]
    skips: tuple[Skip, ...]


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The runtimes of one contest: a pair, or one default build alone.

    ``name`` is the free-threaded runtime's name, or that of the only one.
    """

    name: str
    arms: tuple[Arm, ...]
    pair: Pair | None = None


def group_of_pair(pair: Pair) -> Group:
    """A group of the twin's arm, whose serial lane is the reference, and the free-threaded build's two arms."""
    twin_arms = arms(pair.twin) if pair.twin is not None else ()
    return Group(name=pair.free_threaded.name, arms=(*twin_arms, *arms(pair.free_threaded)), pair=pair)


def group_of_one(runtime: Runtime) -> Group:
    """A default build measured on its own, against its own serial lane."""
    return Group(name=runtime.name, arms=arms(runtime))


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
            reference = next((lane for lane in lanes if lane.model == "serial" or lane.roles), None)
            if reference is None:
                skips += [Skip(contest=identifier, lane=lane.name, reason=NO_REFERENCE) for lane in lanes]
            else:
                skips += [_too_many(identifier, count, usable_cpus) for count in too_many if not probe.has_own_lanes]
                others = [lane for lane in lanes if lane is not reference]
                beside = [] if probe.asks_about_workers else list(_beside(reference, others, usable_cpus))
                contests.append(
                    Contest(
                        id=identifier,
                        probe=probe,
                        lanes=(reference, _copy(reference), *others, *beside),
                        reference=reference.name,
                        pair=group.pair,
                    )
                )
    return Plan(tuple(contests), tuple(skips))


def _copy(lane: LaneSpec) -> LaneSpec:
    return msgspec.structs.replace(lane, control=True)


def _beside(reference: LaneSpec, lanes: Sequence[LaneSpec], usable_cpus: float) -> Iterator[LaneSpec]:
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
        yield LaneSpec(arm=reference.arm, model=CAPACITY, workers=count)


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
        unfitness = unfit(probe.requires_python, arm.runtime)
        for lane in _lanes_of_suite(probe, arm, suite, counts):
            reason = unfitness or model_of(lane).unfit(arm.runtime.facts)
            if reason is None:
                lanes.append(lane)
            else:
                skips.append(Skip(contest=contest, lane=lane.name, reason=reason))
    return lanes, skips


def _lanes_of_suite(probe: Probe, arm: Arm, suite: Suite, workers: list[int]) -> Iterator[LaneSpec]:
    for lane in _own_lanes(probe, arm) if probe.has_own_lanes else _models(arm, workers):
        identifier = f"{probe.id}@{lane.name}"
        if _fits(identifier, suite.lanes) and not _fits(identifier, suite.without):
            yield lane


def _own_lanes(probe: Probe, arm: Arm) -> Iterator[LaneSpec]:
    """One lane for each way of a probe, which spreads its work itself; or each role alone and all together."""
    for way in probe.ways:
        yield LaneSpec(arm=arm, model="serial", workers=1, way=way)
    for roles in [*((role,) for role in probe.roles), probe.roles] if probe.roles else []:
        yield LaneSpec(arm=arm, model=ROLES.name, workers=sum(role.workers for role in roles), roles=roles)


def _models(arm: Arm, workers: list[int]) -> Iterator[LaneSpec]:
    for model in MODELS:
        for count in [1] if model == "serial" else workers:
            yield LaneSpec(arm=arm, model=model, workers=count)


def _fits(identifier: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(identifier, glob) for glob in globs)


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
