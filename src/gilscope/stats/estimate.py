"""An estimate: a figure with its confidence interval, and arithmetic that keeps the interval right; pure.

Ratios, times and amounts are estimated on the log scale, where a ratio and its inverse lie equally far from "no
difference". Whoever holds a figure holds it in its own unit; `Estimate.log` gives back what it was estimated as, with
the degrees of freedom, so that figures can be joined later without making anything up. Cited below by name and year:

- Satterthwaite (1946), "An approximate distribution of estimates of variance components", Biometrics Bulletin 2.
- Welch (1947), "The generalization of Student's problem when several different population variances are involved",
  Biometrika 34, 28-35.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIDENCE = 0.95
"""The confidence of an interval where none is asked for."""


class Estimate(msgspec.Struct, frozen=True, omit_defaults=True):
    """A figure with its confidence interval; value, low and high share the unit that the holder names.

    ``freedom`` is the degrees of freedom of the Student quantile behind the interval and ``confidence`` its level. With
    no degree of freedom (a single launch) the interval is unbounded; with infinitely many, the error is known.
    """

    value: float
    low: float
    high: float
    freedom: float = math.inf
    confidence: float = CONFIDENCE

    @property
    def half_width(self) -> float:
        """Half the distance between the ends."""
        return (self.high - self.low) / 2

    @property
    def standard_error(self) -> float:
        """The standard error that the interval was made from; infinite without a degree of freedom."""
        return self.half_width / student_quantile(self.freedom, self.confidence) if self.freedom > 0 else math.inf

    @property
    def is_bounded(self) -> bool:
        """Whether both ends are known."""
        return math.isfinite(self.half_width)

    def contains(self, value: float) -> bool:
        """Whether a value lies within the ends."""
        return self.low <= value <= self.high

    def exp(self) -> Estimate:
        """The figure in its own unit, from its logarithm."""
        return self._with(exponential(self.value), exponential(self.low), exponential(self.high))

    def log(self) -> Estimate:
        """The logarithm of a figure above zero; an end that is not above zero is minus infinity."""
        return self._with(_log(self.value), _log(self.low), _log(self.high))

    def relative(self) -> Estimate:
        """A ratio as a relative difference: 1.05 is 0.05 more."""
        return self.shifted(-1)

    def shifted(self, by: float) -> Estimate:
        """The figure plus a number without error; a logarithm, so that its ratio is multiplied by ``exp(by)``."""
        return self._with(self.value + by, self.low + by, self.high + by)

    def scaled(self, by: float) -> Estimate:
        """The figure times a number above zero without error."""
        return self._with(self.value * by, self.low * by, self.high * by)

    def negated(self) -> Estimate:
        """The figure with its sign changed; a logarithm, so that its ratio is turned upside down."""
        return self._with(-self.value, -self.high, -self.low)

    def less(self, other: Estimate) -> Estimate:
        """The difference to a figure that was measured apart; of two logarithms, the log of the ratio.

        The interval is Welch's (1947) with Satterthwaite's (1946) degrees of freedom; unbounded where one of both is.
        """
        error, freedom = _error_of_sum((self, other))
        return student(self.value - other.value, error, freedom)

    def over(self, other: Estimate) -> Estimate:
        """The ratio to a figure above zero that was measured apart, with the interval of `less` on the log scale."""
        return self.log().less(other.log()).exp()

    def _with(self, value: float, low: float, high: float) -> Estimate:
        return Estimate(value, low, high, self.freedom, self.confidence)


UNKNOWN = Estimate(0.0, -math.inf, math.inf, freedom=0)
"""A difference, or a log ratio, of which nothing is known."""

SAME = Estimate(0.0, 0.0, 0.0)
"""The log ratio of a thing to itself."""


def student(value: float, error: float, freedom: float, confidence: float = CONFIDENCE) -> Estimate:
    """Student's interval around a value with this standard error; unbounded without a degree of freedom.

    Raises:
        ValueError: a confidence outside (0, 1).
    """
    quantile = student_quantile(freedom, confidence)
    reach = quantile * error if freedom > 0 else math.inf
    return Estimate(value, value - reach, value + reach, freedom, confidence)


@lru_cache(maxsize=1024)
def student_quantile(freedom: float, confidence: float = CONFIDENCE) -> float:
    """How many standard errors reach from the centre to either end; infinite without a degree of freedom.

    Raises:
        ValueError: a confidence outside (0, 1).
    """
    from scipy.special import stdtrit  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to load; scipy is untyped

    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1, not at {confidence}")
    return float(stdtrit(freedom, (1 + confidence) / 2)) if freedom > 0 else math.inf


def mean(estimates: Sequence[Estimate], confidence: float = CONFIDENCE) -> Estimate:
    """The mean of independent estimates; of logarithms, the log of the geometric mean.

    Args:
        estimates: one per probe, each from its own launches.
        confidence: the share of intervals that shall hold the truth.

    Returns:
        The mean in the unit of the estimates. The suite is taken as fixed: the interval says how well the mean of
        *these* probes is known, from the launch noise of each, and nothing about probes outside the suite.

    Raises:
        ValueError: no estimate, or a confidence outside (0, 1).

    The variance of a mean is the sum of the variances over the square of their number, and its degrees of freedom
    are Satterthwaite's (1946).
    """
    if not estimates:
        raise ValueError("a mean needs at least one estimate")
    value = math.fsum(estimate.value for estimate in estimates) / len(estimates)
    error, freedom = _error_of_sum(estimates)
    return student(value, error / len(estimates), freedom, confidence)


def geometric_mean(ratios: Sequence[Estimate]) -> Estimate:
    """The geometric mean of independent ratios, by the `mean` of their logarithms.

    Raises:
        ValueError: no ratio.
    """
    return mean([ratio.log() for ratio in ratios]).exp()


def _error_of_sum(estimates: Sequence[Estimate]) -> tuple[float, float]:
    """Standard error and degrees of freedom of a sum or difference of independent estimates (Satterthwaite 1946)."""
    if any(estimate.freedom <= 0 for estimate in estimates):
        return math.inf, 0
    variances = [estimate.standard_error**2 for estimate in estimates]
    total = math.fsum(variances)
    shares = math.fsum(v**2 / e.freedom for v, e in zip(variances, estimates, strict=True))
    freedom = total**2 / shares if shares > 0 else math.fsum(estimate.freedom for estimate in estimates)
    return math.sqrt(total), freedom


def exponential(value: float) -> float:
    """The exponential of a number, infinite where it is too large for a float."""
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


def _log(value: float) -> float:
    """The natural logarithm, minus infinity where there is none."""
    return math.log(value) if value > 0 else -math.inf
