"""What differences within one contest are held against: its second copies, and what the machine gave; pure."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from gilscope.stats.significance import noise_floor

if TYPE_CHECKING:
    from gilscope.figures.capacity import Capacity
    from gilscope.figures.lanes import ContestLanes
    from gilscope.stats.estimate import Estimate
    from gilscope.values.records import HostCard


class Yardsticks:
    """The noise floors of one contest, and the CPUs that its lanes had.

    ``control`` is the log ratio of a serial lane's second copy to it, ``parallel_control`` that of a parallel lane's;
    ``floor`` and ``parallel_floor`` are their noise floors, relative differences, each None where there is no copy.
    """

    def __init__(self, contest_lanes: ContestLanes, host: HostCard) -> None:
        self._spinning = contest_lanes.spinning
        self._counts = sorted({lane.workers for lane in contest_lanes.lanes if lane.workers <= host.cpus_usable})
        log_ratio = contest_lanes.paired.log_ratio
        serial, parallel = contest_lanes.control, contest_lanes.parallel_control
        self.control = None if serial is None else log_ratio(serial.name, serial.original)
        self.parallel_control = None if parallel is None else log_ratio(parallel.name, parallel.original)
        self.floor = _floor(self.control)
        self.parallel_floor = _floor(self.parallel_control)

    @property
    def floor_of_parallel(self) -> float:
        """The noise floor of comparisons in which lanes of several workers take part; 0 without any copy."""
        return max(self.floor or 0.0, self.parallel_floor or 0.0)

    @cached_property
    def capacities(self) -> tuple[Capacity, ...]:
        """What the machine gave to each number of workers that there are CPUs for."""
        capacities = map(self._spinning.capacity, self._counts)
        return tuple(capacity for capacity in capacities if capacity is not None)

    @cached_property
    def short(self) -> dict[int, Capacity]:
        """What the machine gave, by the numbers of workers for which it was too little."""
        return {capacity.workers: capacity for capacity in self.capacities if capacity.is_short}

    @cached_property
    def log_headstart(self) -> float:
        """The log of what several workers may gain over one by waiting less for a CPU."""
        return self._spinning.log_headstart()


def _floor(control: Estimate | None) -> float | None:
    return None if control is None else noise_floor(control)
