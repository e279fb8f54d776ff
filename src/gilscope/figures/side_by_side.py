"""Which runtimes run threads side by side: one workload on all of them, in the rounds of one contest; pure.

Threads run side by side where they get more done of what one does than the middle between one and the CPUs that the
machine gave in the same rounds. They take turns where that is less, and else it cannot be told: the middle lies within
the interval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gilscope.figures.values import ContestFigures, LaneFigures
from gilscope.figures.variants import Comparison
from gilscope.stats.estimate import Estimate
from gilscope.values.runtimes import Facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One runtime's row: a unit in one thread, what several threads get done, start and memory.

    ``over_first`` is the time in one thread over that of the first runtime, None for this one. ``cpus`` is what the
    machine gave to as many ``workers``. ``start`` is the time in seconds of a run of the interpreter that does nothing,
    None where nobody measured it.
    """

    name: str
    facts: Facts
    one_thread: LaneFigures
    over_first: Comparison | None
    threads: LaneFigures
    cpus: Estimate | None
    start: Estimate | None

    @property
    def takes_turns(self) -> bool | None:
        """Whether one thread runs at a time, by what several got done; None where that stays open."""
        scaling = self.threads.scaling
        if scaling is None or self.cpus is None:
            return None
        middle = (1 + self.cpus.value) / 2
        if scaling.low > middle:
            return False
        return True if scaling.high < middle else None


def standings(contest: ContestFigures, starts: Mapping[str, Estimate]) -> tuple[Standing, ...]:
    """Every runtime of a contest whose threads were measured; ``starts`` are times in seconds by names of runtimes."""
    return tuple(_standings(contest, starts))


def _standings(contest: ContestFigures, starts: Mapping[str, Estimate]) -> Iterator[Standing]:
    compared = () if contest.variants is None else contest.variants.lanes
    over_first = {row.lane.name: row.comparison for row in compared}
    cpus = {capacity.workers: capacity.cpus for capacity in contest.capacities}
    serial = {lane.lane.arm.name: lane for lane in contest.lanes if lane.lane.model == "serial"}
    for lane in contest.lanes:
        arm = lane.lane.arm
        if lane.lane.model == "threads" and arm.name in serial:
            yield Standing(
                name=arm.name,
                facts=arm.runtime.facts,
                one_thread=serial[arm.name],
                over_first=over_first.get(serial[arm.name].lane.name),
                threads=lane,
                cpus=cpus.get(lane.lane.workers),
                start=starts.get(arm.name),
            )
