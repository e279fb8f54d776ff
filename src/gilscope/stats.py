"""Floats in, estimates out: intervals over launches, their mean over a suite, and the noise floor.

All of it is pure and works on the log scale, where a ratio and its inverse lie equally far from "no difference".
``docs/explanation/statistics.md`` says in plain words why these formulas were chosen, and ``benchmarks/coverage.py``
shows by simulation that the intervals keep their word. Cited below by name and year:

- Gross (1976), "Confidence interval robustness with long-tailed symmetric distributions", JASA 71, 409-416.
- JCGM 100:2008, "Guide to the expression of uncertainty in measurement".
- Kafadar (1982), "A biweight approach to the one-sample problem", JASA 77, 416-424.
- Kalibera and Jones (2013), "Rigorous benchmarking in reasonable time", ISMM '13.
- Mosteller and Tukey (1977), "Data analysis and regression", chapter 10.
- Rousseeuw and Croux (1993), "Alternatives to the median absolute deviation", JASA 88, 1273-1283.
- Satterthwaite (1946), "An approximate distribution of estimates of variance components", Biometrics Bulletin 2.
- Welch (1947), "The generalization of Student's problem when several different population variances are involved",
  Biometrika 34, 28-35.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit  # type: ignore[import-untyped]  # scipy carries no types

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Launches = Sequence[Sequence[float]]
    """One inner sequence per launch, one value per round; launches may differ in their number of rounds."""

CONFIDENCE = 0.95
"""The confidence of an interval where none is asked for."""

TUNING = 9.0
"""Deviations beyond which the biweight gives a launch no weight (Mosteller and Tukey 1977; about six sigmas)."""

FEWEST = 2
"""Launches below which nothing is known about how launches differ."""

ITERATIONS = 20
"""Reweighting steps of the biweight at most."""

SETTLED = 1e-8
"""A biweight has settled that moves by less than this many `TUNING` deviations: far less than its standard error."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A centre with the confidence interval around it.

    ``center``, ``low`` and ``high`` share the unit that the function returning them names. ``freedom`` is the
    degrees of freedom of the Student quantile behind the interval and ``confidence`` its level: what it takes to get
    the standard error back. With no degree of freedom (a single launch) the interval is unbounded.
    """

    center: float
    low: float
    high: float
    freedom: float
    confidence: float = CONFIDENCE

    @property
    def half_width(self) -> float:
        """Half the distance between the ends, in the interval's own unit."""
        return (self.high - self.low) / 2

    def contains(self, value: float) -> bool:
        """Whether ``value``, in the interval's own unit, lies within the ends."""
        return self.low <= value <= self.high

    def exp(self) -> Interval:
        """The same interval off the log scale: a log ratio's as a ratio, a log time's as a time."""
        low, center, high = (_exp(end) for end in (self.low, self.center, self.high))
        return Interval(center, low, high, self.freedom, self.confidence)


def log_ratio_interval(launches: Launches, confidence: float = CONFIDENCE) -> Interval:
    """Where the log ratio of two lanes lies, with launches as the unit of statistics.

    Args:
        launches: per launch the paired log ratios ``log(t_lane / t_reference)``, one per round.
        confidence: the share of intervals that shall hold the truth.

    Returns:
        The interval in log space; unbounded for one launch, of no width where all launches agree exactly.

    Raises:
        ValueError: no launch, a launch without rounds, a value that is not finite, a confidence outside (0, 1).

    Each launch counts once, by the median of its rounds, since rounds within a launch share its hash seed and
    layout (Kalibera and Jones 2013). The medians are joined by `biweight`, and the interval is the biweight's
    Student interval (Gross 1976; Kafadar 1982) with the degrees of freedom of `freedom`.
    """
    center, error = biweight(launch_medians(launches))
    return _student(float(center), float(error), freedom(len(launches)), confidence)


def quantity_interval(launches: Launches, confidence: float = CONFIDENCE) -> Interval:
    """Where a positive quantity lies (seconds per unit, bytes), estimated as `log_ratio_interval` does, on logs.

    Args:
        launches: per launch the quantity in any unit, one value per round.
        confidence: the share of intervals that shall hold the truth.

    Returns:
        The interval in the quantity's own unit. Unlike a ratio formed within rounds, it does not shed the drift of
        the machine.

    Raises:
        ValueError: as `log_ratio_interval`, and where a value is not above zero.
    """
    if any(value <= 0 for value in chain.from_iterable(launches)):
        raise ValueError("a quantity on the log scale must be above zero")
    logs = [[math.log(value) for value in launch] for launch in launches]
    return log_ratio_interval(logs, confidence).exp()


