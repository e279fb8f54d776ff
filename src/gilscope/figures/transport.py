"""Transport: the time to send payloads to workers, and which means copy them on their way; pure.

    round trip     the payload goes to the worker, a small answer comes back
    bandwidth      bytes of the payload, one way, over the round trip's time
    growth         slope of the round trip's time over the payload's size, both on log scales

The growth is measured between the largest payload and the smallest that is at least a hundredth of it, where the
trip's own time matters least: 0 is a constant time, 1 is one in proportion to the size. A means

- *copies* where the growth's whole interval lies above one half, nearer to a proportion than to a constant;
- is *flat* where it lies below one half, and the larger payload takes so little longer, at the ends of both intervals,
  that no core could have copied the difference in that time (100 GB/s);
- else it *cannot be told*: intervals are wide, or payloads so small that a copy hides behind the trip itself.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import msgspec

from gilscope.stats.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gilscope.figures.values import ContestFigures, LaneFigures

CopyVerdict = Literal["copies", "flat", "cannot be told"]

SPAN = 100
"""The largest ratio of the two payloads that the growth is measured between."""

HALF = 0.5
"""The growth between a constant and a proportion."""

FASTEST_COPY = 100e9
"""Bytes a second that no core copies."""


class Trip(msgspec.Struct, frozen=True, kw_only=True):
    """Payloads of one size, in bytes; ``time`` in seconds, ``bandwidth`` in bytes a second, one way."""

    size: int
    time: Estimate
    bandwidth: Estimate


class Means(msgspec.Struct, frozen=True, kw_only=True):
    """One way in one arm, for one shape of payload; trips in order of size.

    Without trips, ``absence`` says why. ``growth`` is None where fewer than two sizes were measured that lie within the
    span.
    """

    shape: str
    arm: str
    way: str
    trips: tuple[Trip, ...]
    absence: str | None
    growth: Estimate | None
    verdict: CopyVerdict


def means(contests: Iterable[ContestFigures]) -> tuple[Means, ...]:
    """Every way of every arm and shape, in the order in which they were measured."""
    ways: dict[tuple[str, str, str], _WayLanes] = {}
    for contest in contests:
        probe = contest.contest.probe
        if not probe.sends_payloads or not isinstance(probe.case, int):
            continue
        lane_figures = {lane.lane.name: lane for lane in contest.lanes}
        for lane in contest.contest.lanes:
            if lane.way is not None and not lane.control:
                way_lanes = ways.setdefault((probe.payload, lane.arm.name, lane.way), _WayLanes())
                if lane.name in lane_figures:
                    way_lanes.lanes[probe.case] = lane_figures[lane.name]
                way_lanes.reasons += [
                    item.reason for item in contest.findings if item.lane == lane.name and item.fails_lane
                ]
    return tuple(way_lanes.means(*name) for name, way_lanes in ways.items())


class _WayLanes:
    """The lanes of one way by size, and why some are missing."""

    def __init__(self) -> None:
        self.lanes: dict[int, LaneFigures] = {}
        self.reasons: list[str] = []

    def means(self, shape: str, arm: str, way: str) -> Means:
        ends = _ends(sorted(self.lanes))
        growth = None if ends is None else self._growth(*ends)
        return Means(
            shape=shape,
            arm=arm,
            way=way,
            trips=tuple(_trip(size, self.lanes[size].time_per_unit) for size in sorted(self.lanes)),
            absence=None if self.lanes else next(iter(self.reasons), "not measured"),
            growth=growth,
            verdict="cannot be told" if growth is None or ends is None else self._verdict(growth, *ends),
        )

    def _growth(self, small: int, large: int) -> Estimate:
        longer = self.lanes[large].time_per_unit.over(self.lanes[small].time_per_unit)
        return longer.log().scaled(1 / math.log(large / small))

    def _verdict(self, growth: Estimate, small: int, large: int) -> CopyVerdict:
        if growth.low > HALF:
            return "copies"
        longest = self.lanes[large].time_per_unit.high - self.lanes[small].time_per_unit.low
        is_too_fast_to_copy = longest < (large - small) / FASTEST_COPY
        return "flat" if growth.high < HALF and is_too_fast_to_copy else "cannot be told"


def sizes(shape: Iterable[Means]) -> tuple[int, ...]:
    """All sizes that any of the means was measured with."""
    return tuple(sorted({trip.size for item in shape for trip in item.trips}))


def by_shape(all_means: Sequence[Means]) -> Iterator[tuple[str, tuple[Means, ...]]]:
    """Every shape in order, with its means."""
    for shape in dict.fromkeys(item.shape for item in all_means):
        yield shape, tuple(item for item in all_means if item.shape == shape)


def _ends(measured_sizes: Sequence[int]) -> tuple[int, int] | None:
    """The largest size, and the smallest that lies within the span below it."""
    near = [size for size in measured_sizes if size * SPAN >= measured_sizes[-1]]
    return (near[0], near[-1]) if len(near) > 1 else None


def _trip(size: int, time: Estimate) -> Trip:
    fastest = size / time.low if time.low > 0 else math.inf
    return Trip(size=size, time=time, bandwidth=Estimate(size / time.value, size / time.high, fastest))
