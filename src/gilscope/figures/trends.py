"""Trends within launches: lanes whose later rounds are slower or faster than earlier ones; pure.

A figure takes all rounds of a launch that count for repetitions of one thing. Where a lane grows slower from round to
round (a heap that fills, a CPU that heats up) or faster (warm-up that goes on), it depends on how many there are. So a
line is laid through the logs of each launch's times by least squares, and the slopes are joined as ratios are.
"""

from __future__ import annotations

import math
from statistics import linear_regression, median
from typing import TYPE_CHECKING

import msgspec

from gilscope.stats.estimate import Estimate
from gilscope.stats.intervals import FEWEST, log_ratio_interval
from gilscope.stats.significance import distinguishable, holm, p_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gilscope.stats.intervals import Launches


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """A lane that changes within its launches; ``slower`` is the ratio of a last round's time to a first one's."""

    lane: str
    slower: Estimate


def trends(walls: Mapping[str, Launches], floor: float) -> Iterator[Trend]:
    """The lanes of one contest that have a trend.

    Args:
        walls: by lane the times that count, per launch in order of rounds, in any unit, above zero.
        floor: the contest's noise floor, a relative difference.

    Yields:
        Those whose trend is beyond its interval and the floor together, and significant with at most one false alarm
        in twenty such contests (Holm).
    """
    slopes = {lane: slope for lane, launches in walls.items() if (slope := _trend(launches)) is not None}
    significant = holm([p_value(slope) for slope in slopes.values()])
    for (lane, slope), beyond_chance in zip(slopes.items(), significant, strict=True):
        if beyond_chance and distinguishable(slope, floor):
            yield Trend(lane=lane, slower=slope.exp())


def _trend(launches: Launches) -> Estimate | None:
    """The log of the last round's time over the first's, on launches' lines; None without lines to compare."""
    lines = [launch for launch in launches if len(launch) >= FEWEST]
    if len(lines) < FEWEST:
        return None
    steps = median(len(launch) for launch in lines) - 1
    return log_ratio_interval([[_slope(launch)] for launch in lines]).scaled(steps)


def _slope(launch: Sequence[float]) -> float:
    """The change of a time's log from round to round."""
    return linear_regression(range(len(launch)), [math.log(wall) for wall in launch]).slope
