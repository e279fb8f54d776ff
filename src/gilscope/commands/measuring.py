"""The command that measures: by which rules, on which runtimes, and what of it is left to do."""

from __future__ import annotations

import contextlib
import os
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from gilscope import errors
from gilscope.commands import changes, choosing, output
from gilscope.commands.showing import show_failures, show_run

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from rich.console import Console

    from gilscope.lab.measure import Done, Request
    from gilscope.lab.plan import Group, Plan
    from gilscope.values.contests import Contest
    from gilscope.values.probes import Probe
    from gilscope.values.rules import Rules
    from gilscope.values.runtimes import Census, Runtime
    from gilscope.workloads.scripts import Script
    from gilscope.workloads.suites import Suite

MOST_REASONS = 5
"""How many reasons are printed where nothing is left to measure."""

NO_FREE_THREADED = "No free-threaded Python was found: `gilscope runtimes install` brings one, with its twin."

MOST_LAUNCHES = 1000
"""Launches of a contest that has a budget of a person's own: more than any budget has time for."""


def measure_run(options: argparse.Namespace) -> int:
    """Measure, then show what was measured."""
    with ExitStack() as until:
        return measure_on(partial(groups_of, options, until), options)


def measure_on(groups_for: Callable[[Sequence[Probe | Script]], tuple[Group, ...]], options: argparse.Namespace) -> int:
    """Measure workloads on the groups of arms that are made for them, then show what was measured."""
    from gilscope import store
    from gilscope.lab import measure
    from gilscope.lab.environment import common_environment
    from gilscope.processes.environment import missed
    from gilscope.render.progress import RunProgress

    console = output.console(stderr=True)
    choosing.say_what_is_not_read(console)
    if not (options.probes or options.suite or choosing.has_a_form(options)):
        return choosing.show_choices(options)
    parts = choosing.parts(options)
    chosen_suite = parts[0].suite
    run_id = options.run_id or measure.new_run_id(datetime.now(UTC))
    path = store.run_path(options.results, run_id)
    environ = common_environment(os.environ, output.bytecode_dir())
    plan = continued(plan_of(options, parts, environ, groups_for), path)
    request = request_of(options, chosen_suite)
    if not plan.contests:
        console.print(f"All of this was measured in run {run_id} already.", style="dim")
        return 0
    for name in missed(os.environ):
        console.print(f"{name} is dropped: it changes the interpreter, and each lane has its own.", style="yellow")
    _announce(console, plan, request.rules)
    if not options.on and not options.python and not any(map(_is_free_threaded, plan.contests)):
        console.print(NO_FREE_THREADED, style="yellow")
    with (
        closing(measure.writer_of(path, request, anew=options.run_id is None)) as writer,
        kept(path),
        RunProgress(console, len(plan.contests)) as observer,
    ):
        done = measure.measure(plan, request, writer, environ, observer, output.locks_dir())
    if options.no_report:
        show_failures(console, writer.path)
    else:
        show_run(output.console(), writer.path, in_full=options.full)
    return status_of(done, failed_lanes(done, parts, options.lanes))


