"""Commands over several stored runs: a figure's history, two runs side by side, published claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope import errors
from gilscope.arguments import DEFAULT_RESULTS
from gilscope.commands import output

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from gilscope.history.archive import Archive
    from gilscope.history.summary import Summary
    from gilscope.values.records import Run


def show_history(asked: argparse.Namespace) -> int:
    """Print a figure over versions or dates."""
    from gilscope.history.archive import Archive
    from gilscope.history.series import history
    from gilscope.render import history as render
    from gilscope.render import terminal

    archive = Archive(asked.results or [DEFAULT_RESULTS], output.cache_dir())
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
        output.print_json(told)
        return 0
    console = output.console()
    terminal.show(console, render.sheets(told))
    console.print(render.verdict(told))
    return 0


def _summarise(archive: Archive) -> None:
    """Bring the summaries up to date, and print which runs cannot be read."""
    from rich.progress import track

    console = output.console(stderr=True)
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
    from gilscope.history.summarise import summary

    return summary(store.read(path))


def compare_runs(asked: argparse.Namespace) -> int:
    """Print two runs side by side."""
    from gilscope import store
    from gilscope.history.two_runs import compare
    from gilscope.render import run_comparison as render
    from gilscope.render import terminal

    before, after = (_summarised(store.find(asked.results, run)) for run in (asked.before, asked.after))
    compared = compare(before, after)
    if asked.json:
        output.print_json(compared)
    else:
        terminal.show(output.console(), render.sheets(compared))
    return 0


def judge_claims(asked: argparse.Namespace) -> int:
    """Print published claims beside what was measured."""
    from gilscope import places, store
    from gilscope.claims.judgements import judged
    from gilscope.claims.statements import claims
    from gilscope.render import claims as render
    from gilscope.render import markdown, terminal

    said = claims(places.CLAIMS)
    named = [store.read(store.find(asked.results, run)) for run in asked.runs]
    sheets = render.sheets(judged(said, named or _readable(store.runs(asked.results))))
    if asked.markdown:
        output.write(asked.markdown, "\n".join(map(markdown.of_sheet, sheets)))
    else:
        terminal.show(output.console(), sheets)
    return 0


def _readable(paths: Sequence[Path]) -> Iterator[Run]:
    """The runs that can be read; the reason for any other goes to the standard error."""
    from gilscope import store

    for path in paths:
        try:
            yield store.read(path)
        except errors.ResultsError as error:
            output.console(stderr=True).print(str(error), style="yellow")
