"""Gains as bars of characters: each ends in a dot, lies on its interval, and crosses the line at one.

    ━━━━━━━━┿━━━━━├─●─┤   a gain of 1.8 ±0.2
    ━━━━━━━━●             none: the dot is on the line
    ━━━━━├──●──┤          one that may be a loss
    ━━━━━●──┼────────>    an interval that does not end here

Shapes say it all; there is no colour that would be missed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gilscope.stats.estimate import Estimate

LEAST = 1.2
"""The least end of a scale: the line at one is not at its edge."""

REACH = 1.5
"""How many times a value its interval may be drawn; an end that is farther away would leave no room for the others."""


class Scale(NamedTuple):
    """A scale from zero to ``longest``, ``width`` characters long."""

    longest: float
    width: int

    def place(self, value: float) -> int:
        """The character at which a value lies, or the edge that it is beyond."""
        return round(min(max(value, 0.0), self.longest) / self.longest * (self.width - 1))


def scale(estimates: Iterable[Estimate], width: int) -> Scale:
    """One scale for several bars of this many characters; it ends at a whole tenth."""
    farthest = max((min(item.high, REACH * item.value) for item in estimates), default=1.0)
    return Scale(math.ceil(round(10 * max(LEAST, farthest), 6)) / 10, width)


def axis(of: Scale) -> str:
    """The scale's zero, its one and its end, each above the place where it lies."""
    end = f"{of.longest:g}"
    begin = "0".ljust(of.place(1)) * (of.place(1) > 0) + "1"
    return begin + end.rjust(of.width - len(begin)) if len(begin) + len(end) < of.width else begin.ljust(of.width)


def bar(estimate: Estimate, of: Scale) -> str:
    """A value as a bar from zero, on its interval."""
    value, low, high = (of.place(number) for number in (estimate.value, estimate.low, estimate.high))
    drawn = list(("━" * low + "─" * (high - low + 1)).ljust(of.width))
    drawn[low], drawn[high] = "├", "┤" if estimate.high <= of.longest else ">"
    one = of.place(1)
    drawn[one] = {" ": "│", "━": "┿", "─": "┼"}.get(drawn[one], drawn[one])
    drawn[value] = "●"
    return "".join(drawn)
