"""The contention ladder: what threads bring that share more and more, rung by rung; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gilscope.stats.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gilscope.figures.values import ContestFigures, LaneFigures


class RungByArm(msgspec.Struct, frozen=True, kw_only=True):
    """One probe of the ladder, by arm, for the most threads that there are cores for.

    ``scales`` is None where it cannot be told.
    """

    probe: str
    scaling: dict[str, Estimate]
    scales: dict[str, bool | None]


class Ladder(msgspec.Struct, frozen=True, kw_only=True):
    """The rungs in order of the newest build without a GIL, best first; ``workers`` is the most threads of any."""

    workers: int
    arms: tuple[str, ...]
    rungs: tuple[RungByArm, ...]


def ladder(contests: Iterable[ContestFigures]) -> Ladder:
    """The ladder that these contests climbed; rungs that are equal stand in the order in which they were measured."""
    lanes: dict[str, dict[str, LaneFigures]] = {}
    for contest in contests:
        if contest.contest.probe.is_rung:
            for row in sorted(contest.lanes, key=lambda row: row.lane.workers):
                if row.lane.model == "threads" and row.scaling is not None and row.has_own_cores:
                    lanes.setdefault(contest.contest.probe.id, {})[row.lane.arm.name] = row
    climbed = [row for by_arm in lanes.values() for row in by_arm.values()]
    newest = _newest_free_threaded(climbed)
    rungs = [
        RungByArm(
            probe=probe,
            scaling={arm: row.scaling for arm, row in by_arm.items() if row.scaling is not None},
            scales={arm: row.scales for arm, row in by_arm.items()},
        )
        for probe, by_arm in lanes.items()
    ]
    return Ladder(
        workers=max((row.lane.workers for row in climbed), default=1),
        arms=tuple(dict.fromkeys(row.lane.arm.name for row in climbed)),
        rungs=tuple(sorted(rungs, key=lambda rung: -rung.scaling[newest].value if newest in rung.scaling else 0.0)),
    )


def _newest_free_threaded(rows: Iterable[LaneFigures]) -> str:
    """The arm of the newest build that runs without a GIL; no name where there is none."""
    free = [row.lane.arm for row in rows if row.lane.arm.runtime.facts.build == "free-threaded"]
    off = [arm for arm in free if not arm.gil_forced]
    return max(off, key=lambda arm: arm.runtime.facts.version).name if off else ""
