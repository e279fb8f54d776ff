"""Lanes whose interpreter compiles while it runs are left to run until their trials get no shorter.

A tracing compiler, or a virtual machine of Java, makes code faster at moments of its own choice, so that no number of
trials is enough for all. Two stretches of trials are compared, one behind the other: where the later one is not faster,
the lane is steady. It may still change later, or never settle (Barrett et al., "Virtual Machine Warmup Blows Hot and
Cold", OOPSLA 2017): what happens in the rounds is left to the figures.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gilscope.lab.lane import Lane

STRETCH_S = 0.25
FEWEST_TRIALS = 5
"""Of one stretch, which lasts at least this long and has at least this number of trials."""
MOST_TRIALS = 1000
"""Of one stretch, however short they are."""

FASTER = 0.03
"""The part of its time by which a stretch has to be faster than the one before to count as faster."""

MOST_S = 5.0
"""How long a lane is left to run that gets faster and faster."""


class Warmed(NamedTuple):
    """What it took: trials, and seconds of them; whether the lane ``is_steady`` now."""

    trials: int
    seconds: float
    is_steady: bool


def warm(lane: Lane, loops: int, timeout_s: float) -> Warmed:
    """Run trials of this many loops until the later of two stretches is no faster than the earlier one.

    Raises:
        LaneFailedError: the lane could not run one of them.
    """
    trials, seconds, before_ns = 0, 0.0, 0.0
    while seconds < MOST_S:
        walls_ns: list[int] = []
        while len(walls_ns) < FEWEST_TRIALS or (sum(walls_ns) < STRETCH_S * 1e9 and len(walls_ns) < MOST_TRIALS):
            walls_ns.append(lane.trial(loops, timeout_s).wall_ns)
        trials, seconds = trials + len(walls_ns), seconds + sum(walls_ns) / 1e9
        now_ns = median(walls_ns)
        if before_ns and now_ns > (1 - FASTER) * before_ns:
            return Warmed(trials, seconds, is_steady=True)
        before_ns = now_ns
    return Warmed(trials, seconds, is_steady=False)
