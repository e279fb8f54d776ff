"""Where to spend time measuring, and which trials to drop."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gilscope.stats import effort
from gilscope.stats.intervals import log_ratio_interval


def simulated(between: float, within: float, launches: int, rounds: int, seed: int = 1) -> list[list[float]]:
    """Log ratios with the given standard deviations between and within launches."""
    rng = np.random.default_rng(seed)
    values = between * rng.standard_normal((launches, 1)) + within * rng.standard_normal((launches, rounds))
    return [[float(value) for value in launch] for launch in values]


class TestSplitVariance:
    """Launches and rounds, told apart."""

    @pytest.mark.parametrize(("between", "within"), [(0.01, 0.02), (0.03, 0.01), (0.0, 0.02)])
    def test_finds_both_parts(self, between: float, within: float) -> None:
        """With many launches the two standard deviations come back."""
        split = effort.split_variance(simulated(between, within, 400, 5))

        assert math.sqrt(split.between) == pytest.approx(between, abs=0.005)
        assert math.sqrt(split.within) == pytest.approx(within, rel=0.1)

    def test_is_not_moved_by_bursts(self) -> None:
        """One round in ten twice as slow, one launch in ten far out: the parts stay what they were."""
        launches = simulated(0.01, 0.01, 200, 5)
        for launch in launches[::2]:
            launch[0] += 0.7
        for launch in launches[::10]:
            launch[:] = [value + 0.3 for value in launch]
        split = effort.split_variance(launches)

        assert math.sqrt(split.between) < 0.02
        assert math.sqrt(split.within) < 0.02

    def test_counts_single_rounds_as_launches(self) -> None:
        """One round per launch cannot tell the parts apart: all is between."""
        launches = simulated(0.01, 0.02, 30, 1)
        split = effort.split_variance(launches)

        assert split.within == 0.0
        assert split.between > 0.0

    def test_takes_launches_of_unequal_length(self) -> None:
        """A launch that was cut short is no error."""
        launches = simulated(0.01, 0.02, 12, 6)
        launches[3] = launches[3][:1]

        assert effort.split_variance(launches).within > 0.0

    def test_needs_two_launches(self) -> None:
        """One launch has no variance between launches."""
        with pytest.raises(ValueError, match="two launches"):
            effort.split_variance([[0.1, 0.2]])


class TestPrediction:
    """What more launches would bring."""

    def test_agrees_with_the_interval_at_hand(self) -> None:
        """Predicted for the launches already run, it is the interval they gave."""
        launches = simulated(0.02, 0.01, 9, 5)
        split = effort.split_variance(launches)

        assert effort.predicted_half_width(split, 9, 5) == pytest.approx(log_ratio_interval(launches).half_width)

    def test_comes_true_on_average(self) -> None:
        """Nine launches predict the half width of twenty-five within a tenth."""
        predicted, come = [], []
        for seed in range(200):
            launches = simulated(0.01, 0.02, 25, 5, seed)
            predicted.append(effort.predicted_half_width(effort.split_variance(launches[:9]), 25, 5))
            come.append(log_ratio_interval(launches).half_width)

        assert np.mean(predicted) == pytest.approx(np.mean(come), rel=0.1)

    def test_knows_nothing_of_one_launch(self) -> None:
        """One launch is never enough."""
        assert effort.predicted_half_width(effort.VarianceSplit(1e-4, 1e-4), 1, 5) == math.inf

    def test_finds_the_least_number_of_launches(self) -> None:
        """As many as needed, and not one more."""
        split = effort.VarianceSplit(1e-4, 2e-4)
        needed = effort.launches_needed(split, 5, 0.01, 100)

        assert needed is not None
        assert effort.predicted_half_width(split, needed, 5) <= 0.01
        assert all(effort.predicted_half_width(split, fewer, 5) > 0.01 for fewer in range(1, needed))

    def test_says_when_the_limit_is_too_low(self) -> None:
        """What cannot be reached has no number."""
        assert effort.launches_needed(effort.VarianceSplit(1.0, 1.0), 5, 0.01, 40) is None


class TestOptimalRounds:
    """More launches when launches differ, more rounds when trials do."""

    @pytest.mark.parametrize(
        ("between", "within", "launch_cost", "expected"),
        [(1.0, 0.0, 10.0, 1), (0.0, 1.0, 10.0, 10), (1.0, 1.0, 0.0, 1)],
        ids=["only launches differ", "only trials differ", "launches are free"],
    )
    def test_goes_where_the_variance_is(self, between: float, within: float, launch_cost: float, expected: int) -> None:
        """The three corners."""
        split = effort.VarianceSplit(between, within)

        assert effort.optimal_rounds(split, launch_cost, 1.0) == expected

    def test_is_near_the_published_optimum(self) -> None:
        """Kalibera and Jones' square root, with the variance that medians have."""
        split = effort.VarianceSplit(1.0, 4.0)
        published = math.sqrt(30 / 1 * math.pi / 2 * 4.0 / 1.0)

        assert effort.optimal_rounds(split, 30.0, 1.0, limit=50) == pytest.approx(published, abs=1)

    @pytest.mark.parametrize(("launch_cost", "round_cost", "limit"), [(-1.0, 1.0, 5), (1.0, 0.0, 5), (1.0, 1.0, 0)])
    def test_refuses_costs_that_are_none(self, launch_cost: float, round_cost: float, limit: int) -> None:
        """A round that costs nothing would be run for ever."""
        with pytest.raises(ValueError, match="must cost"):
            effort.optimal_rounds(effort.VarianceSplit(1.0, 1.0), launch_cost, round_cost, limit)


