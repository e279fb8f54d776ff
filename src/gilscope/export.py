"""A stored run as values that pyperf's files can hold, one file per arm; pure.

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
from collections import defaultdict
from statistics import fmean, median
from typing import TYPE_CHECKING

import msgspec

from gilscope.paired import Paired

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures import ContestFigures, LaneFigures
    from gilscope.model import Contest, LaneSpec, RunHeader, Trial

Metadata = dict[str, str | int | float]


class Launch(msgspec.Struct, frozen=True):
    """One launch of a lane: seconds per unit, and the warm-ups as pairs of loops and seconds per unit."""

    values: tuple[float, ...]
    warmups: tuple[tuple[int, float], ...]


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """One lane as a benchmark of pyperf's."""

    name: str
    launches: tuple[Launch, ...]
    metadata: Metadata


class ArmFile(msgspec.Struct, frozen=True):
    """All that was measured of one arm."""

    arm: str
    series: tuple[Series, ...]


def exported(
    header: RunHeader, contests: Sequence[ContestFigures], trials: Sequence[Trial], *, raw: bool
) -> tuple[ArmFile, ...]:
    """Every lane that was timed and did not fail, by arm.

    Args:
        header: the run's.
        contests: its figures.
        trials: its trials.
        raw: take every warm trial as a value, as it was measured.

    Returns:
        A file per arm. A benchmark is named after its probe, with model and workers but for serial lanes; where two
        contests would give an arm the same name, the later one's names hold the name of its runtime.
    """
    by_contest: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        by_contest[trial.contest].append(trial)
    files: dict[str, dict[str, Series]] = {}
    for figures in (contest for contest in contests if contest.contest.probe.is_timed):
        base = _base_name(figures.contest, files)
        lanes = _Lanes(figures, Paired(by_contest[figures.contest.id]))
        for row in figures.lanes:
            series = Series(
                name=_name(base, row.lane),
                launches=tuple(lanes.raw(row) if raw else lanes.normalised(row)),
                metadata={**_metadata(header, figures, row.lane), "gilscope_values": "raw" if raw else "paired"},
            )
            if any(launch.values for launch in series.launches):
                files.setdefault(row.lane.arm.name, {})[series.name] = series
    return tuple(ArmFile(arm, tuple(series.values())) for arm, series in files.items())


class _Lanes:
    """The lanes of one contest."""

    def __init__(self, figures: ContestFigures, paired: Paired) -> None:
        self._paired = paired
        self._inner_loops = figures.inner_loops
        self._reference = figures.contest.reference
        self._control = next((lane.name for lane in figures.contest.lanes if lane.control), "")
        times = {row.lane.name: row.time_per_unit.value for row in figures.lanes}
        self._reference_s = times.get(self._reference)

    def raw(self, row: LaneFigures) -> Iterator[Launch]:
        """Every launch as it was measured."""
        for cold, warm in self._paired.split(row.lane.name):
            values = tuple(self._seconds(trial, row.lane) for trial in warm)
            yield Launch(values, tuple((_units(trial, row.lane), self._seconds(trial, row.lane)) for trial in cold))

    def normalised(self, row: LaneFigures) -> Iterator[Launch]:
        """One value per launch, so that their mean is the lane's figure against the reference."""
        shape = [median(launch) for launch in self._shape(row)]
        values = [math.exp(log) for log in shape]
        factor = self._mean_s(row) / fmean(values) if values else 0.0
        for value in values:
            yield Launch((value * factor,), ())

    def _shape(self, row: LaneFigures) -> list[list[float]]:
        """Logs, per launch and round, of what the lane's values are proportional to."""
        name = row.lane.name
        copy = self._control if name == self._reference else name
        own = [[math.log(trial.wall_ns) for trial in rounds] for rounds in self._paired.warm(name)]
        return self._paired.log_ratios(copy, self._reference) or own

    def _mean_s(self, row: LaneFigures) -> float:
        if row.lane.name == self._reference or self._reference_s is None or row.gain is None:
            return row.time_per_unit.value
        if not self._paired.log_ratios(row.lane.name, self._reference):
            return row.time_per_unit.value
        return self._reference_s / row.gain.value

    def _seconds(self, trial: Trial, lane: LaneSpec) -> float:
        return trial.wall_ns / 1e9 / _units(trial, lane) / self._inner_loops


def _units(trial: Trial, lane: LaneSpec) -> int:
    return trial.loops * lane.workers


def _base_name(contest: Contest, files: dict[str, dict[str, Series]]) -> str:
    """The shortest name that no lane of another contest has in the file of its arm."""

    def is_taken(name: str) -> bool:
        return any(_name(name, lane) in files.get(lane.arm.name, {}) for lane in contest.lanes)

    names = (contest.probe.benchmark or contest.probe.id, contest.probe.id)
    return next((name for name in names if not is_taken(name)), contest.id)


def _name(base: str, lane: LaneSpec) -> str:
    return base if lane.model == "serial" else f"{base}[{lane.model}-{lane.workers}]"


def _metadata(header: RunHeader, figures: ContestFigures, lane: LaneSpec) -> Metadata:
    """What pyperf shows beside a benchmark; ``loops`` are those of all workers, so that raw values are makespans."""
    facts = lane.arm.runtime.facts
    is_free_threaded = facts.build == "free-threaded"
    told: Metadata = {
        "unit": "second",
        "loops": max(1, figures.loops) * lane.workers,
        "inner_loops": figures.inner_loops,
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
        "gilscope_contest": figures.contest.id,
        "gilscope_reference": figures.contest.reference,
    }
    return {name: _line(value) if isinstance(value, str) else value for name, value in told.items()}


def _line(text: str) -> str:
    """The text in one line and never empty, as pyperf wants it."""
    return " ".join(text.split()) or "unknown"
