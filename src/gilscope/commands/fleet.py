"""Commands over many machines: measure on all hosts of a cluster, watch them, and set them side by side."""

from __future__ import annotations

import asyncio
import os
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gilscope import errors
from gilscope.arguments import parse
from gilscope.arguments.fleet import words_for_hosts
from gilscope.commands import choosing, measuring, output

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rich.console import Console

    from gilscope.fleet.content import Content
    from gilscope.fleet.dispatch import Outcome
    from gilscope.fleet.folder import Begun
    from gilscope.fleet.values import HostFacts
    from gilscope.render.fleet import FleetProgress
    from gilscope.values.probes import Probe
    from gilscope.workloads.scripts import Script

NO_DASK = (
    "a fleet needs Dask's distributed beside gilscope: `pip install distributed` brings it, and so does "
    "`pip install '.[fleet]'` in a clone; on every host too"
)

GO_ON = "What was measured is in {0}; `gilscope fleet run --run {1}` goes on where it was."


def command(options: argparse.Namespace) -> int:
    """Carry out one of the fleet's actions.

    Raises:
        UsageError: Dask is not installed.
    """
    from gilscope.commands import obeying

    actions: dict[str, Callable[[argparse.Namespace], int]] = {
        "run": run,
        "status": status,
        "report": report,
        "obey": obeying.obey,
    }
    try:
        return actions[options.action](options)
    except ModuleNotFoundError as error:
        if error.name not in {"distributed", "dask"}:
            raise
        raise errors.UsageError(NO_DASK) from error


def run(options: argparse.Namespace) -> int:
    """Measure on the hosts of a cluster, then show what they measured."""
    from gilscope.commands.hosts import report_on_hosts
    from gilscope.fleet import folder
    from gilscope.fleet.cluster import SchedulerLostError

    begun = _begun(options)
    go_on = GO_ON.format(begun.path, begun.path.name)
    try:
        outcomes = asyncio.run(_measured(options, begun))
    except KeyboardInterrupt:
        raise errors.ControllerInterruptedError("interrupted. " + go_on) from None
    except (errors.ResultsError, SchedulerLostError) as error:
        raise type(error)(f"{str(error).rstrip('.')}. {go_on}") from error
    files = folder.files(begun.path)
    if files:
        report_on_hosts(files)
    if any(outcome.status not in {0, errors.LANES_FAILED} for outcome in outcomes):
        output.console(stderr=True).print(go_on, style="yellow", soft_wrap=True)
    return max(map(exit_status, outcomes))


def exit_status(outcome: Outcome) -> int:
    """The exit status of a host: that of its gilscope, unless this was ended by a signal, or lost."""
    if outcome.status is None or outcome.status not in range(errors.ResultsError.exit_status + 1):
        return errors.LANES_FAILED
    return outcome.status


def _begun(options: argparse.Namespace) -> Begun:
    """A run that is begun, or gone on with; it keeps what it was asked for and what it measures.

    Raises:
        UsageError: nothing is named, or something that is not there or cannot travel; or a run that was begun is asked
            for something else.
        MatrixError: a file has mistakes.
        ResultsError: the run's folder cannot be read or written.
    """
    from gilscope.commands.on_host import own_content
    from gilscope.fleet import folder
    from gilscope.lab.measure import new_run_id

    place = options.typed.index("run", options.typed.index("fleet")) + 1
    words = words_for_hosts(options.typed[place:])
    words += ("--", *options.script_arguments) if options.script_arguments else ()
    before = None if options.run_id is None else folder.begun_in(folder.folder_of(options.results, options.run_id))
    if before is not None:
        asked = before.asked
        if (words and words != asked.words) or (options.split and not asked.split):
            typed = " ".join(asked.words) + " --split" * asked.split
            raise errors.UsageError(
                f"run {options.run_id} was begun with {typed!r}: leave all of that out to go on with it, or measure in "
                "a new run"
            )
        if asked.project is not None:
            console = output.console(stderr=True)
            console.print("It goes on with your files as they were when it was begun.", style="dim")
        return before
    project, here = _travelling(words, options.results)
    own = own_content()
    asked = folder.Asked(
        words=words,
        split=options.split,
        project=None if project is None else project.digest,
        folder=here,
        own=own.digest,
    )
    contents = [own] if project is None else [own, project]
    return folder.begin(options.results, options.run_id or new_run_id(datetime.now(UTC)), asked, contents)


def status(options: argparse.Namespace) -> int:
    """Show what each host of a cluster measures, as long as anybody looks."""
    from gilscope.render.fleet import FleetProgress

    console = output.console()
    with FleetProgress(console) as board:
        try:
            asyncio.run(_watched(options.scheduler, board, once=options.once or not console.is_terminal))
        except KeyboardInterrupt:
            return 0
    return 0


def report(options: argparse.Namespace) -> int:
    """Show what the hosts of a fleet have measured, side by side."""
    from gilscope.commands.hosts import report_on_hosts
    from gilscope.fleet import folder

    path = folder.find(options.results, options.run)
    files = folder.files(path)
    if not files:
        raise errors.ResultsError(f"no host has measured anything in {path}: `gilscope fleet run --run {path.name}`")
    return report_on_hosts(files, json=options.json, markdown=options.markdown, page=options.output)


