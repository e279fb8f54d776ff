"""The command line: the only room that prints, exits and reads the environment."""

from __future__ import annotations

import io
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import platformdirs

from gilscope import errors
from gilscope.arguments import DEFAULT_RESULTS, parse

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from rich.console import Console

    from gilscope.archive import Archive
    from gilscope.matrix import Suite
    from gilscope.model import Census, Probe
    from gilscope.plan import Plan
    from gilscope.render.report import Report
    from gilscope.scripts import Script
    from gilscope.store import Run
    from gilscope.summary import Summary

MOST_REASONS = 5
"""How many reasons are told for why nothing is left to measure."""

NO_CHARTS = 'charts need altair and vl-convert-python: pip install "gilscope[page]"'

MINUTE_S = 60


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit status, as told in ``gilscope.errors``."""
    asked = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        return COMMANDS[asked.command](asked)
    except KeyboardInterrupt:
        return _fail(errors.ControllerInterruptedError("interrupted; nothing was running"))
    except errors.GilscopeError as error:
        return _fail(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _fail(error: errors.GilscopeError) -> int:
    print(f"gilscope: {error}", file=sys.stderr)  # noqa: T201 - this is the room that prints
    return error.exit_status


def _runtimes(asked: argparse.Namespace) -> int:
    from gilscope.render import runtimes as render

    if asked.action == "install":
        return _install(asked)
    census = take_census(asked.python)
    if asked.json:
        _print_json(render.as_data(census))
        return 0
    console = _console()
    for table in render.tables(census):
        console.print(table)
        console.print()
    return 0


def _install(asked: argparse.Namespace) -> int:
    from gilscope.matrix import home, runtimes_file
    from gilscope.provision import install
    from gilscope.render.install_progress import InstallProgress

    wanted = [asked.version] if asked.version else list(runtimes_file(home() / "matrix" / "runtimes.toml").install)
    data_dir = platformdirs.user_data_path("gilscope") / "pythons"
    with InstallProgress(_console()) as progress:
        brought = install.install_first(wanted, optimised=asked.optimised, progress=progress, data_dir=data_dir)
    for executable in brought:
        print(executable)  # noqa: T201 - this is the room that prints
    return 0


def _probes(_: argparse.Namespace) -> int:
    from gilscope.catalog import folders, probes
    from gilscope.render import probes as render
    from gilscope.render import terminal

    terminal.show(_console(), [render.sheet(probes(*folders()))])
    return 0


def _run(asked: argparse.Namespace) -> int:
    from gilscope import measure, store
    from gilscope.lane import common_environment
    from gilscope.matrix import home, suite
    from gilscope.render.progress import RunProgress

    chosen_suite = suite(home() / "matrix" / "suites.toml", asked.suite)
    run_id = asked.run_id or measure.new_run_id(datetime.now(UTC))
    path = store.run_path(asked.results, run_id)
    environ = common_environment(os.environ, _cache() / "bytecode")
    plan = measure.remaining(_plan(asked, chosen_suite, environ), measure.measured_before(path))
    rules = msgspec.structs.replace(
        chosen_suite.rules,
        precision=asked.precision or chosen_suite.precision,
        budget_s=asked.budget or chosen_suite.budget_s,
        timeout_s=asked.timeout or chosen_suite.timeout_s,
        pin=chosen_suite.pin and not asked.no_pin,
    )
    seed = asked.seed if asked.seed is not None else int.from_bytes(os.urandom(4), "little")
    request = measure.Request(run_id=run_id, suite=asked.suite, rules=rules, seed=seed)
    console = _console(stderr=True)
    if not plan.contests:
        console.print(f"All of this was measured in run {run_id} already.", style="dim")
        return 0
    _announce(console, plan, rules.budget_s)
    try:
        with RunProgress(console, len(plan.contests)) as observer:
            failed = measure.measure(plan, request, path, environ, observer)
    except KeyboardInterrupt:
        raise errors.ControllerInterruptedError(
            f"interrupted. What had been measured is in {path}; `gilscope report {path}` shows it."
        ) from None
    if not asked.no_report:
        _show(_console(), path)
    return errors.LANES_FAILED if failed else 0


def _announce(console: Console, plan: Plan, budget_s: float) -> None:
    from gilscope import host

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


def _plan(asked: argparse.Namespace, suite: Suite, environ: dict[str, str]) -> Plan:
    from gilscope import measure
    from gilscope.runtimes.twins import select

    workloads = _workloads(asked, suite)
    census = take_census(asked.python)
    chosen = select(census, [*asked.on, *asked.python])
    if not asked.on and not asked.python:
        chosen = measure.newest(census)
    made = measure.planned(workloads, measure.groups(chosen, census), suite, environ)
    if not made.contests:
        reasons = sorted({skip.reason for skip in made.skips})[:MOST_REASONS]
        raise errors.UsageError(f"nothing is left to measure: {'; '.join(reasons) or 'no lane fits the suite'}")
    return made


def _workloads(asked: argparse.Namespace, suite: Suite) -> Sequence[Probe | Script]:
    from gilscope import catalog, pyperformance

    if suite.source == "pyperformance":
        return pyperformance.select(pyperformance.benchmarks(pyperformance.folder()), asked.probes or suite.probes)
    return catalog.select(catalog.folders(), asked.probes or suite.probes, tuple(asked.script_arguments))


def _report(asked: argparse.Namespace) -> int:
    from gilscope import store
    from gilscope.render import markdown

    path = store.find(asked.results, asked.run)
    if asked.markdown:
        _write(asked.markdown, markdown.page(read_report(path)))
    elif asked.svg:
        _write(asked.svg, _picture(path))
    else:
        _show(_console(), path)
    return 0


def _page(asked: argparse.Namespace) -> int:
    from gilscope import store
    from gilscope.claim_figures import judged
    from gilscope.matrix import claims, home
    from gilscope.render import claims as render
    from gilscope.render.report import report
    from gilscope.summarise import analysed

    try:
        from gilscope.page import html
    except ImportError as error:
        raise errors.UsageError(NO_CHARTS) from error
    run = store.read(store.find(asked.results, asked.run))
    told = report(run.header, analysed(run), run.skips)
    answered = [item for item in judged(claims(home() / "matrix" / "claims.toml"), [run]) if item.ours is not None]
    _write(asked.output, html.page(told, run.trials, html.bundled_vega(), render.sheets(answered)))
    return 0


def _charts(asked: argparse.Namespace) -> int:
    from gilscope import store

    try:
        from gilscope.render import charts
    except ImportError as error:
        raise errors.UsageError(NO_CHARTS) from error
    for chart in charts.charts(read_report(store.find(asked.results, asked.run)).contests):
        path = asked.output / f"{chart.name}.svg"
        _write(path, charts.svg(chart))
        print(path)  # noqa: T201 - this is the room that prints
    return 0


def _show(console: Console, path: Path) -> None:
    from gilscope.render import terminal

    report = read_report(path)
    terminal.show(console, report.details)
    terminal.show(console, report.closing)
    terminal.show_details(console, report.findings)
    terminal.show(console, report.summaries)
    console.print(f"Raw trials: {path}", style="dim")


def read_report(path: Path) -> Report:
    """The report of a stored run.

    Raises:
        ResultsError: it cannot be read.
    """
    from gilscope import store
    from gilscope.render.report import report
    from gilscope.summarise import analysed

    run = store.read(path)
    return report(run.header, analysed(run), run.skips)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise errors.ResultsError(f"cannot write {path}: {error.strerror}") from error


def _picture(path: Path) -> str:
    """The summaries and the first contest of a run, as they look on a terminal."""
    from rich.console import Console

    from gilscope.render import terminal

    report = read_report(path)
    console = Console(record=True, width=100, file=io.StringIO(), highlight=False, markup=False)
    terminal.show(console, [*report.details[:1], *report.summaries[-1:]])
    return console.export_svg(title="gilscope report")


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False)


def take_census(explicit: Sequence[str] = ()) -> Census:
    """Every Python of this machine, and the wished-for ones that are absent.

    Raises:
        MatrixError: ``matrix/runtimes.toml`` has mistakes.
    """
    from gilscope.matrix import home, runtimes_file
    from gilscope.runtimes.census import census

    wishes = runtimes_file(home() / "matrix" / "runtimes.toml").wishes
    return census(os.environ, explicit, wishes, _cache())


def _cache() -> Path:
    return platformdirs.user_cache_path("gilscope")


def _export(asked: argparse.Namespace) -> int:
    from gilscope import pyperf_files, store
    from gilscope.export import exported
    from gilscope.summarise import analysed

    run = store.read(store.find(asked.results, asked.run))
    arms = exported(run.header, analysed(run), run.trials, raw=asked.raw)
    for path in pyperf_files.write(asked.output or run.path.with_name(f"{run.path.stem}-pyperf"), arms):
        print(path)  # noqa: T201 - this is the room that prints
    return 0


def _import(asked: argparse.Namespace) -> int:
    from gilscope import pyperf_files
    from gilscope.comparison import comparison
    from gilscope.render import comparison as render
    from gilscope.render import markdown, terminal

    times, left_out = pyperf_files.read(asked.files)
    sheet = render.sheet(comparison(times), left_out)
    if asked.markdown:
        _write(asked.markdown, markdown.of_sheet(sheet))
    else:
        terminal.show(_console(), [sheet])
    return 0


def _history(asked: argparse.Namespace) -> int:
    from gilscope.archive import Archive
    from gilscope.history import history
    from gilscope.render import history as render
    from gilscope.render import terminal

    archive = Archive(asked.results or [DEFAULT_RESULTS], _cache())
    _summarise(archive)
    observations = archive.observations(asked.figure, asked.probe, asked.lane)
    if not observations:
        known = (
            ", ".join(sorted({each.figure.probe for each in archive.observations(asked.figure, "*", "*")})) or "none"
        )
        raise errors.UsageError(
            f"no stored run has a {asked.figure} of probe {asked.probe!r}, lane {asked.lane!r}; probes that have one: "
            f"{known}"
        )
    told = history(asked.figure, asked.by, observations)
    if asked.json:
        _print_json(told)
        return 0
    console = _console()
    terminal.show(console, render.sheets(told))
    console.print(render.verdict(told))
    return 0


def _summarise(archive: Archive) -> None:
    """Bring the summaries up to date, and tell what of the runs cannot be read."""
    from rich.progress import track

    console = _console(stderr=True)
    problems = archive.fill(
        _summarised,
        lambda files: track(
            files, "Summarising runs", console=console, transient=True, disable=not console.is_terminal
        ),
    )
    for problem in problems:
        console.print(problem, style="yellow")


def _summarised(path: Path) -> Summary:
    from gilscope import store
    from gilscope.summarise import summary

    return summary(store.read(path))


def _compare(asked: argparse.Namespace) -> int:
    from gilscope import store
    from gilscope.render import run_comparison as render
    from gilscope.render import terminal
    from gilscope.run_comparison import compare

    before, after = (_summarised(store.find(asked.results, run)) for run in (asked.before, asked.after))
    compared = compare(before, after)
    if asked.json:
        _print_json(compared)
    else:
        terminal.show(_console(), render.sheets(compared))
    return 0


def _claims(asked: argparse.Namespace) -> int:
    from gilscope import store
    from gilscope.claim_figures import judged
    from gilscope.matrix import claims, home
    from gilscope.render import claims as render
    from gilscope.render import markdown, terminal

    said = claims(home() / "matrix" / "claims.toml")
    named = [store.read(store.find(asked.results, run)) for run in asked.runs]
    sheets = render.sheets(judged(said, named or _readable(store.runs(asked.results))))
    if asked.markdown:
        _write(asked.markdown, "\n".join(map(markdown.of_sheet, sheets)))
    else:
        terminal.show(_console(), sheets)
    return 0


def _readable(paths: Sequence[Path]) -> Iterator[Run]:
    """The runs that can be read; those that cannot are told."""
    from gilscope import store

    for path in paths:
        try:
            yield store.read(path)
        except errors.ResultsError as error:
            _console(stderr=True).print(str(error), style="yellow")


def _print_json(value: object) -> None:
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value)) + b"\n")


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "runtimes": _runtimes,
    "run": _run,
    "report": _report,
    "page": _page,
    "charts": _charts,
    "export": _export,
    "import": _import,
    "history": _history,
    "compare": _compare,
    "claims": _claims,
    "probes": _probes,
}

if __name__ == "__main__":
    sys.exit(main())
