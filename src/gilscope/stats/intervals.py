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
from operator import mul
from statistics import fmean, median
from typing import TYPE_CHECKING

from gilscope.stats.estimate import CONFIDENCE, student

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    return student(*biweight(launch_medians(launches)), freedom(len(launches)), confidence)


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


def biweight(sample: Sequence[float]) -> tuple[float, float]:
    """Tukey's biweight centre of a sample, and its standard error; of a single value, the error is infinite.

    The centre is the mean with weights ``(1 - u**2)**2``, where ``u`` counts the distance in `TUNING` deviations, and
    the error is Mosteller and Tukey's (1977). One thing differs from theirs: the deviation is not the median distance
    from the median but the ``(n + 1) // 2 + 1``-th smallest. It leaves out the distance of zero that the median has
    from itself when ``n`` is odd, and holds more than half of the sample (the ``h`` of Rousseeuw and Croux 1993). With
    four to seven launches the median distance is too often small by chance, and the interval with it.
    """
    center = median(sample)
    if len(sample) < FEWEST:
        return center, math.inf
    scale = TUNING * _deviation(sample, center)
    for _ in range(ITERATIONS):
        distances = [value - center for value in sample]
        weights = [(1 - u * u) ** 2 if (u := abs(distance) / scale) < 1 else 0.0 for distance in distances]
        step = sum(map(mul, weights, distances)) / sum(weights)
        center += step
        if abs(step) <= SETTLED * scale:
            break
    kept = [(value, 1 - u * u) for value in sample if (u := abs(value - center) / scale) < 1]
    spread = sum((value - center) ** 2 * left**4 for value, left in kept)
    slope = sum(left * (5 * left - 4) for _, left in kept)
    return center, math.sqrt(spread / (slope * (slope - 1)))


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


def launch_medians(launches: Launches) -> list[float]:
    """Each launch's median over its rounds.

    Raises:
        ValueError: no launch, a launch without rounds, or a value that is not finite.
    """
    if not launches or not all(map(len, launches)):
        raise ValueError("an estimate needs at least one launch, and each launch at least one round")
    if not all(map(math.isfinite, chain.from_iterable(launches))):
        raise ValueError("a value is not a finite number")
    return [float(median(launch)) for launch in launches]


def _deviation(sample: Sequence[float], center: float) -> float:
    """The distance that holds more than half of a sample; never zero, even if all agree."""
    distances = sorted(abs(value - center) for value in sample)
    rank = min((len(sample) + 1) // 2, len(sample) - 1)
    return distances[rank] or fmean(distances) or 1.0