def geometric_mean(intervals: Sequence[Interval], confidence: float = CONFIDENCE) -> Interval:
    """The mean of independent log-space intervals; its `Interval.exp` is the geometric mean of the ratios.

    Args:
        intervals: one per probe, in log space, each from its own launches.
        confidence: the share of intervals that shall hold the truth.

    Returns:
        The interval in log space. The suite is taken as fixed: the interval tells how well the mean of *these* probes
        is known, from the launch noise of each, and nothing about probes outside the suite.

    Raises:
        ValueError: no interval, or a confidence outside (0, 1).

    The variance of a mean is the sum of the variances over the square of their number, and its degrees of freedom
    are Satterthwaite's (1946).
    """
    if not intervals:
        raise ValueError("a geometric mean needs at least one interval")
    center = math.fsum(interval.center for interval in intervals) / len(intervals)
    error, degrees = _error_of_sum(intervals)
    return _student(center, error / len(intervals), degrees, confidence)


def unpaired_log_ratio(measured: Interval, other: Interval, confidence: float = CONFIDENCE) -> Interval:
    """Where the log ratio of two quantities lies that were measured apart, launches of one beside none of the other.

    Args:
        measured: the log-space interval of the quantity above the line.
        other: that of the one below it.
        confidence: the share of intervals that shall hold the truth, as far as the machine was the same for both.

    Returns:
        The interval in log space, by Welch (1947) with Satterthwaite's (1946) degrees of freedom; unbounded where one
        of the two is.

    Raises:
        ValueError: a confidence outside (0, 1).
    """
    error, degrees = _error_of_sum((measured, other))
    return _student(measured.center - other.center, error, degrees, confidence)


def noise_floor(control: Interval) -> float:
    """The relative difference that two copies of the same lane may show: 0.012 reads 1.2 %.

    Args:
        control: the log-space interval of the control, the reference lane run twice.

    Returns:
        The end farther from a ratio of one, as a relative difference of the slower to the faster; infinite where
        the control has one launch.
    """
    return _exp(max(abs(control.low), abs(control.high))) - 1


def distinguishable(interval: Interval, floor: float) -> bool:
    """Whether a log-space interval shows a difference that is neither chance nor what two copies of a lane show.

    Args:
        interval: a lane against the reference, in log space.
        floor: the `noise_floor` of the same contest, a relative difference.

    Returns:
        Whether the centre lies beyond the half width and the floor together, joined as independent uncertainties are:
        by the root of the sum of their squares (JCGM 100:2008, 5.1.2). So the interval excludes zero, the difference
        is above the floor, and one that only just does both does not count.
    """
    return abs(interval.center) > math.hypot(interval.half_width, math.log1p(floor))


