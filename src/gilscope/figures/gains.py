"""What lanes gain over a serial one and over each other, in workers, over several contests; pure.

What the machine gave to as many workers is what spinning processes get done beside each other, over what one gets done.
Their CPU time would not do: a virtual machine is not told of the time in which its host ran somebody else, nor of a
clock that is slower with all cores at work.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from gilscope.stats.counts import mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gilscope.figures.lanes import ContestLanes
    from gilscope.stats.estimate import Estimate
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.records import Trial

Launch = tuple[str, int]
"""A launch, by its contest and its number there."""


class Gains:
    """What lanes gain over the serial lane of their arm, in workers, over all launches of one or more contests.

    Whatever is compared was measured within the same rounds: a contest that lacks one of two lanes is silent on them.
    """

    def __init__(self, contests: Sequence[ContestLanes], serial: LaneSpec) -> None:
        self._contests = [lanes for lanes in contests if serial.name in lanes.by_name]
        self._serial = serial

    def of(self, lane: LaneSpec) -> Estimate:
        """What a lane gains."""
        return _mean(self.by_launch(lane).values())

    def difference(self, lane: LaneSpec, other: LaneSpec) -> Estimate:
        """What a lane gains more than another."""
        mine, theirs = self.by_launch(lane), self.by_launch(other)
        return _mean(mine[launch] - theirs[launch] for launch in mine.keys() & theirs.keys())

    def beyond(self, lane: LaneSpec, other: LaneSpec, alone: LaneSpec) -> Estimate:
        """What a lane gains more than another would, were one worker of that one no slower ``alone`` than serial."""
        mine, theirs, one = self.by_launch(lane), self.by_launch(other), self.by_launch(alone)
        common = mine.keys() & theirs.keys() & one.keys()
        return _mean(mine[launch] - theirs[launch] / min(1.0, one[launch]) for launch in common)

    def lost(self, lane: LaneSpec) -> Estimate:
        """What the machine gave to as many workers, less what a lane gains."""
        mine, whole = self.by_launch(lane), self._given_by_launch(lane.workers)
        return _mean(whole[launch] - mine[launch] for launch in mine.keys() & whole.keys())

    def given(self, workers: int) -> Estimate:
        """What the machine gave to as many workers that share nothing."""
        return _mean(self._given_by_launch(workers).values())

    def by_launch(self, lane: LaneSpec) -> dict[Launch, float]:
        """The gain of a lane by launch: the median over rounds in which both were warm."""
        found = [self._in_contest(lanes, lane) for lanes in self._contests if lane.name in lanes.by_name]
        return {launch: gain for gains in found for launch, gain in gains}

    def _in_contest(self, lanes: ContestLanes, lane: LaneSpec) -> Iterator[tuple[Launch, float]]:
        paired = lanes.paired
        cold = max(paired.cold[lane.name], paired.cold[self._serial.name])
        both = zip(paired.trials[lane.name], paired.trials[self._serial.name], strict=True)
        for launch, (mine, alone) in enumerate(both):
            ratios = [serial.wall_ns / trial.wall_ns for trial, serial in list(zip(mine, alone, strict=False))[cold:]]
            if ratios:
                yield (lanes.contest.id, launch), lane.units_per_loop * median(ratios)

    def _given_by_launch(self, workers: int) -> dict[Launch, float]:
        given_by_launch = {}
        for lanes in self._contests:
            many, one = lanes.spinning.trials(workers) or ({}, {})
            for launch in many.keys() & one.keys():
                rounds = zip(one[launch], many[launch], strict=False)
                ratios = [_ns_per_loop(alone) / _ns_per_loop(beside) for alone, beside in rounds]
                given_by_launch[lanes.contest.id, launch] = workers * median(ratios)
        return given_by_launch


def _ns_per_loop(trial: Trial) -> float:
    return trial.wall_ns / trial.loops


def _mean(of_launches: Iterable[float]) -> Estimate:
    """The mean over launches, unbounded where there are fewer than two."""
    return mean([[value] for value in of_launches] or [[0.0]])
