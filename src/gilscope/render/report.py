"""Which sheets a run is told in, and in what order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gilscope.analysis import ContestFigures
from gilscope.model import Finding, RunHeader, Skip
from gilscope.render import sheets
from gilscope.render.sheets import Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A run's sheets: every contest in detail, a summary per pair, and what closes the report."""

    header: RunHeader
    contests: tuple[ContestFigures, ...]
    summaries: tuple[Sheet, ...]
    details: tuple[Sheet, ...]
    closing: tuple[Sheet, ...]
    findings: tuple[Finding, ...]


def report(header: RunHeader, contests: Sequence[ContestFigures], skips: Sequence[Skip] = ()) -> Report:
    """Arrange the figures of a run, and what it left out, also where no lane of a contest was left."""
    details: list[Sheet] = []
    for contest in contests:
        details.append(sheets.detail(contest))
        details.append(sheets.break_evens(contest))
    return Report(
        header=header,
        contests=tuple(contests),
        summaries=tuple(sheets.summary(name, group) for name, group in _by_pair(contests).items()),
        details=tuple(details),
        closing=(sheets.findings(contests), sheets.skips(skips)),
        findings=tuple(finding for contest in contests for finding in contest.findings),
    )


def _by_pair(contests: Sequence[ContestFigures]) -> dict[str, list[ContestFigures]]:
    groups: dict[str, list[ContestFigures]] = {}
    for contest in contests:
        if contest.contest.pair is not None and contest.lanes:
            groups.setdefault(contest.contest.pair.free_threaded.name, []).append(contest)
    return groups
