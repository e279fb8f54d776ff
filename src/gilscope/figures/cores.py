"""Where the cores went: shares of all workers' time up to the last end, and counts per unit; pure.

Each worker has a core to itself, as it were, and all of it is accounted for.

    makespan = start + CPU time + queued + blocked + end, for each worker, so that the shares add up to one

    useful        CPU time that the units take in the serial lane of the same arm
    inflation     CPU time beyond it: reference counts, cache lines, spinning, the allocator, a sibling on one core
    queued        ready to run, without a CPU: the machine's, never the program's
    blocked       neither running nor ready: the GIL, locks, collections, input and output
    start, end    from the gate to the work, and from a worker's end to the last one's

A share is that of all trials of a launch together, and its interval is Student's over launches. The mean of each
trial's own would find useful time where there is none: a trial that is slow has a smaller share, and one that is fast a
share that is larger by more.

What is *lost* is lost to the other workers: inflation, what workers are blocked for longer than one alone is (input and
output are the work itself), and start and end, as far as they exceed those of workers that share nothing.
"""

from __future__ import annotations

from collections import defaultdict
from statistics import fmean
from typing import TYPE_CHECKING

import msgspec

from gilscope.stats.counts import mean, mean_amount
from gilscope.stats.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gilscope.values.lanes import LaneSpec
    from gilscope.values.records import Trial

    ByLaunch = Mapping[int, Sequence[Trial]]
    """Trials that count, by launch."""

DIGITS = 9
"""Decimals of a share: sums of whole nanoseconds are exact, and their quotients are not."""

OTHERS = 0.02
"""The share of CPU time that goes to threads and children of the work's own from which shares say nothing."""


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """Shares of all workers' time from the gate to the last end; all but ``lost`` add up to one."""

    useful: Estimate
    inflation: Estimate
    queued: Estimate
    blocked: Estimate
    start: Estimate
    end: Estimate
    lost: Estimate

    @property
    def parts(self) -> dict[str, Estimate]:
        """The shares that add up, by name, in the order in which they are shown."""
        names = ("useful", "inflation", "queued", "blocked", "start", "end")
        return {name: getattr(self, name) for name in names}


class PerUnit(msgspec.Struct, frozen=True, kw_only=True):
    """What one unit takes of the machine, over all workers; None where nobody counts it.

    The CPU time ``cpu_s`` (with that of children which ended), ``system_s`` and the collector's pauses ``paused_s`` are
    in seconds, all others are counts.
    """

    voluntary: Estimate | None
    involuntary: Estimate | None
    faults: Estimate | None
    system_s: Estimate | None
    collections: Estimate | None
    paused_s: Estimate | None
    cpu_s: Estimate | None


def shares(lane: ByLaunch, serial: ByLaunch, unavoidable: float = 0.0) -> Shares | None:
    """The shares of a lane, by what a unit takes in its arm's serial lane, launch by launch.

    Args:
        lane: its trials.
        serial: those of the serial lane.
        unavoidable: the share of start and end that workers have that share nothing.

    Returns:
        None where nobody recorded the run queue, where the work has workers of its own, or without a common launch.
    """
    by_launch: dict[str, list[float]] = defaultdict(list)
    for launch, trials in lane.items():
        alone = serial.get(launch)
        if not alone or not all(map(_is_whole, (*trials, *alone))):
            continue
        cpu_ns = fmean(sum(trial.cpu_ns) / trial.loops for trial in alone)
        held_ns = fmean(_held_ns(trial) / trial.loops for trial in alone)
        of_trials = [_amounts(trial, cpu_ns, held_ns) for trial in trials]
        whole_ns = sum(amounts.pop("whole") for amounts in of_trials)
        for name in of_trials[0]:
            by_launch[name].append(round(sum(amounts[name] for amounts in of_trials) / whole_ns, DIGITS))
        by_launch["lost"][-1] -= unavoidable
    return Shares(**{name: mean([[share] for share in of]) for name, of in by_launch.items()}) if by_launch else None


def per_unit(lane: LaneSpec, trials: ByLaunch, units: Callable[[LaneSpec, Trial], int]) -> PerUnit:
    """The counts of a lane per unit."""
    launches = [[(trial, units(lane, trial)) for trial in of_launch] for of_launch in trials.values()]
    all_units = sum(done for of_launch in launches for _, done in of_launch)

    def counted(count: Callable[[Trial], float | None], *, is_time: bool = False) -> Estimate | None:
        rates: list[list[float]] = []
        for of_launch in launches:
            counts = [(count(trial), done) for trial, done in of_launch]
            rates.append([amount / done for amount, done in counts if amount is not None])
            if len(rates[-1]) < len(counts):
                return None
        return mean_amount(rates, None if is_time else all_units) if rates else None

    return PerUnit(
        voluntary=counted(lambda trial: _sum(trial.voluntary)),
        involuntary=counted(lambda trial: _sum(trial.involuntary)),
        faults=counted(lambda trial: _sum(trial.faults)),
        system_s=counted(lambda trial: _seconds(_sum(trial.system_ns)), is_time=True),
        collections=counted(lambda trial: trial.collections),
        paused_s=counted(lambda trial: _seconds(trial.paused_ns), is_time=True),
        cpu_s=counted(lambda trial: _seconds(sum(trial.cpu_ns) + sum(trial.others_ns)), is_time=True),
    )


def _amounts(trial: Trial, cpu_ns: float, held_ns: float) -> dict[str, float]:
    """Where the workers' time of one trial went, and the whole of it, in ns.

    ``cpu_ns`` and ``held_ns`` are what a serial unit takes and holds its thread for.
    """
    workers, makespan_ns = len(trial.ends_ns), max(trial.ends_ns)
    whole = workers * makespan_ns
    useful = workers * trial.loops * cpu_ns
    queued = _sum(trial.wait_ns) or 0
    cpu = sum(trial.cpu_ns)
    during = sum(trial.ends_ns) - sum(trial.starts_ns)
    return {
        "whole": whole,
        "useful": useful,
        "inflation": cpu - useful,
        "queued": queued,
        "blocked": during - cpu - queued,
        "start": sum(trial.starts_ns),
        "end": whole - sum(trial.ends_ns),
        "lost": whole - queued - workers * trial.loops * held_ns,
    }


def _held_ns(trial: Trial) -> float:
    """How long the workers ran or were blocked, without the time in which the machine had no CPU for them."""
    return sum(trial.ends_ns) - sum(trial.starts_ns) - (_sum(trial.wait_ns) or 0)


def _is_whole(trial: Trial) -> bool:
    """Whether the shares of a trial can be known; before format 3, too little was on record."""
    others_ns = sum(trial.others_ns)
    return (
        trial.collections is not None
        and _sum(trial.wait_ns) is not None
        and others_ns <= OTHERS * (others_ns + sum(trial.cpu_ns))
    )


def _sum(counts: Sequence[int | None]) -> int | None:
    """The sum over workers, None where one is not known or no worker was counted."""
    known = [count for count in counts if count is not None]
    return sum(known) if 0 < len(known) == len(counts) else None


def _seconds(nanoseconds: int | None) -> float | None:
    return None if nanoseconds is None else nanoseconds / 1e9
