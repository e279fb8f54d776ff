"""The scaling law: known parameters come back, intervals hold the peak, and too few points are refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gilscope.figures import scaling_law
from gilscope.figures.scaling_law import Fit, Refusal, fit
from gilscope.stats.estimate import Estimate, student_quantile

COUNTS = (1, 2, 3, 4, 6, 8, 12, 16)
FREEDOM = 8


def law(workers: float, contention: float, coherency: float, rate: float = 3.0) -> float:
    """The law as Gunther writes it."""
    return rate * workers / (1 + contention * (workers - 1) + coherency * workers * (workers - 1))


def measured(contention: float, coherency: float, error: float, random: np.random.Generator) -> dict[int, Estimate]:
    """Throughputs off by a relative standard error, each with the interval that such an error has."""
    half = student_quantile(FREEDOM, 0.95) * error
    points = {count: math.log(law(count, contention, coherency)) + random.normal(0, error) for count in COUNTS}
    return {count: Estimate(log, log - half, log + half, freedom=FREEDOM) for count, log in points.items()}


@pytest.mark.parametrize(("contention", "coherency"), [(0.05, 0.002), (0.02, 0.01), (0.2, 0.001), (0.0, 0.005)])
def test_known_parameters_come_back(contention: float, coherency: float) -> None:
    """From points good to a thousandth; so does the rate, and what it predicts beyond them."""
    found = fit(measured(contention, coherency, 0.0005, np.random.default_rng(2)), 16)

    assert isinstance(found, Fit)
    assert found.contention.value == pytest.approx(contention, rel=0.05, abs=0.002)
    assert found.coherency.value == pytest.approx(coherency, rel=0.05)
    assert found.rate.value == pytest.approx(3.0, rel=0.05)
    assert found.throughput(24) == pytest.approx(law(24, contention, coherency), rel=0.05)


@pytest.mark.parametrize(("contention", "coherency"), [(0.05, 0.01), (0.1, 0.005)])
def test_the_interval_of_the_peak_holds_it(
    contention: float, coherency: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In nine of ten cases at least, from points with errors of two per cent; a few draws show the ends well enough."""
    monkeypatch.setattr(scaling_law, "DRAWS", 200)
    random = np.random.default_rng(3)
    peak = math.sqrt((1 - contention) / coherency)
    held = 0
    for number in range(60):
        found = fit(measured(contention, coherency, 0.02, random), 16, seed=number)
        assert isinstance(found, Fit)
        held += found.peak.low <= peak <= found.peak.high
    assert held >= 54


def test_work_that_scales_perfectly_has_no_peak() -> None:
    """Its peak is infinitely far, and may well be."""
    found = fit(measured(0.0, 0.0, 0.0005, np.random.default_rng(4)), 16)

    assert isinstance(found, Fit)
    assert found.peak.high == math.inf
    assert found.peak.low > 16


def test_three_counts_are_refused() -> None:
    """Three parameters go through any three points."""
    points = {count: Estimate(0.0, -0.01, 0.01, freedom=8) for count in (1, 2, 3)}
    refused = fit(points, 16)
    assert isinstance(refused, Refusal)
    assert "at least 4" in refused.reason


def test_four_counts_are_enough() -> None:
    """The largest may be as many workers as there are cores."""
    points = {count: Estimate(math.log(count), math.log(count), math.log(count)) for count in (1, 2, 3, 4)}
    found = fit(points, 4)
    assert isinstance(found, Fit)
    assert found.rate.value == pytest.approx(1.0)


def test_counts_above_the_cores_do_not_count() -> None:
    """They tell how cores are shared."""
    points = {count: Estimate(0.0, -0.01, 0.01, freedom=8) for count in (1, 2, 4, 8)}
    refused = fit(points, 2)
    assert isinstance(refused, Refusal)
    assert "within the 2 cores, and 2 were measured" in refused.reason


def test_a_point_of_one_launch_is_refused() -> None:
    """Nothing is known of its error."""
    points = {count: Estimate(0.0, -math.inf, math.inf, freedom=0) for count in (1, 2, 3, 4)}
    assert isinstance(fit(points, 16), Refusal)
