"""When a contest will end: by what trials take and by the rules, and not by the budget alone."""

from __future__ import annotations

import msgspec
import pytest

from builders import RULES, lane
from gilscope.lab.forecast import Ahead, ends, rounds_in_time, turns
from gilscope.lab.stopping import budget_is_spent
from gilscope.values.lanes import CAPACITY, OWN

QUICK = msgspec.structs.replace(RULES, min_launches=9, max_launches=15, budget_s=20.0)
FIRST = Ahead(began_s=2.0, ended=0, further=8, opening_s=0.5, rounds=4, round_s=0.1)


def test_quick_work_ends_after_its_stage_or_with_its_launches() -> None:
    """Nine launches of 0.9 s if they are precise enough, fifteen if they never are."""
    soonest_s, latest_s = ends(FIRST, QUICK)

    assert soonest_s == pytest.approx(2 + 9 * 0.9)
    assert latest_s == pytest.approx(2 + 15 * 0.9)


@pytest.mark.parametrize(("round_s", "rounds", "launches"), [(0.7, 4, 9), (4.0, 2, 6), (28.0, 2, 2)])
def test_long_work_takes_more_than_its_budget(round_s: float, rounds: int, launches: int) -> None:
    """The first launches are run all the same, until three budgets are spent, and at least two of them."""
    soonest_s, latest_s = ends(FIRST._replace(round_s=round_s), QUICK)

    assert soonest_s == latest_s == pytest.approx(2 + launches * (0.5 + rounds * round_s))
    assert latest_s > QUICK.budget_s


def test_an_end_is_one_that_the_rules_make() -> None:
    """No launch is begun once the budget is spent, and none is left out before."""
    for round_s in (0.05, 0.2, 0.3, 0.7, 2.0, 5.0):
        latest_s = ends(FIRST._replace(round_s=round_s), QUICK).latest_s
        launch_s = 0.5 + rounds_in_time(4, round_s, QUICK) * round_s
        launches = round((latest_s - 2) / launch_s)
        is_spent = [budget_is_spent(number, 2 + number * launch_s, QUICK) for number in range(1, launches + 1)]

        assert not any(is_spent[:-1])
        assert is_spent[-1] or launches == QUICK.max_launches


def test_what_was_measured_moves_the_end() -> None:
    """In the middle of a contest, what is over counts no more: only what is left of the stage, and launches behind."""
    ahead = FIRST._replace(began_s=12.0, ended=9, further=1)

    assert ends(ahead, QUICK).soonest_s == pytest.approx(12 + 2 * 0.9)
    assert ends(ahead, QUICK).latest_s == pytest.approx(12 + 6 * 0.9)


@pytest.mark.parametrize(("round_s", "rounds"), [(0.1, 4), (1.11, 4), (1.12, 2), (99.0, 2)])
def test_long_rounds_are_cut_to_pairs(round_s: float, rounds: int) -> None:
    """As a launch does it: by its share of the budget, 20 s over nine launches."""
    assert rounds_in_time(4, round_s, QUICK) == rounds
    assert rounds_in_time(1, round_s, QUICK) == 1


@pytest.mark.parametrize(
    ("name", "model", "workers", "times"),
    [
        ("3.14", "serial", 1, 1),
        ("3.14", "threads", 4, 4),
        ("3.14", "interpreters", 2, 1),
        ("3.14", "interpreters-shared", 2, 2),
        ("3.14", "processes", 8, 4),
        ("3.14t", "threads", 4, 2),
        ("3.14t", "asyncio", 4, 4),
        ("3.14t+gil", "threads", 4, 4),
        ("3.14", OWN, 8, 1),
        ("3.14", CAPACITY, 4, 2),
    ],
)
def test_workers_take_turns_at_a_gil_and_at_cpus(name: str, model: str, workers: int, times: float) -> None:
    """On two CPUs, if the work keeps one busy; work that divides itself is not more for more workers."""
    assert turns(lane(name, model, workers), 2.0) == times
