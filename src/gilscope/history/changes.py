"""Changes, and which of many are beyond noise; pure.

A change is the ratio of two estimates that were measured apart. It is beyond noise where it is `distinguishable`
at the larger of both noise floors, and where it is still significant after Holm's correction: of a hundred answers that
hold nothing but noise, at least 95 mark nothing at all, however long they are, and though neighbouring changes share an
estimate. Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from gilscope.stats.estimate import Estimate
from gilscope.stats.significance import distinguishable, holm, p_value

if TYPE_CHECKING:
    from collections.abc import Sequence


class Level(msgspec.Struct, frozen=True):
    """Where a figure lies, on the log scale, with the noise floor of what it was measured with."""

    log: Estimate
    floor: float


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """The later figure over the earlier one, and whether it went up or down beyond noise."""

    ratio: Estimate
    beyond_noise: Literal["up", "down"] | None


def changes(steps: Sequence[tuple[Level, Level]]) -> tuple[Change, ...]:
    """What changed from the first to the second level of each pair, judged together as one answer."""
    ratios = [later.log.less(earlier.log) for earlier, later in steps]
    significant = holm([p_value(ratio) for ratio in ratios])
    return tuple(
        _change(ratio, marked=sure and distinguishable(ratio, max(earlier.floor, later.floor)))
        for ratio, sure, (earlier, later) in zip(ratios, significant, steps, strict=True)
    )


def _change(ratio: Estimate, *, marked: bool) -> Change:
    direction: Literal["up", "down"] = "up" if ratio.value > 0 else "down"
    return Change(ratio=ratio.exp(), beyond_noise=direction if marked else None)