def _travelling(words: Sequence[str], results: Path) -> tuple[Content | None, str]:
    """What hosts need to measure what these words mean here: a project, if any, and a folder in it.

    Raises:
        UsageError: nothing is named, or something that is not there, or that cannot travel.
        MatrixError: a file has mistakes.
    """
    from gilscope.fleet import content
    from gilscope.workloads.project import Project

    asked = choosing.completed(parse(["run", *words]))
    if not (asked.probes or asked.suite or choosing.has_a_form(asked)):
        raise errors.UsageError("say what the hosts are to measure: --suite quick, a probe, or work of yours")
    if asked.rev:
        raise errors.UsageError("--rev does not travel: hosts get your files as they are, without their history")
    if asked.with_active:
        raise errors.UsageError(
            "--with-active: an environment does not travel; name its packages: --with PACKAGE, --with-requirements FILE"
        )
    workloads = [workload for part in choosing.parts(asked) for workload in measuring.workloads_of(part)]
    here = Path.cwd()
    needed = list(_paths(asked, workloads))
    if not needed and asked.project == Project(folder=here):
        return None, "."
    if os.environ.get("VIRTUAL_ENV"):
        output.console(stderr=True).print(
            "The active environment does not travel: hosts have what --with and --with-requirements name.",
            style="yellow",
        )
    root = content.root_of(here, os.environ) or asked.project.folder
    for path in needed:
        if not path.resolve().is_relative_to(root.resolve()):
            raise errors.UsageError(f"{path} lies outside of {root}, and only that folder is sent to hosts")
    packed = content.pack(root, content.files_of(root, results.resolve(), os.environ))
    return packed, str(here.resolve().relative_to(root.resolve()))


def _paths(asked: argparse.Namespace, workloads: Iterable[Probe | Script]) -> Iterator[Path]:
    """The files and folders of a person's own that are to be measured, or hold what these need."""
    from gilscope.commands import environments
    from gilscope.provision import requirements
    from gilscope.workloads.suites import file_of

    suite = file_of(choosing.name_of_suite(asked))
    if suite is not None:
        yield suite
    for workload in workloads:
        if environments.is_own(workload):
            yield Path(workload.path or ".")
    packages = requirements.packages(asked.packages, asked.requirements, asked.editables)
    yield from requirements.local_paths(packages)
    yield from requirements.editable_paths(packages)
    yield from map(Path, packages.files)


async def _measured(options: argparse.Namespace, begun: Begun) -> list[Outcome]:
    """Have the hosts of a cluster measure, and copy what they measure into the run's folder."""
    from gilscope import store
    from gilscope.commands.on_host import HOST_SIDE, describe
    from gilscope.fleet.cluster import connected
    from gilscope.fleet.dispatch import Fleet, Outcome
    from gilscope.fleet.folder import records_of
    from gilscope.fleet.hosts import alike, present
    from gilscope.fleet.values import HostFacts, Order
    from gilscope.interchange import decoded
    from gilscope.render.fleet import FleetProgress

    console = output.console(stderr=True)
    ours = decoded(describe(), msgspec.json.Decoder(HostFacts))
    path, asked = begun.path, begun.asked
    order = Order(
        number=0,
        run=path.name,
        host="",
        arguments=asked.words,
        project=asked.project,
        folder=asked.folder,
        own=asked.own,
    )
    async with connected(options.scheduler) as cluster:
        _refuse_other_versions(await cluster.versions(), ours)
        _announce(console, None if options.scheduler is None else cluster.dashboard, path)
        await cluster.wait_for(options.hosts, options.wait)
        hosts, refused = await present(cluster, HOST_SIDE, ours)
        for worker in refused:
            console.print(f"{worker.name} takes no part: {worker.reason}.", style="yellow", soft_wrap=True)
        if not hosts:
            raise errors.UsageError(f"no host of {cluster.address} can take part: see above")
        with ExitStack() as until:
            copies = {host: until.enter_context(closing(store.RunCopy(records_of(path, host.name)))) for host in hosts}
            fleet = Fleet(
                cluster,
                HOST_SIDE,
                copies=copies,
                contents=begun.contents,
                order=order,
                board=until.enter_context(FleetProgress(console, [host.facts.card for host in hosts])),
            )
            async with cluster.quiet([host.address for host in hosts]):
                outcomes = await (fleet.split(alike) if asked.split else fleet.each())
    return [*outcomes, *(Outcome(each.name, None, each.reason) for each in refused if not each.is_spare)]


def _refuse_other_versions(versions: dict[str, str], ours: HostFacts) -> None:
    """Refuse a scheduler with another gilscope or Dask, which may not understand us.

    Raises:
        UsageError: it is one.
    """
    from gilscope.fleet.hosts import differences

    found = differences(versions, ours.versions)
    if found:
        raise errors.UsageError(
            f"the scheduler does not fit: {found}. Install gilscope[fleet] of one version wherever a scheduler or a "
            "worker is started."
        )


def _announce(console: Console, dashboard: str | None, path: Path) -> None:
    more = "" if dashboard is None else f" Dask's own page on the cluster is {dashboard} (it needs bokeh)."
    console.print(f"Run {path.name}, into {path}.{more}", style="dim", soft_wrap=True)


async def _watched(address: str, board: FleetProgress, *, once: bool) -> None:
    """Show what all hosts of a cluster measure, once or until somebody ends it."""
    from gilscope.commands.on_host import HOST_SIDE
    from gilscope.fleet.cluster import ForeignError, SilentError, connected
    from gilscope.fleet.dispatch import LOOK_S
    from gilscope.fleet.values import State
    from gilscope.interchange import decoded

    decoder = msgspec.json.Decoder(State)
    async with connected(address) as cluster:
        while True:
            for worker in await cluster.threads():
                try:
                    states = [decoded(state, decoder) for state in await cluster.ask(worker, HOST_SIDE.states)]
                except (SilentError, ForeignError) as error:
                    board.silent(worker, 0, str(error))
                else:
                    board.replaced(worker, states)
            if once:
                return
            await asyncio.sleep(LOOK_S)
