"""Runs of several hosts side by side: one figure of all stored runs, or a folder of hosts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gilscope import errors
from gilscope.commands import output, reading

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from gilscope.history.hosts import AcrossHosts
    from gilscope.history.summary import FigureName
    from gilscope.values.records import Run

SHOWN: tuple[FigureName, ...] = ("penalty", "gain", "scaling")
"""The figures of a report on hosts, the first of which its page draws; times of two machines compare these."""


BRIEF: frozenset[FigureName] = frozenset({"penalty", "gain"})
"""The figures of which a terminal shows the tables: scalings have as many rows as gains again."""

MORE = "Scalings lane by lane: --markdown FILE, --json, or -o FILE for a page."


def show_across(compared: AcrossHosts, options: argparse.Namespace) -> int:
    """Print one figure over hosts, or write it as a page."""
    from gilscope.render import hosts as render
    from gilscope.render import terminal

    if options.output:
        from gilscope.page import several_runs

        output.write_page(options.output, partial(several_runs.of_hosts, compared, answers={}))
    elif options.json:
        output.print_json(compared)
    else:
        console = output.console()
        terminal.show_blocks(console, [render.verdict(compared), *render.sheets(compared, console.width)])
    return 0


def report_on_hosts(
    paths: Sequence[Path],
    *,
    json: bool = False,
    markdown: Path | None = None,
    page: Path | None = None,
    without_names: bool = False,
) -> int:
    """Print what several hosts' runs answer, each and side by side, or write it as Markdown or as a page.

    Args:
        paths: a run's file for each host, named after the host.
        json: print every figure as JSON.
        markdown: write the tables to this file.
        page: write one HTML file.
        without_names: number the hosts, and leave out what `store.anonymous` does.

    Raises:
        ResultsError: there is no run that can be read, or a file cannot be written.
    """
    from gilscope.figures.run import of_run
    from gilscope.page import headlines
    from gilscope.render import hosts as render
    from gilscope.render import markdown as text
    from gilscope.render import terminal

    runs = list(_named(reading.readable(paths), without_names=without_names))
    if not runs:
        raise errors.ResultsError("no run of a host can be read: measure with `gilscope run` there")
    compared = _compared(runs)
    runs_of = {run.header.host.name: run for run in runs}
    by_host = {host.name: of_run(runs_of[host.name]) for host in compared[0].hosts}
    answers = {host: headlines.alone(figures) for host, figures in by_host.items()}
    host_by_host, lacks, first = render.answers(answers), render.lacks(by_host), compared[0]
    if json:
        output.print_json({"answers": answers, "figures": compared})
    elif page is not None:
        from gilscope.page import several_runs

        output.write_page(page, partial(several_runs.of_hosts, *compared, answers=answers, findings=[lacks]))
    elif markdown is not None:
        figures = render.once(sheet for each in compared for sheet in render.figures(each))
        sheets = [host_by_host, *figures, lacks, render.legend(first.hosts)]
        output.write(markdown, "\n".join([render.verdict(first) + "\n", *map(text.of_sheet, sheets)]))
    else:
        console = output.console()
        terminal.show_blocks(console, [host_by_host, *dict.fromkeys(map(render.verdict, compared))])
        figures = render.once(
            sheet for each in compared if each.figure in BRIEF for sheet in render.figures(each, console.width)
        )
        terminal.show(console, [*figures, lacks, render.legend(first.hosts)])
        console.print(MORE, style="dim", soft_wrap=True)
    return 0


def _named(runs: Iterable[Run], *, without_names: bool) -> Iterator[Run]:
    """The runs with their hosts called as their files are, or by number."""
    import msgspec

    from gilscope.store.anonymous import anonymous

    for number, run in enumerate(runs, 1):
        shown = anonymous(run) if without_names else run
        host = msgspec.structs.replace(shown.header.host, name=f"host {number}" if without_names else run.path.stem)
        yield msgspec.structs.replace(shown, header=msgspec.structs.replace(shown.header, host=host))


def _compared(runs: Iterable[Run]) -> tuple[AcrossHosts, ...]:
    """The figures of all hosts: penalties, and what several workers give."""
    from gilscope.history.hosts import across
    from gilscope.history.summarise import summary
    from gilscope.history.summary import DatedFigure

    summaries = [summary(run) for run in runs]
    settings = {each.host: [each.setting] for each in summaries}
    dated = [
        DatedFigure(each.host, each.started, figure)
        for each in summaries
        for figure in each.figures
        if figure.name == "penalty" or not figure.is_of_one_cpu
    ]
    return tuple(across(name, [each for each in dated if each.figure.name == name], settings) for name in SHOWN)