def biweight(samples: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Tukey's biweight centre of each sample, and its standard error.

    Args:
        samples: shape ``(..., n)``; every row along the last axis is a sample of its own.

    Returns:
        Centres and standard errors, each of shape ``(...)``. For ``n = 1`` the error is infinite.

    The centre is the mean with weights ``(1 - u**2)**2``, where ``u`` counts the distance in `TUNING` deviations, and
    the error is Mosteller and Tukey's (1977). One thing differs from theirs: the deviation is not the median distance
    from the median but the ``(n + 1) // 2 + 1``-th smallest. It leaves out the distance of zero that the median has
    from itself when ``n`` is odd, and holds more than half of the sample (the ``h`` of Rousseeuw and Croux 1993). With
    four to seven launches the median distance is too often small by chance, and the interval with it.
    """
    n = samples.shape[-1]
    center = medians(samples)[..., None]
    if n < FEWEST:
        return center[..., 0], np.full(center.shape[:-1], np.inf)
    scale = TUNING * _deviation(samples, center)
    for _ in range(ITERATIONS):
        weights = (1 - np.minimum(((samples - center) / scale) ** 2, 1)) ** 2
        before = center
        center = (weights * samples).sum(axis=-1, keepdims=True) / weights.sum(axis=-1, keepdims=True)
        if (np.abs(center - before) <= SETTLED * scale).all():
            break
    squared = np.minimum(((samples - center) / scale) ** 2, 1)
    spread = ((samples - center) ** 2 * (1 - squared) ** 4).sum(axis=-1)
    slope = ((1 - squared) * (1 - 5 * squared)).sum(axis=-1)
    return center[..., 0], np.sqrt(spread / (slope * (slope - 1)))


def freedom(launches: int) -> int:
    """Degrees of freedom of the biweight's Student interval: the largest even number below ``launches``; 1 for two.

    Mosteller and Tukey (1977) give ``0.7 (n - 1)`` for the biweight with their deviation. For the one used here,
    simulated launches (normal, long-tailed, contaminated) put the number that gives 95 % within 0.6 of this rule for 3
    to 20 launches; ``benchmarks/coverage.py --freedom`` shows it. Hence the step from an even number of launches to
    the odd one above it brings more than the step after.
    """
    if launches < FEWEST:
        return 0
    return max(1, 2 * ((launches - 1) // 2))


@lru_cache(maxsize=1024)
def student_quantile(degrees: float, confidence: float) -> float:
    """How many standard errors reach from the centre to either end; infinite without a degree of freedom.

    Raises:
        ValueError: a confidence outside (0, 1).
    """
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1, not at {confidence}")
    return float(stdtrit(degrees, (1 + confidence) / 2)) if degrees > 0 else math.inf


def launch_medians(launches: Launches) -> NDArray[np.float64]:
    """Each launch's median over its rounds, of shape ``(launches,)``.

    Raises:
        ValueError: no launch, a launch without rounds, or a value that is not finite.
    """
    if not launches or not all(len(launch) for launch in launches):
        raise ValueError("an estimate needs at least one launch, and each launch at least one round")
    if not all(math.isfinite(value) for value in chain.from_iterable(launches)):
        raise ValueError("a value is not a finite number")
    return np.array([median(launch) for launch in launches], dtype=np.float64)


def medians(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """The median of each sample of shape ``(..., n)``, ten times as fast for a handful of values as numpy's own."""
    ordered = np.sort(samples, axis=-1)
    n = samples.shape[-1]
    return (ordered[..., (n - 1) // 2] + ordered[..., n // 2]) / 2


def _deviation(samples: NDArray[np.float64], center: NDArray[np.float64]) -> NDArray[np.float64]:
    """The distance that holds more than half of each sample; the mean distance if that is zero, and 1 if all agree."""
    distances = np.abs(samples - center)
    rank = min((samples.shape[-1] + 1) // 2, samples.shape[-1] - 1)
    chosen = np.partition(distances, rank, axis=-1)[..., rank : rank + 1]
    chosen = np.where(chosen > 0, chosen, distances.mean(axis=-1, keepdims=True))
    return np.where(chosen > 0, chosen, 1.0)


def _student(center: float, error: float, degrees: float, confidence: float) -> Interval:
    """The interval around ``center`` with standard error ``error``; unbounded without a degree of freedom."""
    quantile = student_quantile(degrees, confidence)
    reach = quantile * error if degrees > 0 else math.inf
    return Interval(center, center - reach, center + reach, degrees, confidence)


def _standard_error(interval: Interval) -> float:
    """The standard error that the interval was made from."""
    return interval.half_width / student_quantile(interval.freedom, interval.confidence)


def _error_of_sum(intervals: Sequence[Interval]) -> tuple[float, float]:
    """Standard error and degrees of freedom of a sum or difference of independent estimates (Satterthwaite 1946)."""
    if any(interval.freedom <= 0 for interval in intervals):
        return math.inf, 0
    variances = [_standard_error(interval) ** 2 for interval in intervals]
    total = math.fsum(variances)
    shares = math.fsum(v**2 / i.freedom for v, i in zip(variances, intervals, strict=True))
    degrees = total**2 / shares if shares > 0 else math.fsum(i.freedom for i in intervals)
    return math.sqrt(total), degrees


def _exp(value: float) -> float:
    """``exp`` that answers infinity where the result is too large for a float."""
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf
