"""Where to spend time measuring: how noise splits, what more launches would bring, when a lane is warm.

Pure, and on the log scale, as all of `gilscope.stats` is. Cited below by name and year:

- Kalibera and Jones (2013), "Rigorous benchmarking in reasonable time", ISMM '13.
- Shamos (1976), "Geometry and statistics: problems at the interface" (the median of pairwise distances).
- Stein (1945), "A two-sample test for a linear hypothesis whose power is independent of the variance".
- Welch (1983), "The statistical analysis of simulation results" (the end of a transient, found by replications).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from gilscope.stats.estimate import CONFIDENCE, student_quantile
from gilscope.stats.intervals import FEWEST, biweight, freedom, launch_medians

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gilscope.stats.intervals import Launches

SHAMOS = 0.9538725524
"""Median distance between two draws from one normal distribution, in standard deviations (Shamos 1976)."""

MEDIAN_COST = math.pi / 2
"""By how much a median of many normal values varies more than their mean, as a ratio of variances."""

WARM_UP_TRIALS = 4
"""A launch with fewer trials has no steady half to compare its beginning with."""

WARM_UP_EXCESS = 0.01
"""Log excess below which a trial counts as warm; a launch's median absorbs what is left."""

WARM_UP_CONFIDENCE = 0.99
"""How sure it must be that a trial is cold before it is dropped."""


@dataclass(frozen=True, slots=True)
class VarianceSplit:
    """Where a lane's noise comes from: log-space variance ``between`` launches, and ``within`` one between trials."""

    between: float
    within: float

    def of_launch(self, rounds: float) -> float:
        """The variance of one launch's median over its rounds, near ``between + (pi / 2) * within / rounds``.

        The second term is exact for one round and within 3 % for odd numbers of normal values; for even ones it is up
        to a quarter too large.
        """
        return self.between + MEDIAN_COST * self.within / (rounds + MEDIAN_COST - 1)


def split_variance(launches: Launches) -> VarianceSplit:
    """Split a lane's variance into launches and rounds: a one-way random effects model with robust parts.

    Args:
        launches: per launch the paired log ratios, one per round, of at least two launches.

    Returns:
        The split; with one round per launch, all of the variance counts as between launches.

    Raises:
        ValueError: fewer than two launches, and as `gilscope.stats.intervals.launch_medians`.

    The total is the biweight's variance of the launch medians, so that the split predicts the very intervals of
    `gilscope.stats.intervals.log_ratio_interval`. The part within is Shamos' (1976) estimator over pairs of rounds of
    the same launch, and what is left is between, as in Kalibera and Jones (2013), who use means of squares.
    """
    samples = launch_medians(launches)
    if len(samples) < FEWEST:
        raise ValueError("variance between launches needs at least two launches")
    total = len(samples) * biweight(samples)[1] ** 2
    within = _sigma(launches) ** 2
    typical_rounds = len(launches) / math.fsum(1 / len(launch) for launch in launches)
    from_rounds = VarianceSplit(0.0, within).of_launch(typical_rounds)
    return VarianceSplit(max(0.0, total - from_rounds), within)


def predicted_half_width(split: VarianceSplit, launches: int, rounds: int, confidence: float = CONFIDENCE) -> float:
    """The log-space half width to expect from a number of launches and rounds; infinite below two launches.

    Raises:
        ValueError: a confidence outside (0, 1).
    """
    if launches < FEWEST:
        return math.inf
    return student_quantile(freedom(launches), confidence) * math.sqrt(split.of_launch(rounds) / launches)


def launches_needed(
    split: VarianceSplit, rounds: int, half_width: float, limit: int, confidence: float = CONFIDENCE
) -> int | None:
    """The least number of launches, at most ``limit``, whose predicted half width is no more than ``half_width``.

    Run that many before looking again: whoever looks after each launch and stops at the first narrow interval keeps
    those that are narrow by chance, and they hold the truth less often than they say. Measuring in stages is Stein's
    (1945) way out. A first look at nine launches or more, and a ``limit`` of twice the launches already run, keeps
    most of the promise and wastes little; ``docs/explanation/statistics.md`` has the figures.

    Returns:
        The number of launches in all, those already run among them, or None where the limit is too low.
    """
    numbers = range(FEWEST, limit + 1)
    return next((n for n in numbers if predicted_half_width(split, n, rounds, confidence) <= half_width), None)


