"""The export of a stored run as values that pyperf's files can hold, one file per arm; pure.

pyperf compares the means of all values of two files. Our ratios are robust, and formed between trials of the same
round, so plain times would make pyperf print others. So a lane has one value per launch, made of its ratio to the
reference in that launch, and all its values are multiplied by one factor, which puts their mean where our figures are:

    mean of a lane's values = time per unit of the reference / gain of the lane

Then the ratio of any two lanes of a contest is that of their gains, a penalty among them, and pyperf's test sees the
noise of paired launches. The reference's own values spread as its control copy does: what two copies of one lane differ
by is what a difference must exceed, for pyperf as for us. Raw values, trial by trial, are there for those who ask.
"""

from __future__ import annotations

import math
from statistics import fmean, median
from typing import TYPE_CHECKING

import msgspec

from gilscope.figures.lanes import contests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gilscope.figures.lanes import ContestLanes
    from gilscope.values.contests import Contest
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.records import Run, RunHeader

OF_ROLES = "roles are measured by their calls a second side by side, for which pyperf's files have no place"
OF_CHANGES = "something was changed in its lanes to see what is to blame"
OF_LOOKS = "it observes something, and how long a look takes says nothing"

Metadata = dict[str, str | int | float]


class LaunchValues(msgspec.Struct, frozen=True):
    """One launch of a lane: seconds per unit, and the warm-ups as pairs of loops and seconds per unit."""

    values: tuple[float, ...]
    warmups: tuple[tuple[int, float], ...]


class LaneBenchmark(msgspec.Struct, frozen=True, kw_only=True):
    """One lane as a benchmark of pyperf's."""

    name: str
    launches: tuple[LaunchValues, ...]
    metadata: Metadata


class ArmFile(msgspec.Struct, frozen=True):
    """All that was measured of one arm."""

    arm: str
    series: tuple[LaneBenchmark, ...]


def exported(run: Run, *, raw: bool) -> tuple[ArmFile, ...]:
    """Every lane that was timed and did not fail, by arm.

    Args:
        run: as it was stored.
        raw: take every warm trial as a value, as it was measured.

    Returns:
        A file per arm. A benchmark is named after its probe, with model and workers but for serial lanes; where two
        contests would give an arm the same name, the later one's names hold the name of its runtime.
    """
    files: dict[str, dict[str, LaneBenchmark]] = {}
    for contest_lanes in contests(run):
        if _why_not(contest_lanes.contest) is not None:
            continue
        base = _base_name(contest_lanes.contest, files)
        values = _Values(contest_lanes)
        for lane in contest_lanes.lanes:
            if lane.control:
                continue
            benchmark = LaneBenchmark(
                name=_name(base, lane),
                launches=tuple(values.raw(lane) if raw else values.normalised(lane)),
                metadata={**_metadata(run.header, contest_lanes, lane), "gilscope_values": "raw" if raw else "paired"},
            )
            if any(launch.values for launch in benchmark.launches):
                files.setdefault(lane.arm.name, {})[benchmark.name] = benchmark
    return tuple(ArmFile(arm, tuple(benchmark.values())) for arm, benchmark in files.items())


def left_out(run: Run) -> tuple[str, ...]:
    """The contests of a run that are no benchmarks for pyperf, each with the reason."""
    return tuple(f"{contest.id}: {reason}" for contest in run.contests if (reason := _why_not(contest)) is not None)


def _why_not(contest: Contest) -> str | None:
    """Why a contest is no benchmark, None where it is one."""
    if contest.probe.is_timed:
        return OF_CHANGES if contest.has_interventions else None
    return OF_ROLES if contest.probe.roles else OF_LOOKS


