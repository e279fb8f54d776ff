"""A run's sheets: which there are, and in what order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gilscope.figures.run import RunFigures
from gilscope.render import (
    cores,
    findings,
    observations,
    pairs,
    programs,
    roles,
    scaling,
    throughput,
    transport,
    variants,
    verdict,
    why,
    workers,
)
from gilscope.render.sheet import Sheet
from gilscope.values.records import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.values import ContestFigures


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A run's sheets: why threads do not scale, contests, summaries, and what went wrong or was left out.

    ``evidence`` is what the ``answers`` rest on, ``details`` are the contests one by one.
    """

    run: RunFigures
    answers: tuple[Sheet, ...]
    evidence: tuple[Sheet, ...]
    summaries: tuple[Sheet, ...]
    details: tuple[Sheet, ...]
    closing: tuple[Sheet, ...]
    findings: tuple[Finding, ...]


def report(run: RunFigures) -> Report:
    """Arrange the figures of a run and what it left out, as sheets."""
    contests = run.contests
    return Report(
        run=run,
        answers=tuple(map(why.answer_sheet, run.answers)),
        evidence=tuple(sheet for found in run.answers for sheet in why.evidence(found)),
        summaries=(*comparisons(run), *map(pairs.summary, run.pairs), *_verdicts(contests)),
        details=tuple(sheet for contest in contests for sheet in of_contest(contest)),
        closing=(findings.findings(contests), findings.skips(run.skips), findings.damages(run.damages)),
        findings=tuple(finding for contest in contests for finding in contest.findings),
    )


def comparisons(run: RunFigures) -> tuple[Sheet, ...]:
    """The sheets that set several contests of a run side by side, but for those about builds and verdicts."""
    return (
        *transport.sheets(run.means),
        *observations.sheets(run.contests),
        workers.orders(run.contests),
        *variants.overviews(run.contests, run.variants),
    )


def of_contest(contest: ContestFigures) -> tuple[Sheet, ...]:
    """The sheets of one contest, wherever a run is shown: observations, or else times."""
    probe = contest.contest.probe
    if probe.roles:
        return (roles.sheet(contest),)
    if not probe.is_timed:
        return (observations.sheet(contest),)
    if probe.ways:
        return (workers.ways(contest), *variants.sheets(contest))
    if contest.asks_about_workers:
        return (workers.memory(contest),)
    if contest.contest.variants:
        return (throughput.sheet(contest), *variants.sheets(contest))
    inside = [programs.sheet(contest)] if probe.is_program else [cores.shares(contest), cores.counts(contest)]
    return (
        throughput.sheet(contest),
        *inside,
        scaling.break_evens(contest),
        scaling.scaling_laws(contest),
    )


def _verdicts(contests: Sequence[ContestFigures]) -> Iterator[Sheet]:
    judged = [(contest, contest.verdict) for contest in contests if contest.verdict is not None]
    if len(judged) == 1:
        yield verdict.sheet(*judged[0])
    elif judged:
        yield verdict.overview([contest for contest, _ in judged])
