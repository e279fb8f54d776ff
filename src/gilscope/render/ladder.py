"""The contention ladder as a sheet: what threads bring that share more and more."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.cells import if_measured
from gilscope.render.sheet import Column, Sheet, tabulate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gilscope.figures.values import ContestFigures, LaneFigures
    from gilscope.stats.estimate import Estimate

KIND = "shared"
"""The kind of the probes that are rungs."""

HOW_TO_READ = (
    "Throughput against one thread of the same arm: {workers} is all that there is to win, 1 is nothing won, and less "
    "is lost by waiting for each other. Rungs in order of the newest build without a GIL."
)


def sheet(contests: Iterable[ContestFigures]) -> Sheet:
    """Rungs down and arms across: what threads bring, for as many as there are CPUs."""
    rungs = {
        (contest.contest.probe.id, lane.lane.arm.name): lane
        for contest in contests
        if contest.contest.probe.kind == KIND
        for lane in sorted(contest.lanes, key=lambda lane: lane.lane.workers)
        if lane.lane.model == "threads" and lane.scaling is not None and not lane.oversubscribed
    }

    def scaling(arm: str, probe: str) -> Estimate | None:
        return rungs[probe, arm].scaling if (probe, arm) in rungs else None

    def cell(arm: str, probe: str) -> str:
        return if_measured(scaling(arm, probe), numbers.ratio)

    def rank(probe: str) -> float:
        newest_scaling = scaling(newest, probe)
        return 0.0 if newest_scaling is None else -newest_scaling.value

    arms = list(dict.fromkeys(arm for _, arm in rungs))
    newest = max((arm for arm in arms if arm.endswith("t")), key=lambda arm: _version(rungs, arm), default="")
    workers = max((lane.lane.workers for lane in rungs.values()), default=1)
    columns: list[Column[str]] = [Column("rung", str), *(Column(arm, partial(cell, arm)) for arm in arms)]
    probes = sorted(dict.fromkeys(probe for probe, _ in rungs), key=rank)
    return tabulate(f"The contention ladder: {workers} threads", columns, probes, [HOW_TO_READ.format(workers=workers)])


def _version(rungs: dict[tuple[str, str], LaneFigures], arm: str) -> tuple[int, ...]:
    return next(lane.lane.arm.runtime.facts.version for (_, name), lane in rungs.items() if name == arm)
