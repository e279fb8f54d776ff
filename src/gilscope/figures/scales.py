"""Whether work scales: one definition with one bound, for the ladder, the tracker and pyperformance; pure.

Work scales on a number of workers where its throughput is at least three quarters of what the machine allows it, as a
multiple of what one of them gets done. The machine allows as much as processes get that share nothing, in the same
rounds, or where nobody measured that, the number of workers: 1.5 times on two CPUs, 3 times on four. As a claim of
others, that is held, not held, or cannot be told, since the bound may lie within the interval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gilscope.stats.estimate import Estimate

SCALES = 0.75
"""The share of what there is to win from which work scales."""


def scales(scaling: Estimate, of: float) -> bool | None:
    """Whether work scales.

    Args:
        scaling: throughput over that of one worker.
        of: the highest scaling that there is to win: the number of workers, or one where it is over the capacity.

    Returns:
        None where that cannot be decided: the bound lies within the interval.
    """
    if scaling.low >= SCALES * of:
        return True
    return False if scaling.high < SCALES * of else None
