"""Changes, and which of many are beyond noise; pure.

A change is the ratio of two estimates that were measured apart, each with what its run may be off by. Only changes in
which the machine's speed cancels are judged. One is beyond noise where it is `distinguishable`
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


class Step(msgspec.Struct, frozen=True):
    """Two levels, the earlier and the later; not ``judged`` where the machine's own speed may have changed."""

    earlier: Level
    later: Level
    judged: bool = True


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """The later figure over the earlier one, and whether it went up or down beyond noise, if that was ``judged``."""

    ratio: Estimate
    beyond_noise: Literal["up", "down"] | None
    judged: bool


def changes(steps: Sequence[Step]) -> tuple[Change, ...]:
    """What changed in each step, judged together as one answer."""
    ratios = [step.later.log.less(step.earlier.log) for step in steps]
    significant = iter(holm([p_value(ratio) for ratio, step in zip(ratios, steps, strict=True) if step.judged]))
    return tuple(
        _change(ratio, step, sure=step.judged and next(significant)) for ratio, step in zip(ratios, steps, strict=True)
    )


def _change(ratio: Estimate, step: Step, *, sure: bool) -> Change:
    direction: Literal["up", "down"] = "up" if ratio.value > 0 else "down"
    marked = sure and distinguishable(ratio, max(step.earlier.floor, step.later.floor))
    return Change(ratio=ratio.exp(), beyond_noise=direction if marked else None, judged=step.judged)
