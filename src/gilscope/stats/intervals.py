"""Launches in, estimates out: where a log ratio or a quantity lies, with launches as the unit of statistics.

All of it is pure and works on the log scale, where a ratio and its inverse lie equally far from "no difference".
``docs/explanation/statistics.md`` says in plain words why these formulas were chosen, and ``benchmarks/coverage.py``
shows by simulation that the intervals keep their word. Cited below by name and year:

- Gross (1976), "Confidence interval robustness with long-tailed symmetric distributions", JASA 71, 409-416.
- Kafadar (1982), "A biweight approach to the one-sample problem", JASA 77, 416-424.
- Kalibera and Jones (2013), "Rigorous benchmarking in reasonable time", ISMM '13.
- Mosteller and Tukey (1977), "Data analysis and regression", chapter 10.
- Rousseeuw and Croux (1993), "Alternatives to the median absolute deviation", JASA 88, 1273-1283.
"""

from __future__ import annotations

import math
from itertools import chain
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from gilscope.stats.estimate import CONFIDENCE, student

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gilscope.stats.estimate import Estimate

    Launches = Sequence[Sequence[float]]
    """One inner sequence per launch, one value per round; launches may differ in their number of rounds."""

TUNING = 9.0
"""Deviations beyond which the biweight gives a launch no weight (Mosteller and Tukey 1977; about six sigmas)."""

FEWEST = 2
"""Launches below which nothing is known about how launches differ."""

ITERATIONS = 20
"""Reweighting steps of the biweight at most."""

SETTLED = 1e-8
"""A biweight has settled that moves by less than this many `TUNING` deviations: far less than its standard error."""


def log_ratio_interval(launches: Launches, confidence: float = CONFIDENCE) -> Estimate:
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
    return student(float(center), float(error), freedom(len(launches)), confidence)


def quantity_interval(launches: Launches, confidence: float = CONFIDENCE) -> Estimate:
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
    """The median of each sample of shape ``(..., n)``; for few values ten times as fast as numpy."""
    ordered = np.sort(samples, axis=-1)
    n = samples.shape[-1]
    return (ordered[..., (n - 1) // 2] + ordered[..., n // 2]) / 2


def _deviation(samples: NDArray[np.float64], center: NDArray[np.float64]) -> NDArray[np.float64]:
    """The distance that holds more than half of each sample; never zero, even if all agree."""
    distances = np.abs(samples - center)
    rank = min((samples.shape[-1] + 1) // 2, samples.shape[-1] - 1)
    deviation = np.partition(distances, rank, axis=-1)[..., rank : rank + 1]
    deviation = np.where(deviation > 0, deviation, distances.mean(axis=-1, keepdims=True))
    return np.where(deviation > 0, deviation, 1.0)
