"""Observations of a probe's ways: numbers as means over launches, words as the set of those seen; pure.

Numbers are amounts: none is below zero, and a count may be zero (`gilscope.stats.counts`). Two kinds have less to say:

- a *share* (its unit begins with "per" or "of") of which none was seen: it was divided by a number that is not on
  record, so it has no upper end, as no time has; the count that a share was made from has one;
- a *percentile* (``p99``) beyond which no request of some look lies: that look had no more requests than the percentile
  needs (100), and what it calls so is its longest. Such a lane has no percentile.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from gilscope.stats.counts import mean_amount
from gilscope.stats.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gilscope.values.records import Trial

PERCENTILE = re.compile(r"p\d+")
LONGEST = "longest"
"""The name of the longest of the requests that percentiles are of."""

PROMPT = "p99"
"""The percentile of requests that is shown where a lane has only one place."""

NOT_COUNTED = re.compile(r"(per|of) |s$")
"""Units of shares and of times."""


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
    too_few: set[tuple[str, str]] = set()
    for trial in trials:
        names = by_lane.setdefault(trial.lane, {name: defaultdict(list) for name in units})
        for name in names.keys() & trial.observed.keys():
            names[name][trial.launch].append(trial.observed[name])
            if PERCENTILE.fullmatch(name) and trial.observed[name] == trial.observed.get(LONGEST):
                too_few.add((trial.lane, name))
    return tuple(
        _observation(lane, name, units[name], list(launches.values()))
        for lane, names in by_lane.items()
        for name, launches in names.items()
        if launches and (lane, name) not in too_few
    )


def request_times(seen: Iterable[Observation]) -> dict[str, Observation]:
    """Return the 99th percentile of each lane's requests, or their longest where there is no percentile."""
    times: dict[str, Observation] = {}
    for item in seen:
        if item.estimate is not None and (item.name == PROMPT or (item.name == LONGEST and item.lane not in times)):
            times[item.lane] = item
    return times


def _observation(lane: str, name: str, unit: str, launches: Sequence[Sequence[float | str]]) -> Observation:
    numbers = [[value for value in rounds if not isinstance(value, str)] for rounds in launches]
    if all(numbers):
        looks = None if NOT_COUNTED.match(unit) else sum(map(len, numbers))
        return Observation(lane=lane, name=name, unit=unit, estimate=mean_amount(numbers, looks))
    words = sorted({str(value) for rounds in launches for value in rounds})
    return Observation(lane=lane, name=name, unit=unit, words=tuple(words))
