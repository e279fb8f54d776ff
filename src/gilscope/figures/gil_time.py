"""What workers do with their time where they take turns at a GIL; pure.

    ran       CPU time: it holds the GIL, or runs code that needs none
    slept     as long as the units are blocked in the serial lane: input and output, sleep
    waited    blocked beyond that: for the GIL, or for a lock
    queued    ready to run, without a CPU: the machine's

Shares are of each worker's time from its start to its end.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from gilscope.figures.gains import Gains
from gilscope.figures.why import Ceiling
from gilscope.stats.counts import mean
from gilscope.stats.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gilscope.figures.lanes import ContestLanes
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.records import Trial


class GilTime(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of the workers' time, which add up to one."""

    ran: Estimate
    waited: Estimate
    slept: Estimate
    queued: Estimate


class Turns(msgspec.Struct, frozen=True, kw_only=True):
    """Threads that take turns: what they gain over the serial lane, in workers, and what they do with their time.

    ``instead`` has the gains of other lanes with as many workers, over that very serial lane.
    """

    lane: str
    workers: int
    gain: Estimate
    time: GilTime | None
    instead: tuple[Ceiling, ...]


def turns(lanes: ContestLanes, plain: LaneSpec, serial: LaneSpec) -> Turns:
    """The figures of a lane of threads that take turns, and of what could be run instead of it."""
    gains = Gains([lanes], serial)
    by_launch = lanes.paired.by_launch
    others = [lane for lane in lanes.lanes if lane.workers == plain.workers and lane != plain and not lane.control]
    return Turns(
        lane=plain.name,
        workers=plain.workers,
        gain=gains.of(plain),
        time=gil_time(by_launch(plain.name), by_launch(serial.name)),
        instead=tuple(Ceiling(work=lane.name, gain=gains.of(lane)) for lane in others),
    )


def gil_time(lane: Mapping[int, Sequence[Trial]], serial: Mapping[int, Sequence[Trial]]) -> GilTime | None:
    """The parts of a lane's time by what its serial lane is blocked for, launch by launch.

    Returns:
        None where nobody recorded the run queue, or without a common launch.
    """
    by_launch: dict[str, list[float]] = defaultdict(list)
    for launch in sorted(lane.keys() & serial.keys()):
        trials, alone = lane[launch], serial[launch]
        if any(None in trial.wait_ns or not trial.wait_ns for trial in (*trials, *alone)):
            continue
        whole, cpu, queued = (sum(amounts) for amounts in zip(*map(_spent, trials), strict=True))
        units = sum(trial.loops * len(trial.ends_ns) for trial in trials)
        slept_per_unit = sum(max(0, _blocked(trial)) for trial in alone) / sum(trial.loops for trial in alone)
        blocked = max(0, whole - cpu - queued)
        slept = min(blocked, units * slept_per_unit)
        parts = {"ran": cpu, "queued": queued, "slept": slept, "waited": blocked - slept}
        for name, amount in parts.items():
            by_launch[name].append(amount / whole)
    return GilTime(**{name: mean([[share] for share in of]) for name, of in by_launch.items()}) if by_launch else None


def _spent(trial: Trial) -> tuple[int, int, int]:
    """The time between starts and ends, CPU time and time in the run queue, over all workers, in ns."""
    return sum(trial.ends_ns) - sum(trial.starts_ns), sum(trial.cpu_ns), sum(waited or 0 for waited in trial.wait_ns)


def _blocked(trial: Trial) -> int:
    whole, cpu, queued = _spent(trial)
    return whole - cpu - queued
