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
        (Estimate(1934.6, 1734.6, 2134.6), "1930 ±200"),
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


def test_an_interval_that_knows_nothing_says_so() -> None:
    """One launch gives a value and no bounds."""
    assert numbers.ratio(Estimate(1.2345, 0.0, math.inf), "x") == "cannot be told"
    assert numbers.signed_percent(Estimate(0.2, -1.0, math.inf)) == "cannot be told"
    assert numbers.memory(Estimate(0.0, -math.inf, math.inf, freedom=0)) == "cannot be told"


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (1.76, 2.30, "2.00 ±0.30"),
        (1.76, 2.31, "2.00 +0.31 -0.24"),
        (1.01, 3.99, "2.0 +2.0 -1.0"),
        (1.0, 4.0, "1.0 to 4.0"),
        (0.2, 4.0, "0.20 to 4.0"),
        (0.2, 200.0, "0.20 to 200"),
        (0.19, 200.0, "below 200"),
        (-1.0, 3.0, "below 3.0"),
        (0.2, 201.0, "at least 0.20"),
        (0.19, 201.0, "cannot be told"),
        (0.19, 2.1, "below 2.1"),
    ],
)
def test_an_amount_is_told_by_the_ends_that_say_something(low: float, high: float, text: str) -> None:
    """Two that differ by a quarter, a range as wide as the value, and ends ten times below it or a hundred above."""
    assert numbers.ratio(Estimate(2.0, low, high)) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (-0.15, 0.55, "+20 ±35%"),
        (-0.15, 0.64, "-15 to +64%"),
        (-0.81, 1.2, "-81 to +120%"),
        (-0.81, 10.2, "-81 to +1020%"),
        (-0.81, 10.21, "cannot be told"),
    ],
)
def test_a_difference_is_told_by_both_ends_or_not_at_all(low: float, high: float, text: str) -> None:
    """Its sign would be one too many between half widths with signs of their own."""
    assert numbers.signed_percent(Estimate(0.2, low, high)) == text


def test_a_range_of_times_is_told_in_one_unit() -> None:
    """That of its upper end, or of the end that there is."""
    assert numbers.seconds(Estimate(661e-6, 0.1e-3, 2.4e-3)) == "0.10 to 2.4 ms"
    assert numbers.seconds(Estimate(661e-6, 1e-9, 3.41e-3)) == "below 3.4 ms"
    assert numbers.seconds(Estimate(2e-3, 500e-6, 10.0)) == "at least 500 us"


@pytest.mark.parametrize(
    ("low", "high", "text"), [(0.0, 0.2996, "0 (below 0.30)"), (0.0, math.inf, "0 seen"), (0.0, 0.0, "0 ±0")]
)
def test_none_is_told_with_what_may_have_been_missed(low: float, high: float, text: str) -> None:
    """Where that is known."""
    assert numbers.ratio(Estimate(0.0, low, high)) == text


@pytest.mark.parametrize(
    ("ratio", "text"), [((1.041, 1.032, 1.05), "4.10 ±0.90% slower"), ((0.95, 0.94, 0.96), "5.0 ±1.0% faster")]
)
def test_a_change_has_a_word_for_its_direction(ratio: tuple[float, float, float], text: str) -> None:
    """And no sign."""
    assert numbers.change(Estimate(*ratio).relative(), "slower", "faster") == text


def test_further_bytes_may_be_fewer() -> None:
    """Zero is an ordinary value, and one unit holds both ends."""
    assert numbers.signed_memory(Estimate(12e3, -18e3, 42e3)) == "-18 to +41 KiB"
    assert numbers.signed_memory(Estimate(-3.0 * 2**20, -4.0 * 2**20, -2.0 * 2**20)) == "-3.0 ±1.0 MiB"


def test_a_small_figure_keeps_a_digit() -> None:
    """Three decimals of a ten-thousandth would be none."""
    assert numbers.ratio(Estimate(0.00012, 0.00011, 0.00013)) == "0.00012 ±0.00001"


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


def test_a_noise_floor_beyond_the_figure_itself_is_no_figure() -> None:
    """And a control of one launch leaves everything open."""
    assert numbers.plain_percent(0.0083) == "0.83%"
    assert numbers.plain_percent(0.99) == "99%"
    assert numbers.plain_percent(1061.29) == "100% or more"
    assert numbers.plain_percent(math.inf) == "unknown"


def test_a_bar_is_as_long_as_its_value() -> None:
    """Half of eight characters are four, parts of one are drawn in eighths, and nothing exceeds the longest."""
    assert numbers.bar(1.0, 2.0, width=8) == "████"
    assert numbers.bar(5.0, 64.0, width=8) == "▋"
    assert numbers.bar(3.0, 2.0, width=2) == "██"
    assert numbers.bar(0.0, 2.0, width=8) == ""


@pytest.mark.parametrize(
    ("fraction", "text"), [(0.001, "1%"), (0.04, "4%"), (0.0401, "5%"), (0.29, "29%"), (1.0, "100%")]
)
def test_an_upper_end_is_rounded_up(fraction: float, text: str) -> None:
    """What is said to be ruled out is ruled out; the error of arithmetic is none."""
    assert numbers.at_most(fraction) == text
