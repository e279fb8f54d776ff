"""The points of the page's charts as values that their script reads.

Each point has the fields by which a reader chooses (probe, arm, model), the group of charts that shows it and, where
its chart has several, the panel. Gains and shares are drawn from the lanes themselves (`gilscope.page.content`), and
what contests observed has points of its own (`gilscope.page.observed`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from gilscope.figures.scaling_law import Fit
from gilscope.page.labels import places
from gilscope.render import cells, numbers
from gilscope.render.builds import build
from gilscope.render.why import what_was_tried
from gilscope.values.lanes import lane_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.tried import TriedKind
    from gilscope.figures.values import ContestFigures, ScalingLaw
    from gilscope.figures.variants import LaneComparison
    from gilscope.figures.why import Why
    from gilscope.page.labels import Place
    from gilscope.stats.estimate import Estimate

DIGITS = 5
"""Significant digits of what is drawn: more than a screen can show."""
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
"""What was tried by what it has in common; everything else has a shape of its own."""
PREDICTED = 2
"""Predictions reach to this many times the most workers that were measured."""


class PenaltyPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the chart of penalties, and the band of penalties within the noise floor."""

    group: str
    contest: str
    label: str
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


class TriedPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the chart of what was tried: a gain in workers, beside the CPUs that the machine gave."""

    panel: str
    what: str
    kind: str
    gain: float
    low: float
    high: float
    given: float
    text: str


class VariantPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the chart of variants: a ratio of times, its interval, and all that is possible."""

    group: str
    panel: str
    probe: str
    lane: str
    arm: str
    model: str
    value: float
    low: float
    high: float
    least: float
    most: float
    answer: str
    text: str


class ChangePoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the chart of changes: a relative difference between two runs, in a panel for each probe."""

    panel: str
    probe: str
    arm: str
    model: str
    lane: str
    value: float
    low: float
    high: float
    answer: str
    text: str


class LevelPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the chart of levels: a figure of one version or date, in a panel for each series."""

    group: str
    panel: str
    probe: str
    arm: str
    model: str
    when: str
    value: float
    low: float
    high: float
    answer: str
    text: str


class HostPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the chart of hosts: a figure on one host, in a panel for each lane."""

    group: str
    panel: str
    probe: str
    arm: str
    model: str
    host: str
    cpu: str
    value: float
    low: float
    high: float
    text: str


class ScalingPoint(HostPoint, frozen=True, kw_only=True):
    """A point of the curves of hosts: throughput over one worker's, in a panel for each probe and model."""

    workers: int


def tried(answers: Sequence[Why]) -> tuple[TriedPoint, ...]:
    """The points of the chart of what was tried, in order."""
    return tuple(point for why in answers for point in _tried(why))


def _tried(why: Why) -> Iterator[TriedPoint]:
    for item in why.tried:
        gain, low, high = drawn(item.gain)
        yield TriedPoint(
            panel=why.contest,
            what=what_was_tried(item),
            kind=GROUPS.get(item.kind, item.kind),
            gain=gain,
            low=low,
            high=high,
            given=rounded(why.given.value),
            text=numbers.slope(item.gain),
        )


def penalties(contests: Sequence[ContestFigures]) -> tuple[PenaltyPoint, ...]:
    """The points of the chart of penalties, the largest first; what workers cost has charts of its own."""
    placed = places(contests)
    costs = [contest for contest in contests if contest.penalties and not contest.asks_about_workers]
    ordered = sorted(costs, key=_cost, reverse=True)
    return tuple(point for contest in ordered for point in _penalties(contest, placed[contest.contest.id]))


def _cost(figures: ContestFigures) -> float:
    """What a contest is sorted by: the penalty of the build without its GIL, or else the first."""
    free_threaded = "" if figures.contest.pair is None else figures.contest.pair.free_threaded.name
    by_arm = {item.arm: item for item in figures.penalties}
    return by_arm.get(free_threaded, figures.penalties[0]).penalty.value


def _penalties(figures: ContestFigures, place: Place) -> Iterator[PenaltyPoint]:
    floor = figures.noise_floor if figures.noise_floor is not None and math.isfinite(figures.noise_floor) else 0.0
    builds = {lane.arm.name: build(lane.arm) for lane in figures.contest.lanes}
    for item in figures.penalties:
        value, low, high = drawn(item.penalty)
        yield PenaltyPoint(
            group=place.group,
            contest=figures.contest.id,
            label=place.label,
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


def variants(contests: Sequence[ContestFigures]) -> tuple[VariantPoint, ...]:
    """The points of the chart of variants, in each contest the largest saving first."""
    placed = places(contests)
    return tuple(
        _variant(figures, row, placed[figures.contest.id])
        for figures in contests
        if figures.variants is not None
        for row in sorted(figures.variants.lanes, key=lambda row: row.comparison.ratio.value)
    )


def _variant(figures: ContestFigures, row: LaneComparison, place: Place) -> VariantPoint:
    value, low, high = drawn(row.comparison.ratio)
    _, least, most = drawn(row.comparison.possible)
    return VariantPoint(
        group=place.group,
        panel=place.label,
        probe=figures.contest.probe.id,
        lane=row.lane.name,
        arm=row.lane.arm.name,
        model=row.lane.model,
        value=value,
        low=low,
        high=high,
        least=least,
        most=most,
        answer=row.comparison.answer,
        text=f"{numbers.ratio(row.comparison.ratio)}, {row.comparison.answer}",
    )


def drawn(estimate: Estimate) -> tuple[float, float, float]:
    """An estimate's value, low and high end as drawn; an open end is drawn at the value."""
    ends = (estimate.value, estimate.low, estimate.high)
    value, low, high = (rounded(end) if math.isfinite(end) else estimate.value for end in ends)
    return value, low, high


def rounded(number: float) -> float:
    """The number with as many digits as are drawn."""
    return float(f"{number:.{DIGITS}g}")
