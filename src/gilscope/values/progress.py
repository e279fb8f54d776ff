"""Where a contest stands while it runs, as a value that its display reads."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """A contest at the beginning of a trial; times in seconds, since the contest began.

    ``lane`` is the one whose trial begins. ``launch`` counts from one, of ``launches`` that are planned so far. The
    contest ends between ``soonest_s`` and ``latest_s``, as far as its trials and its rules can say. ``widest`` is the
    half width of the widest interval so far, as a fraction: infinite while there is none.
    """

    lane: str
    launch: int
    launches: int
    elapsed_s: float
    soonest_s: float
    latest_s: float
    widest: float


def left_s(progress: Progress, took_s: Sequence[float], others: int) -> float:
    """The seconds left at most for a contest, and for others that take as long as those before them did."""
    each_s = fmean(took_s) if took_s else progress.latest_s
    return progress.latest_s - progress.elapsed_s + others * each_s
