"""Commands that show one stored run as tables, charts, a page or pyperf's files, or pyperf's files as a table."""

from __future__ import annotations

import io
import shutil
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gilscope import errors
from gilscope.commands import hosts, output

if TYPE_CHECKING:
    import argparse

    from rich.console import Console

    from gilscope.figures.run import RunFigures
    from gilscope.page.content import Content
    from gilscope.render.report import Report
    from gilscope.values.records import Finding, Run

WIDTH_OF_PICTURES = 100
"""Columns of a picture where there is no terminal."""

MORE = "Times, shares of cores, break-evens and all notes: gilscope report {0} --full, or gilscope page {0}"


def show_report(options: argparse.Namespace) -> int:
    """Print a stored run's answer and tables or all its figures, or write the tables to a file."""
    from gilscope.exchange import listing
    from gilscope.figures.run import of_run
    from gilscope.render import markdown
    from gilscope.render.report import report

    run = _run(options)
    if options.markdown:
        output.write(options.markdown, markdown.page(report(of_run(run))))
    elif options.svg:
        output.write(options.svg, _picture(of_run(run), options.theme))
    elif options.json:
        output.print_json(listing.document(of_run(run)))
    elif options.csv:
        output.print_csv(listing.COLUMNS, listing.rows(listing.figures(of_run(run))))
    else:
        _show(output.console(), run, in_full=options.full)
    return 0


def make_page(options: argparse.Namespace) -> int:
    """Write a stored run, or those of several hosts in a folder, as one HTML file."""
    from gilscope import places, store
    from gilscope.claims.judgements import judged
    from gilscope.claims.statements import claims
    from gilscope.figures.run import of_run
    from gilscope.page.content import content
    from gilscope.render import claims as render
    from gilscope.render.report import report

    folder = _folder(options)
    if folder is not None:
        return hosts.report_on_hosts(store.runs(folder), page=options.output, without_names=options.anonymous)
    run = _run(options)

    def of_run_with_claims() -> Content:
        answered_claims = [item for item in judged(claims(places.CLAIMS), [run]) if item.ours is not None]
        return content(report(of_run(run)), run.trials, render.sheets(answered_claims))

    output.write_page(options.output, of_run_with_claims)
    return 0


def _folder(options: argparse.Namespace) -> Path | None:
    """The folder of runs that is named, by path or below the results; None where a single run is."""
    if options.run is None:
        return None
    return next((path for path in (Path(options.run), options.results / options.run) if path.is_dir()), None)


def make_charts(options: argparse.Namespace) -> int:
    """Write a stored run's charts as SVG files."""
    from gilscope import store

    try:
        from gilscope.page.pictures import pictures
    except ImportError as error:
        raise errors.UsageError(output.NO_CHARTS) from error
    for name, svg in pictures(read_figures(store.find(options.results, options.run))).items():
        path = options.output / f"{name}.svg"
        output.write(path, svg)
        print(path)  # noqa: T201 - this is the room that prints
    return 0


def show_failures(console: Console, path: Path) -> None:
    """Print why lanes of a stored run failed, for whoever wants to see nothing else."""
    from gilscope import store
    from gilscope.figures.run import of_run
    from gilscope.render import findings

    contests = [
        msgspec.structs.replace(contest, findings=tuple(filter(_fails, contest.findings)))
        for contest in of_run(store.read(path)).contests
    ]
    for line in findings.finding_lines(contests):
        console.print(line, style="yellow", soft_wrap=True)


def _fails(finding: Finding) -> bool:
    return finding.fails_lane and finding.kind != "unsupported"


def show_run(console: Console, path: Path, *, in_full: bool = False) -> None:
    """Print a stored run on a terminal: the answer first, all tables where it is wanted in full."""
    from gilscope import store

    _show(console, store.read(path), in_full=in_full)


