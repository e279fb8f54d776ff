"""What the machine gave to workers that share nothing: how many CPUs, and how fast those ran; pure.

Processes show it that spin in the same rounds as the lanes of a probe.

    given         CPU time of the worker that ended last / makespan
    CPUs          workers * given
    speed         CPU time per unit of one process alone / of each of many, within rounds
    headstart     1 / given to one
    of capacity   scaling * given to one / given to as many workers, within rounds

One worker waits for its CPU where others are busy, and of several workers one or another has a CPU meanwhile. So more
throughput than one worker's says nothing up to the headstart: threads that take turns have it as well.

CPU time carries over to other work, the speed of a CPU does not: what shares its core may slow a loop of the
interpreter down to half and leave hashing alone. So scaling is held against the CPUs that were given, and a loss of
speed is only said, and leaves open whether lanes scale.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from gilscope.figures.paired import Factor, makespan_ns
from gilscope.stats.estimate import Estimate
from gilscope.stats.intervals import quantity_interval

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gilscope.figures.paired import Paired
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.records import Trial

SHORT = 0.8
"""Below this share of the workers, the machine gave too few CPUs, or too slow ones, to say how their lanes scale."""


class Capacity(msgspec.Struct, frozen=True, kw_only=True):
    """The CPUs that some number of processes got that share nothing, and each one's speed over that of one alone."""

    workers: int
    cpus: Estimate
    speed: Estimate

    @property
    def is_short(self) -> bool:
        """Whether it was too little to say how lanes with as many workers scale."""
        return self.cpus.value * self.speed.value < SHORT * self.workers

    @property
    def is_slow(self) -> bool:
        """Whether processes beside each other are slower than one alone, beyond the interval."""
        return self.speed.high < 1


class Spinning:
    """The lanes of one contest that spin, by their number of workers."""

    def __init__(self, lanes: Mapping[int, str], paired: Paired) -> None:
        self._lanes = lanes
        self._paired = paired

    def capacity(self, workers: int) -> Capacity | None:
        """What the machine gave to some number of processes; None where they, or one alone, were not measured."""
        if not self._are_measured(workers):
            return None
        one, many = self._lanes[1], self._lanes[workers]
        cpus = [[workers * given(trial) for trial in rounds] for rounds in self._paired.warm(many)]
        speed = self._paired.log_product(Factor(one, _cpu_per_unit), Factor(many, _cpu_per_unit, -1))
        return Capacity(workers=workers, cpus=quantity_interval(cpus), speed=speed.exp())

    def log_headstart(self) -> float:
        """The log of the throughput that several workers may gain by waiting less for a CPU than one does.

        It is the upper end of its interval, and 0 where no process alone was measured.
        """
        if 1 not in self._lanes:
            return 0.0
        one = quantity_interval([[given(trial) for trial in rounds] for rounds in self._paired.warm(self._lanes[1])])
        return max(0.0, -math.log(one.low)) if one.low > 0 else math.inf

    def log_of_capacity(self, lane: LaneSpec, serial: LaneSpec) -> Estimate | None:
        """The log of a lane's scaling over the CPUs that the machine gave; None where unmeasured.

        Both have as many workers, so that their numbers cancel where each worker of the lane runs a unit.
        """
        if not self._are_measured(lane.workers):
            return None
        one, many = self._lanes[1], self._lanes[lane.workers]
        times = self._paired.log_product(
            Factor(serial.name, makespan_ns),
            Factor(lane.name, makespan_ns, -1),
            Factor(one, given),
            Factor(many, given, -1),
        )
        return times.shifted(math.log(lane.units_per_loop / lane.workers))

    def log_time(self, lane: LaneSpec) -> Estimate | None:
        """The log of a lane's time per unit over that of as many spinning processes, formed within rounds.

        It tells a slower program from a slower machine; None where no such processes were measured.
        """
        spinning = self._lanes.get(lane.workers)
        if spinning is None or not self._paired.log_ratios(lane.name, spinning):
            return None
        times = self._paired.log_product(Factor(lane.name, _time_per_loop), Factor(spinning, _time_per_loop, -1))
        return times.shifted(math.log(lane.workers / lane.units_per_loop))

    def trials(self, workers: int) -> tuple[dict[int, list[Trial]], dict[int, list[Trial]]] | None:
        """The trials of as many processes, and of one, by launch; None where unmeasured."""
        if not self._are_measured(workers):
            return None
        return self._paired.by_launch(self._lanes[workers]), self._paired.by_launch(self._lanes[1])

    def _are_measured(self, workers: int) -> bool:
        return workers > 1 and self._lanes.keys() >= {1, workers}


def given(trial: Trial) -> float:
    """The share of the makespan for which the worker that ended last had a CPU."""
    ended_ns, cpu_ns = max(zip(trial.ends_ns, trial.cpu_ns, strict=True))
    return max(1, cpu_ns) / max(1, ended_ns)


def _time_per_loop(trial: Trial) -> float:
    return trial.wall_ns / trial.loops


def _cpu_per_unit(trial: Trial) -> float:
    """The CPU time of a unit, the mean over workers."""
    return max(1, sum(trial.cpu_ns)) / (trial.loops * len(trial.cpu_ns))
