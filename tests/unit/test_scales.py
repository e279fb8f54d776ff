"""Whether work scales: one bound, for whatever there is to win."""

from __future__ import annotations

import pytest

from gilscope.figures.scales import scales
from gilscope.render.scaling import tally
from gilscope.stats.estimate import Estimate


@pytest.mark.parametrize(
    ("low", "high", "of", "answer"),
    [
        (1.5, 1.7, 2, True),
        (1.49, 1.7, 2, None),
        (1.3, 1.5, 2, None),
        (1.3, 1.49, 2, False),
        (3.0, 3.2, 4, True),
        (2.0, 2.9, 4, False),
        (0.98, 1.02, 1.3, True),
    ],
)
def test_work_scales_from_three_quarters_of_what_there_is_to_win(
    low: float, high: float, of: float, *, answer: bool | None
) -> None:
    """With its whole interval, or it does not, or nobody can say."""
    assert scales(Estimate((low + high) / 2, low, high), of=of) is answer


def test_those_that_cannot_be_told_are_counted_apart() -> None:
    """They are no scaling ones, and part of all."""
    assert tally([True, False, None, True]) == "2 of 4, 1 cannot be told"
    assert tally([False, False]) == "0 of 2"