def _show(console: Console, run: Run, *, in_full: bool) -> None:
    from gilscope.figures.run import of_run
    from gilscope.render import terminal
    from gilscope.render.brief import brief
    from gilscope.render.report import report

    told = report(of_run(run))
    terminal.show_blocks(console, brief(told, console.width, in_full=in_full))
    if in_full:
        for sheets in (told.evidence, told.details, told.summaries, told.closing):
            terminal.show(console, sheets)
        terminal.show_details(console, told.findings)
    else:
        console.print(MORE.format(run.path), style="dim", soft_wrap=True)
    console.print(f"Raw trials: {run.path}", style="dim", soft_wrap=True)


def _run(options: argparse.Namespace) -> Run:
    """The stored run that is named, without what a person may not want to publish where that is asked for.

    Raises:
        ResultsError: it is not there, or cannot be read.
    """
    from gilscope import store
    from gilscope.store.anonymous import anonymous

    run = store.read(store.find(options.results, options.run))
    return anonymous(run) if options.anonymous else run


def read_figures(path: Path) -> RunFigures:
    """The figures of a stored run.

    Raises:
        ResultsError: it cannot be read.
    """
    from gilscope import store
    from gilscope.figures.run import of_run

    return of_run(store.read(path))


def read_report(path: Path) -> Report:
    """The report of a stored run.

    Raises:
        ResultsError: it cannot be read.
    """
    from gilscope.render.report import report

    return report(read_figures(path))


def _picture(run: RunFigures, theme: str) -> str:
    """An SVG picture of what a run shows first, as wide as the terminal or ``COLUMNS``, dark or light."""
    from rich.console import Console
    from rich.terminal_theme import DEFAULT_TERMINAL_THEME, SVG_EXPORT_THEME

    from gilscope.render import terminal
    from gilscope.render.brief import brief
    from gilscope.render.report import report

    width = shutil.get_terminal_size((WIDTH_OF_PICTURES, 25)).columns
    console = Console(record=True, width=width, file=io.StringIO(), highlight=False, markup=False, emoji=False)
    terminal.show_blocks(console, brief(report(run), console.width))
    colours = {"dark": SVG_EXPORT_THEME, "light": DEFAULT_TERMINAL_THEME}
    return console.export_svg(title=_title(run), theme=colours[theme])


def _title(run: RunFigures) -> str:
    """The command that shows it: one that measures, where it is short."""
    asked = list(dict.fromkeys(contest.contest.probe.id for contest in run.contests))
    return f"gilscope run {asked[0]}" if len(asked) == 1 else f"gilscope report {run.header.id}"


def export_run(options: argparse.Namespace) -> int:
    """Write a stored run as files that pyperf reads, or as a file of results for others."""
    from gilscope.exchange import files as pyperf_files
    from gilscope.exchange.export import exported, left_out

    run = _run(options)
    if options.format == "gilscope":
        return _copy(run, options.output)
    arms = exported(run, raw=options.raw)
    for contest in left_out(run):
        output.console(stderr=True).print(f"Left out: {contest}.", style="yellow", soft_wrap=True)
    for path in pyperf_files.write(options.output or run.path.with_name(f"{run.path.stem}-pyperf"), arms):
        print(path)  # noqa: T201 - this is the room that prints
    return 0


def _copy(run: Run, folder: Path | None) -> int:
    """Write a run as a file of results beside its own, or into a folder."""
    from gilscope import store
    from gilscope.store.anonymous import records

    named = run.path.with_name(f"{run.path.stem}-copy{run.path.suffix}")
    with closing(store.RunWriter(named if folder is None else folder / run.path.name, anew=True)) as writer:
        for record in records(run):
            writer.append(record)
    print(writer.path)  # noqa: T201 - this is the room that prints
    return 0


def import_files(options: argparse.Namespace) -> int:
    """Print pyperf's files as one table."""
    from gilscope.exchange import files as pyperf_files
    from gilscope.exchange.comparison import comparison
    from gilscope.render import comparison as render
    from gilscope.render import markdown, terminal

    times, left_out = pyperf_files.read(options.files)
    sheet = render.sheet(comparison(times), left_out)
    if options.markdown:
        output.write(options.markdown, markdown.of_sheet(sheet))
    else:
        terminal.show(output.console(), [sheet])
    return 0
