"""Trials by lane, launch and round: which of them count, and which ratios are formed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from builders import lane, trial
from gilscope.figures.paired import Paired
from gilscope.stats.estimate import SAME, UNKNOWN

if TYPE_CHECKING:
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.records import Trial

TWIN = lane("3.14")
FREE = lane("3.14t")
COLD = (4e6, 2e6)
"""Two trials of a lane that is still warming."""
STEADY = (1e6,) * 6


def launch(of: LaneSpec, number: int, *walls_ns: float) -> list[Trial]:
    """The trials of a lane in one launch, round by round."""
    return [trial(of, number, place, wall) for place, wall in enumerate(walls_ns)]


def test_a_lane_has_an_empty_launch_where_it_took_no_part() -> None:
    """It keeps its place, so that launches of two lanes still belong together, and is no launch that counts."""
    paired = Paired([*launch(TWIN, 0, 1e6), *launch(TWIN, 1, 1e6), *launch(TWIN, 2, 1e6), *launch(FREE, 1, 2e6)])

    assert paired.walls[FREE.name] == [[], [2e6], []]
    assert len(paired.split(FREE.name)) == len(paired.warm(FREE.name)) == 1
    assert paired.log_ratios(FREE.name, TWIN.name) == [[math.log(2)]]
    assert paired.log_ratios(TWIN.name, FREE.name) == [[-math.log(2)]]


def test_trials_are_put_in_the_order_of_their_rounds() -> None:
    """In a file they stand as they came, and a round has them in random order."""
    rounds = launch(FREE, 0, 1e6, 2e6, 3e6)

    assert Paired(rounds[::-1]).walls[FREE.name] == [[1e6, 2e6, 3e6]]


@pytest.mark.parametrize(("mine", "other"), [(FREE, TWIN), (TWIN, FREE)])
def test_cold_rounds_of_either_lane_are_left_out_of_both(mine: LaneSpec, other: LaneSpec) -> None:
    """Rounds are paired: one in which only one of the lanes was warm says nothing of their ratio."""
    walls = {FREE: (*COLD, *STEADY), TWIN: (1e6, 1e6, *STEADY)}
    paired = Paired([each for of in walls for number in range(3) for each in launch(of, number, *walls[of])])

    assert paired.cold == {FREE.name: 2, TWIN.name: 0}
    assert paired.log_ratios(mine.name, other.name) == [[0.0] * len(STEADY)] * 3
    assert paired.log_ratio(mine.name, other.name).value == 0.0


def test_cold_trials_stand_apart_from_those_that_count() -> None:
    """None is lost, and none is in both."""
    paired = Paired([each for number in range(2) for each in launch(FREE, number, *COLD, *STEADY)])

    for cold, counted in paired.split(FREE.name):
        assert [each.wall_ns for each in cold] == list(COLD)
        assert [each.wall_ns for each in counted] == list(STEADY)
    assert paired.warm(FREE.name) == [counted for _, counted in paired.split(FREE.name)]


def test_a_lane_that_never_warms_counts_from_its_half() -> None:
    """More trials would be needed to know when it was warm."""
    paired = Paired([each for number in range(3) for each in launch(FREE, number, 2e6, 2e6, 2e6, 1e6, 1e6, 1e6)])

    assert paired.cold == {FREE.name: 3}
    assert [len(counted) for counted in paired.warm(FREE.name)] == [3, 3, 3]


def test_a_lane_is_the_same_as_itself() -> None:
    """Without noise, though its trials differ; and nothing needs to have been measured for it."""
    paired = Paired([*launch(FREE, 0, 1e6, 3e6), *launch(FREE, 1, 2e6, 1e6)])

    assert paired.log_ratio(FREE.name, FREE.name) == SAME
    assert Paired([]).log_ratio(FREE.name, FREE.name) == SAME


def test_without_common_rounds_nothing_is_known() -> None:
    """Lanes that were in different launches, and a lane that was in none."""
    paired = Paired([*launch(TWIN, 0, 1e6), *launch(FREE, 1, 2e6)])

    assert paired.log_ratios(FREE.name, TWIN.name) == []
    assert paired.log_ratio(FREE.name, TWIN.name) == UNKNOWN
    assert paired.log_ratios(FREE.name, "3.14t:threads-2") == []
    assert paired.log_ratio("3.14t:threads-2", TWIN.name) == UNKNOWN


def test_one_common_launch_gives_a_value_without_bounds() -> None:
    """Its ratio is known, and nothing of how launches differ."""
    paired = Paired([*launch(TWIN, 0, 1e6), *launch(FREE, 0, 2e6), *launch(FREE, 1, 9e6)])
    ratio = paired.log_ratio(FREE.name, TWIN.name)

    assert ratio.value == pytest.approx(math.log(2))
    assert not ratio.is_bounded


def test_a_launch_that_was_cut_short_counts_as_far_as_both_went() -> None:
    """A lane that failed in the third round leaves two rounds in common."""
    paired = Paired([*launch(TWIN, 0, 1e6, 1e6, 1e6), *launch(FREE, 0, 2e6, 2e6)])

    assert paired.log_ratios(FREE.name, TWIN.name) == [[math.log(2)] * 2]
