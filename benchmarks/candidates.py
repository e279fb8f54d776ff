"""Interval estimators that were weighed against each other, each from launch medians to centres and half widths.

All take samples of shape ``(runs, launches)`` and answer two arrays of shape ``(runs,)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from gilscope.stats.estimate import CONFIDENCE, student_quantile
from gilscope.stats.intervals import ITERATIONS, TUNING, biweight, freedom

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    Candidate = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


def biweights(samples: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Centres and standard errors, each of shape ``(...)``, of samples of shape ``(..., n)``."""
    centers, errors = np.moveaxis(np.apply_along_axis(lambda sample: biweight(sample.tolist()), -1, samples), -1, 0)
    return centers, errors


def ours(samples: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The biweight as `gilscope.stats` has it."""
    center, error = biweights(samples)
    return center, student_quantile(freedom(samples.shape[1]), CONFIDENCE) * error


def student(samples: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The mean and Student's t."""
    n = samples.shape[1]
    return samples.mean(axis=1), stdtrit(n - 1, 0.975) * samples.std(axis=1, ddof=1) / np.sqrt(n)


def trimmed(samples: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The 20 % trimmed mean and its t of Winsorized spread (Tukey and McLaughlin 1963; Yuen 1974)."""
    n = samples.shape[1]
    cut = n // 5
    kept = n - 2 * cut
    ordered = np.sort(samples, axis=1)
    spread = np.clip(ordered, ordered[:, [cut]], ordered[:, [n - cut - 1]]).std(axis=1, ddof=1)
    return ordered[:, cut : n - cut].mean(axis=1), stdtrit(kept - 1, 0.975) * spread * np.sqrt(n) / kept


def huber(samples: FloatArray, bend: float = 1.345) -> tuple[FloatArray, FloatArray]:
    """Huber's M-estimate (1964) on the median deviation, with Student's t."""
    n = samples.shape[1]
    center = np.median(samples, axis=1, keepdims=True)
    scale = 1.4826 * np.median(np.abs(samples - center), axis=1, keepdims=True)
    for _ in range(ITERATIONS):
        weights = np.minimum(1, bend * scale / np.maximum(np.abs(samples - center), 1e-300))
        center = np.sum(weights * samples, axis=1, keepdims=True) / np.sum(weights, axis=1, keepdims=True)
    scores = np.clip((samples - center) / scale, -bend, bend)
    inside = np.mean(np.abs(scores) < bend, axis=1)
    error = scale[:, 0] * np.sqrt(np.sum(scores**2, axis=1) / (n * (n - 1))) / inside
    return center[:, 0], stdtrit(n - 1, 0.975) * error


def textbook_biweight(samples: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The biweight with the median deviation and ``0.7 (n - 1)`` degrees (Mosteller and Tukey 1977)."""
    center = np.median(samples, axis=1, keepdims=True)
    scale = TUNING * np.median(np.abs(samples - center), axis=1, keepdims=True)
    for _ in range(ITERATIONS):
        weights = (1 - np.minimum(((samples - center) / scale) ** 2, 1)) ** 2
        center = np.sum(weights * samples, axis=1, keepdims=True) / np.sum(weights, axis=1, keepdims=True)
    squared = np.minimum(((samples - center) / scale) ** 2, 1)
    spread = np.sum((samples - center) ** 2 * (1 - squared) ** 4, axis=1)
    slope = np.sum((1 - squared) * (1 - 5 * squared), axis=1)
    error = np.sqrt(spread / (slope * np.maximum(1, slope - 1)))
    return center[:, 0], stdtrit(0.7 * (samples.shape[1] - 1), 0.975) * error


def hodges_lehmann(samples: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The middle and half the length of Wilcoxon's interval (Hodges and Lehmann 1963), interpolated to 95 %.

    Below six launches no such interval reaches 95 %: the widest there is stands in for it.
    """
    n = samples.shape[1]
    first, second = np.triu_indices(n)
    walsh = np.sort((samples[:, first] + samples[:, second]) / 2, axis=1)
    misses = 2 * _signed_rank_cdf(n)
    inner = int(np.searchsorted(misses, 0.05, side="right"))
    if inner == 0:
        low, high = walsh[:, 0], walsh[:, -1]
    else:
        part = (0.05 - misses[inner - 1]) / (misses[inner] - misses[inner - 1])
        low = (1 - part) * walsh[:, inner - 1] + part * walsh[:, inner]
        high = (1 - part) * walsh[:, -inner] + part * walsh[:, -inner - 1]
    return (low + high) / 2, (high - low) / 2


def _signed_rank_cdf(n: int) -> FloatArray:
    """The chance that Wilcoxon's signed rank sum of ``n`` values is no more than 0, 1, 2 ..."""
    chances = np.ones(1)
    for rank in range(1, n + 1):
        longer = np.zeros(chances.size + rank)
        longer[: chances.size] += chances / 2
        longer[rank:] += chances / 2
        chances = longer
    return np.cumsum(chances)


CANDIDATES: dict[str, Candidate] = {
    "biweight (ours)": ours,
    "Student's t": student,
    "Hodges-Lehmann": hodges_lehmann,
    "trimmed t": trimmed,
    "Huber": huber,
    "biweight (textbook)": textbook_biweight,
}
"""All that were weighed, by the name they have in tables."""
