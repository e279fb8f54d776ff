"""Which differences are more than chance, and more than two copies of one lane show; pure.

- Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6.
- JCGM 100:2008, "Guide to the expression of uncertainty in measurement".
- Sidak (1967), "Rectangular confidence regions for the means of multivariate normal distributions", JASA 62, 626-633.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gilscope.stats.estimate import CONFIDENCE, Estimate, exponential, student

if TYPE_CHECKING:
    from collections.abc import Sequence

ERROR_RATE = 1 - CONFIDENCE
"""How often an answer may mark anything where there is nothing."""


def noise_floor(control: Estimate) -> float:
    """The relative difference that two copies of one lane may show: 0.012 reads 1.2 %.

    Args:
        control: the log ratio of the reference lane's second copy to the first.

    Returns:
        The end farther from a ratio of one, as a relative difference of the slower to the faster; infinite where
        the control has one launch.
    """
    return exponential(max(abs(control.low), abs(control.high))) - 1


def distinguishable(log_ratio: Estimate, floor: float) -> bool:
    """Whether a log ratio shows a difference that is neither chance nor what two copies of a lane show.

    Args:
        log_ratio: a lane against the reference.
        floor: the `noise_floor` of the same contest, a relative difference.

    Returns:
        Whether the value lies beyond the half width and the floor together, joined as independent uncertainties are:
        by the root of the sum of their squares (JCGM 100:2008, 5.1.2). So the interval excludes zero, the difference
        is above the floor, and one that only just does both does not count.
    """
    return abs(log_ratio.value) > _reach(log_ratio, floor)


def possible(log_ratio: Estimate, floor: float) -> Estimate:
    """A log ratio with all that interval and noise floor leave open; without zero it is `distinguishable`."""
    reach = _reach(log_ratio, floor)
    return Estimate(log_ratio.value, log_ratio.value - reach, log_ratio.value + reach)


def _reach(log_ratio: Estimate, floor: float) -> float:
    """How far a log ratio may lie from its value, by chance and by what two copies show."""
    return math.hypot(log_ratio.half_width, math.log1p(floor))


def simultaneous(difference: Estimate, number: int) -> Estimate:
    """A difference, or a log ratio, with the interval that it needs as one of several.

    Args:
        difference: with an interval of its own.
        number: of estimates that one was chosen from, or that are looked at together; at least one.

    Returns:
        The estimate with confidence ``CONFIDENCE ** (1 / number)``: so wide, all of that many intervals hold their
        truths at once in 95 of 100 cases, however they hang together (Sidak 1967), and so does the one that was chosen
        for being the highest.
    """
    return student(difference.value, difference.standard_error, difference.freedom, CONFIDENCE ** (1 / number))


def p_value(difference: Estimate) -> float:
    """How often chance alone shows a difference, or a log ratio, at least that far from zero."""
    from scipy.special import stdtr  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to load; scipy is untyped

    if difference.freedom <= 0 or not difference.value:
        return 1.0
    if not difference.half_width:
        return 0.0
    return 2 * float(stdtr(difference.freedom, -abs(difference.value) / difference.standard_error))


def holm(p_values: Sequence[float], error_rate: float = ERROR_RATE) -> tuple[bool, ...]:
    """Which of these are significant, with at most ``error_rate`` for one false alarm among them all (Holm 1979)."""
    significant = [False] * len(p_values)
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        if p_values[index] > error_rate / (len(p_values) - rank):
            break
        significant[index] = True
    return tuple(significant)
