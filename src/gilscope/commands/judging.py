"""Commands over several stored runs: a figure's history, two runs side by side, published claims."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from gilscope import errors
from gilscope.commands import hosts, output, reading

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from gilscope.history.archive import Archive
    from gilscope.history.summary import Summary

Item = TypeVar("Item")

MEASURES_PAIRS = (
    "`gilscope run --suite quick --on '*t'` measures every free-threaded Python that is here beside its twin, and "
    "`gilscope runtimes install` brings one"
)


def show_history(options: argparse.Namespace) -> int:
    """Print a figure over versions, dates or hosts, or write it as a page."""
    from gilscope.history.archive import Archive
    from gilscope.history.hosts import across
    from gilscope.history.series import history
    from gilscope.render import history as render
    from gilscope.render import terminal

    archive = Archive(options.results, output.cache_dir())
    _summarise(archive)
    dated_figures = archive.dated_figures(options.figure, options.probe, options.lane)
    if not dated_figures:
        probes = {dated.figure.probe for dated in archive.dated_figures(options.figure, "*", "*")}
        raise errors.UsageError(
            f"no stored run has a {options.figure} of probe {options.probe!r}, lane {options.lane!r}; "
            f"probes that have one: {', '.join(sorted(probes)) or 'none'}"
        )
    if options.by == "host":
        return hosts.show_across(across(options.figure, dated_figures, archive.settings()), options)
    figure_history = history(options.figure, options.by, dated_figures)
    if options.output:
        from gilscope.page import several_runs

        output.write_page(options.output, partial(several_runs.of_history, figure_history))
        return 0
    if options.json:
        output.print_json(figure_history)
        return 0
    console = output.console()
    terminal.show(console, render.sheets(figure_history))
    console.print(render.verdict(figure_history))
    return 0


def _summarise(archive: Archive) -> None:
    """Bring the summaries up to date, and print which runs cannot be read."""
    for problem in archive.fill(_summarised, lambda files: _tracked(files, "Summarising runs")):
        output.console(stderr=True).print(problem, style="yellow")


def _tracked(items: Sequence[Item], what: str) -> Iterable[Item]:
    """Hand items through, with a bar on the terminal that shows how far it is."""
    from rich.progress import track

    console = output.console(stderr=True)
    return track(items, what, console=console, transient=True, disable=not console.is_terminal)


def _summarised(path: Path) -> Summary:
    from gilscope import store
    from gilscope.history.summarise import summary

    return summary(store.read(path))


def show_tracker(options: argparse.Namespace) -> int:
    """Print how free-threaded builds fare from version to version, machine by machine."""
    from gilscope import store
    from gilscope.figures.run import of_run
    from gilscope.history.machines import machines
    from gilscope.render import markdown, terminal
    from gilscope.render import tracker as render

    places = ", ".join(map(str, options.results))
    paths = [path for folder in options.results for path in store.runs(folder)]
    if not paths:
        raise errors.ResultsError(f"no runs are stored in {places}: {MEASURES_PAIRS}")
    known = machines(of_run(run) for run in reading.readable(_tracked(paths, "Reading runs")))
    if not known:
        raise errors.UsageError(f"no run in {places} has a free-threaded Python beside its twin: {MEASURES_PAIRS}")
    sheets = tuple(render.sheets(known))
    if options.markdown:
        output.write(options.markdown, "\n".join(map(markdown.of_sheet, sheets)))
    else:
        terminal.show(output.console(), sheets)
    return 0


def compare_runs(options: argparse.Namespace) -> int:
    """Print two runs side by side, or write them as a page."""
    from gilscope import store
    from gilscope.history.two_runs import compare
    from gilscope.render import run_comparison as render
    from gilscope.render import terminal

    before, after = (_summarised(store.find(options.results, run)) for run in (options.before, options.after))
    comparison = compare(before, after)
    if not comparison.rows and not comparison.one_sided:
        raise errors.UsageError(
            f"{options.before} and {options.after} have no figures to be compared; variants are compared within a run, "
            f"which `gilscope report` shows"
        )
    if options.output:
        from gilscope.page import several_runs

        output.write_page(options.output, partial(several_runs.of_comparison, comparison))
    elif options.json:
        output.print_json(comparison)
    else:
        terminal.show(output.console(), render.sheets(comparison))
    return 0


def judge_claims(options: argparse.Namespace) -> int:
    """Print published claims beside what was measured."""
    from gilscope import places, store
    from gilscope.claims.judgements import judged
    from gilscope.claims.statements import claims
    from gilscope.render import claims as render
    from gilscope.render import markdown, terminal

    statements = claims(places.CLAIMS)
    chosen_runs = [store.read(store.find(options.results, run)) for run in options.runs]
    sheets = render.sheets(judged(statements, chosen_runs or reading.readable(store.runs(options.results))))
    if options.markdown:
        output.write(options.markdown, "\n".join(map(markdown.of_sheet, sheets)))
    else:
        terminal.show(output.console(), sheets)
    return 0
