"""Commands that find and install runtimes, list probes, and measure."""

from __future__ import annotations

import math
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import platformdirs

from gilscope import errors
from gilscope.commands import output
from gilscope.commands.showing import show_run

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from rich.console import Console

    from gilscope.lab.plan import Plan
    from gilscope.values.contests import Probe
    from gilscope.values.runtimes import Census
    from gilscope.workloads.scripts import Script
    from gilscope.workloads.suites import Suite

MOST_REASONS = 5
"""How many reasons are printed where nothing is left to measure."""

NO_FREE_THREADED = "No free-threaded Python was found: `gilscope runtimes install 3.14t` brings one, with its twin."

MINUTE_S = 60


def list_runtimes(options: argparse.Namespace) -> int:
    """List every Python found, or `install` one."""
    from gilscope.render import runtimes as render

    if options.action == "install":
        return _install(options)
    census = take_census(options.python)
    if options.json:
        output.print_json(render.as_data(census))
        return 0
    console = output.console()
    for table in render.tables(census):
        console.print(table)
        console.print()
    return 0


def _install(options: argparse.Namespace) -> int:
    from gilscope import places
    from gilscope.provision import install
    from gilscope.render.install_progress import InstallProgress
    from gilscope.runtimes.wishes import runtimes_file

    versions = [options.version] if options.version else list(runtimes_file(places.WISHES).install)
    data_dir = platformdirs.user_data_path("gilscope") / "pythons"
    with InstallProgress(output.console()) as progress:
        executables = install.install_first(versions, optimised=options.optimised, progress=progress, data_dir=data_dir)
    for executable in executables:
        print(executable)  # noqa: T201 - this is the room that prints
    return 0


def list_probes(_: argparse.Namespace) -> int:
    """List all probes by kind."""
    from gilscope.render import probes as render
    from gilscope.render import terminal
    from gilscope.workloads.probes import folders, probes

    terminal.show(output.console(), [render.sheet(probes(*folders()))])
    return 0


def measure_run(options: argparse.Namespace) -> int:
    """Measure, then show what was measured."""
    from gilscope import places, store
    from gilscope.lab import measure
    from gilscope.lab.lane import common_environment
    from gilscope.processes.environment import missed
    from gilscope.render.progress import RunProgress
    from gilscope.workloads.suites import suite

    chosen_suite = suite(places.SUITES, options.suite)
    if options.workers:  # a person may ask for more than there are CPUs for
        chosen_suite = msgspec.structs.replace(chosen_suite, workers=options.workers, oversubscription=math.inf)
    run_id = options.run_id or measure.new_run_id(datetime.now(UTC))
    path = store.run_path(options.results, run_id)
    environ = common_environment(os.environ, output.cache_dir() / "bytecode")
    plan = measure.remaining(_plan(options, chosen_suite, environ), measure.measured_before(path))
    rules = msgspec.structs.replace(
        chosen_suite.rules,
        precision=options.precision or chosen_suite.precision,
        budget_s=options.budget or chosen_suite.budget_s,
        timeout_s=options.timeout or chosen_suite.timeout_s,
        pin=not options.no_pin,
    )
    seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(4), "little")
    request = measure.Request(run_id=run_id, suite=options.suite, rules=rules, seed=seed)
    console = output.console(stderr=True)
    if not plan.contests:
        console.print(f"All of this was measured in run {run_id} already.", style="dim")
        return 0
    for name in missed(os.environ):
        console.print(f"{name} is dropped: it changes the interpreter, and each lane has its own.", style="yellow")
    _announce(console, plan, rules.budget_s)
    if not options.on and not options.python and all(contest.pair is None for contest in plan.contests):
        console.print(NO_FREE_THREADED, style="yellow")
    try:
        with RunProgress(console, len(plan.contests)) as observer:
            failed_lanes = measure.measure(plan, request, path, environ, observer)
    except KeyboardInterrupt:
        raise errors.ControllerInterruptedError(
            f"interrupted. What had been measured is in {path}; `gilscope report {path}` shows it."
        ) from None
    if not options.no_report:
        show_run(output.console(), path)
    return errors.LANES_FAILED if failed_lanes else 0


def _announce(console: Console, plan: Plan, budget_s: float) -> None:
    from gilscope.lab import host

    count = len(plan.contests)
    seconds = count * budget_s
    length = f"{seconds:.0f} s" if seconds < MINUTE_S * 2 else f"{seconds / MINUTE_S:.0f} min"
    console.print(f"{count} {'contest' if count == 1 else 'contests'}, about {length}", style="dim")
    card = host.card()
    if card.load_1min is not None and card.load_1min > card.cpus_usable / 2:
        console.print(
            f"This machine is busy (load {card.load_1min:.1f} on {card.cpus_usable:g} CPUs): intervals will be wide.",
            style="yellow",
        )


def _plan(options: argparse.Namespace, suite: Suite, environ: dict[str, str]) -> Plan:
    from gilscope.lab import measure
    from gilscope.runtimes.candidates import explicit_path
    from gilscope.runtimes.twins import select

    workloads = _workloads(options, suite)
    census = take_census(options.python)
    runtimes = select(census, [*options.on, *(explicit_path(name, os.environ) for name in options.python)])
    if not options.on and not options.python:
        runtimes = measure.newest(census)
    plan = measure.planned(workloads, measure.groups(runtimes, census), suite, environ)
    if not plan.contests:
        reasons = sorted({skip.reason for skip in plan.skips})[:MOST_REASONS]
        raise errors.UsageError(f"nothing is left to measure: {'; '.join(reasons) or 'no lane fits the suite'}")
    return plan


def _workloads(options: argparse.Namespace, suite: Suite) -> Sequence[Probe | Script]:
    from gilscope.workloads import probes as catalog
    from gilscope.workloads import pyperformance
    from gilscope.workloads.roles import roles
    from gilscope.workloads.statements import statement
    from gilscope.workloads.targets import Given, named_arguments

    if suite.source == "pyperformance":
        return pyperformance.select(pyperformance.benchmarks(pyperformance.folder()), options.probes or suite.probes)
    given = Given(arguments=named_arguments(options.arguments), setup=options.setup, share=options.share)
    if options.statement or options.statement_setup:
        if given != catalog.NOTHING_GIVEN or options.roles:
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
