"""How many launches a verdict lacks, how long they take, and how narrow intervals get; pure.

It is a prediction from the noise seen so far, of lanes and of the copies that make the noise floor
(`gilscope.stats.effort`), for gains that stay where they are.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gilscope.figures.break_even import WORTH
from gilscope.stats.effort import VarianceSplit, predicted_half_width, split_variance
from gilscope.stats.estimate import CONFIDENCE
from gilscope.stats.intervals import FEWEST
from gilscope.values.rules import FIRST_LOOK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gilscope.figures.lanes import ContestLanes
    from gilscope.stats.intervals import Launches
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.records import ContestEnd

MOST = 1000
"""Launches beyond which nobody is sent to measure: what is that noisy needs another machine, or a quiet one."""

NARROWEST = 0.001
"""The least half width that is asked of a ratio, as a fraction."""


class Further(msgspec.Struct, frozen=True, kw_only=True):
    """A longer measurement: its launches, the half width to ask of every ratio, and the seconds it takes.

    ``precision`` is None where too few launches were run to see any noise.
    """

    launches: int
    precision: float | None
    seconds: float


class Seen(NamedTuple):
    """The log ratio of two lanes: its value, and the ratios behind it, by launch and round."""

    value: float
    ratios: Launches


class _Noise(NamedTuple):
    """How the log ratio of two lanes varies: its value, and the variance of launches with this many rounds."""

    value: float
    split: VarianceSplit
    rounds: int

    def half_width(self, launches: int, confidence: float = CONFIDENCE) -> float:
        return predicted_half_width(self.split, launches, self.rounds, confidence)


def further(gains: Sequence[Seen], copies: Sequence[Seen], number: int, end: ContestEnd | None) -> Further | None:
    """The measurement after which it is known of all gains whether they exist, or are too small to matter.

    Args:
        gains: those that cannot be told, as log ratios to the reference.
        copies: the second copies that the noise floor is made of, as log ratios to their originals.
        number: how many gains are looked at together, these among them.
        end: how the contest ended, None where it was cut off.

    Returns:
        None where no number of launches up to `MOST` is enough, no copy was measured, or the contest was cut off.
    """
    if not gains or not copies or end is None or not end.launches:
        return None
    launch_s = end.seconds / end.launches
    launches = [len(seen.ratios) for seen in (*gains, *copies)]
    if min(launches) < FEWEST:
        is_short = max(launches) < FIRST_LOOK
        return Further(launches=FIRST_LOOK, precision=None, seconds=FIRST_LOOK * launch_s) if is_short else None
    lanes, floors = [_noise(seen) for seen in gains], [_noise(seen) for seen in copies]
    for count in range(max(FIRST_LOOK, max(launches) + 1), MOST + 1):
        if _would_tell(lanes, floors, count, CONFIDENCE ** (1 / number)):
            narrowest = min(noise.half_width(count) for noise in (*lanes, *floors))
            return Further(launches=count, precision=max(NARROWEST, narrowest), seconds=count * launch_s)
    return None


def further_of_lanes(contest_lanes: ContestLanes, unsettled: Sequence[str], number: int) -> Further | None:
    """The measurement that settles the gains of ``unsettled`` lanes, ``number`` being looked at together."""
    paired, reference = contest_lanes.paired, contest_lanes.contest.reference

    def seen(lane: LaneSpec, other: str) -> Seen:
        gain = contest_lanes.log_throughput_ratio(lane, contest_lanes.by_name[other])
        return Seen(gain.value, paired.log_ratios(lane.name, other))

    copies = [copy for copy in (contest_lanes.control, contest_lanes.parallel_control) if copy is not None]
    return further(
        [seen(contest_lanes.by_name[name], reference) for name in unsettled],
        [seen(copy, copy.original) for copy in copies],
        number,
        contest_lanes.end,
    )


def far_enough(log_gain: float) -> float:
    """How far interval and noise floor may reach around a gain that is to be decided, on the log scale.

    They then exclude either that there is no gain, or that there is one which would matter.
    """
    return max(log_gain, math.log1p(WORTH) - log_gain)


def _would_tell(lanes: Sequence[_Noise], floors: Sequence[_Noise], launches: int, confidence: float) -> bool:
    floor = max(abs(copy.value) + copy.half_width(launches) for copy in floors)
    return all(math.hypot(lane.half_width(launches, confidence), floor) <= far_enough(lane.value) for lane in lanes)


def _noise(seen: Seen) -> _Noise:
    rounds = sum(map(len, seen.ratios)) / len(seen.ratios)
    return _Noise(seen.value, split_variance(seen.ratios), max(1, round(rounds)))
