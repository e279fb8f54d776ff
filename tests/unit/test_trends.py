"""Trends within launches: lanes that grow slower or faster from round to round, and those that only seem to."""

from __future__ import annotations

import math
from random import Random

import pytest

from builders import contest, lane, pair, records, trial
from gilscope.figures.run import of_run
from gilscope.figures.trends import trends
from gilscope.render.notes import contest_notes

ROUNDS = 6


def walls(drift: float, seed: int, launches: int = 9) -> list[list[float]]:
    """Times that grow by a drift from round to round on log scales, with noise of 1 % and machines of their own."""
    random = Random(seed)  # noqa: S311 - noise to repeat, not a secret
    return [
        [math.exp(offset + drift * number + random.gauss(0, 0.01)) for number in range(ROUNDS)]
        for offset in (random.gauss(0, 0.2) for _ in range(launches))
    ]


@pytest.mark.parametrize(("drift", "slower"), [(0.02, math.exp(0.1)), (-0.02, math.exp(-0.1))])
def test_a_trend_is_told_from_first_round_to_last(drift: float, slower: float) -> None:
    """Five steps of 2 %, in either direction; lanes without a trend are left out."""
    (found,) = trends({"still": walls(0.0, 1), "moving": walls(drift, 2)}, 0.01)

    assert found.lane == "moving"
    assert found.slower.contains(slower)
    assert found.slower.value == pytest.approx(slower, rel=0.02)


def test_a_trend_within_the_noise_floor_is_none() -> None:
    """Two copies of one lane differ by more."""
    assert not list(trends({"moving": walls(0.02, 2)}, 0.15))


def test_nothing_is_made_of_noise() -> None:
    """Of two hundred contests of five lanes, no more than one in twenty finds a trend in any."""
    contests = ({str(number): walls(0.0, 10 * seed + number) for number in range(5)} for seed in range(200))

    assert sum(bool(list(trends(lanes, 0.0))) for lanes in contests) <= 10


@pytest.mark.parametrize("launches", [[], [[1.0, 2.0, 3.0]], [[1.0], [2.0], [3.0]]])
def test_a_single_line_or_none_is_no_trend(launches: list[list[float]]) -> None:
    """One launch, or launches of one round."""
    assert not list(trends({"lane": launches}, 0.0))


def test_a_report_says_it_below_the_contest() -> None:
    """By lane, in words."""
    twin, free = lane("3.14"), lane("3.14t")
    random = Random(3)  # noqa: S311 - noise to repeat, not a secret
    measured = [
        trial(of, launch, number, 1e8 * (1 + drift * number) * random.gauss(1, 0.002))
        for of, drift in ((twin, 0.0), (lane("3.14", control=True), 0.0), (free, 0.02))
        for launch in range(9)
        for number in range(3)
    ]
    of = contest(twin, lane("3.14", control=True), free, builds=pair())
    (figures,) = of_run(records(of, measured)).contests

    (note,) = [note for note in contest_notes(figures) if note.startswith("Trend")]
    assert note.startswith("Trend: 3.14t:serial gets 4.")
    assert note.endswith("% slower from a launch's first round to its last.")
