"""Where two throughputs meet: crossings of made-up curves that are known."""

from __future__ import annotations

import math

import pytest

from gilscope.figures.break_even import WORTH, BreakEven, RatioPoint, crossing, may_gain
from gilscope.stats.estimate import Estimate


def point(workers: int, ratio: float, error: float = 0.01) -> RatioPoint:
    """A ratio of throughputs, known to a relative error."""
    log = math.log(ratio)
    return RatioPoint(workers, Estimate(log, log - error, log + error, freedom=8))


def test_a_power_law_is_crossed_where_it_says() -> None:
    """The ratio 0.8 x workers ** 0.9 is one at workers = 1.25 ** (1 / 0.9), whatever was measured around it."""
    found = crossing([point(count, 0.8 * count**0.9) for count in (1, 2, 4)], floor=0.0)

    assert found is not None
    assert found.value == pytest.approx(1.25 ** (1 / 0.9))


def test_the_interval_is_where_the_band_is_crossed() -> None:
    """Ratios that are three per cent higher cross earlier, lower ones later."""
    ratios = {1: 0.8, 2: 1.5}
    found = crossing([point(*item, error=0.03) for item in ratios.items()], floor=0.0)
    higher, lower = (
        crossing([point(count, ratio * math.exp(shift)) for count, ratio in ratios.items()], floor=0.0)
        for shift in (0.03, -0.03)
    )

    assert found is not None
    assert higher is not None
    assert lower is not None
    assert (found.low, found.high) == pytest.approx((higher.value, lower.value))


def test_what_is_ahead_from_the_first_pays_from_there() -> None:
    """Nothing is said of fewer workers than were measured."""
    assert crossing([point(2, 1.8), point(4, 3.4)], floor=0.0) == Estimate(2.0, 2.0, 2.0)


def test_what_never_gets_ahead_does_not_pay() -> None:
    """Nor does what gets ahead by less than the interval or the noise floor."""
    assert crossing([point(1, 0.6), point(2, 0.9)], floor=0.0) is None
    assert crossing([point(1, 0.9), point(2, 1.02, error=0.05)], floor=0.0) is None
    assert crossing([point(1, 0.9), point(2, 1.02)], floor=0.05) is None
    ahead = RatioPoint(2, point(2, 1.2).log_ratio, log_headstart=math.log(1.3))
    assert crossing([point(1, 0.9), ahead], floor=0.0) is None


@pytest.mark.parametrize(("beyond", "floor", "known"), [(0.99, 0.0, False), (1.01, 0.0, True), (0.99, 0.05, True)])
def test_who_is_not_ahead_may_gain_as_far_as_is_not_ruled_out(beyond: float, floor: float, *, known: bool) -> None:
    """Absence of evidence is no advice: a gain that is worth something must lie beyond interval and noise floor."""
    error = beyond * math.log1p(WORTH)

    assert may_gain([point(2, 0.5), point(4, 1.0, error=error)], floor) is known


def test_an_end_that_stays_below_is_open() -> None:
    """A wide first interval: the lower line crosses late, the upper at once; an unbounded one crosses at the next."""
    found = crossing([point(1, 0.9, error=0.5), point(2, 1.2, error=0.1), point(4, 1.6, error=0.1)], floor=0.0)
    unbounded = crossing([point(1, 0.9, error=math.inf), point(2, 1.5)], floor=0.0)

    assert found is not None
    assert found.low == 1.0
    assert 1.2 < found.high < 2.0
    assert unbounded is not None
    assert unbounded.high == 2.0


def test_a_crossing_is_rounded_up_to_whole_workers() -> None:
    """One and a quarter workers are two; exactly two are two."""

    def whole(value: float) -> int | None:
        workers = Estimate(value, value, value)
        gain = Estimate(1.0, 1.0, 1.0)
        return BreakEven(arm="", model="", against="", workers=workers, within=4, gain=gain).whole_workers

    assert [whole(1.0), whole(1.25), whole(2.0000000001), whole(2.1)] == [1, 2, 2, 3]
