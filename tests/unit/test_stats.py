"""The intervals: what they answer by hand, and that simulated ones keep their word."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gilscope.stats.estimate import CONFIDENCE, Estimate, mean, student_quantile
from gilscope.stats.intervals import biweight, freedom, log_ratio_interval, quantity_interval
from gilscope.stats.significance import distinguishable, noise_floor, simultaneous

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import NDArray

LAUNCHES = range(4, 11)
ROUNDS = 5


def load_scenarios() -> ModuleType:
    """The generators that the benchmark uses too; benchmarks are scripts, so they are loaded by path."""
    path = Path(__file__).parents[2] / "benchmarks" / "scenarios.py"
    spec = importlib.util.spec_from_file_location("scenarios", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


scenarios = load_scenarios()


def intervals(samples: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centres and half widths of many samples of launch medians at once."""
    center, error = np.moveaxis(np.apply_along_axis(lambda sample: biweight(sample.tolist()), -1, samples), -1, 0)
    return center, student_quantile(freedom(samples.shape[-1]), CONFIDENCE) * error


def contests(scenario: str, launches: int, *, runs: int = 4000, slowdown: float = 0.0) -> NDArray[np.float64]:
    """Raw times of many simulated contests, seeded by what is asked for."""
    rng = np.random.default_rng([launches, *scenario.encode()])
    times: NDArray[np.float64] = scenarios.trial_times(
        rng, scenario, runs=runs, launches=launches, rounds=ROUNDS, slowdown=slowdown
    )
    return times


class TestLogRatioInterval:
    """What the interval answers for data written by hand."""

    def test_equals_its_formula(self) -> None:
        """Three equally spaced launches: the mean, and the biweight's error worked out by hand."""
        interval = log_ratio_interval([[0.0], [0.01], [0.02]])
        weight = 1 - 1 / 81  # the outer launches lie one deviation out, and nine is the bend
        slope = 1 + 2 * weight * (1 - 5 / 81)
        error = math.sqrt(2 * 0.01**2 * weight**4 / (slope * (slope - 1)))

        assert interval.value == pytest.approx(0.01)
        assert interval.half_width == pytest.approx(4.302653 * error)

    def test_takes_the_median_of_each_launch(self) -> None:
        """One wild round in a launch leaves the interval where it was."""
        calm = [[0.01, 0.02, 0.03], [0.0, 0.01, 0.02], [0.02, 0.03, 0.04], [0.01, 0.01, 0.02]]
        wild = [[0.01, 0.02, 9.0], *calm[1:]]

        assert log_ratio_interval(wild) == log_ratio_interval(calm)

    def test_ignores_the_order_of_launches_and_rounds(self) -> None:
        """Order within a contest carries no weight."""
        launches = [[0.01, 0.02, 0.05], [0.0, 0.03], [0.02, 0.04, 0.01, 0.0], [0.3], [0.02]]
        shuffled = [launch[::-1] for launch in launches[::-1]]

        assert log_ratio_interval(shuffled).low == pytest.approx(log_ratio_interval(launches).low)

    def test_turns_around_with_the_ratio(self) -> None:
        """A to B and B to A are the same finding."""
        launches = [[0.01, 0.02], [0.05, 0.0], [-0.02, 0.01], [0.0, 0.01], [0.4, 0.5]]
        interval = log_ratio_interval(launches)
        inverse = log_ratio_interval([[-value for value in launch] for launch in launches])

        assert (inverse.low, inverse.high) == pytest.approx((-interval.high, -interval.low))

    def test_gives_a_far_out_launch_no_weight(self) -> None:
        """Twenty launches of which two are 20 and 30 % off: the interval stays near the others'."""
        good = [[0.01 + 0.001 * step] for step in range(-9, 9)]
        interval = log_ratio_interval([*good, [0.2], [0.3]])

        assert interval.value == pytest.approx(log_ratio_interval(good).value, abs=1e-4)
        assert interval.half_width < 1.2 * log_ratio_interval(good).half_width

    def test_is_unbounded_for_one_launch(self) -> None:
        """One launch says nothing about how launches differ, however many rounds it has."""
        interval = log_ratio_interval([[0.01, 0.02, 0.03]])

        assert interval == Estimate(0.02, -math.inf, math.inf, 0)

    def test_is_bounded_from_two_launches_on(self) -> None:
        """Two that differ by a hundredth, with Student's quantile of one degree of freedom."""
        interval = log_ratio_interval([[0.01], [0.02]])

        assert interval.is_bounded
        assert interval.freedom == 1

    @pytest.mark.parametrize(("launches", "expected"), [(1, 0), (2, 1), (3, 2), (4, 2), (5, 4), (6, 4), (7, 6)])
    def test_has_the_largest_even_freedom_below_its_launches(self, launches: int, expected: int) -> None:
        """One for two launches, and none for a single one."""
        assert freedom(launches) == expected

    def test_has_no_width_where_all_agree(self) -> None:
        """Launches that agree exactly leave nothing to be unsure of."""
        interval = log_ratio_interval([[0.01]] * 5)

        assert (interval.low, interval.high) == (0.01, 0.01)

    def test_has_width_where_most_agree(self) -> None:
        """A coarse clock makes most launches agree; the one that does not still counts."""
        interval = log_ratio_interval([[0.0], [0.0], [0.0], [0.0], [0.01]])

        assert interval.low < 0.0 < interval.high

    def test_widens_with_confidence(self) -> None:
        """More confidence costs width."""
        launches = [[0.0], [0.01], [0.03], [0.02], [0.01]]
        widths = [log_ratio_interval(launches, level).half_width for level in (0.5, 0.8, 0.95, 0.99)]

        assert widths == sorted(widths)

    @pytest.mark.parametrize("launches", [[], [[0.1], []], [[0.1], [math.nan]], [[math.inf], [0.1]]])
    def test_refuses_what_is_no_data(self, launches: list[list[float]]) -> None:
        """Nothing measured, a launch without rounds and values that are not finite are mistakes of the caller."""
        with pytest.raises(ValueError, match=r"at least one|not a finite"):
            log_ratio_interval(launches)

    @pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0])
    def test_refuses_a_confidence_outside_its_range(self, confidence: float) -> None:
        """95 is a confidence in percent, and would be taken for certainty."""
        with pytest.raises(ValueError, match="between 0 and 1"):
            log_ratio_interval([[0.1], [0.2]], confidence)


