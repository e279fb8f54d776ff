"""Changes as words and signs; a tilde marks those that are not beyond noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.cells import marked
from gilscope.render.sheet import BETTER, WORSE

if TYPE_CHECKING:
    from gilscope.history.changes import Change
    from gilscope.history.summary import FigureName
    from gilscope.stats.estimate import Estimate

MORE_IS_WORSE = {"penalty", "time"}
ARROWS = {"up": "▲", "down": "▼"}
HOLM = (
    "▲ ▼ mark changes beyond noise: outside their interval, which holds what runs of the same builds differ by, and "
    "both noise floors, at 5% for one false mark in all of this (Holm 1979). ~ marks all others."
)
NO_YARDSTICK = "no yardstick"
NOT_JUDGED = (
    f"{NO_YARDSTICK}: not judged. Times, and what several workers gain, hold what the machine gave, which differs "
    "from run to run; they are judged by their ratio to capacity lanes of one build that ran in the same rounds."
)


def size(change: Change) -> str:
    """The size of a change: a relative difference with its interval."""
    return marked(numbers.signed_percent(change.ratio.relative()), beyond_noise=change.beyond_noise is not None)


def mark(figure: FigureName, change: Change) -> str:
    """The direction of a change beyond noise, and whether it is for the better, or that it was not judged."""
    if not change.judged:
        return NO_YARDSTICK
    if change.beyond_noise is None:
        return ""
    worse = (change.beyond_noise == "up") == (figure in MORE_IS_WORSE)
    return f"{ARROWS[change.beyond_noise]} {change.beyond_noise}{WORSE if worse else BETTER}"


def figure(name: FigureName, estimate: Estimate) -> str:
    """A figure in its own unit."""
    if name == "penalty":
        return numbers.signed_percent(estimate)
    return numbers.seconds(estimate) if name == "time" else numbers.ratio(estimate)
