"""Notes below the sheets of a contest: facts that a reader of its figures needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.cells import if_measured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gilscope.figures.values import ContestFigures, LaneFigures
    from gilscope.values.records import ContestEnd
    from gilscope.values.runtimes import Pair

ENDS = {
    "precise": "All intervals are as narrow as asked",
    "budget": "The time budget ended it",
    "launches": "The most launches asked for were run",
    "no lane left": "No lane was left to measure",
}

OWN_COPY = (
    "Own copy: these workers share nothing, each has a copy of what threads share. They are shown beside the others, "
    "and are no candidates of verdict, break-even and best lane."
)


def comparability(pair: Pair | None) -> Iterator[str]:
    """The note beside every figure that compares two builds."""
    if pair is None:
        return
    if pair.twin is None:
        yield f"{pair.free_threaded.name} has no twin here: it is compared with itself, its GIL forced on or off."
    elif pair.differences:
        yield (
            f"NOT COMPARABLE in all: {pair.free_threaded.name} and {pair.twin.name} differ in "
            f"{'; '.join(pair.differences)}. The penalty holds these differences too."
        )
    else:
        yield f"{pair.free_threaded.name} and {pair.twin.name}: same version, compiler, optimisation and flags."


def contest_notes(contest: ContestFigures) -> Iterator[str]:
    """The notes of a contest that was timed; the first one gives its noise floor."""
    yield f"Noise floor: {_floor(contest)}."
    yield from comparability(contest.contest.pair)
    if contest.end is not None:
        inner = f", each of which does it {contest.inner_loops} times" if contest.inner_loops > 1 else ""
        yield f"{_end(contest.end)} {contest.loops} units per worker and trial{inner}."
    else:
        yield "This contest was cut off; what had been measured is shown."
    cold = [f"{lane.lane.name} {lane.cold_rounds}" for lane in contest.lanes if lane.cold_rounds]
    if cold:
        yield f"Still warming, left out of each launch (trials): {', '.join(cold)}."
    if any(lane.oversubscribed for lane in contest.lanes):
        yield "* more workers than usable CPUs."
    if any(lane.has_own_copy for lane in contest.lanes):
        yield OWN_COPY
    yield from (_contention(lane) for lane in contest.lanes if lane.is_contended)


def _contention(lane: LaneFigures) -> str:
    return (
        f"Contention: {lane.lane.name} keeps {numbers.ratio(lane.cores_busy)} cores busy, for "
        f"{if_measured(lane.scaling, numbers.ratio)} times the throughput of its serial lane."
    )


def _floor(contest: ContestFigures) -> str:
    if contest.noise_floor is None or contest.control is None:
        return "unknown, since the control lane was not measured"
    floor = numbers.plain_percent(contest.noise_floor)
    return f"{floor} (the reference lane run twice: {numbers.ratio(contest.control)})"


def _end(end: ContestEnd) -> str:
    return f"{ENDS.get(end.reason, end.reason)}: {end.launches} launches in {end.seconds:.0f} s."
