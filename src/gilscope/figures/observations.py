"""Observations of a probe's ways: numbers as estimates over launches, words as the set of those seen.

A count may be zero, so that its interval is formed on the linear scale: each launch counts by the mean of its rounds,
since a rare event would vanish from a median, and the interval is Student's around the mean of the launches.
"""

from __future__ import annotations

import math
from collections import defaultdict
from statistics import fmean, stdev
from typing import TYPE_CHECKING

import msgspec

from gilscope.stats.estimate import Estimate, student

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gilscope.values.records import Trial


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """What one lane saw of one thing: an estimate in ``unit``, or words in alphabetical order."""

    lane: str
    name: str
    unit: str
    estimate: Estimate | None = None
    words: tuple[str, ...] = ()


def observations(trials: Iterable[Trial], units: Mapping[str, str]) -> tuple[Observation, ...]:
    """Everything that a contest's lanes observed, in order of lane and of the probe's names.

    Args:
        trials: those of one contest.
        units: the probe's ``observes``.
    """
    by_lane: dict[str, dict[str, dict[int, list[float | str]]]] = {}
    for trial in trials:
        names = by_lane.setdefault(trial.lane, {name: defaultdict(list) for name in units})
        for name in names.keys() & trial.observed.keys():
            names[name][trial.launch].append(trial.observed[name])
    return tuple(
        _observation(lane, name, units[name], list(launches.values()))
        for lane, names in by_lane.items()
        for name, launches in names.items()
        if launches
    )


def mean(launches: Sequence[Sequence[float]]) -> Estimate:
    """The mean over launches with its interval, which is unbounded for one launch; zero is an ordinary value."""
    means = [fmean(rounds) for rounds in launches]
    center = fmean(means)
    error = stdev(means) / math.sqrt(len(means)) if len(means) > 1 else math.inf
    return student(center, error, len(means) - 1)


def _observation(lane: str, name: str, unit: str, launches: Sequence[Sequence[float | str]]) -> Observation:
    numbers = [[value for value in rounds if not isinstance(value, str)] for rounds in launches]
    if all(numbers):
        return Observation(lane=lane, name=name, unit=unit, estimate=mean(numbers))
    words = sorted({str(value) for rounds in launches for value in rounds})
    return Observation(lane=lane, name=name, unit=unit, words=tuple(words))
