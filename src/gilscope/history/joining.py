"""Runs that count as one, and where their figure lies; pure.

They are joined as a random-effects model does (DerSimonian and Laird 1986, "Meta-analysis in clinical trials",
Controlled Clinical Trials 7), each run counting once: the error of their mean holds what every run is uncertain by,
what single runs may be off by, and what these differ by beyond that.
"""

from __future__ import annotations

import math
from statistics import median, variance
from typing import TYPE_CHECKING

import msgspec

from gilscope.history.changes import Level
from gilscope.history.summary import Figure
from gilscope.stats.estimate import Estimate, mean, student
from gilscope.stats.intervals import FEWEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gilscope.history.between import BetweenRuns


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """The runs of one row in order of time, and where they lie: by themselves, and over the yardstick."""

    label: str
    figures: tuple[Figure, ...]
    level: Level
    over_yardstick: Level


def joined(logs: Sequence[Estimate], error: Estimate) -> Estimate:
    """The mean of several runs' logs, each of which may be off by ``error`` (see the module)."""
    of_runs = mean(logs).less(mean([error] * len(logs)))
    if len(logs) < FEWEST:
        return of_runs
    within = of_runs.standard_error**2
    between = max(0.0, variance(log.value for log in logs) / len(logs) - within)
    total = within + between
    if not between:
        return of_runs
    freedom = total**2 / (within**2 / of_runs.freedom + between**2 / (len(logs) - 1))
    return student(of_runs.value, math.sqrt(total), freedom, of_runs.confidence)


def point_of(label: str, figures: tuple[Figure, ...], between: BetweenRuns) -> Point:
    """The runs of these figures as one row, each of them off by what runs may differ by."""
    level = _level(figures, between, relative=False)
    has_yardstick = all(figure.yardstick is not None for figure in figures)
    over_yardstick = _level(figures, between, relative=True) if has_yardstick else level
    return Point(label=label, figures=figures, level=level, over_yardstick=over_yardstick)


def _level(figures: Sequence[Figure], between: BetweenRuns, *, relative: bool) -> Level:
    logs = [figure.level(relative=relative) for figure in figures]
    return Level(joined(logs, between.error(figures[0], relative=relative)), median(figure.floor for figure in figures))