class TestCoverage:
    """Simulated contests of known truth."""

    @pytest.mark.parametrize("launches", LAUNCHES)
    @pytest.mark.parametrize("scenario", scenarios.SCENARIOS)
    def test_holds_the_truth_as_often_as_promised(self, scenario: str, launches: int) -> None:
        """93 to 97 % of intervals hold the truth, in every scenario and for every number of launches."""
        times = contests(scenario, launches, slowdown=0.1)
        center, half = intervals(np.median(scenarios.log_ratios(times), axis=-1))
        held = np.mean(np.abs(center - math.log(1.1)) <= half)

        assert 0.93 <= held <= 0.97

    def test_is_the_one_that_users_get(self) -> None:
        """The vectorised interval above and the public one are the same."""
        ratios = scenarios.log_ratios(contests("far-out launches", 7, runs=20))
        center, half = intervals(np.median(ratios, axis=-1))
        public = [log_ratio_interval(contest) for contest in ratios.tolist()]

        assert [interval.value for interval in public] == pytest.approx(center.tolist())
        assert [interval.half_width for interval in public] == pytest.approx(half.tolist())

    def test_is_narrower_than_students_where_launches_go_far_out(self) -> None:
        """Robustness is bought with little: clearly narrower in bad weather, hardly wider in good."""
        ratio = {}
        for scenario in ("far-out launches", "ordinary launches"):
            samples = np.median(scenarios.log_ratios(contests(scenario, 10)), axis=-1)
            student = student_quantile(9, 0.95) * samples.std(axis=1, ddof=1) / math.sqrt(10)
            ratio[scenario] = np.mean(intervals(samples)[1]) / np.mean(student)

        assert ratio["far-out launches"] < 0.7
        assert ratio["ordinary launches"] < 1.08