class TestWarmUpEnd:
    """Leading trials that are still cold."""

    @staticmethod
    def times(launches: int, trials: int, seed: int, sd: float = 0.015) -> list[list[float]]:
        """Steady trial times."""
        logs = sd * np.random.default_rng(seed).standard_normal((launches, trials))
        return [[float(time) for time in launch] for launch in 1e7 * np.exp(logs)]

    @pytest.mark.parametrize("launches", [1, 3, 10])
    def test_finds_a_cold_start(self, launches: int) -> None:
        """Two cold trials, twice and a third slower, are two trials to drop."""
        times = self.times(launches, 10, seed=launches)
        for launch in times:
            launch[0] *= 2.0
            launch[1] *= 1.33

        assert effort.warm_up_end(times) == 2

    def test_finds_small_warm_up_in_many_launches(self) -> None:
        """4 % in the first trial drowns in one launch and shows in ten."""
        times = self.times(10, 6, seed=3)
        for launch in times:
            launch[0] *= 1.04

        assert effort.warm_up_end(times) == 1

    @pytest.mark.parametrize("launches", [1, 5, 10])
    @pytest.mark.parametrize("trials", [4, 6, 10, 20])
    def test_rarely_drops_good_trials(self, launches: int, trials: int) -> None:
        """Fewer than one steady contest in twenty loses any trial."""
        dropped = [effort.warm_up_end(self.times(launches, trials, seed)) for seed in range(400)]

        assert np.mean(np.array(dropped) > 0) < 0.05

    def test_takes_a_burst_in_one_launch_for_no_warm_up(self) -> None:
        """A neighbour during the first trials of one launch out of five is not the lane's doing."""
        times = self.times(5, 8, seed=5)
        times[2][:2] = [3e7, 3e7]

        assert effort.warm_up_end(times) == 0

    def test_takes_a_cold_trial_later_on_for_no_warm_up(self) -> None:
        """Warm-up is a beginning: a slow second trial after a fast first one is something else."""
        times = self.times(5, 8, seed=6)
        for launch in times:
            launch[1] *= 2.0

        assert effort.warm_up_end(times) == 0

    def test_stops_at_the_half(self) -> None:
        """Cold up to the half answers the half, which says that more trials are needed to know."""
        times = self.times(3, 8, seed=7)
        for launch in times:
            launch[:4] = [2.0 * time for time in launch[:4]]

        assert effort.warm_up_end(times) == 4

    def test_counts_a_speck_as_warm(self) -> None:
        """Times that agree exactly but for half a percent need no dropping."""
        assert effort.warm_up_end([[1.005, 1.0, 1.0, 1.0, 1.0, 1.0]] * 5) == 0

    @pytest.mark.parametrize(("excess", "cold"), [(0.0095, 0), (0.0105, 1)])
    def test_draws_the_line_at_a_hundredth(self, excess: float, cold: int) -> None:
        """Trials without noise are cold from a log excess of 0.01 on."""
        assert effort.warm_up_end([[math.exp(excess), 1.0, 1.0, 1.0, 1.0, 1.0]] * 5) == cold

    def test_four_trials_are_enough(self) -> None:
        """Two of them are the steady half."""
        assert effort.warm_up_end([[3.0, 1.0, 1.0, 1.0]] * 5) == 1

    def test_needs_four_trials(self) -> None:
        """Three trials have no steady half."""
        assert effort.warm_up_end([[3.0, 1.0, 1.0]]) == 0

    @pytest.mark.parametrize("launches", [[], [[1.0, 0.0, 1.0, 1.0]], [[1.0, math.nan, 1.0, 1.0]]])
    def test_refuses_what_is_no_time(self, launches: list[list[float]]) -> None:
        """Times are finite and above zero."""
        with pytest.raises(ValueError, match="above zero"):
            effort.warm_up_end(launches)
