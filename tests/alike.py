"""Estimates of alike hosts, and the two tests of whether some differ that are known best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc, fdtrc  # type: ignore[import-untyped]  # it has no stubs

from gilscope.stats.estimate import student

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gilscope.stats.estimate import Estimate


def drawn(draw: np.random.Generator, hosts: int, freedom: int) -> list[Estimate]:
    """Estimates of zero, each with an error that is estimated with these degrees of freedom."""
    errors = np.sqrt(draw.chisquare(freedom, hosts) / freedom)
    return [
        student(float(value), float(error), freedom)
        for value, error in zip(draw.normal(size=hosts), errors, strict=True)
    ]


def cochran(estimates: Sequence[Estimate]) -> float:
    """The p-value of Cochran's Q (1954)."""
    return float(chdtrc(len(estimates) - 1, weighed(estimates)[0]))


def welch(estimates: Sequence[Estimate]) -> float:
    """The p-value of Welch's F (1951)."""
    number = len(estimates)
    q, unsure = weighed(estimates)
    f = q / (number - 1) / (1 + 2 * (number - 2) / (number**2 - 1) * unsure)
    return float(fdtrc(number - 1, (number**2 - 1) / (3 * unsure), f))


def weighed(estimates: Sequence[Estimate]) -> tuple[float, float]:
    """Cochran's Q, and how unsure its weights are, as Welch sums it up."""
    values, errors, freedoms = (
        np.array([getattr(each, name) for each in estimates]) for name in ("value", "standard_error", "freedom")
    )
    weights = 1 / errors**2
    q = float((weights * (values - (weights * values).sum() / weights.sum()) ** 2).sum())
    unsure = float((((1 - weights / weights.sum()) ** 2) / freedoms).sum())
    return q, unsure
