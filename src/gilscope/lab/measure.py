"""One run: runtimes are grouped, contests planned and measured one by one, and every record is stored at once."""

from __future__ import annotations

import gc
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gilscope import __version__, store
from gilscope.lab import host, sources, turns
from gilscope.lab.contest import Lab, Observer
from gilscope.lab.inventory import Inquirer
from gilscope.lab.lane import Lane
from gilscope.lab.plan import Group, Plan, group_of_one, group_of_pair, joined, plan
from gilscope.processes.guardian import Guardian
from gilscope.runtimes.twins import arms, pairs
from gilscope.values.records import Finding, Record, Run, RunHeader, Trial
from gilscope.values.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from gilscope.lab.contest import IsDecided
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.probes import Probe
    from gilscope.values.runtimes import Arm, Census, Runtime
    from gilscope.workloads.scripts import Script
    from gilscope.workloads.suites import Suite


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a run; ``seed`` decides the order of trials and the hash seeds."""

    suite: str
    rules: Rules
    seed: int


def new_run_id(now: datetime) -> str:
    """A run's id, which sorts by time."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")


def groups(runtimes: Sequence[Runtime], census: Census) -> tuple[Group, ...]:
    """A group for each free-threaded runtime with its twin, and one for each other runtime alone.

    Twins are looked for among all runtimes of the census.

    A default build that takes part as a twin is not measured a second time.
    """
    all_pairs = {pair.free_threaded.name: pair for pair in pairs(census.runtimes)}
    paired = [all_pairs[runtime.name] for runtime in runtimes if runtime.name in all_pairs]
    twins = {pair.twin.name for pair in paired if pair.twin is not None}
    alone = [runtime for runtime in runtimes if runtime.name not in all_pairs and runtime.name not in twins]
    return (*map(group_of_pair, paired), *(group_of_one(runtime, _spinner(runtime, census)) for runtime in alone))


def _spinner(runtime: Runtime, census: Census) -> Arm | None:
    """The arm that spins beside a runtime which can start no processes; None where it can, or none is there."""
    if runtime.facts.runs_agent:
        return None
    return next((arms(other)[0] for other in reversed(census.runtimes) if other.facts.is_cpython), None)


class Batch(NamedTuple):
    """Workloads that need alike packages, and the groups whose arms have these."""

    workloads: Sequence[Probe | Script]
    groups: Sequence[Group]


def planned(batches: Iterable[Batch], suite: Suite, environ: Mapping[str, str]) -> Plan:
    """The contests of every group; scripts written for pyperf are first asked for their benchmarks, once per group.

    ``environ`` is what all lanes share (`gilscope.lab.environment.common_environment`).
    """
    cpus = host.usable_cpus()
    plans: list[Plan] = []
    with Guardian() as guardian:
        inquirer = Inquirer(environ, guardian, suite.timeout_s, at_once=max(1, int(cpus)))
        for batch in batches:
            for group in batch.groups:
                inventory = inquirer.take(batch.workloads, group)
                group_plan = plan(inventory.probes, [group], suite, cpus, host.usable_cores())
                plans.append(Plan(group_plan.contests, (*inventory.skips, *group_plan.skips)))
    return joined(plans)


def newest(census: Census) -> tuple[Runtime, ...]:
    """The newest free-threaded runtime, or the newest of all where there is none; others than CPython come last."""
    free_threaded = [runtime for runtime in census.runtimes if runtime.facts.build == "free-threaded"]
    candidates = free_threaded or list(census.runtimes)
    return tuple(sorted(candidates, key=lambda each: (each.facts.is_cpython, each.facts.version))[-1:])


def measured_before(run: Run) -> frozenset[tuple[str, str]]:
    """Every probe and arm that a run has measured so far."""
    ended = {end.contest for end in run.ends}
    return frozenset(
        (contest.probe.id, lane.arm.name) for contest in run.contests if contest.id in ended for lane in contest.lanes
    )


def remaining(plan: Plan, done: frozenset[tuple[str, str]]) -> Plan:
    """The plan without the contests all of whose arms the run has measured already."""
    contests = tuple(
        contest
        for contest in plan.contests
        if not all((contest.probe.id, lane.arm.name) in done for lane in contest.lanes)
    )
    return Plan(contests, plan.skips)


class Done(NamedTuple):
    """What became of a plan: the lanes that failed, each with its probe's id, and whether any lane was measured.

    A way or a model that a version lacks has not failed.
    """

    failed: tuple[tuple[str, LaneSpec], ...]
    has_trials: bool


def measure(  # noqa: PLR0913, PLR0917 - what is measured, how, where to, and what this machine has
    plan: Plan,
    request: Request,
    writer: store.RunWriter,
    environ: Mapping[str, str],
    observer: Observer,
    locks: Path,
    is_decided: IsDecided | None = None,
) -> Done:
    """Run the plan's contests, hand every record to the run's writer, and return what became of their lanes.

    ``environ`` is what all lanes share (`gilscope.lab.environment.common_environment`). Each contest waits for its turn
    on this machine, whose ``locks`` lie in a folder (`gilscope.lab.turns`), and ends where it ``is_decided``.

    Raises:
        ResultsError: results cannot be written.
    """
    for skip in plan.skips:
        writer.append(skip)
    return _contests(plan, request, writer.append, environ, observer, locks, is_decided)


def _contests(  # noqa: PLR0913, PLR0917 - as above
    plan: Plan,
    request: Request,
    append: Callable[[Record], None],
    environ: Mapping[str, str],
    observer: Observer,
    locks: Path,
    is_decided: IsDecided | None,
) -> Done:
    lanes = {(of.id, lane.name): (of.probe.id, lane) for of in plan.contests for lane in of.lanes}
    failed: dict[tuple[str, str], None] = {}
    measured: set[tuple[str, str]] = set()

    def record(item: Record) -> None:
        append(item)
        if isinstance(item, Finding) and item.fails_lane and item.kind != "unsupported":
            failed[item.contest, item.lane] = None
        elif isinstance(item, Trial) and not lanes[item.contest, item.lane][1].shows_capacity:
            measured.add((item.contest, item.lane))

    with Guardian() as guardian:
        lab = Lab(
            environ=environ,
            open_lane=partial(Lane, guardian=guardian),
            record=record,
            observer=observer,
            random=Random(request.seed),  # noqa: S311 - an order to repeat, not a secret
            revisions=sources.revisions(plan.contests, environ),
            is_decided=is_decided,
        )
        gc.freeze()  # what is there by now stays, and need not be searched after each contest
        for contest in plan.contests:
            with turns.turn(locks, observer.waits):
                lab.run(contest, request.rules)
            gc.collect()  # searched for seldom otherwise (`gilscope.cli`), and what lanes leave would add up over a day
    return Done(tuple(lanes[place] for place in failed), has_trials=bool(measured - failed.keys()))


def writer_of(path: Path, request: Request, *, anew: bool) -> store.RunWriter:
    """The writer of a run, which begins with a look at this machine, for a tenth of a second.

    Raises:
        ResultsError: as `gilscope.store.RunWriter`.
    """
    header = RunHeader(
        schema=store.SCHEMA,
        id=path.stem,
        started=datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        gilscope=__version__,
        suite=request.suite,
        seed=request.seed,
        rules=request.rules,
        host=host.card(),
    )
    return store.RunWriter(path, header, anew=anew)
