"""The points of the page's charts as values that their script reads."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from gilscope.figures.scaling_law import Fit
from gilscope.render import cells, numbers
from gilscope.render.builds import build
from gilscope.render.transport import size_text
from gilscope.render.why import what_was_tried
from gilscope.values.contests import lane_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.transport import Means
    from gilscope.figures.tried import TriedKind
    from gilscope.figures.values import ContestFigures, ScalingLaw
    from gilscope.figures.why import Why
    from gilscope.stats.estimate import Estimate

DIGITS = 5
"""Significant digits of what is drawn: more than a screen can show."""
PARTS = {"start": "start, end", "end": "start, end"}
"""Shares that share a colour."""
ALONE = "one thing changed"
PUT_BACK = "everything apart but one"
GROUPS: dict[TriedKind, str] = {
    "own copy": ALONE,
    "deferred": ALONE,
    "uncounted": ALONE,
    "collector": ALONE,
    "put back": PUT_BACK,
    "put back uncounted": PUT_BACK,
    "collector on": PUT_BACK,
}
"""What was tried by what it has in common; everything else has a colour of its own."""
PREDICTED = 2
"""Predictions reach to this many times the most workers that were measured."""


class PenaltyPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the chart of penalties, and the band of penalties within the noise floor."""

    contest: str
    probe: str
    arm: str
    build: str
    value: float
    low: float
    high: float
    floor_low: float
    floor: float
    text: str


class Prediction(msgspec.Struct, frozen=True, kw_only=True):
    """A gain that the Universal Scalability Law predicts, from the most workers that were measured upwards."""

    contest: int
    arm: str
    build: str
    model: str
    workers: int
    gain: float


class TripPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the chart of round trips; ``panel`` names the shape of the payload and the arm."""

    panel: str
    arm: str
    way: str
    size: int
    time: float
    low: float
    high: float
    text: str


class CorePoint(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a lane's bar in the chart of cores: one share of its workers' time.

    ``place`` counts from the left.
    """

    contest: str
    probe: str
    lane: str
    arm: str
    model: str
    part: str
    place: int
    share: float
    text: str


class TriedPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the chart of what was tried: a gain in workers, beside the CPUs that the machine gave."""

    contest: str
    what: str
    group: str
    gain: float
    low: float
    high: float
    given: float
    text: str


def tried(answers: Sequence[Why]) -> tuple[TriedPoint, ...]:
    """The points of the chart of what was tried, in order."""
    return tuple(point for why in answers for point in _tried(why))


def _tried(why: Why) -> Iterator[TriedPoint]:
    for item in why.tried:
        gain, low, high = drawn(item.gain)
        yield TriedPoint(
            contest=why.contest,
            what=what_was_tried(item),
            group=GROUPS.get(item.kind, item.kind),
            gain=gain,
            low=low,
            high=high,
            given=rounded(why.given.value),
            text=numbers.slope(item.gain),
        )


def cores(contests: Sequence[ContestFigures]) -> tuple[CorePoint, ...]:
    """The parts of the chart of cores, for contests that spread work; a share below zero is drawn as none.

    Contests in which something was changed have none: the names of their lanes leave no room for bars.
    """
    return tuple(
        CorePoint(
            contest=figures.contest.id,
            probe=figures.contest.probe.id,
            lane=row.lane.name,
            arm=row.lane.arm.name,
            model=row.lane.model,
            part=PARTS.get(name, name),
            place=place,
            share=rounded(max(0.0, share.value)),
            text=numbers.percent(share),
        )
        for figures in contests
        if not figures.contest.has_interventions
        for row in figures.lanes
        if row.shares is not None and row.lane.workers > 1
        for place, (name, share) in enumerate(row.shares.parts.items())
    )


def penalties(contests: Sequence[ContestFigures]) -> tuple[PenaltyPoint, ...]:
    """The points of the chart of penalties; what workers cost has charts of its own."""
    return tuple(point for contest in contests if not contest.asks_about_workers for point in _penalties(contest))


def _penalties(figures: ContestFigures) -> Iterator[PenaltyPoint]:
    floor = figures.noise_floor if figures.noise_floor is not None and math.isfinite(figures.noise_floor) else 0.0
    builds = {lane.arm.name: build(lane.arm) for lane in figures.contest.lanes}
    for item in figures.penalties:
        value, low, high = drawn(item.penalty)
        yield PenaltyPoint(
            contest=figures.contest.id,
            probe=figures.contest.probe.id,
            arm=item.arm,
            build=builds[item.arm],
            value=value,
            low=low,
            high=high,
            floor_low=-floor,
            floor=floor,
            text=cells.penalty(item),
        )


def predictions(contests: Sequence[ContestFigures]) -> tuple[Prediction, ...]:
    """The points of the curves that continue measured ones up to twice their workers."""
    return tuple(
        point
        for place, figures in enumerate(contests)
        for item in figures.scaling_laws
        if isinstance(item.law, Fit)
        for point in _predictions(place, figures, item, item.law)
    )


def _predictions(place: int, figures: ContestFigures, item: ScalingLaw, law: Fit) -> Iterator[Prediction]:
    """One model's predictions; a law counts throughput in units of the model's first lane."""
    rows = {row.lane.name: row for row in figures.lanes}
    first = rows.get(lane_name(item.arm, f"{item.model}-1"), rows.get(lane_name(item.arm)))
    unit = 1.0 if first is None or first.gain is None else first.gain.value
    lanes = [row.lane for row in figures.lanes if (row.lane.arm.name, row.lane.model) == (item.arm, item.model)]
    most = max(lane.workers for lane in lanes)
    for count in range(most, PREDICTED * most + 1):
        yield Prediction(
            contest=place,
            arm=item.arm,
            build=build(lanes[0].arm),
            model=item.model,
            workers=count,
            gain=rounded(unit * law.throughput(count)),
        )


def trips(every_means: Sequence[Means]) -> tuple[TripPoint, ...]:
    """The points of the chart of round trips."""
    return tuple(_trips(every_means))


def _trips(every_means: Sequence[Means]) -> Iterator[TripPoint]:
    for means in every_means:
        for trip in means.trips:
            time, low, high = drawn(trip.time)
            yield TripPoint(
                panel=f"{means.shape}, {means.arm}",
                arm=means.arm,
                way=means.way,
                size=trip.size,
                time=time,
                low=low if low > 0 else time,
                high=high,
                text=f"{size_text(trip.size)}: {numbers.seconds(trip.time)}",
            )


def drawn(estimate: Estimate) -> tuple[float, float, float]:
    """An estimate's value, low and high end as drawn; an open end is drawn at the value."""
    ends = (estimate.value, estimate.low, estimate.high)
    value, low, high = (rounded(end) if math.isfinite(end) else estimate.value for end in ends)
    return value, low, high


def rounded(number: float) -> float:
    """The number with as many digits as are drawn."""
    return float(f"{number:.{DIGITS}g}")
