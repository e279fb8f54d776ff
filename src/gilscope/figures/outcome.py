"""Whether any lane of a contest is better than its reference, and if not, what is still possible; pure.

    better            at least one lane's gain lies above one, beyond its interval and the noise floor together, and
                      above what more workers than one gain where others are busy
    not better        no lane can gain as much as would matter (`WORTH`), and none lacked the CPUs to show what it gains
    cannot be told    neither of both: some lane may gain as much, or had too few CPUs

A lane of a contest is a candidate unless it failed, is a second copy, or works on copies of what threads share. All
candidates are looked at together, so each has the interval that it needs as one of them
(`gilscope.stats.significance.simultaneous`), joined with the noise floor. Beside a capacity that is too little, nothing
is said against lanes with as many workers: as many times the throughput as there are workers is possible there. Nor
for them, up to the headstart that several workers have over one (see `gilscope.figures.capacity`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import msgspec

from gilscope.figures.break_even import WORTH
from gilscope.figures.further import Further
from gilscope.stats.estimate import Estimate
from gilscope.stats.significance import distinguishable, possible, simultaneous

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from gilscope.values.lanes import LaneSpec

    LogRatio = Callable[[LaneSpec, LaneSpec], Estimate]
    """The log of one lane's figure over another's."""

Cause = Literal["capacity", "headstart", "launches", "noise floor", "interval"]
"""Why it cannot be told: too few CPUs for many workers, or for one; too few launches for an interval; copies that
differ, launches that differ."""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """The best lane by a figure, and its ties; ``figure`` is its ratio to the reference, as their highest."""

    best: str
    ties: tuple[str, ...]
    figure: Estimate


class Better(Choice, frozen=True, kw_only=True, tag="better"):
    """The best of the lanes that are better than the reference.

    ``undecided`` are lanes that are not shown to be better than the reference, and yet may be better than the best.
    """

    undecided: tuple[str, ...] = ()

    @property
    def lanes(self) -> tuple[str, ...]:
        """The best lane and its ties."""
        return self.best, *self.ties


class Rival(msgspec.Struct, frozen=True):
    """A lane with its gain as a ratio, whose ends hold all that is possible: interval, noise floor, missing CPUs."""

    lane: str
    gain: Estimate


class NotBetter(msgspec.Struct, frozen=True, tag="not better"):
    """Every gain above that of the upper end of ``closest``, the lane that may gain most, is ruled out."""

    closest: Rival


class CannotBeTold(msgspec.Struct, frozen=True, kw_only=True, tag="cannot be told"):
    """What is still possible, why, and which further launches would decide it.

    ``likeliest`` is the lane that may gain most, None where no lane could be held against the reference. ``unsettled``
    are the lanes whose interval and noise floor leave a gain open that would matter, the likeliest first; ``withheld``
    those of which nothing can be said until others leave them their CPUs. ``further`` is None where more launches alone
    would not tell.
    """

    likeliest: Rival | None = None
    causes: tuple[Cause, ...] = ()
    unsettled: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    further: Further | None = None

    @property
    def undecided(self) -> tuple[str, ...]:
        """All lanes that may be better than the reference."""
        return *self.unsettled, *self.withheld


class Scarcity(NamedTuple):
    """What the machine withheld from lanes.

    ``short`` are the numbers of workers for which it gave too few CPUs, and ``log_headstart`` is the log of what
    several workers may gain over one by waiting less for a CPU.
    """

    short: Collection[int] = ()
    log_headstart: float = 0.0


ENOUGH = Scarcity()

Outcome: TypeAlias = Better | NotBetter | CannotBeTold


def outcome(
    candidates: Sequence[LaneSpec],
    reference: LaneSpec,
    log_ratio: LogRatio,
    floor: float,
    scarcity: Scarcity = ENOUGH,
) -> Outcome:
    """What became of the candidates beside the reference.

    Args:
        candidates: the lanes that might be run instead of the reference.
        reference: the lane that they are compared with.
        log_ratio: intervals of the log of throughput ratios.
        floor: the noise floor, a relative difference.
        scarcity: what the machine withheld.
    """
    if not candidates:
        return CannotBeTold()
    gains = {lane.name: simultaneous(log_ratio(lane, reference), len(candidates)) for lane in candidates}
    reaches = {name: possible(gain, floor) for name, gain in gains.items()}
    ahead = [lane for lane in candidates if reaches[lane.name].low > 0]
    better = [lane for lane in ahead if lane.workers == 1 or reaches[lane.name].low > scarcity.log_headstart]
    if better:
        return _better(better, candidates, reference, log_ratio, floor)
    starved = {lane.name for lane in candidates if lane.workers in scarcity.short}
    rivals = [
        Rival(lane.name, (_of_all_workers(lane, reaches) if lane.name in starved else reaches[lane.name]).exp())
        for lane in candidates
    ]
    likeliest = max(rivals, key=lambda rival: _promise(rival.gain))
    open_gains = {name: reach for name, reach in reaches.items() if reach.high > math.log1p(WORTH)}
    if not open_gains and not starved:
        return NotBetter(likeliest)
    by_headstart = {lane.name for lane in ahead if lane.name in open_gains} - starved
    withheld = starved | by_headstart
    unsettled = sorted(open_gains.keys() - withheld, key=lambda name: _promise(open_gains[name]), reverse=True)
    causes: list[Cause] = ["capacity"] if starved else []
    if by_headstart:
        causes.append("headstart")
    if unsettled:
        causes.append(_cause(gains[unsettled[0]], floor))
    return CannotBeTold(
        likeliest=likeliest,
        causes=tuple(causes),
        unsettled=tuple(unsettled),
        withheld=tuple(lane.name for lane in candidates if lane.name in withheld),
    )


def choose(lanes: Sequence[LaneSpec], reference: LaneSpec, log_ratio: LogRatio, floor: float) -> Choice:
    """The lane whose figure is highest.

    Args:
        lanes: those to choose from, at least one.
        reference: the lane that the figure is a ratio to.
        log_ratio: intervals on the log scale; the higher the figure the better.
        floor: the noise floor, a relative difference.
    """
    ranked = sorted(lanes, key=lambda lane: log_ratio(lane, reference).value, reverse=True)
    best, *others = ranked
    ties = [
        lane.name for lane in others if not distinguishable(simultaneous(log_ratio(best, lane), len(others)), floor)
    ]
    figure = simultaneous(log_ratio(best, reference), 1 + len(ties))
    return Choice(best=best.name, ties=tuple(ties), figure=figure.exp())


def _better(
    better: Sequence[LaneSpec],
    candidates: Sequence[LaneSpec],
    reference: LaneSpec,
    log_ratio: LogRatio,
    floor: float,
) -> Better:
    choice = choose(better, reference, log_ratio, floor)
    best = next(lane for lane in better if lane.name == choice.best)

    def may_be_better(lane: LaneSpec) -> bool:
        ahead = simultaneous(log_ratio(lane, best), len(candidates))
        return possible(ahead, floor).high > math.log1p(WORTH)

    return Better(
        best=choice.best,
        ties=choice.ties,
        figure=choice.figure,
        undecided=tuple(lane.name for lane in candidates if lane not in better and may_be_better(lane)),
    )


def _of_all_workers(lane: LaneSpec, reaches: dict[str, Estimate]) -> Estimate:
    """What a lane that had too few CPUs may gain: its number of workers, or more where that is possible."""
    reach = reaches[lane.name]
    return Estimate(reach.value, reach.low, max(reach.high, math.log(lane.workers)))


def _promise(gain: Estimate) -> tuple[float, float]:
    """A key that is higher for lanes that may gain more."""
    return gain.high, gain.value


def _cause(gain: Estimate, floor: float) -> Cause:
    """What leaves a gain open: no interval at all, or the wider of its own interval and the noise floor."""
    if not gain.is_bounded:
        return "launches"
    return "noise floor" if math.log1p(floor) > gain.half_width else "interval"
