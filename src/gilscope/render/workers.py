"""Contests about workers themselves as sheets: ways, memory, and the order of kinds of workers."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from gilscope.render import numbers
from gilscope.render.cells import if_measured, penalty
from gilscope.render.findings import failures, in_short
from gilscope.render.notes import comparability, contest_notes
from gilscope.render.sheet import NOT_MEASURED, Column, Sheet, tabulate
from gilscope.values.lanes import lane_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gilscope.figures.values import ContestFigures
    from gilscope.figures.workers import LaneMemory, Order, Step, WorkerMemory
    from gilscope.stats.estimate import Estimate
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.records import Finding, Quantity

ANSWERS = {True: "holds", False: "does not hold", None: "cannot be told"}
SLOPE = "Per further worker: the slope over the numbers of workers, fitted launch by launch."
RESIDENT = (
    "Resident: every page that a lane's processes have mapped in, once and in full. Peak: the most that the largest of "
    "them ever had resident."
)
SHARED_IN_PARTS = "PSS counts a page that several processes share in parts, USS leaves such pages out."
WAYS_NOTES = (
    "Against the first way: ratio of times within one build. Penalty: against the default build's time by the same "
    "way. ~ marks a difference within its interval or the noise floor."
)
ORDER_NOTES = (
    "Holds: each kind is measurably costlier than the one before it. Does not hold: at least one is measurably "
    "cheaper. Every step shows how much more the next kind takes: a ratio of times, or bytes."
)


def ways(contest: ContestFigures) -> Sheet:
    """Every way of every arm: its time, or why it has none."""
    lanes = {row.lane.name: row for row in contest.lanes}
    penalties = {lane_name(item.arm, item.way or "serial"): item for item in contest.penalties}
    reasons = _reasons(contest)

    def time(name: str) -> str:
        return numbers.seconds(lanes[name].time_per_unit) if name in lanes else reasons[name]

    def against_first(name: str) -> str:
        return if_measured(lanes[name].of_first_way, numbers.ratio) if name in lanes else NOT_MEASURED

    columns: list[Column[str]] = [
        Column("way", str),
        Column("time", time),
        Column(f"against {contest.contest.probe.ways[0]}", against_first),
        Column("penalty", lambda name: penalty(penalties.get(name) if name in lanes else None)),
    ]
    title = f"{contest.contest.id}: {contest.contest.probe.question}"
    names = [lane.name for lane in contest.contest.lanes if lane.name in lanes or lane.name in reasons]
    return tabulate(title, columns, names, (WAYS_NOTES, *contest_notes(contest)))


class _Weighed(NamedTuple):
    """Workers of one arm and model: what they weigh by their number, or why nothing was weighed."""

    name: str
    further: WorkerMemory | None
    by_count: dict[int, LaneMemory]
    reason: str


def memory(contest: ContestFigures) -> Sheet:
    """Every model of every arm: what one further worker weighs, and all of them together."""
    quantities: list[Quantity] = next((list(row.memory.amounts) for row in contest.lanes if row.memory), ["resident"])
    best = quantities[0]
    counts = sorted({row.lane.workers for row in contest.lanes})
    has_peaks = any(row.memory is not None and row.memory.peak is not None for row in contest.lanes)

    def further(quantity: Quantity, row: _Weighed) -> str:
        reason = row.reason if quantity == best else ""
        return reason or _bytes(row.further.amounts[quantity] if row.further else None)

    def held_with(count: int, row: _Weighed) -> str:
        return _bytes(row.by_count[count].best if count in row.by_count else None)

    def peak_with(count: int, row: _Weighed) -> str:
        return _bytes(row.by_count[count].peak if count in row.by_count else None)

    columns: list[Column[_Weighed]] = [
        Column("workers", lambda row: row.name),
        *(Column(f"{quantity} per further worker", partial(further, quantity)) for quantity in quantities),
        *(Column(f"{best} with {count}", partial(held_with, count), wide=True) for count in counts),
        *(Column(f"peak with {count}", partial(peak_with, count), wide=True) for count in counts if has_peaks),
    ]
    title = f"{contest.contest.id}: {contest.contest.probe.question}"
    note = f"{SLOPE} {RESIDENT if best == 'resident' else SHARED_IN_PARTS}"
    return tabulate(title, columns, _weighed(contest), (note, *comparability(contest.contest.pair)))


def _weighed(contest: ContestFigures) -> Iterator[_Weighed]:
    """Every arm and model that was weighed, or has a reason why not."""
    further = {(item.arm, item.model): item for item in contest.worker_memory}
    reasons = _reasons(contest)
    by_count: dict[tuple[str, str], dict[int, LaneMemory]] = defaultdict(dict)
    for row in contest.lanes:
        if row.memory is not None:
            by_count[row.lane.arm.name, row.lane.model][row.lane.workers] = row.memory
    kinds: dict[tuple[str, str], list[LaneSpec]] = defaultdict(list)
    for lane in contest.contest.lanes:
        kinds[lane.arm.name, lane.model].append(lane)
    for kind, lanes in kinds.items():
        why = (
            "" if by_count[kind] else "; ".join(sorted({reasons[lane.name] for lane in lanes if lane.name in reasons}))
        )
        if by_count[kind] or why:
            yield _Weighed(":".join(kind), further.get(kind), by_count[kind], why)


def orders(contests: Iterable[ContestFigures]) -> Sheet:
    """Orders in which kinds of workers are said to stand, by time and memory: whether they hold."""
    columns: list[Column[tuple[str, Order]]] = [
        Column("build", lambda row: row[1].arm),
        Column("what", lambda row: row[0] if row[1].quantity == "time" else f"{row[0]}: {row[1].quantity}"),
        Column("order", lambda row: " < ".join([row[1].steps[0].lesser, *(step.greater for step in row[1].steps)])),
        Column("answer", lambda row: ANSWERS[row[1].holds]),
        Column("by how much", lambda row: ", ".join(_more(step, row[1].quantity) for step in row[1].steps)),
    ]
    rows = [(contest.contest.probe.id, order) for contest in contests for order in contest.orders]
    return tabulate("Does each kind of worker take more than the one before it?", columns, rows, [ORDER_NOTES])


def _more(step: Step, quantity: str) -> str:
    return numbers.ratio(step.more, "x") if quantity == "time" else numbers.signed_memory(step.more)


def _reasons(contest: ContestFigures) -> dict[str, str]:
    """Reasons why lanes have no figures, by the lane's name."""
    return {name: _reason(failure) for name, failure in failures(contest).items()}


def _reason(failure: Finding) -> str:
    return f"not there: {failure.reason}" if failure.kind == "unsupported" else in_short(failure)


def _bytes(estimate: Estimate | None) -> str:
    return if_measured(estimate, numbers.memory)