def optimal_rounds(split: VarianceSplit, launch_cost: float, round_cost: float, limit: int = 10) -> int:
    """The number of rounds per launch that buys the narrowest interval for a given time.

    Args:
        split: the variance between and within launches.
        launch_cost: the time to start a launch and get it warm.
        round_cost: the time of one round, in the same unit.
        limit: the most rounds to answer.

    Returns:
        The number from 1 to ``limit`` with the least product of a launch's variance and its cost: for means that is
        ``sqrt(launch_cost / round_cost * within / between)`` (Kalibera and Jones 2013), for medians a little more.

    Raises:
        ValueError: a launch cost below zero, a round cost not above zero, or a limit below one.
    """
    if launch_cost < 0 or round_cost <= 0 or limit < 1:
        raise ValueError("a launch must cost at least nothing, a round something, and the limit be at least one")
    return min(range(1, limit + 1), key=lambda rounds: split.of_launch(rounds) * (launch_cost + round_cost * rounds))


def warm_up_end(launches: Launches) -> int:
    """How many leading trials of a lane to drop from each launch, since the lane was still warming.

    Args:
        launches: per launch the trial times of one lane in order, above zero; all are cut to the shortest launch.

    Returns:
        The number of trials, at most half of a launch: that many means it may not have been warm at the half. 0 where
        the shortest launch has fewer than `WARM_UP_TRIALS`.

    Raises:
        ValueError: no launch, or a time that is not finite and above zero.

    The second half of each launch is taken as steady. As in Welch's (1983) procedure, the excess over it is joined
    across launches position by position, here by medians, so that a burst in one launch is no warm-up. Trials are cold
    from the first on while their excess is above `WARM_UP_EXCESS` and beyond what the steady trials' noise allows.
    """
    if not launches or not all(0 < time < math.inf for time in chain.from_iterable(launches)):
        raise ValueError("warm-up is sought in at least one launch, and among finite times above zero")
    trials = min(len(launch) for launch in launches)
    if trials < WARM_UP_TRIALS:
        return 0
    half = trials // 2
    logs = np.log(np.array([launch[:trials] for launch in launches], dtype=np.float64))
    steady = logs[:, half:]
    excess = _medians((logs[:, :half] - _medians(steady)[:, None]).T)
    noise = _sigma(steady) * math.sqrt(MEDIAN_COST * (1 + 1 / steady.shape[1]) / len(logs))
    certain = noise * student_quantile(len(logs) * (steady.shape[1] - 1), 2 * WARM_UP_CONFIDENCE - 1)
    cold = excess > max(WARM_UP_EXCESS, certain)
    return half if cold.all() else int(np.argmin(cold))


def cold_rounds(launches: Launches) -> int:
    """`warm_up_end` of the launches that a lane took part in; 0 where it took part in none."""
    present = [launch for launch in launches if launch]
    return warm_up_end(present) if present else 0


def warm_ratios(lane: Launches, reference: Launches, cold: int) -> list[list[float]]:
    """Log ratios ``log(t_lane / t_reference)`` by launch, of rounds in which both lanes were warm.

    Args:
        lane: per launch the lane's trial times in order of rounds; a launch that it was not in is empty.
        reference: the same of the reference, launch by launch; times in any unit, above zero.
        cold: the number of leading rounds to leave out of each launch.

    Returns:
        Launches that have at least one such round.
    """
    pairs = (list(zip(mine, theirs, strict=False))[cold:] for mine, theirs in zip(lane, reference, strict=False))
    return [[math.log(mine / theirs) for mine, theirs in launch] for launch in pairs if launch]


def _sigma(launches: Launches | NDArray[np.float64]) -> float:
    """The standard deviation of a value within its launch (Shamos 1976); 0 where no launch has two values."""
    alike = [launches] if isinstance(launches, np.ndarray) else launches
    distances = np.concatenate([_pairwise_distances(np.asarray(each, dtype=np.float64)) for each in alike])
    return float(_medians(distances)) / SHAMOS if distances.size else 0.0


def _pairwise_distances(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The distances between all pairs along the last axis, of all launches in a row."""
    first, second = _pairs(values.shape[-1])
    return np.abs(values[..., first] - values[..., second]).ravel()


@lru_cache
def _pairs(count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The places of all pairs in a sequence of this length."""
    first, second = np.triu_indices(count, 1)
    return first, second


def _medians(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """The median of each sample of shape ``(..., n)``; for few values ten times as fast as numpy."""
    ordered = np.sort(samples, axis=-1)
    n = samples.shape[-1]
    return (ordered[..., (n - 1) // 2] + ordered[..., n // 2]) / 2
