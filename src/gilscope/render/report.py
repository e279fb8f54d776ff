"""Which sheets a run is told in, and in what order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gilscope.figures.run import RunFigures
from gilscope.render import observations, sheets, transport, verdict, workers
from gilscope.render.sheets import Sheet
from gilscope.values.records import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.values import ContestFigures


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A run's sheets: every contest in detail, what was left out, a summary per pair, and last what to run it on."""

    run: RunFigures
    summaries: tuple[Sheet, ...]
    details: tuple[Sheet, ...]
    closing: tuple[Sheet, ...]
    findings: tuple[Finding, ...]


def report(run: RunFigures) -> Report:
    """Arrange the figures of a run, and what it left out, also where no lane of a contest was left."""
    contests = run.contests
    details: list[Sheet] = []
    for contest in contests:
        details += of_contest(contest)
    return Report(
        run=run,
        summaries=(
            *transport.sheets(run.means),
            *observations.sheets(contests),
            workers.orders(contests),
            *map(sheets.summary, run.pairs),
            *_verdicts(contests),
        ),
        details=tuple(details),
        closing=(sheets.findings(contests), sheets.skips(run.skips)),
        findings=tuple(finding for contest in contests for finding in contest.findings),
    )


def of_contest(contest: ContestFigures) -> tuple[Sheet, ...]:
    """The sheets that one contest is told in, wherever a run is shown: what was observed, or else what was timed."""
    probe = contest.contest.probe
    if not probe.is_timed:
        return (observations.sheet(contest),)
    if probe.ways:
        return (workers.ways(contest),)
    if contest.asks_about_workers:
        return (workers.memory(contest),)
    return sheets.detail(contest), sheets.break_evens(contest), sheets.scaling_laws(contest)


def _verdicts(contests: Sequence[ContestFigures]) -> Iterator[Sheet]:
    judged = [(contest, contest.verdict) for contest in contests if contest.verdict is not None]
    if len(judged) == 1:
        yield verdict.sheet(*judged[0])
    elif judged:
        yield verdict.overview([contest for contest, _ in judged])
