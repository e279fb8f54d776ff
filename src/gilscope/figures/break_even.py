"""Break-even: the number of workers at which a model's throughput overtakes an opponent's; pure.

Between two measured numbers of workers, the log of the ratio of throughputs is taken to be linear in the log of the
workers, as it is where throughput follows a power of them. The break-even is where this line crosses zero, and the ends
of its interval are where the lines through the ratios' upper and lower ends do: the band's own crossings.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from gilscope.stats.estimate import Estimate
from gilscope.stats.significance import possible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WORTH = 0.1
"""The least gain that matters, a tenth: for less, few people leave one thread. Where as large a gain is not ruled out,
nothing is said against a lane or a model."""


class BreakEven(msgspec.Struct, frozen=True, kw_only=True):
    """The number of workers from which an arm's model is faster than an opponent.

    ``workers`` is None where no measured number up to ``within`` is, beyond interval and noise floor; its high end is
    infinite where the band stays below. With ``is_open``, the machine gave too few CPUs, or was too noisy, to say that
    none is.
    ``gain`` is the ratio of throughputs at the most workers.
    """

    arm: str
    model: str
    against: str
    workers: Estimate | None
    within: int
    gain: Estimate
    is_open: bool = False

    @property
    def is_of_threads_against_serial(self) -> bool:
        """Whether threads are compared with one thread of the default build."""
        return self.model == "threads" and self.against.endswith("serial")

    @property
    def whole_workers(self) -> int | None:
        """The least whole number of workers at or above the break-even."""
        return None if self.workers is None else math.ceil(round(self.workers.value, 6))


class RatioPoint(msgspec.Struct, frozen=True):
    """The log of a ratio of throughputs at one number of workers.

    Up to ``log_headstart``, it need not be the lane's own.
    """

    workers: int
    log_ratio: Estimate
    log_headstart: float = 0.0

    def is_ahead(self, floor: float) -> bool:
        """Whether it is above one beyond its interval, the noise floor and the headstart."""
        return possible(self.log_ratio, floor).low > self.log_headstart


def crossing(points: Sequence[RatioPoint], floor: float) -> Estimate | None:
    """The number of workers at which the ratio reaches one.

    Args:
        points: in order of workers, at least one.
        floor: the noise floor of their contest, a relative difference.

    Returns:
        The crossing with its interval, in workers. The least number of workers where the ratio is above one there
        already; None where no point lies above one beyond its interval, the floor and its headstart.
    """
    if not any(point.is_ahead(floor) for point in points):
        return None
    counts = [math.log(point.workers) for point in points]
    center, low, high = (
        _reaches_zero(counts, [getattr(point.log_ratio, end) for point in points]) for end in ("value", "high", "low")
    )
    return Estimate(center, low, high)


def may_gain(points: Iterable[RatioPoint], floor: float) -> bool:
    """Whether intervals and the noise floor, a relative difference, leave a gain possible that would matter."""
    return any(possible(point.log_ratio, floor).high > math.log1p(WORTH) for point in points)


def _reaches_zero(logs: Sequence[float], values: Sequence[float]) -> float:
    """Where the line through the values first is zero or above, in workers."""
    if values[0] >= 0:
        return math.exp(logs[0])
    for (log_before, value_before), (log_after, value_after) in pairwise(zip(logs, values, strict=True)):
        if value_after >= 0:
            share = 1.0 if math.isinf(value_before) else -value_before / (value_after - value_before)
            return math.exp(log_before + share * (log_after - log_before))
    return math.inf
