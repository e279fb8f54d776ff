"""How long lanes were left to run before each launch's rounds, since their interpreters compile meanwhile; pure."""

from __future__ import annotations

from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gilscope.values.records import Warming


class WarmLane(msgspec.Struct, frozen=True, kw_only=True):
    """Medians over launches of the trials that a lane was left to run, and of their seconds.

    It ``is_steady`` where it got no faster in the end of each.
    """

    lane: str
    trials: float
    seconds: float
    is_steady: bool


def warm_lanes(records: Iterable[Warming]) -> Iterator[WarmLane]:
    """What each lane took that was left to run, in the order in which they were."""
    by_lane: dict[str, list[Warming]] = defaultdict(list)
    for record in records:
        by_lane[record.lane].append(record)
    for lane, of_lane in by_lane.items():
        yield WarmLane(
            lane=lane,
            trials=median(record.trials for record in of_lane),
            seconds=median(record.seconds for record in of_lane),
            is_steady=all(record.is_steady for record in of_lane),
        )
