"""Which of many changes are beyond noise; pure.

A change is the ratio of two estimates that were measured apart. It is beyond noise where it is `stats.distinguishable`
at the larger of both noise floors, and where it is still significant after Holm's correction: of a hundred answers that
hold nothing but noise, at least 95 mark nothing at all, however long they are, and though neighbouring changes share an
estimate. Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec
from scipy.special import stdtr  # type: ignore[import-untyped]  # scipy carries no types

from gilscope import stats
from gilscope.model import Estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

ERROR_RATE = 1 - stats.CONFIDENCE
"""How often an answer may mark anything where there is nothing."""


class Level(msgspec.Struct, frozen=True):
    """Where a figure lies, on the log scale, with the noise floor of what it was measured with."""

    interval: stats.Interval
    floor: float


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """The later figure over the earlier one, and whether it went up or down beyond noise."""

    ratio: Estimate
    beyond_noise: Literal["up", "down"] | None


def changes(steps: Sequence[tuple[Level, Level]]) -> tuple[Change, ...]:
    """What changed from the first to the second of each two, all told in one answer."""
    ratios = [stats.unpaired_log_ratio(later.interval, earlier.interval) for earlier, later in steps]
    significant = holm([p_value(ratio) for ratio in ratios])
    return tuple(
        _change(ratio, marked=sure and stats.distinguishable(ratio, max(earlier.floor, later.floor)))
        for ratio, sure, (earlier, later) in zip(ratios, significant, steps, strict=True)
    )


def p_value(ratio: stats.Interval) -> float:
    """How often chance alone shows a log ratio at least that far from zero."""
    if ratio.freedom <= 0 or not ratio.center:
        return 1.0
    if not ratio.half_width:
        return 0.0
    error = ratio.half_width / stats.student_quantile(ratio.freedom, ratio.confidence)
    return 2 * float(stdtr(ratio.freedom, -abs(ratio.center) / error))


def holm(p_values: Sequence[float], error_rate: float = ERROR_RATE) -> tuple[bool, ...]:
    """Which of these are significant, with at most ``error_rate`` for one false alarm among them all."""
    significant = [False] * len(p_values)
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        if p_values[index] > error_rate / (len(p_values) - rank):
            break
        significant[index] = True
    return tuple(significant)


def _change(ratio: stats.Interval, *, marked: bool) -> Change:
    shown = ratio.exp()
    direction: Literal["up", "down"] = "up" if ratio.center > 0 else "down"
    return Change(ratio=Estimate(shown.center, shown.low, shown.high), beyond_noise=direction if marked else None)
