"""Where the cores of a contest's lanes went, as sheets: shares of the workers' time, and counts per unit."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.cells import if_measured
from gilscope.render.sheet import Column, Sheet, tabulate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gilscope.figures.cores import PerUnit, Shares
    from gilscope.figures.values import ContestFigures, LaneFigures
    from gilscope.stats.estimate import Estimate

WIDTH_OF_BARS = 20
FILLS: Mapping[str, str] = {"useful": "█", "inflation": "▓", "queued": "▒", "blocked": "░", "start": "·", "end": "·"}
"""How each share is drawn in text."""

THE_SHARES = (
    "Shares of all workers' time from the gate to the last end; they add up to one. Useful is the CPU time that the "
    "same units take in the arm's serial lane, inflation what they take beyond it, queued is waiting for a CPU (the "
    "machine's), blocked for the GIL, a lock, a collection or input and output; start and end are waiting for others."
)
THE_COUNTS = (
    "Per unit, over all workers, as the kernel and the garbage collector count them. On builds without a GIL a "
    "collection stops all threads; where there is one, pauses are part of a worker's own CPU time and are not timed."
)


def shares(contest: ContestFigures) -> Sheet:
    """Every lane's shares, and a bar of them."""
    columns: list[Column[tuple[LaneFigures, Shares]]] = [
        Column("lane", lambda row: row[0].lane.name),
        *(Column(name, _share_of(name)) for name in ("useful", "inflation", "queued", "blocked")),
        *(Column(name, _share_of(name), wide=True) for name in ("start", "end")),
        Column("drawn", lambda row: _bar(row[1]), wide=True, drawn=True),
    ]
    rows = [(lane, lane.shares) for lane in contest.lanes if lane.shares is not None]
    parallel = any(lane.lane.workers > 1 for lane, _ in rows)
    return tabulate(f"Where the cores went: {contest.contest.id}", columns, rows if parallel else [], [THE_SHARES])


def counts(contest: ContestFigures) -> Sheet:
    """Every lane's switches, faults, system time and collections per unit."""
    columns: list[Column[LaneFigures]] = [
        Column("lane", lambda row: row.lane.name),
        Column("voluntary switches", _count(lambda counts: counts.voluntary)),
        Column("involuntary", _count(lambda counts: counts.involuntary)),
        Column("page faults", _count(lambda counts: counts.faults)),
        Column("system time", _seconds(lambda counts: counts.system_s)),
        Column("collections", _count(lambda counts: counts.collections)),
        Column("their pauses", _seconds(lambda counts: counts.paused_s)),
    ]
    counted = [lane for lane in contest.lanes if lane.per_unit.collections is not None]
    return tabulate(f"Per unit of {contest.contest.id}", columns, counted, [THE_COUNTS])


def _share_of(name: str) -> Callable[[tuple[LaneFigures, Shares]], str]:
    return lambda row: numbers.percent(row[1].parts[name])


def _count(of: Callable[[PerUnit], Estimate | None]) -> Callable[[LaneFigures], str]:
    return lambda row: if_measured(of(row.per_unit), numbers.amount)


def _seconds(of: Callable[[PerUnit], Estimate | None]) -> Callable[[LaneFigures], str]:
    return lambda row: if_measured(of(row.per_unit), numbers.seconds)


def _bar(shares_of_lane: Shares) -> str:
    """The shares in the order of their columns, each in its own fill."""
    return "".join(fill * width for fill, width in _widths(shares_of_lane))


def _widths(shares_of_lane: Shares) -> Iterator[tuple[str, int]]:
    """Yield every fill with its number of characters; together they fill the bar."""
    parts = {name: max(0.0, share.value) for name, share in shares_of_lane.parts.items()}
    whole = sum(parts.values()) or 1.0
    ends = [round(WIDTH_OF_BARS * reached / whole) for reached in accumulate(parts.values())]
    for name, begin, end in zip(parts, [0, *ends], ends, strict=False):
        yield FILLS[name], end - begin
