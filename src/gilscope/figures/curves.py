"""One model's lanes in order of workers: from how many it is faster, and what law they follow; pure.

A contest in whose lanes something was changed asks what is to blame, and has no curves. Workers with copies of what
threads share do not do the work that is asked about, and have no break-even.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.figures.break_even import BreakEven, RatioPoint, crossing, may_gain
from gilscope.figures.scaling_law import fit
from gilscope.figures.values import ScalingLaw
from gilscope.models import works_on_copies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.lanes import ContestLanes
    from gilscope.figures.yardsticks import Yardsticks
    from gilscope.values.lanes import LaneSpec


def break_evens(contest_lanes: ContestLanes, yardsticks: Yardsticks) -> Iterator[BreakEven]:
    """The break-evens of every model: of the free-threaded arm where there is a pair, else of the only arm."""
    contest, reference = contest_lanes.contest, contest_lanes.reference
    if contest.has_interventions or reference is None:
        return
    arm = reference.arm.name if contest.pair is None else contest.pair.free_threaded.name
    for model in dict.fromkeys(lane.model for lane in contest_lanes.lanes if lane.model != "serial"):
        lanes = _curve(contest_lanes, arm, model)
        if lanes and not any(works_on_copies(contest.probe, lane) for lane in lanes):
            yield _break_even(contest_lanes, yardsticks, lanes, "serial", [reference] * len(lanes))
            if contest.is_of_twin(reference):
                best = [_best_of_twin(contest_lanes, lane.workers, reference) for lane in lanes]
                yield _break_even(contest_lanes, yardsticks, lanes, "best model", best)


def scaling_laws(contest_lanes: ContestLanes, cores: float) -> Iterator[ScalingLaw]:
    """The law of every model that was measured with several numbers of workers, on a host with as many cores."""
    if contest_lanes.contest.has_interventions:
        return
    spread = [lane for lane in contest_lanes.lanes if lane.model != "serial"]
    for arm, model in dict.fromkeys((lane.arm.name, lane.model) for lane in spread):
        curve = _curve(contest_lanes, arm, model)
        if curve[-1].workers > curve[0].workers:
            points = {lane.workers: contest_lanes.log_throughput_ratio(lane, curve[0]) for lane in curve}
            yield ScalingLaw(arm=arm, model=model, law=fit(points, cores))


def _curve(contest_lanes: ContestLanes, arm: str, model: str) -> list[LaneSpec]:
    """A model's lanes in order of workers; the serial lane stands for one worker where no lane has just one."""
    spread = [lane for lane in contest_lanes.lanes if (lane.model, lane.arm.name) == (model, arm)]
    lanes = sorted(spread, key=lambda lane: lane.workers)
    serial = contest_lanes.find(arm)
    alone = [serial] if lanes and lanes[0].workers > 1 and serial is not None else []
    return alone + lanes


def _break_even(
    contest_lanes: ContestLanes,
    yardsticks: Yardsticks,
    lanes: Sequence[LaneSpec],
    against: str,
    opponents: Sequence[LaneSpec],
) -> BreakEven:
    points = [
        RatioPoint(
            lane.workers,
            contest_lanes.log_throughput_ratio(lane, opponent),
            yardsticks.log_headstart if lane.workers > opponent.workers == 1 else 0.0,
        )
        for lane, opponent in zip(lanes, opponents, strict=True)
        if lane is not opponent
    ]
    floor = yardsticks.floor_of_parallel
    workers, within = crossing(points, floor), points[-1].workers
    is_short = any(count <= within for count in yardsticks.short)
    return BreakEven(
        arm=lanes[-1].arm.name,
        model=lanes[-1].model,
        against=f"{contest_lanes.contest.arm_of_reference} {against}",
        workers=workers,
        is_open=workers is None and (is_short or may_gain(points, floor)),
        within=within,
        gain=points[-1].log_ratio.exp(),
    )


def _best_of_twin(contest_lanes: ContestLanes, workers: int, reference: LaneSpec) -> LaneSpec:
    """The fastest lane of the reference's arm with at most this many workers."""
    candidates = [
        lane
        for lane in contest_lanes.lanes
        if lane.arm.name == contest_lanes.contest.arm_of_reference
        and not lane.control
        and (contest_lanes.can_be_run(lane) or lane is reference)
        and lane.workers <= workers
    ]
    return max(candidates, key=lambda lane: contest_lanes.log_throughput_ratio(lane, reference).value)
