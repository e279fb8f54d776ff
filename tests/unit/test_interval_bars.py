"""Gains as bars: each sign lies where its number does, and the line at one is seen in every bar."""

from __future__ import annotations

import math

import pytest

from gilscope.render.interval_bars import Scale, axis, bar, scale
from gilscope.stats.estimate import Estimate

TO_TWO = Scale(2.0, 21)
"""A scale on which a tenth is a character."""


@pytest.mark.parametrize(
    ("value", "low", "high", "drawn"),
    [
        (1.8, 1.6, 2.0, "━━━━━━━━━━┿━━━━━├─●─┤"),
        (1.0, 1.0, 1.0, "━━━━━━━━━━●          "),
        (0.8, 0.5, 1.1, "━━━━━├──●─┼┤         "),
        (0.5, 0.4, 0.6, "━━━━├●┤   │          "),
        (1.5, 1.2, 9.0, "━━━━━━━━━━┿━├──●────>"),
        (1.5, -math.inf, math.inf, "├─────────┼────●────>"),
    ],
)
def test_a_bar_ends_in_a_dot_on_its_interval(value: float, low: float, high: float, drawn: str) -> None:
    """Ends beyond the scale lie at its edge, and a high one is an arrow."""
    assert bar(Estimate(value, low, high), TO_TWO) == drawn


@pytest.mark.parametrize(
    ("longest", "width", "said"),
    [(2.0, 21, "0         1         2"), (1.2, 14, "0          1  "), (60.0, 14, "1           60")],
)
def test_the_axis_has_its_numbers_where_they_lie(longest: float, width: int, said: str) -> None:
    """An end that has no room beside the one is left out, and so is a zero that coincides with it."""
    assert axis(Scale(longest, width)) == said
    assert len(axis(Scale(longest, width))) == width


@pytest.mark.parametrize(
    ("estimates", "longest"),
    [
        ([Estimate(0.5, 0.4, 0.6)], 1.2),
        ([Estimate(1.83, 1.8, 1.86), Estimate(1.0, 1.0, 1.0)], 1.9),
        ([Estimate(2.0, 0.5, 40.0)], 3.0),
        ([], 1.2),
    ],
)
def test_a_scale_reaches_as_far_as_what_is_drawn(estimates: list[Estimate], longest: float) -> None:
    """Up to a whole tenth; an end that is far away does not press all others together."""
    assert scale(estimates, 20).longest == longest
