"""How throughput grows with workers, and where it stops: the Universal Scalability Law; pure.

Gunther (2007), "Guerrilla capacity planning", chapter 4: with N workers the throughput is

    X(N) = rate x N / (1 + contention x (N - 1) + coherency x N (N - 1)),

where *contention* is the share of the work that cannot run side by side (Amdahl's serial fraction) and *coherency* what
each pair of workers costs by keeping the other up to date. With coherency the throughput has a peak, at
``N = sqrt((1 - contention) / coherency)``.

N / X(N) is linear in 1 / rate, contention / rate and coherency / rate, so the fit is a least squares one that keeps all
three from being negative (Lawson and Hanson 1974), each point weighted by its relative error. Intervals come from fits
to points redrawn within their own errors (the parametric bootstrap: Efron and Tibshirani 1993, chapter 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gilscope.stats.estimate import CONFIDENCE, Estimate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

FEWEST_COUNTS = 4
"""Three parameters go through any three points: only a fourth can contradict them."""

DRAWS = 1000
NORMAL = 1e6
"""Degrees of freedom from which Student's distribution is the normal one."""

LEAST_ERROR = 1e-6
"""A relative error below this is taken for it: a point without any error would outweigh all others."""


@dataclass(frozen=True, slots=True)
class Fit:
    """The law's parameters, all with intervals.

    ``rate`` is the throughput of one worker in the points' unit, ``contention`` and ``coherency`` are pure numbers, and
    ``peak`` is the number of workers with the highest throughput: infinite where there is no coherency cost.
    """

    rate: Estimate
    contention: Estimate
    coherency: Estimate
    peak: Estimate

    def throughput(self, workers: float) -> float:
        """The throughput that the law predicts for a number of workers, in the unit of ``rate``."""
        slowdown = 1 + self.contention.value * (workers - 1) + self.coherency.value * workers * (workers - 1)
        return self.rate.value * workers / slowdown


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no fit."""

    reason: str


def fit(throughput: Mapping[int, Estimate], physical_cores: float, seed: int = 0) -> Fit | Refusal:
    """The law through measured throughputs.

    Args:
        throughput: per number of workers its logarithm, in any unit.
        physical_cores: the cores really usable; counts above them say how cores are shared, not how the work scales.
        seed: for the redrawn points.

    Returns:
        The fit, or why it is refused: fewer than four counts within the cores, or points without finite intervals.
    """
    counts = sorted(count for count in throughput if count <= physical_cores)
    if len(counts) < FEWEST_COUNTS:
        return Refusal(
            f"the Universal Scalability Law needs at least {FEWEST_COUNTS} worker counts within the "
            f"{physical_cores:g} cores, and {len(counts)} were measured"
        )
    points = [throughput[count] for count in counts]
    errors = np.array([max(LEAST_ERROR, point.standard_error) for point in points])
    if not np.isfinite(errors).all():
        return Refusal("the Universal Scalability Law needs points with finite intervals: run more launches")
    workers = np.array(counts, dtype=np.float64)
    logs = np.array([point.value for point in points])
    random = np.random.default_rng(seed)
    drawn = logs + errors * np.stack([random.standard_t(min(point.freedom, NORMAL), DRAWS) for point in points], axis=1)
    fitted = np.array([_parameters(workers, draw, errors) for draw in drawn])
    return _fit_with_intervals(_parameters(workers, logs, errors), fitted)


def _parameters(
    workers: NDArray[np.float64], logs: NDArray[np.float64], errors: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Rate, contention, coherency and peak, of shape ``(4,)``, from log throughputs of shape ``(n,)``."""
    from scipy.optimize import nnls  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to load; scipy is untyped

    times = workers / np.exp(logs)
    weights = 1 / (times * errors)
    terms = np.stack([np.ones_like(workers), workers - 1, workers * (workers - 1)], axis=1)
    (base, contention, coherency), _ = nnls(terms * weights[:, None], times * weights)
    if base <= 0:
        return np.array([np.inf, np.inf, np.inf, 1.0])
    contention, coherency = contention / base, coherency / base
    peak = np.sqrt(max(0.0, 1 - contention) / coherency) if coherency > 0 else np.inf
    return np.array([1 / base, contention, coherency, max(1.0, peak)])


def _fit_with_intervals(best: NDArray[np.float64], drawn: NDArray[np.float64]) -> Fit:
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0, method="nearest")
    estimates = [Estimate(float(b), float(a), float(c)) for b, a, c in zip(best, low, high, strict=True)]
    return Fit(*estimates)