class TestVerdicts:
    """The noise floor, and what is told apart above it."""

    def test_floor_is_the_farther_end(self) -> None:
        """The control's interval from -1 to +2 % has a floor of 2 %, and so has its mirror image."""
        low, high = math.log(0.99), math.log(1.02)

        assert noise_floor(Estimate(0.0, low, high, 4)) == pytest.approx(0.02)
        assert noise_floor(Estimate(0.0, -high, -low, 4)) == pytest.approx(0.02)

    def test_floor_is_infinite_without_a_second_launch(self) -> None:
        """Nothing can be told apart when the control has not been repeated."""
        floor = noise_floor(log_ratio_interval([[0.0]]))

        assert floor == math.inf
        assert not distinguishable(Estimate(0.5, 0.4, 0.6, 9), floor)

    @pytest.mark.parametrize(
        ("interval", "floor", "expected"),
        [
            ((0.03, 0.02, 0.04), 0.01, True),
            ((-0.03, -0.04, -0.02), 0.01, True),
            ((0.03, 0.02, 0.04), 0.035, False),
            ((0.03, -0.01, 0.07), 0.001, False),
            ((0.03, 0.001, 0.059), 0.029, False),
            ((0.03, 0.0, 0.06), 0.0, False),
            ((0.03, 0.0001, 0.0599), 0.0, True),
            ((0.0, 0.0, 0.0), 0.0, False),
        ],
        ids=[
            "slower",
            "faster",
            "below the floor",
            "holds zero",
            "only just beyond both",
            "ends at zero",
            "ends beside zero",
            "one lane twice",
        ],
    )
    def test_difference_must_clear_interval_and_floor(
        self, interval: tuple[float, float, float], floor: float, *, expected: bool
    ) -> None:
        """Clear of both together, in either direction."""
        assert distinguishable(Estimate(*interval, 8), floor) is expected

    def test_finds_a_planted_slowdown_and_nothing_else(self) -> None:
        """A contest of the default size finds 3 % in nine of ten, and a difference between equals hardly ever."""
        found = []
        for slowdown in (0.03, 0.0):
            times = contests("ordinary launches", 13, slowdown=slowdown)
            center, half = intervals(np.median(scenarios.log_ratios(times), axis=-1))
            control, spread = intervals(np.median(scenarios.log_ratios(times, scenarios.CONTROL), axis=-1))
            lanes = [Estimate(c, c - h, c + h, 12) for c, h in zip(center, half, strict=True)]
            floors = [noise_floor(Estimate(c, c - h, c + h, 12)) for c, h in zip(control, spread, strict=True)]
            found.append(np.mean([distinguishable(*pair) for pair in zip(lanes, floors, strict=True)]))

        assert found[0] >= 0.9
        assert found[1] <= 0.01


class TestSimultaneous:
    """Intervals of several estimates that are looked at together."""

    def test_of_one_is_its_own(self) -> None:
        """Nothing was chosen."""
        alone = Estimate(0.2, 0.1, 0.3, 8)

        assert simultaneous(alone, 1).half_width == pytest.approx(alone.half_width)

    def test_of_four_has_sidaks_confidence(self) -> None:
        """0.95 to the power of a quarter, and Student's quantile for it."""
        wide = simultaneous(Estimate(0.2, 0.1, 0.3, 8), 4)

        assert wide.confidence == pytest.approx(0.987259)
        assert wide.half_width == pytest.approx(
            0.1 * student_quantile(8, 0.987259) / student_quantile(8, 0.95), rel=1e-4
        )

    def test_of_an_unbounded_one_is_unbounded(self) -> None:
        """One launch says nothing, chosen or not."""
        assert math.isinf(simultaneous(log_ratio_interval([[0.1]]), 3).high)

    def test_of_an_exact_one_is_exact(self) -> None:
        """The reference's ratio to itself."""
        assert simultaneous(Estimate(0.0, 0.0, 0.0), 3) == Estimate(0.0, 0.0, 0.0, confidence=CONFIDENCE ** (1 / 3))

    @pytest.mark.parametrize("lanes", [2, 4, 8])
    def test_holds_the_highest_of_equal_lanes(self, lanes: int) -> None:
        """The ordinary interval of the best of eight holds its truth in 88 of 100 cases."""
        random = np.random.default_rng(lanes)
        shared = random.normal(size=(4000, 1, 9))
        center, half = intervals(random.normal(size=(4000, lanes, 9)) - shared)
        best = center.argmax(axis=1)
        rows = np.arange(len(best))
        chosen = zip(center[rows, best], half[rows, best], strict=True)
        held = [simultaneous(Estimate(c, c - h, c + h, freedom(9)), lanes).contains(0.0) for c, h in chosen]

        assert np.mean(held) >= 0.95


