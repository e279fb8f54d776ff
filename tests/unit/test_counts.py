"""Amounts that may be zero: their means over launches, and what none leaves open."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gilscope.stats.counts import mean, mean_amount, none_seen


def test_a_mean_is_one_of_launches_not_of_looks() -> None:
    """Two looks of three launches that agree within: Student's half width for three values, on the log scale."""
    estimate = mean_amount([[1.0, 1.0], [3.0, 3.0], [5.0, 5.0]], 6)

    assert estimate.value == pytest.approx(3)
    assert math.log(estimate.high / 3) == pytest.approx(4.303 * 2 / math.sqrt(3) / 3, rel=1e-3)
    assert estimate.low * estimate.high == pytest.approx(9)


def test_what_may_be_below_zero_has_ends_equally_far() -> None:
    """Student's half width for three values, on the linear scale."""
    estimate = mean([[-1.0, 1.0], [3.0], [-3.0]])

    assert estimate.value == 0
    assert estimate.high == -estimate.low == pytest.approx(4.303 * 3 / math.sqrt(3), rel=1e-3)


def test_what_is_rare_does_not_vanish() -> None:
    """A median over looks would tell none."""
    assert mean_amount([[0, 0, 9], [0, 0, 9]], 6).value == pytest.approx(3)


def test_no_end_is_below_zero() -> None:
    """However the launches differ."""
    assert mean_amount([[0.0], [0.0], [90.0]], 3).low > 0


def test_one_launch_leaves_the_value_open() -> None:
    """Nothing is known of how launches differ."""
    assert mean_amount([[5.0]], 1).high == math.inf


def test_none_has_an_upper_end_of_three_in_the_number_of_looks() -> None:
    """The rule of three, to two digits; what is not counted has no such end."""
    estimate = mean_amount([[0.0, 0.0], [0.0, 0.0], [0.0]], 5)

    assert (estimate.value, estimate.low) == (0, 0)
    assert estimate.high == pytest.approx(3 / 5, rel=2e-3)
    assert mean_amount([[0.0]], None).high == math.inf


def test_no_more_than_one_in_twenty_misses_what_is_beyond_the_end() -> None:
    """Looks that see so many on average, one by one, see none at all in 5 of 100 cases."""
    seen = np.random.default_rng(1).poisson(none_seen(10), (20_000, 10))

    assert np.mean(~seen.any(axis=1)) == pytest.approx(0.05, abs=0.006)


@pytest.mark.parametrize("launches", [[], [[1.0], [-0.5]]])
def test_what_is_no_amount_is_refused(launches: list[list[float]]) -> None:
    """No launch at all, and a value below zero."""
    with pytest.raises(ValueError, match="at least one launch"):
        mean_amount(launches, 2)
