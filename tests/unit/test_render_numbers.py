"""Figures as text, with their intervals and units."""

from __future__ import annotations

import math

import pytest

from gilscope.render import numbers
from gilscope.stats.estimate import Estimate


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(1.9312, 1.9112, 1.9512), "1.931 ±0.020"),
        (Estimate(1.93, 1.73, 2.13), "1.93 ±0.20"),
        (Estimate(19.3, 17.3, 21.3), "19.3 ±2.0"),
        (Estimate(193.4, 173.4, 213.4), "193 ±20"),
        (Estimate(1934.6, 1734.6, 2134.6), "1935 ±200"),
    ],
)
def test_a_ratio_is_rounded_to_what_its_interval_supports(estimate: Estimate, text: str) -> None:
    """Two digits of the half width, and as many decimals of the value."""
    assert numbers.ratio(estimate) == text


def test_no_more_than_three_decimals_are_shown() -> None:
    """A very narrow interval does not make a table of digits."""
    assert numbers.ratio(Estimate(1.0, 0.99999, 1.00001)) == "1.000 ±0.000"


def test_the_farther_end_is_the_half_width() -> None:
    """An interval made on the log scale is wider above than below, and the reader is told the worse."""
    assert numbers.half_width(Estimate(1.0, 0.9, 1.2)) == pytest.approx(0.2)
    assert numbers.half_width(Estimate(1.0, 0.7, 1.2)) == pytest.approx(0.3)


def test_an_interval_that_knows_nothing_is_a_question_mark() -> None:
    """One launch gives a value and no bounds."""
    assert numbers.ratio(Estimate(1.2345, 0.0, math.inf)) == "1.2 ±?"


@pytest.mark.parametrize(
    ("estimate", "text"),
    [(Estimate(1.0, -9.0, 11.0), "1 ±10"), (Estimate(1.0, -9.1, 11.1), "1 ±?"), (Estimate(-2.0, -22.1, 18.1), "-2 ±?")],
)
def test_ten_times_the_value_is_the_widest_interval_that_is_shown(estimate: Estimate, text: str) -> None:
    """Whatever the sign; wider ones leave the value open."""
    assert numbers.ratio(estimate) == text


def test_an_exact_figure_says_so() -> None:
    """Launches that agree to the last bit leave no width to take digits from."""
    assert numbers.ratio(Estimate(2.0, 2.0, 2.0)) == "2 ±0"
    assert numbers.ratio(Estimate(200_000.0, 200_000.0, 200_000.0)) == "200000 ±0"


def test_a_fraction_becomes_per_cent() -> None:
    """Value and half width both."""
    assert numbers.percent(Estimate(0.97, 0.95, 0.99)) == "97.0 ±2.0%"


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(0.081, 0.075, 0.087), "+8.10 ±0.60%"),
        (Estimate(-0.081, -0.087, -0.075), "-8.10 ±0.60%"),
        (Estimate(0.0, -0.02, 0.02), "+0.0 ±2.0%"),
    ],
)
def test_a_relative_difference_has_a_sign(estimate: Estimate, text: str) -> None:
    """More is told from less at a glance."""
    assert numbers.signed_percent(estimate) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (12.5, "12.5 ±2.5 s"),
        (0.0589, "59 ±12 ms"),
        (3.2e-6, "3.20 ±0.64 us"),
        (4.4e-10, "0.440 ±0.088 ns"),
        (0.9996, "1000 ±200 ms"),
    ],
)
def test_a_duration_is_told_in_the_unit_that_fits(seconds: float, text: str) -> None:
    """The largest unit of which there is at least one, and the smallest for what is less."""
    assert numbers.seconds(Estimate(seconds, seconds * 0.8, seconds * 1.2)) == text


def test_a_noise_floor_without_bounds_is_unknown() -> None:
    """A control of one launch leaves everything open."""
    assert numbers.plain_percent(0.0083) == "0.83%"
    assert numbers.plain_percent(math.inf) == "unknown"


def test_a_bar_is_as_long_as_its_value() -> None:
    """Half of eight characters are four, parts of one are drawn in eighths, and nothing exceeds the longest."""
    assert numbers.bar(1.0, 2.0, width=8) == "████"
    assert numbers.bar(5.0, 64.0, width=8) == "▋"
    assert numbers.bar(3.0, 2.0, width=2) == "██"
    assert numbers.bar(0.0, 2.0, width=8) == ""