class TestGeometricMean:
    """The mean over a suite."""

    def test_of_one_probe_is_that_probe(self) -> None:
        """Nothing is added by averaging one."""
        interval = log_ratio_interval([[0.01], [0.02], [0.04], [0.03], [0.03]])
        joined = mean([interval])

        assert (joined.low, joined.value, joined.high) == pytest.approx((interval.low, interval.value, interval.high))

    def test_is_the_geometric_mean_of_the_ratios(self) -> None:
        """Two times and half as fast make one."""
        joined = mean([Estimate(math.log(2), 0.6, 0.8, 4), Estimate(-math.log(2), -0.8, -0.6, 4)])

        assert joined.exp().value == pytest.approx(1.0)

    def test_gains_width_and_freedom_from_more_probes(self) -> None:
        """Four probes of equal noise: half the standard error, four times the degrees of freedom."""
        probe = log_ratio_interval([[0.01], [0.02], [0.04], [0.03], [0.03]])
        joined = mean([probe] * 4)
        error = probe.half_width / student_quantile(4, 0.95)

        assert joined.freedom == pytest.approx(16)
        assert joined.half_width == pytest.approx(student_quantile(16, 0.95) * error / 2)

    def test_is_unbounded_if_one_probe_is(self) -> None:
        """A probe with one launch is not hidden by the others."""
        joined = mean([log_ratio_interval([[0.1]]), log_ratio_interval([[0.1], [0.2]])])

        assert math.isinf(joined.high)

    def test_of_exact_probes_is_exact(self) -> None:
        """No variance anywhere is no division by zero."""
        joined = mean([log_ratio_interval([[0.1]] * 3), log_ratio_interval([[0.3]] * 3)])

        assert (joined.low, joined.high) == pytest.approx((0.2, 0.2))

    def test_takes_what_is_known_exactly(self) -> None:
        """A ratio that is one by definition has no noise and infinite freedom; the other probe's noise stays."""
        measured = log_ratio_interval([[0.1], [0.2], [0.15]])
        joined = mean([Estimate(0.0, 0.0, 0.0, math.inf), measured])

        assert joined.half_width == pytest.approx(measured.half_width / 2)

    def test_needs_a_probe(self) -> None:
        """The mean of nothing is a mistake of the caller."""
        with pytest.raises(ValueError, match="at least one"):
            mean([])

    @pytest.mark.parametrize("launches", [5, 10])
    def test_holds_the_truth(self, launches: int) -> None:
        """Suites of eight probes that differ in noise: 93 to 97 % of the intervals hold zero."""
        times = contests("ordinary launches", launches, runs=8 * 500)
        noise = np.random.default_rng(launches).uniform(0.3, 3.0, (8 * 500, 1))
        center, half = intervals(noise * np.median(scenarios.log_ratios(times), axis=-1))
        probes = [Estimate(c, c - h, c + h, freedom(launches)) for c, h in zip(center, half, strict=True)]
        held = np.mean([mean(probes[i : i + 8]).contains(0.0) for i in range(0, len(probes), 8)])

        assert 0.93 <= held <= 0.97


class TestQuantityInterval:
    """Times and sizes, which are positive."""

    def test_keeps_the_unit(self) -> None:
        """A million times the nanoseconds is a million times the interval."""
        launches = [[1.0, 1.1], [1.2, 1.0], [0.9, 1.0], [1.05, 1.0]]
        small = quantity_interval(launches)
        large = quantity_interval([[1e6 * value for value in launch] for launch in launches])

        assert (large.low, large.value, large.high) == pytest.approx(
            (1e6 * small.low, 1e6 * small.value, 1e6 * small.high)
        )

    def test_stays_positive(self) -> None:
        """Made on logs, no interval of a time reaches below zero."""
        interval = quantity_interval([[1.0], [10.0], [100.0]])

        assert 0.0 < interval.low < interval.value < interval.high

    def test_reaches_from_nothing_to_infinity_for_one_launch(self) -> None:
        """The unbounded interval of a positive quantity."""
        interval = quantity_interval([[3.0]])

        assert (interval.low, interval.high) == (0.0, math.inf)

    def test_refuses_zero(self) -> None:
        """A time of zero is a clock that is too coarse, not a time."""
        with pytest.raises(ValueError, match="above zero"):
            quantity_interval([[1.0, 0.0]])
