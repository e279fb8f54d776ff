"""The contention ladder: what threads bring that share more and more, rung by rung; pure.

    scaling     throughput of the most threads that there are cores for, over that of one worker thread
    owner       time of one worker thread over that of the main thread, both alone

The main thread has made what the rung shares. On a build without a GIL that thread owns it, and counts its references
for less than others do; with it for a base, what is lost by not owning would pass for what is lost by sharing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gilscope.figures.scales import scales
from gilscope.stats.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gilscope.figures.values import ContestFigures, LaneFigures


class RungByArm(msgspec.Struct, frozen=True, kw_only=True):
    """One probe of the ladder, by arm: its scaling, whether it scales, and what the owner saves.

    ``scales`` is None where it cannot be told.
    """

    probe: str
    scaling: dict[str, Estimate]
    scales: dict[str, bool | None]
    owner: dict[str, Estimate]


class Ladder(msgspec.Struct, frozen=True, kw_only=True):
    """The rungs in order of the newest build without a GIL, best first; ``workers`` is the most threads of any."""

    workers: int
    arms: tuple[str, ...]
    rungs: tuple[RungByArm, ...]


def ladder(contests: Iterable[ContestFigures]) -> Ladder:
    """The ladder that these contests climbed; rungs that are equal stand in the order in which they were measured."""
    lanes: dict[str, dict[str, LaneFigures]] = {}
    owner: dict[str, dict[str, Estimate]] = {}
    for contest in contests:
        if contest.contest.probe.is_rung:
            probe = contest.contest.probe.id
            for row in _threads(contest):
                if row.over_one_worker is not None:
                    lanes.setdefault(probe, {})[row.lane.arm.name] = row
                elif row.scaling is not None and row.lane.workers == 1:
                    owner.setdefault(probe, {})[row.lane.arm.name] = row.scaling.log().negated().exp()
    climbed = [row for by_arm in lanes.values() for row in by_arm.values()]
    newest = _newest_free_threaded(climbed)
    rungs = [_rung(probe, by_arm, owner.get(probe, {})) for probe, by_arm in lanes.items()]
    return Ladder(
        workers=max((row.lane.workers for row in climbed), default=1),
        arms=tuple(dict.fromkeys(row.lane.arm.name for row in climbed)),
        rungs=tuple(sorted(rungs, key=lambda rung: -rung.scaling[newest].value if newest in rung.scaling else 0.0)),
    )


def _rung(probe: str, lanes: dict[str, LaneFigures], owner: dict[str, Estimate]) -> RungByArm:
    """One probe from its lanes with the most threads, by arm."""
    scaling = {arm: row.over_one_worker for arm, row in lanes.items() if row.over_one_worker is not None}
    return RungByArm(
        probe=probe,
        scaling=scaling,
        scales={arm: scales(figure, of=lanes[arm].lane.workers) for arm, figure in scaling.items()},
        owner=owner,
    )


def _threads(contest: ContestFigures) -> list[LaneFigures]:
    """The lanes of one thread and more, up to as many as there are cores, in order of their number."""
    rows = [row for row in contest.lanes if row.lane.model == "threads" and row.has_own_cores]
    return sorted(rows, key=lambda row: row.lane.workers)


def _newest_free_threaded(rows: Iterable[LaneFigures]) -> str:
    """The arm of the newest build that runs without a GIL; no name where there is none."""
    free = [row.lane.arm for row in rows if row.lane.arm.runtime.facts.build == "free-threaded"]
    off = [arm for arm in free if not arm.gil_forced]
    return max(off, key=lambda arm: arm.runtime.facts.version).name if off else ""
