"""The memory of workers, and the order in which kinds of workers stand; pure.

    memory per further worker   slope of a lane's memory over its number of workers, fitted launch by launch
    order                       whether each kind takes more than the one before it: holds, does not, cannot be told

Memory is resident: each page of a lane counts once and in full. Runs of format 2 have PSS, which counts a page that
several processes map in parts, and USS, which leaves such pages out; systems that tell no pages have USS. Quantities
are never compared with each other.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from statistics import linear_regression
from typing import TYPE_CHECKING, Literal

import msgspec

from gilscope.models import orders_of_weight
from gilscope.stats.estimate import UNKNOWN, Estimate
from gilscope.stats.intervals import log_ratio_interval, quantity_interval
from gilscope.stats.significance import distinguishable
from gilscope.values.lanes import lane_name
from gilscope.values.records import QUANTITIES, Quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from gilscope.values.lanes import LaneSpec
    from gilscope.values.records import Memory

    Slopes = Mapping[int, float]
    """By launch: bytes per further worker."""

ORDERS_OF_WAYS = (
    ("thread", "interpreter", "spawn"),
    ("thread", "interpreter-shared", "spawn"),
    ("thread", "interpreter", "fork"),
)
"""Ways to start a worker, said to go from the one that takes least to the one that takes most."""

FEWEST_COUNTS = 2
"""Numbers of workers below which there is no slope."""


class _Amounts(msgspec.Struct, frozen=True, kw_only=True):
    """Memory in bytes, in every quantity that all lanes of the contest have on record, the best of them first."""

    amounts: dict[Quantity, Estimate]

    @property
    def quantity(self) -> Quantity:
        """The quantity that comparisons are made in."""
        return next(iter(self.amounts))

    @property
    def best(self) -> Estimate:
        """The amount in that quantity."""
        return self.amounts[self.quantity]


class LaneMemory(_Amounts, frozen=True, kw_only=True):
    """What all processes of a lane hold together; ``peak`` is the most that the largest ever had resident.

    It is None in runs that did not record it, and on systems that do not tell.
    """

    peak: Estimate | None


class WorkerMemory(_Amounts, frozen=True, kw_only=True):
    """What one further worker of a model brings, between the least and the most workers measured."""

    arm: str
    model: str
    workers: tuple[int, ...]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Two neighbours of an order; ``more`` is what the greater takes: a ratio of times, or further bytes.

    ``holds`` is None where it cannot be told.
    """

    lesser: str
    greater: str
    more: Estimate
    holds: bool | None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """Whether kinds of workers stand in an order in one arm."""

    arm: str
    quantity: Literal["time"] | Quantity
    steps: tuple[Step, ...]

    @property
    def holds(self) -> bool | None:
        """Whether all its steps hold; None where some are undecided."""
        outcomes = {step.holds for step in self.steps}
        return False if False in outcomes else None if None in outcomes else True


def orders_of_ways(
    lanes: Iterable[LaneSpec], log_ratio: Callable[[str, str], Estimate], floor: float
) -> Iterator[Order]:
    """The orders in time, of every arm that has all of an order's ways.

    Args:
        lanes: those that did not fail.
        log_ratio: the log of the ratio of the first lane's time to the second's.
        floor: the contest's noise floor.
    """
    names = {lane.name for lane in lanes}
    for arm in dict.fromkeys(lane.arm.name for lane in lanes):
        for ways in ORDERS_OF_WAYS:
            if names.issuperset(lane_name(arm, way) for way in ways):
                steps = [
                    _longer(less, more, log_ratio(lane_name(arm, more), lane_name(arm, less)), floor)
                    for less, more in pairwise(ways)
                ]
                yield Order(arm=arm, quantity="time", steps=tuple(steps))


