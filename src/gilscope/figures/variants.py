"""Variants side by side: what each takes of the first one's time, lane by lane, and over several workloads; pure.

Definitions (T is a lane's median makespan; both lanes of a ratio have as many workers and units):

    ratio               T(variant) / T(first variant, equal work), formed within rounds
    possible            the ratio with the interval that it needs as one of all those of the contest, and the noise
                        floor: what two copies of a lane show (`gilscope.stats.significance`)
    better, worse       all that is possible lies below one, or above
    penalty             T(variant's free-threaded build, serial) / T(its default build, serial) - 1
    change of penalty   (1 + penalty) / (1 + penalty of the first variant), over four lanes of one round
    geometric mean      of a lane's ratios over several workloads, with the joint noise floor of their contests
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Literal

import msgspec

from gilscope.figures.paired import Factor, makespan_ns
from gilscope.stats import significance
from gilscope.stats.estimate import Estimate, mean
from gilscope.values.contests import Variant
from gilscope.values.lanes import LaneSpec, arm_and_work, lane_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gilscope.figures.lanes import ContestLanes

Answer = Literal["better", "worse", "no difference"]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A ratio of times: ``ratio`` with its own interval, ``possible`` with one that holds beside all others.

    ``possible`` is wider by the noise ``floor`` too, a relative difference.
    """

    ratio: Estimate
    possible: Estimate
    floor: float

    @property
    def answer(self) -> Answer:
        """Whether it takes less time or more, beyond chance and noise."""
        if self.possible.high < 1:
            return "better"
        return "worse" if self.possible.low > 1 else "no difference"


class LaneComparison(msgspec.Struct, frozen=True, kw_only=True):
    """A variant's lane over the first variant's lane called ``against``."""

    variant: Variant
    lane: LaneSpec
    against: str
    comparison: Comparison


class VariantPenalty(msgspec.Struct, frozen=True, kw_only=True):
    """What a variant's free-threaded build costs on one thread over its default build, as a relative difference.

    ``change`` is (1 + penalty) over the first variant's; None for that one itself, and where a lane of it failed.
    """

    variant: Variant
    penalty: Estimate
    change: Comparison | None


class VariantFigures(msgspec.Struct, frozen=True, kw_only=True):
    """All that one contest says of its variants."""

    lanes: tuple[LaneComparison, ...]
    penalties: tuple[VariantPenalty, ...]


class VariantMeans(msgspec.Struct, frozen=True, kw_only=True):
    """Geometric means over several workloads: of lanes by their names, of changes of penalties by variants' labels."""

    lanes: dict[str, Comparison]
    penalties: dict[str, Comparison]


def figures(contest_lanes: ContestLanes, floor: float, parallel_floor: float) -> VariantFigures | None:
    """The figures of a contest's variants, None where it has none.

    Args:
        contest_lanes: the contest.
        floor: the noise floor of lanes of one worker, a relative difference.
        parallel_floor: that of lanes of several workers.
    """
    if not contest_lanes.contest.variants:
        return None
    pairs = list(_pairs(contest_lanes))
    return VariantFigures(
        lanes=tuple(
            LaneComparison(
                variant=variant,
                lane=lane,
                against=other.name,
                comparison=compared(
                    contest_lanes.log_time_ratio(lane, other),
                    floor if lane.workers == 1 else parallel_floor,
                    len(pairs),
                ),
            )
            for variant, lane, other in pairs
        ),
        penalties=tuple(_penalties(contest_lanes, floor)),
    )


def compared(log_ratio: Estimate, floor: float, number: int) -> Comparison:
    """A log ratio of times as one of a number of comparisons that are looked at together."""
    joint = significance.simultaneous(log_ratio, number)
    return Comparison(ratio=log_ratio.exp(), possible=significance.possible(joint, floor).exp(), floor=floor)


def means(contests: Iterable[VariantFigures | None]) -> VariantMeans:
    """The geometric means of all that several contests compare."""
    lanes: dict[str, list[Comparison]] = defaultdict(list)
    penalties: dict[str, list[Comparison]] = defaultdict(list)
    for contest in contests:
        for row in () if contest is None else contest.lanes:
            lanes[row.lane.name].append(row.comparison)
        for penalty in () if contest is None else contest.penalties:
            penalties[penalty.variant.label] += [] if penalty.change is None else [penalty.change]
    return VariantMeans(lanes=_means(lanes), penalties=_means(penalties))


def _means(comparisons: Mapping[str, Sequence[Comparison]]) -> dict[str, Comparison]:
    """A mean of each where there are several; noise floors are joined as independent uncertainties are."""
    several = {name: group for name, group in comparisons.items() if len(group) > 1}
    return {
        name: compared(
            mean([comparison.ratio.log() for comparison in group]),
            math.expm1(math.hypot(*(math.log1p(comparison.floor) for comparison in group)) / len(group)),
            len(several),
        )
        for name, group in several.items()
    }


def _pairs(contest_lanes: ContestLanes) -> Iterator[tuple[Variant, LaneSpec, LaneSpec]]:
    """Every lane of a later variant, with the first variant's lane, where both were measured."""
    contest = contest_lanes.contest
    for variant in contest.variants[1:]:
        for lane in contest_lanes.lanes:
            other = contest_lanes.by_name.get(contest.rival(lane))
            if lane.arm.name in variant.arms and not lane.control and other is not None:
                yield variant, lane, other


def _penalties(contest_lanes: ContestLanes, floor: float) -> Iterator[VariantPenalty]:
    """The penalties of the variants that are a default and a free-threaded build, both measured."""
    contest = contest_lanes.contest
    _, work = arm_and_work(contest.reference)
    builds = {
        variant: [lane_name(arm, work) for arm in variant.arms] for variant in contest.variants if len(variant.arms) > 1
    }
    measured = {variant: names for variant, names in builds.items() if set(names) <= contest_lanes.by_name.keys()}
    first = measured.get(contest.variants[0])
    for variant, (default, free_threaded) in measured.items():
        change = None
        if first is not None and variant != contest.variants[0]:
            log_change = contest_lanes.paired.log_product(
                Factor(free_threaded, makespan_ns),
                Factor(default, makespan_ns, -1),
                Factor(first[0], makespan_ns),
                Factor(first[1], makespan_ns, -1),
            )
            change = compared(log_change, floor, len(measured) - 1)
        slower = contest_lanes.paired.log_ratio(free_threaded, default)
        yield VariantPenalty(variant=variant, penalty=slower.exp().relative(), change=change)
