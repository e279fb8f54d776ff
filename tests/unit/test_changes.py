"""Which changes are beyond noise, told apart by interval, noise floor and Holm's correction."""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random

import pytest

from gilscope.history.changes import Level, Step, changes
from gilscope.stats.estimate import CONFIDENCE, Estimate, student_quantile
from gilscope.stats.significance import holm, p_value

QUANTILE = student_quantile(6, CONFIDENCE)


def level(log: float, error: float = 0.002, floor: float = 0.0) -> Level:
    """An estimate with this standard error and six degrees of freedom."""
    return Level(Estimate(log, log - QUANTILE * error, log + QUANTILE * error, 6), floor)


@pytest.mark.parametrize(("log", "mark"), [(math.log(1.05), "up"), (-math.log(1.05), "down"), (0.001, None)])
def test_a_change_is_marked_by_its_direction(log: float, mark: str | None) -> None:
    """Up and down alike, and nothing that is within the interval."""
    (change,) = changes([Step(level(0.3), level(0.3 + log))])

    assert change.beyond_noise == mark
    assert change.ratio.value == pytest.approx(math.exp(log))


@pytest.mark.parametrize(("before", "after"), [(0.06, 0.0), (0.0, 0.06)])
def test_a_change_below_either_noise_floor_is_not_marked(before: float, after: float) -> None:
    """Five per cent are nothing where two copies of a lane differ by six."""
    (change,) = changes([Step(level(0.0, floor=before), level(math.log(1.05), floor=after))])

    assert change.beyond_noise is None


def test_a_long_series_does_not_cry_wolf() -> None:
    """Some of 300 changes of pure noise are significant by themselves, none of them in the answer."""
    draw = Random(1)  # noqa: S311 - noise, not secrets
    levels = [level(draw.gauss(0, 0.002)) for _ in range(301)]
    steps = [Step(*levels_of_step) for levels_of_step in pairwise(levels)]
    alone = [changes([step])[0].beyond_noise for step in steps]

    assert any(alone)
    assert not any(change.beyond_noise for change in changes(steps))


def test_holm_by_hand() -> None:
    """The second smallest meets a looser limit than the smallest, and the first that fails ends it."""
    assert holm([0.03, 0.01, 0.6, 0.014], 0.05) == (False, True, False, True)
    assert holm([0.02, 0.02, 0.02], 0.05) == (False, False, False)
    assert holm([], 0.05) == ()
    assert holm([0.05], 0.05) == (True,)
    assert holm([0.0501], 0.05) == (False,)


def test_the_interval_and_the_p_value_agree() -> None:
    """An interval that ends at zero is one in twenty; one that is known exactly leaves no doubt."""
    assert p_value(Estimate(0.02, 0.0, 0.04, 6)) == pytest.approx(0.05)
    assert p_value(Estimate(0.02, 0.02, 0.02, 6)) == 0
    assert p_value(Estimate(0.0, 0.0, 0.0, 6)) == 1


def test_nothing_is_known_of_a_single_launch() -> None:
    """An unbounded interval marks nothing, and spoils no other change."""
    unknown = Level(Estimate(0.5, -math.inf, math.inf, 0), 0.0)
    vague, sure = changes([Step(level(0.0), unknown), Step(level(0.0), level(0.1))])

    assert (vague.beyond_noise, sure.beyond_noise) == (None, "up")


def test_what_is_not_judged_is_never_marked_and_costs_the_others_nothing() -> None:
    """Ten changes in which the machine's speed may have changed; the eleventh is judged as if it were alone."""
    faint = Step(level(0.0), level(0.0085))
    unjudged = [Step(level(0.0), level(0.5), judged=False)] * 10
    *machine, program = changes([*unjudged, faint])

    assert {(change.beyond_noise, change.judged) for change in machine} == {(None, False)}
    assert program == changes([faint])[0]
    assert program.beyond_noise == "up"
    assert changes([*[Step(level(0.0), level(0.0))] * 10, faint])[-1].beyond_noise is None
