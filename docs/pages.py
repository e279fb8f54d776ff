"""What the pages of the documentation show of stored runs; cog calls these functions from between its markers.

A run is found by the suite at the end of its name in ``results/reference``. What no run holds is told as that.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gilscope import cli, store
from gilscope.render import markdown, models, tracker
from gilscope.tracker import standings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gilscope.analysis import ContestFigures
    from gilscope.model import RunHeader
    from gilscope.render.sheets import Sheet

REFERENCE = Path("results/reference")


def stored(suite: str) -> Path | None:
    """The newest run of a suite on record."""
    return max(REFERENCE.glob(f"*-{suite}.jsonl"), default=None)


def in_short(suite: str) -> str:
    """The summaries of a run."""
    path = stored(suite)
    return _nobody(suite) if path is None else markdown.in_short(cli.read_report(path))


def in_full(suite: str) -> str:
    """The summaries of a run, then every contest."""
    path = stored(suite)
    if path is None:
        return _nobody(suite)
    report = cli.read_report(path)
    return _text([*report.summaries, *report.details], [report.header])


def every_model(*only: str) -> str:
    """Which models there are on which version; all of them, or those named."""
    path = stored("models")
    if path is None:
        return _nobody("models")
    report = cli.read_report(path)
    return _text([models.matrix(report.contests, store.read(path).skips, only)], [report.header])


def progress() -> str:
    """Every version's free-threaded build against its twin, from all runs on record."""
    reports = [cli.read_report(path) for path in sorted(REFERENCE.glob("*.jsonl"))]
    known = standings(_newest(contest for report in reports for contest in report.contests))
    return _text([tracker.sheet(known), tracker.ladder(known)], [report.header for report in reports])


def _newest(contests: Iterable[ContestFigures]) -> list[ContestFigures]:
    """Of contests with the same probe and builds, the one that was measured last."""
    return list({contest.contest.id: contest for contest in contests}.values())


def _text(sheets: Iterable[Sheet], headers: Sequence[RunHeader]) -> str:
    made = "; ".join(f"`{header.id}` (suite {header.suite}, {header.started[:10]})" for header in headers)
    hosts = {f"{header.host.cpu}, {header.host.cpus_usable:g} usable CPUs" for header in headers}
    return "\n".join([*map(markdown.of_sheet, sheets), f"From {made}, on {', '.join(sorted(hosts))}."])


def _nobody(suite: str) -> str:
    return f"Nobody has measured this here yet: `gilscope run --suite {suite} --on '*'` does.\n"