class _Values:
    """The values of one contest's lanes, in seconds per unit."""

    def __init__(self, contest_lanes: ContestLanes) -> None:
        self._contest_lanes = contest_lanes
        self._reference_s = (
            None if contest_lanes.reference is None else contest_lanes.time_per_unit(contest_lanes.reference).value
        )

    def raw(self, lane: LaneSpec) -> Iterator[LaunchValues]:
        """Every launch as it was measured."""
        for cold, warm in self._contest_lanes.paired.split(lane.name):
            values = tuple(self._contest_lanes.seconds(lane, trial) for trial in warm)
            yield LaunchValues(
                values,
                tuple((trial.loops * lane.units_per_loop, self._contest_lanes.seconds(lane, trial)) for trial in cold),
            )

    def normalised(self, lane: LaneSpec) -> Iterator[LaunchValues]:
        """One value per launch, so that their mean is the lane's figure against the reference."""
        shape = [median(launch) for launch in self._shape(lane)]
        values = [math.exp(log) for log in shape]
        factor = self._mean_s(lane) / fmean(values) if values else 0.0
        for value in values:
            yield LaunchValues((value * factor,), ())

    def _shape(self, lane: LaneSpec) -> list[list[float]]:
        """Log ratios to the reference per launch and round; plain log times where there are none."""
        copy = self._contest_lanes.control if lane is self._contest_lanes.reference else lane
        log_times = [
            [math.log(trial.wall_ns) for trial in rounds] for rounds in self._contest_lanes.paired.warm(lane.name)
        ]
        return self._log_ratios(copy) or log_times

    def _log_ratios(self, lane: LaneSpec | None) -> list[list[float]]:
        return (
            []
            if lane is None
            else self._contest_lanes.paired.log_ratios(lane.name, self._contest_lanes.contest.reference)
        )

    def _mean_s(self, lane: LaneSpec) -> float:
        reference = self._contest_lanes.reference
        if reference is None or lane is reference or self._reference_s is None or not self._log_ratios(lane):
            return self._contest_lanes.time_per_unit(lane).value
        return self._reference_s / self._contest_lanes.log_throughput_ratio(lane, reference).exp().value


def _base_name(contest: Contest, files: dict[str, dict[str, LaneBenchmark]]) -> str:
    """The shortest name that no lane of another contest has in the file of its arm."""

    def is_taken(name: str) -> bool:
        return any(_name(name, lane) in files.get(lane.arm.name, {}) for lane in contest.lanes)

    names = (contest.probe.benchmark or contest.probe.id, contest.probe.id)
    return next((name for name in names if not is_taken(name)), contest.id)


def _name(base: str, lane: LaneSpec) -> str:
    return base if lane.model == "serial" else f"{base}[{lane.model}-{lane.workers}]"


def _metadata(header: RunHeader, contest_lanes: ContestLanes, lane: LaneSpec) -> Metadata:
    """What pyperf shows beside a benchmark; ``loops`` are those of all workers, so that raw values are makespans."""
    facts = lane.arm.runtime.facts
    is_free_threaded = facts.build == "free-threaded"
    metadata: Metadata = {
        "unit": "second",
        "loops": max(1, contest_lanes.loops) * lane.units_per_loop,
        "inner_loops": contest_lanes.inner_loops,
        "model": lane.model,
        "workers": lane.workers,
        "arm": lane.arm.name,
        "build": facts.build,
        "gil_enabled": int(lane.arm.gil_forced or not is_free_threaded),
        "py_gil_disabled": int(is_free_threaded),
        "python_implementation": facts.implementation.lower(),
        "python_version": facts.version_text,
        "python_compiler": facts.compiler,
        "python_executable": facts.executable,
        "platform": f"{header.host.system} {header.host.kernel} {header.host.machine}",
        "cpu_count": header.host.cpus_online,
        "cpu_model_name": header.host.cpu or "",
        "hostname": header.host.name,
        "date": header.started,
        "gilscope_version": header.gilscope,
        "gilscope_run": header.id,
        "gilscope_contest": contest_lanes.contest.id,
        "gilscope_reference": contest_lanes.contest.reference,
    }
    return {name: _line(value) if isinstance(value, str) else value for name, value in metadata.items()}


def _line(text: str) -> str:
    """The text in one line and never empty, as pyperf wants it."""
    return " ".join(text.split()) or "unknown"
