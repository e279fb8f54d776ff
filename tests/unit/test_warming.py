"""Lanes that compile while they run: how long they are left to, from made-up trials, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import msgspec
import pytest

from builders import contest, lane, records, trials
from gilscope.figures.run import of_run
from gilscope.figures.warming import warm_lanes
from gilscope.lab.warming import FEWEST_TRIALS, MOST_S, MOST_TRIALS, STRETCH_S, Warmed, warm
from gilscope.render.notes import contest_notes
from gilscope.values.records import Warming

if TYPE_CHECKING:
    from collections.abc import Callable

    from gilscope.lab.lane import Lane


class Running:
    """A lane that takes as long as a function of the number of its trials says, in ns."""

    def __init__(self, wall_ns: Callable[[int], float]) -> None:
        self.trials = 0
        self.wall_ns = wall_ns

    def trial(self, loops: int, timeout_s: float) -> Running:
        del loops, timeout_s
        self.trials += 1
        answer = Running(self.wall_ns)
        answer.wall_ns = round(self.wall_ns(self.trials))  # type: ignore[assignment]  # the record of one trial
        return answer


def warmed(wall_ns: Callable[[int], float]) -> Warmed:
    """Let a lane run until it is warm."""
    return warm(cast("Lane", Running(wall_ns)), 1, 60)


def test_a_lane_that_is_fast_at_once_takes_two_stretches() -> None:
    """The second shows that the first was no slower."""
    found = warmed(lambda _: 1e7)

    assert (found.trials, found.is_steady) == (2 * round(STRETCH_S / 0.01), True)
    assert found.seconds == pytest.approx(2 * STRETCH_S)


def test_a_lane_that_gets_faster_is_left_to_run_until_it_does_not() -> None:
    """Ten times faster after a hundred trials, as a compiler's code is."""
    found = warmed(lambda number: 1e7 * 0.97 ** min(number, 100))

    assert found.is_steady
    assert found.trials > 100


def test_a_lane_that_never_settles_is_let_go() -> None:
    """With a word on that."""
    found = warmed(lambda number: 1e9 * 0.95**number)

    assert not found.is_steady
    assert found.seconds >= MOST_S


def test_a_clock_that_stands_still_makes_no_warming_endless() -> None:
    """And a trial of seconds is run few times."""
    assert warmed(lambda _: 1).trials == 2 * MOST_TRIALS
    assert warmed(lambda _: 2e9).trials == FEWEST_TRIALS


def test_what_it_took_is_said() -> None:
    """Medians over launches, and who was still getting faster."""
    compiling = lane("3.15")
    warmings = [
        Warming(contest="c", lane=compiling.name, launch=launch, trials=trials, seconds=0.5, is_steady=trials < 90)
        for launch, trials in enumerate((40, 50, 90))
    ]
    (figures,) = of_run(records(contest(compiling), trials({compiling: 1e6}))).contests
    found = msgspec.structs.replace(figures, warm_lanes=tuple(warm_lanes(warmings)))
    notes = "\n".join(contest_notes(found))

    assert "before each launch's rounds (trials): 3.15:serial 50 (0.5 s)" in notes
    assert "Still getting faster when its rounds began, in one launch or more: 3.15:serial" in notes
