"""Counts and shares, whose ordinary values hold zero: their mean over launches, and what none leaves open; pure.

Each launch counts by the mean of its looks, since what is rare would vanish from a median.

- Hanley and Lippman-Hand (1983), "If nothing goes wrong, is everything all right?", JAMA 249, 1743-1745.
- Feller (1968), "An introduction to probability theory and its applications", volume 1, chapter 6 (Poisson).
"""

from __future__ import annotations

import math
from statistics import fmean
from typing import TYPE_CHECKING

from gilscope.stats.estimate import CONFIDENCE, Estimate, student

if TYPE_CHECKING:
    from collections.abc import Sequence


def mean(launches: Sequence[Sequence[float]]) -> Estimate:
    """The mean over launches of what may be below zero too, with Student's interval; unbounded for one launch.

    Args:
        launches: at least one, each with at least one value per look, in any unit.
    """
    means = [fmean(looks) for looks in launches]
    middle, count = fmean(means), len(means)
    error = math.dist(means, [middle] * count) / math.sqrt(count * (count - 1)) if count > 1 else math.inf
    return student(middle, error, count - 1)


def mean_amount(launches: Sequence[Sequence[float]], looks: float | None) -> Estimate:
    """The mean over launches of an amount that is never below zero.

    Args:
        launches: at least one, each with at least one value per look, in any unit.
        looks: in how many of what it is counted in (trials, say) there was none, if there was none; None for what is
            not counted one by one.

    Returns:
        The mean in its unit; unbounded above for one launch. Where there was none, zero with the end of `none_seen`,
        or without one.

    Raises:
        ValueError: no launch, or a value below zero.

    The interval is Student's for the log of the mean, whose standard error is the mean's over the mean itself (the
    delta method): no end of it is below zero, and it reaches farther up than down, as what is mostly small scatters.
    """
    if not launches or any(value < 0 for values in launches for value in values):
        raise ValueError("a mean needs at least one launch, and an amount is never below zero")
    plain = mean(launches)
    if not plain.value:
        return Estimate(0.0, 0.0, math.inf if looks is None else none_seen(looks))
    return student(math.log(plain.value), plain.standard_error / plain.value, plain.freedom).exp()


def none_seen(looks: float) -> float:
    """The highest mean of a count that leaves room for looks of which none saw any.

    It is three in the number of ``looks`` (the rule of three: Hanley and Lippman-Hand 1983), in full the mean at which
    counts that come one by one (Poisson; Feller 1968) are all zero in 5 of 100 cases. Looks are taken for independent;
    what comes in crowds is missed more easily, and may be more.
    """
    return -math.log(1 - CONFIDENCE) / looks
