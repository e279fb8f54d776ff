"""The variance between runs: what figures differ by though no build changed, beyond the runs' own intervals; pure.

Fresh processes do not sample the machine's mood: its neighbours, its clock, where pages lie. A run has one mood, and
the next run another. How far moods lie apart is estimated from the differences of many figures between two runs, around
their median, so that a change of all figures is not taken for it; bounded, so that a change of a few hardly is; and
together with what the project's own repeated runs differ by, which stands alone where there is a single figure.

- Huber (1964), "Robust estimation of a location parameter", Annals of Mathematical Statistics 35 (a bound on squares).
- Paule and Mandel (1982), "Consensus values and weighting factors", Journal of Research of the NBS 87, 377-385.
- Smyth (2004), "Linear models and empirical Bayes methods for assessing differential expression in microarray
  experiments", Statistical Applications in Genetics and Molecular Biology 3 (a prior that counts as some observations).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gilscope.stats.estimate import Estimate, student

if TYPE_CHECKING:
    from collections.abc import Sequence

SPREAD = 0.02
"""Standard deviation between runs, on the log scale, that is expected beforehand: the project's own runs had it."""

PRIOR = 1
"""As many differences as `SPREAD` counts for."""

TAILS = 3
"""Degrees of freedom of what one run is off by: in repeated runs, one figure of ten is now and then off by four times
what the others are."""

BOUND = 2.5
"""Standard deviations beyond which a difference counts no more than one that lies there (Huber's k)."""

STEPS = 50
"""Halvings of the bracket in which the spread is looked for: down to the last digit."""


class Difference(NamedTuple):
    """The difference of a figure between two runs on the log scale, with its standard error."""

    value: float
    error: float


def run_error(differences: Sequence[Difference]) -> Estimate:
    """What one run may be off by: zero, with the standard deviation between runs as its standard error.

    Args:
        differences: one per figure, between two runs that were made alike.

    Returns:
        An error on the log scale, to be added to each run's figure, with `TAILS` degrees of freedom.

    The variance ``v`` between runs is the one at which the differences ``d``, of variance ``e**2 + 2 v`` each, are as
    large as they should be (Paule and Mandel 1982), where no square counts for more than `BOUND` allows (Huber 1964)
    and `PRIOR` more differences say that it is ``SPREAD**2`` (Smyth 2004):

        sum(min((d - median)**2 / (e**2 + 2 v), BOUND**2)) / expected + PRIOR * SPREAD**2 / v = n - 1 + PRIOR

    The left side falls as ``v`` grows, so there is one solution; it lies between those of the prior term alone and of
    differences without errors and bounds.
    """
    if not differences:
        return student(0.0, SPREAD, TAILS)
    values, errors = np.array(differences, dtype=np.float64).T
    squares, within = (values - np.median(values)) ** 2, errors**2
    expected, count = expected_square(), len(differences) - 1 + PRIOR
    low = PRIOR * SPREAD**2 / count
    high = low + float(squares.sum()) / (2 * expected * count)
    for _ in range(STEPS):
        variance = (low + high) / 2
        bounded = np.minimum(squares / (within + 2 * variance), BOUND**2)
        if float(bounded.sum()) / expected + PRIOR * SPREAD**2 / variance > count:
            low = variance
        else:
            high = variance
    return student(0.0, math.sqrt((low + high) / 2), TAILS)


def expected_square() -> float:
    """The mean of a normal deviate's square where none counts for more than that of `BOUND`."""
    inside = math.erf(BOUND / math.sqrt(2))
    density = math.exp(-(BOUND**2) / 2) / math.sqrt(2 * math.pi)
    return inside - 2 * BOUND * density + BOUND**2 * (1 - inside)
