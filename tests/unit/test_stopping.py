"""When a contest has measured enough, and what the next launches are spent on."""

from __future__ import annotations

from random import Random

import msgspec
import pytest

from gilscope.lab.stopping import FEWEST_LAUNCHES, Costs, Stage, budget_is_spent, next_stage
from gilscope.stats.intervals import log_ratio_interval
from gilscope.values.rules import Rules

RULES = Rules(min_launches=5, max_launches=40, rounds=4, trial_ms=20, precision=0.01, budget_s=60, timeout_s=10)
COSTS = Costs(elapsed_s=5, opening_s=0.2, trial_s={"reference": 0.02, "quiet": 0.02, "noisy": 0.02})


def launches(count: int, noise: float, *, between: float = 0.0, seed: int = 1) -> list[list[float]]:
    """Log ratios of so many launches of four rounds around zero."""
    random = Random(seed)  # noqa: S311 - noise to repeat, not a secret
    offsets = [random.gauss(0, between) for _ in range(count)]
    return [[offset + random.gauss(0, noise) for _ in range(4)] for offset in offsets]


def test_narrow_intervals_end_a_contest() -> None:
    """Nothing more is measured once every ratio is as narrow as asked."""
    ratios = {"quiet": launches(9, 0.0005), "noisy": launches(9, 0.0005, seed=2)}

    assert next_stage(ratios, COSTS, RULES) == "precise"


def test_only_wide_lanes_go_on() -> None:
    """A lane that is known well enough leaves the rounds; the reference is not up for leaving."""
    stage = next_stage({"quiet": launches(9, 0.0005), "noisy": launches(9, 0.05)}, COSTS, RULES)

    assert isinstance(stage, Stage)
    assert stage.lanes == {"noisy"}


def test_noise_between_launches_buys_launches_not_rounds() -> None:
    """Where launches differ, more rounds in one of them tell nothing new; where trials do, they do."""
    of_launches = next_stage({"noisy": launches(12, 0.0005, between=0.03)}, COSTS, RULES)
    of_trials = next_stage({"noisy": launches(12, 0.08)}, COSTS, RULES)

    assert isinstance(of_launches, Stage)
    assert isinstance(of_trials, Stage)
    assert of_launches.rounds < of_trials.rounds
    assert of_launches.launches > 1


def test_a_stage_at_most_doubles_what_was_run() -> None:
    """The noise seen in few launches is not trusted to plan many."""
    stage = next_stage({"noisy": launches(5, 0.2)}, COSTS, RULES)

    assert isinstance(stage, Stage)
    assert stage.launches <= 5


def test_a_launch_has_at_most_ten_rounds() -> None:
    """Where launches agree and their rounds do not, more rounds always narrow more for the time: ten are the most."""
    scattered = [[centre + step for step in (-0.1, 0.0, 0.1)] for centre in (-0.02, 0.02, 0.0, -0.02, 0.02)]
    stage = next_stage({"noisy": scattered}, COSTS, RULES)

    assert isinstance(stage, Stage)
    assert stage.rounds == 10


@pytest.mark.parametrize("opening_s", [0.02 * step for step in range(1, 40)])
def test_rounds_come_in_pairs(opening_s: float) -> None:
    """Whatever number buys the most: an order of the lanes without its reverse would favour some."""
    costs = msgspec.structs.replace(COSTS, opening_s=opening_s)
    stage = next_stage({"noisy": launches(12, 0.05, between=0.02)}, costs, RULES)

    assert isinstance(stage, Stage)
    assert stage.rounds % 2 == 0


@pytest.mark.parametrize(("share", "is_precise"), [(1.0, True), (0.999, False)])
def test_an_interval_as_wide_as_asked_is_narrow_enough(share: float, *, is_precise: bool) -> None:
    """And one that is a little wider is not."""
    ratios = {"noisy": launches(9, 0.02)}
    width = log_ratio_interval(ratios["noisy"]).half_width
    rules = msgspec.structs.replace(RULES, precision=share * width)

    assert (next_stage(ratios, COSTS, rules) == "precise") is is_precise


def test_the_most_launches_end_a_contest() -> None:
    """However wide the intervals are, ``max_launches`` is the end."""
    assert next_stage({"noisy": launches(40, 0.2)}, COSTS, RULES) == "launches"


def test_a_spent_budget_ends_a_contest() -> None:
    """No stage begins whose first launch does not fit."""
    spent = msgspec.structs.replace(COSTS, elapsed_s=59.9)

    assert next_stage({"noisy": launches(9, 0.2)}, spent, RULES) == "budget"


def test_a_stage_fits_into_the_budget() -> None:
    """What is left of the time bounds the number of launches."""
    nearly = msgspec.structs.replace(COSTS, elapsed_s=58.0)
    stage = next_stage({"noisy": launches(20, 0.2)}, nearly, RULES)

    assert isinstance(stage, Stage)
    assert stage.launches * (COSTS.opening_s + stage.rounds * 0.04) <= 2.0


def test_a_lane_without_a_ratio_keeps_a_contest_going() -> None:
    """A lane that has no round in common with the reference yet is not taken for known."""
    stage = next_stage({"quiet": launches(9, 0.0005), "noisy": []}, COSTS, RULES)

    assert isinstance(stage, Stage)
    assert stage.lanes == {"noisy"}


@pytest.mark.parametrize(
    ("done", "elapsed_s", "spent"),
    [
        (1, 1000.0, False),
        (2, 1000.0, True),
        (4, 60.0, False),
        (4, 144.0, False),
        (4, 145.0, True),
        (5, 50.0, False),
        (5, 51.0, True),
    ],
)
def test_the_first_launches_may_stretch_the_budget(done: int, elapsed_s: float, *, spent: bool) -> None:
    """Two are always run, for an interval; up to ``min_launches`` the budget is three, and may just be filled."""
    assert budget_is_spent(done, elapsed_s, RULES) is spent
    assert not budget_is_spent(FEWEST_LAUNCHES - 1, 1e9, RULES)
