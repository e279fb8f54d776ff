"""The points of the charts of what contests observed: round trips, the time that requests take, numbers that lanes saw.

Each has the fields by which a reader chooses, as those of `gilscope.page.points` have.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec

from gilscope.figures.observations import request_times
from gilscope.page.labels import places
from gilscope.page.points import drawn
from gilscope.render import numbers, observations
from gilscope.render.builds import build, version
from gilscope.render.transport import size_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gilscope.figures.observations import Observation
    from gilscope.figures.transport import Means
    from gilscope.figures.values import ContestFigures
    from gilscope.page.labels import Place
    from gilscope.stats.estimate import Estimate
    from gilscope.values.lanes import LaneSpec


class TripPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the chart of round trips: its group is the shape of payload, its panel the way."""

    group: str
    panel: str
    arm: str
    build: str
    version: str
    model: str
    size: int
    time: float
    low: float
    high: float
    text: str


class RequestPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the chart of latency: how long requests took, in seconds, by switch interval, in seconds."""

    panel: str
    probe: str
    arm: str
    build: str
    version: str
    model: str
    interval: float
    time: float
    low: float
    high: float
    text: str


class SeenPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the chart of observations: a number that a lane saw, in the unit that its panel names."""

    group: str
    panel: str
    probe: str
    lane: str
    arm: str
    build: str
    model: str
    value: float
    low: float
    high: float
    text: str


def trips(contests: Iterable[ContestFigures], every_means: Sequence[Means]) -> tuple[TripPoint, ...]:
    """The points of the chart of round trips, the newest version first; contests know which build each arm is."""
    lanes = {lane.arm.name: lane for figures in contests for lane in figures.contest.lanes}
    ordered = sorted(every_means, key=lambda means: _version(lanes[means.arm]), reverse=True)
    return tuple(point for means in ordered for point in _trips(means, lanes[means.arm]))


def _version(lane: LaneSpec) -> tuple[int, ...]:
    return lane.arm.runtime.facts.version


def _trips(means: Means, lane: LaneSpec) -> Iterator[TripPoint]:
    for trip in means.trips:
        time, low, high = drawn(trip.time)
        yield TripPoint(
            group=means.shape,
            panel=means.way,
            arm=means.arm,
            build=build(lane.arm),
            version=version(lane.arm),
            model=means.way,
            size=trip.size,
            time=time,
            low=low if low > 0 else time,
            high=high,
            text=f"{size_text(trip.size)}: {numbers.seconds(trip.time)}",
        )


def requests(contests: Sequence[ContestFigures]) -> tuple[RequestPoint, ...]:
    """The points of the chart of latency, in order of the switch interval and then the newest version first."""
    timed = [figures for figures in contests if figures.contest.probe.times_requests]
    newest = sorted(timed, key=lambda figures: _version(figures.contest.lanes[0]), reverse=True)
    return tuple(sorted((point for figures in newest for point in _requests(figures)), key=attrgetter("interval")))


def _requests(figures: ContestFigures) -> Iterator[RequestPoint]:
    probe = figures.contest.probe
    times = request_times(figures.observations)
    for lane in _copied_once(figures):
        seen = times.get(lane.name)
        if seen is None or seen.estimate is None:
            continue
        time, low, high = drawn(seen.estimate)
        yield RequestPoint(
            panel=f"{probe.id.split('/')[1]}: {lane.way or lane.model}",
            probe=probe.id,
            arm=lane.arm.name,
            build=build(lane.arm),
            version=version(lane.arm),
            model=lane.way or lane.model,
            interval=float(probe.case or 0),
            time=time,
            low=low if low > 0 else time,
            high=high,
            text=observations.request_time(seen),
        )


def seen(contests: Sequence[ContestFigures]) -> tuple[SeenPoint, ...]:
    """The points of the chart of observations: all numbers that lanes saw; how long requests took has its own chart."""
    placed = places(contests)
    looks = (figures for figures in contests if not figures.contest.probe.times_requests)
    return tuple(point for figures in looks for point in _seen(figures, placed[figures.contest.id]))


def _seen(figures: ContestFigures, place: Place) -> Iterator[SeenPoint]:
    lanes = {lane.name: lane for lane in _copied_once(figures)}
    for item in figures.observations:
        lane = lanes.get(item.lane)
        if lane is None or item.estimate is None:
            continue
        value, low, high = drawn(item.estimate)
        yield SeenPoint(
            group=place.group,
            panel=f"{place.label}: {item.name}{f' ({item.unit})' * bool(item.unit)}",
            probe=figures.contest.probe.id,
            lane=lane.name,
            arm=lane.arm.name,
            build=build(lane.arm),
            model=lane.way or lane.model,
            value=value,
            low=low,
            high=high,
            text=_observed(item, item.estimate),
        )


def _observed(item: Observation, estimate: Estimate) -> str:
    return numbers.seconds(estimate) if item.unit == "s" else numbers.amount(estimate)


def _copied_once(figures: ContestFigures) -> Iterator[LaneSpec]:
    """The lanes of a contest without second copies."""
    return (lane for lane in figures.contest.lanes if not lane.control)