class Weights:
    """The memory of one contest's lanes that did not fail."""

    def __init__(self, lanes: Iterable[LaneSpec], records: Iterable[Memory]) -> None:
        self._lanes = {lane.name: lane for lane in lanes}
        self._records: dict[str, list[Memory]] = defaultdict(list)
        for record in records:
            if record.lane in self._lanes:
                self._records[record.lane].append(record)
        known = [record.amounts for of_lane in self._records.values() for record in of_lane]
        self.quantities = [quantity for quantity in QUANTITIES if known and all(quantity in each for each in known)]

    def of_lane(self, name: str) -> LaneMemory | None:
        """The memory that a lane held over all launches; None where none is on record (as before format 2)."""
        records = self._records.get(name)
        if not records or not self.quantities:
            return None
        peaks = [record.peak_bytes for record in records if record.peak_bytes is not None]
        return LaneMemory(
            amounts={
                quantity: _quantity([record.amounts[quantity] for record in records]) for quantity in self.quantities
            },
            peak=_quantity(peaks) if len(peaks) == len(records) else None,
        )

    def per_worker(self) -> Iterator[WorkerMemory]:
        """The memory per further worker of every model and arm measured with several numbers of workers."""
        for arm, model in dict.fromkeys((lane.arm.name, lane.model) for lane in self._lanes.values()):
            slopes = {quantity: self._slopes(arm, model, quantity) for quantity in self.quantities}
            if all(slopes.values()) and slopes:
                yield WorkerMemory(
                    arm=arm,
                    model=model,
                    workers=self._counts(arm, model),
                    amounts={quantity: _mean_of(by_launch.values()) for quantity, by_launch in slopes.items()},
                )

    def orders(self) -> Iterator[Order]:
        """The orders in memory per further worker, of every arm that has all of an order's models."""
        if not self.quantities:
            return
        quantity = self.quantities[0]
        for arm in dict.fromkeys(lane.arm.name for lane in self._lanes.values()):
            for models in orders_of_weight():
                slopes = [self._slopes(arm, model, quantity) for model in models]
                if all(slopes):
                    steps = map(_heavier, pairwise(models), pairwise(slopes))
                    yield Order(arm=arm, quantity=quantity, steps=tuple(steps))

    def _counts(self, arm: str, model: str) -> tuple[int, ...]:
        return tuple(sorted({lane.workers for lane in self._weighed(arm, model)}))

    def _weighed(self, arm: str, model: str) -> list[LaneSpec]:
        return [
            lane
            for lane in self._lanes.values()
            if (lane.arm.name, lane.model) == (arm, model) and self._records[lane.name]
        ]

    def _slopes(self, arm: str, model: str, quantity: Quantity) -> Slopes:
        """The slope of memory over the number of workers by least squares, within each launch that has several."""
        points: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for lane in self._weighed(arm, model):
            for record in self._records[lane.name]:
                points[record.launch].append((lane.workers, record.amounts[quantity]))
        return {
            launch: linear_regression(*zip(*pairs, strict=True)).slope
            for launch, pairs in sorted(points.items())
            if len({workers for workers, _ in pairs}) >= FEWEST_COUNTS
        }


def _longer(lesser: str, greater: str, ratio: Estimate, floor: float) -> Step:
    is_decided = distinguishable(ratio, floor)
    return Step(lesser=lesser, greater=greater, more=ratio.exp(), holds=ratio.value > 0 if is_decided else None)


def _heavier(models: tuple[str, str], slopes: tuple[Slopes, Slopes]) -> Step:
    """The step between two models; differences within launches cancel what all lanes of a launch share."""
    lesser, greater = slopes
    differences = [greater[launch] - lesser[launch] for launch in lesser if launch in greater]
    more = _mean_of(differences)
    return Step(
        lesser=models[0],
        greater=models[1],
        more=more,
        holds=None if more.contains(0) else more.value > 0,
    )


def _mean_of(per_launch: Iterable[float]) -> Estimate:
    """The mean of one difference or slope per launch; they scatter around the truth as log ratios do."""
    launches = [[value] for value in per_launch]
    return log_ratio_interval(launches) if launches else UNKNOWN


def _quantity(per_launch: Sequence[int]) -> Estimate:
    return quantity_interval([[float(value)] for value in per_launch])
