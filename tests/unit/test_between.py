"""The variance between runs: its equation by hand, and what it must not be moved by."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import pytest

from gilscope.stats.between import BOUND, PRIOR, SPREAD, TAILS, Difference, expected_square, run_error


def noise(count: int, between: float, error: float = 0.01) -> list[Difference]:
    """Differences between two runs, each of which is off by ``between``."""
    draw = Random(4)  # noqa: S311 - noise, not secrets
    return [Difference(draw.gauss(0, math.hypot(math.sqrt(2) * between, error)), error) for _ in range(count)]


@pytest.mark.parametrize("differences", [[], [Difference(0.3, 0.01)]])
def test_a_single_figure_says_nothing_of_moods(differences: list[Difference]) -> None:
    """It may have changed; what repeated runs were off by is all that is known."""
    error = run_error(differences)

    assert (error.value, error.freedom) == (0.0, TAILS)
    assert error.standard_error == pytest.approx(SPREAD)


def test_the_equation_by_hand() -> None:
    """Both sides are equal where the variance is right."""
    differences = [Difference(value, 0.01) for value in (-0.05, -0.01, 0.0, 0.02, 0.4)]
    variance = run_error(differences).standard_error ** 2
    squares = [min(value**2 / (0.01**2 + 2 * variance), BOUND**2) for value, _ in differences]

    assert sum(squares) / expected_square() + PRIOR * SPREAD**2 / variance == pytest.approx(4 + PRIOR)


def test_the_expected_square_is_that_of_drawn_ones() -> None:
    """A million normal deviates, whose squares count for no more than the bound's."""
    drawn = np.random.default_rng(1).normal(size=1_000_000)

    assert expected_square() == pytest.approx(np.minimum(drawn**2, BOUND**2).mean(), rel=0.01)


@pytest.mark.parametrize("between", [0.01, 0.03, 0.1])
def test_many_figures_show_the_moods(between: float) -> None:
    """Whatever was expected beforehand."""
    assert run_error(noise(400, between)).standard_error == pytest.approx(between, rel=0.1)


def test_errors_within_runs_are_not_taken_for_moods() -> None:
    """Runs that differ by no more than their intervals say are off by next to nothing."""
    assert run_error(noise(400, 0.0)).standard_error < 0.004


def test_a_change_of_all_figures_is_no_mood() -> None:
    """It is taken off first."""
    differences = noise(50, 0.02)
    shifted = [Difference(value + 0.5, error) for value, error in differences]

    assert run_error(shifted).standard_error == pytest.approx(run_error(differences).standard_error)


def test_a_change_of_few_figures_counts_for_no_more_than_the_bound() -> None:
    """Twice as slow or ten times as slow, one of fifty makes as little difference."""
    differences = noise(49, 0.02)
    once, more = (run_error([*differences, Difference(change, 0.01)]).standard_error for change in (0.7, 2.3))

    assert once == pytest.approx(more)
    assert once < 1.15 * run_error(differences).standard_error
