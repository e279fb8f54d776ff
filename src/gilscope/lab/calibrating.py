"""How many loops fill a trial of a living lane, and what the last of them showed of the work."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gilscope.lab import agreement

if TYPE_CHECKING:
    from gilscope.lab.lane import Lane
    from gilscope.lab.protocol import Measured

MOST_LOOPS = 10_000_000
CALIBRATION_STEPS = 12

OTHERS_SHARE = 0.05
"""The share of a serial lane's CPU time above which threads and children of its own take part in the work."""

OTHERS_LEAST_NS = 50_000
"""Less CPU time than this is no worker's: starting a thread takes about as much."""


class Filled(NamedTuple):
    """The last trial of a calibration with the loops found, and the beginnings of all results by their digests."""

    timing: Measured
    results: dict[str, str]


def fill(lane: Lane, target_ns: int, timeout_s: float) -> Filled:
    """Run trials of more and more loops until one fills its time, at least two.

    The first trial may be cold, and a single one cannot show that results vary.

    Raises:
        LaneFailedError: the lane could not run one of them.
    """
    timing = lane.trial(1, timeout_s)
    loops, results = _grown(1, timing.wall_ns, target_ns), agreement.texts(timing)
    for _ in range(CALIBRATION_STEPS - 1):
        timing = lane.trial(loops, timeout_s)
        results |= agreement.texts(timing)
        loops, before = _grown(loops, timing.wall_ns, target_ns), loops
        if loops == before:
            break
    return Filled(msgspec.structs.replace(timing, loops=loops), results)


def others_work(timing: Measured) -> bool:
    """Whether more than the lane's workers did the work: threads that it started, or children that have ended."""
    others_ns = sum(timing.others_ns)
    return others_ns > max(OTHERS_LEAST_NS, OTHERS_SHARE * (others_ns + sum(timing.cpu_ns)))


def _grown(loops: int, wall_ns: int, target_ns: int) -> int:
    """Return more loops where these did not fill half of a trial's time, else as many."""
    if wall_ns >= target_ns / 2:
        return loops
    growth = min(100.0, target_ns / max(1, wall_ns))
    return min(MOST_LOOPS, max(loops + 1, math.ceil(loops * growth)))
