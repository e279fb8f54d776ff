"""The contention ladder: rungs down, arms across, what threads bring that share more and more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.sheets import NOT_MEASURED, Column, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gilscope.figures.values import ContestFigures, LaneFigures

KIND = "shared"
"""The kind of the probes that are rungs."""

HOW_TO_READ = (
    "Throughput against one thread of the same arm: {workers} is all that there is to win, 1 is nothing won, and less "
    "is lost by waiting for each other. Rungs in order of the newest build without a GIL."
)


def sheet(contests: Iterable[ContestFigures]) -> Sheet:
    """Every rung that was measured: threads, as many as there are CPUs for."""
    rungs = {
        (contest.contest.probe.id, lane.lane.arm.name): lane
        for contest in contests
        if contest.contest.probe.kind == KIND
        for lane in sorted(contest.lanes, key=lambda lane: lane.lane.workers)
        if lane.lane.model == "threads" and lane.scaling is not None and not lane.oversubscribed
    }
    arms = list(dict.fromkeys(arm for _, arm in rungs))
    newest = max((arm for arm in arms if arm.endswith("t")), key=lambda arm: _version(rungs, arm), default="")
    probes = sorted({probe for probe, _ in rungs}, key=lambda probe: -_scaling(rungs.get((probe, newest))))
    workers = max((lane.lane.workers for lane in rungs.values()), default=1)
    return Sheet(
        title=f"The contention ladder: {workers} threads",
        columns=(Column("rung"), *map(Column, arms)),
        rows=tuple((probe, *(_cell(rungs.get((probe, arm))) for arm in arms)) for probe in probes),
        notes=(HOW_TO_READ.format(workers=workers),),
    )


def _version(rungs: dict[tuple[str, str], LaneFigures], arm: str) -> tuple[int, ...]:
    return next(lane.lane.arm.runtime.facts.version for (_, name), lane in rungs.items() if name == arm)


def _scaling(lane: LaneFigures | None) -> float:
    return 0.0 if lane is None or lane.scaling is None else lane.scaling.value


def _cell(lane: LaneFigures | None) -> str:
    return NOT_MEASURED if lane is None or lane.scaling is None else numbers.ratio(lane.scaling)