@contextmanager
def kept(path: Path) -> Iterator[None]:
    """Say where the results are of what is measured meanwhile, should the person interrupt it.

    Raises:
        ControllerInterruptedError: they have.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise errors.ControllerInterruptedError(
            f"interrupted. What had been measured is in {path}; `gilscope report {path}` shows it."
        ) from None


def failed_lanes(done: Done, parts: Sequence[choosing.Part], globs: Sequence[str]) -> list[str]:
    """Return the ids of the lanes that failed and were asked for.

    Asked for are the work alone, work that spreads itself, and the models and lanes that are named. That another model
    cannot do the work, which was tried beside these, is a finding and no failure.
    """
    from gilscope.lab.plan import lane_id
    from gilscope.models import ROLES
    from gilscope.values.lanes import OWN

    asked_models = {"serial", OWN, ROLES.name, *(model for part in parts for model in part.suite.models)}
    ids = [(lane.model, lane_id(probe, lane.original)) for probe, lane in done.failed]
    return [name for model, name in ids if model in asked_models or any(fnmatchcase(name, glob) for glob in globs)]


def status_of(done: Done, failed: Sequence[str]) -> int:
    """Return the exit status of what was measured: failure where lanes failed, or there is no trial."""
    return errors.LANES_FAILED if failed or not done.has_trials else 0


def request_of(options: argparse.Namespace, suite: Suite) -> Request:
    """The settings of a run: its suite with what a person asks for, and a seed."""
    from gilscope.lab.measure import Request

    return Request(suite=choosing.name_of_suite(options), rules=rules_of(options, suite), seed=seed_of(options))


def seed_of(options: argparse.Namespace) -> int:
    """The seed that a person names, or any."""
    return options.seed if options.seed is not None else int.from_bytes(os.urandom(4), "little")


def rules_of(options: argparse.Namespace, suite: Suite) -> Rules:
    """The rules of a suite with what a person asks for, whose budget stands in for a number of launches."""
    most = suite.max_launches
    if options.budget is not None and suite.min_launches < most:
        most = MOST_LAUNCHES
    return msgspec.structs.replace(
        suite.rules,
        max_launches=most,
        precision=options.precision or suite.precision,
        budget_s=options.budget or suite.budget_s,
        timeout_s=options.timeout or suite.timeout_s,
        pin=not options.no_pin,
    )


def continued(plan: Plan, path: Path) -> Plan:
    """What is left of a plan where a run is continued: it holds one state of code and builds.

    Raises:
        UsageError: something of what the run has measured is another now.
    """
    from gilscope import store
    from gilscope.lab import continuing, measure

    if not store.is_stored(path):
        return plan
    run = store.read(path)
    changes = continuing.changes(run, plan.contests)
    if changes:
        listed = "".join(f"\n  {change}" for change in changes)
        raise errors.UsageError(
            f"since run {path.stem} was measured, this has changed:{listed}\n"
            "Measure in a new run (leave out --run, or name another): `gilscope compare` sets both side by side."
        )
    left = measure.remaining(plan, measure.measured_before(run))
    return msgspec.structs.replace(left, skips=tuple(skip for skip in left.skips if skip not in run.skips))


def _announce(console: Console, plan: Plan, rules: Rules) -> None:
    """Say what is measured.

    How long that takes is known once a unit of the work was timed, and is shown then.
    """
    from gilscope.lab import host
    from gilscope.render import numbers

    count = len(plan.contests)
    contests = "1 contest" if count == 1 else f"{count} contests"
    each = numbers.duration(rules.budget_s)
    console.print(f"{contests} of about {each}, or longer where the first launches take longer", style="dim")
    card = host.card()
    if card.load_1min is not None and card.load_1min > card.cpus_usable / 2:
        console.print(
            f"This machine is busy (load {card.load_1min:.1f} on {card.cpus_usable:g} CPUs): intervals will be wide.",
            style="yellow",
        )


def _is_free_threaded(contest: Contest) -> bool:
    """Whether a free-threaded build was found for it, even if it lacks what the workload needs."""
    return contest.pair is not None or any(lane.arm.runtime.facts.build == "free-threaded" for lane in contest.lanes)


def groups_of(options: argparse.Namespace, until: ExitStack, workloads: Sequence[Probe | Script]) -> tuple[Group, ...]:
    """The groups of a run: pairs and single builds, with a further arm for every change."""
    from gilscope.lab import measure

    census = take_census(options.python)
    groups = measure.groups(chosen_runtimes(options, census), census)
    further = [change for of_option in changes.asked(options, workloads, until).values() for change in of_option]
    return tuple(changes.with_further_arms(group, further) for group in groups)


def chosen_runtimes(options: argparse.Namespace, census: Census) -> tuple[Runtime, ...]:
    """The runtimes that a command line names, or the newest where it names none.

    Raises:
        NoRuntimeError: there are none at all.
        UsageError: a name means none of them.
    """
    from gilscope.lab import measure
    from gilscope.runtimes.candidates import explicit_path
    from gilscope.runtimes.twins import select

    runtimes = select(census, [*options.on, *(explicit_path(name, os.environ) for name in options.python)])
    return runtimes if options.on or options.python else measure.newest(census)


def plan_of(
    options: argparse.Namespace,
    parts: Sequence[choosing.Part],
    environ: dict[str, str],
    groups_for: Callable[[Sequence[Probe | Script]], tuple[Group, ...]],
) -> Plan:
    """The contests of all parts of a run, on the groups of arms that are made for their workloads.

    Raises:
        UsageError: a glob fits no lane, or nothing is left to measure.
        InstallError: nothing is left since packages could not be installed.
    """
    from gilscope.commands import environments
    from gilscope.lab import measure
    from gilscope.lab.plan import joined, lane_id, without_a_lane

    asked = [(part, workloads_of(part)) for part in parts]
    all_workloads = [workload for _, workloads in asked for workload in workloads]
    _refuse_misfits(options.models, all_workloads)
    groups = groups_for(all_workloads)
    batched = environments.batches(asked, groups, may_build=not options.no_build)
    plan = joined(
        measure.planned(batches, part.suite, environ) for batches, (part, _) in zip(batched, asked, strict=True)
    )
    for glob in without_a_lane(options.lanes, plan):
        examples = [lane_id(contest.probe.id, contest.reference) for contest in plan.contests[:1]]
        raise errors.UsageError(f"--lanes {glob!r} fits no lane: it is a glob over ids such as {', '.join(examples)}")
    if not plan.contests:
        reasons = sorted({skip.reason for skip in plan.skips})[:MOST_REASONS]
        made = [batch for batches in batched for batch in batches]
        raise environments.nothing_left(made, "; ".join(reasons) or "no lane fits the suite")
    return plan


def _refuse_misfits(models: Sequence[str], workloads: Iterable[Probe | Script]) -> None:
    """Refuse models that can spread none of the workloads; where they can spread some, the plan says which not.

    Raises:
        UsageError: there is nothing to spread, with what was probably meant.
    """
    from gilscope.models import unusable
    from gilscope.values.probes import Probe

    misfits: list[str] = []
    for workload in workloads:
        reason = unusable(models, workload) if isinstance(workload, Probe) else None
        if reason is None:
            return
        misfits.append(f"--models {','.join(models)}: {workload.id}: {reason}")
    raise errors.UsageError("\n".join(misfits))


def workloads_of(part: choosing.Part) -> Sequence[Probe | Script]:
    """The workloads of a part of a run.

    Raises:
        UsageError: what is named is not there, or cannot be measured.
        MatrixError: a probe, or the text of a workload, has mistakes.
    """
    with contextlib.chdir(part.folder):
        return choosing.called(part, _workloads(part.options, part.suite))


def _workloads(options: argparse.Namespace, suite: Suite) -> Sequence[Probe | Script]:
    from gilscope.processes.environment import SEARCH
    from gilscope.workloads import probes as catalog
    from gilscope.workloads import programs, pyperformance
    from gilscope.workloads.roles import roles
    from gilscope.workloads.statements import statement
    from gilscope.workloads.targets import Given, named_arguments

    given = Given(
        arguments=named_arguments(options.arguments),
        setup=options.setup,
        share=options.share,
        workers_argument=options.workers_argument,
        search=tuple(filter(None, os.environ.get(SEARCH, "").split(os.pathsep))),
    )
    if options.program is not None or options.module is not None:
        if options.probes or given.is_for_callables:
            raise errors.UsageError(
                "--command and -m measure one program: name no probe beside it, nor what is for callables (--arg, "
                "--setup, --share, --workers-arg)"
            )
        typed = programs.words(options.program) if options.module is None else ["python", "-m", options.module]
        return [programs.program([*typed, *options.script_arguments])]
    if suite.source == "pyperformance":
        return pyperformance.select(pyperformance.benchmarks(pyperformance.folder()), options.probes or suite.probes)
    if options.statement or options.statement_setup:
        if given.is_for_callables or options.roles:
            raise errors.UsageError("--arg, --setup, --share and --roles are for callables: a statement has -s alone")
        return [statement(options.probes, options.statement_setup)]
    beside = [roles(options.roles, given)] if options.roles else []
    if beside and not options.probes:
        return beside
    chosen = options.probes or suite.probes
    return [*beside, *catalog.select(catalog.folders(), chosen, tuple(options.script_arguments), given)]


def take_census(explicit: Sequence[str] = ()) -> Census:
    """Every Python of this machine, and the wished-for ones that are absent.

    Raises:
        MatrixError: ``matrix/runtimes.toml`` has mistakes.
    """
    from gilscope import places
    from gilscope.runtimes.census import census
    from gilscope.runtimes.wishes import runtimes_file

    wishes = runtimes_file(places.WISHES).wishes
    return census(os.environ, explicit, wishes, output.cache_dir())
