"""Contests about workers themselves, as sheets: ways beside each other, memory, and the order in which kinds stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.sheets import NOT_MEASURED, Column, Sheet, comparability, contest_notes, penalty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gilscope.figures.values import ContestFigures
    from gilscope.figures.workers import Order, Step
    from gilscope.stats.estimate import Estimate
    from gilscope.values.contests import LaneSpec

ANSWERS = {True: "holds", False: "does not hold", None: "cannot be told"}
MEMORY_NOTES = (
    "Per further worker: the slope over the numbers of workers, fitted launch by launch. PSS counts a page that "
    "several processes share in parts, USS leaves such pages out."
)
WAYS_NOTES = (
    "Against the first way: ratio of times within one build. Penalty: against the default build's time by the same "
    "way. ~ marks a difference within its interval or the noise floor."
)
ORDER_NOTES = (
    "An order holds where the interval of every step lies on its side, beyond the noise floor for times; it does not "
    "where one lies on the other. By how much each kind takes more than the one before it: ratio of times, or bytes."
)


def ways(contest: ContestFigures) -> Sheet:
    """Every way of every arm: its time, or why it has none."""
    first = contest.contest.probe.ways[0]
    return Sheet(
        title=f"{contest.contest.id}: {contest.contest.probe.question}",
        columns=(Column("way"), Column("time"), Column(f"against {first}"), Column("penalty")),
        rows=tuple(_way_rows(contest)),
        notes=(WAYS_NOTES, *contest_notes(contest)),
    )


def _way_rows(contest: ContestFigures) -> Iterator[tuple[str, ...]]:
    measured = {lane.lane.name: lane for lane in contest.lanes}
    penalties = {f"{item.arm}:{item.way}": item for item in contest.penalties}
    failures = _failures(contest)
    for lane in contest.contest.lanes:
        name = lane.name
        if name in measured:
            ratio = measured[name].of_first_way
            yield (
                name,
                numbers.seconds(measured[name].time_per_unit),
                NOT_MEASURED if ratio is None else numbers.ratio(ratio),
                penalty(penalties.get(name)),
            )
        elif name in failures:
            yield name, failures[name], NOT_MEASURED, NOT_MEASURED


def memory(contest: ContestFigures) -> Sheet:
    """Every model of every arm: what one further worker weighs, and all of them together."""
    counts = sorted({lane.lane.workers for lane in contest.lanes})
    return Sheet(
        title=f"{contest.contest.id}: {contest.contest.probe.question}",
        columns=(
            Column("workers"),
            Column("PSS per further worker"),
            Column("USS per further worker"),
            *(Column(f"PSS with {count}", wide=True) for count in counts),
        ),
        rows=tuple(_memory_rows(contest, counts)),
        notes=(MEMORY_NOTES, *comparability(contest.contest.pair)),
    )


def _memory_rows(contest: ContestFigures, counts: Sequence[int]) -> Iterator[tuple[str, ...]]:
    per_worker = {(item.arm, item.model): item for item in contest.worker_memory}
    failures = _failures(contest)
    held = {(lane.lane.arm.name, lane.lane.model, lane.lane.workers): lane.memory for lane in contest.lanes}
    for arm, model in dict.fromkeys((lane.arm.name, lane.model) for lane in contest.contest.lanes):
        further = per_worker.get((arm, model))
        lanes = [held.get((arm, model, count)) for count in counts]
        if any(lanes):
            yield (
                f"{arm}:{model}",
                _bytes(None if further is None else further.pss),
                _bytes(None if further is None else further.uss),
                *(_bytes(None if lane is None else lane.pss) for lane in lanes),
            )
        elif why := {failures[lane.name] for lane in _of(contest, arm, model) if lane.name in failures}:
            yield f"{arm}:{model}", "; ".join(sorted(why)), *[NOT_MEASURED] * (1 + len(counts))


def _of(contest: ContestFigures, arm: str, model: str) -> list[LaneSpec]:
    return [lane for lane in contest.contest.lanes if (lane.arm.name, lane.model) == (arm, model)]


def orders(contests: Iterable[ContestFigures]) -> Sheet:
    """Whether kinds of workers stand in the order that is said of them, for time and for memory."""
    rows = [_order_row(contest.contest.probe.id, order) for contest in contests for order in contest.orders]
    return Sheet(
        title="Does each kind of worker take more than the one before it?",
        columns=tuple(map(Column, ("build", "what", "order", "answer", "by how much"))),
        rows=tuple(rows),
        notes=(ORDER_NOTES,),
    )


def _order_row(probe: str, order: Order) -> tuple[str, ...]:
    kinds = [order.steps[0].lesser, *(step.greater for step in order.steps)]
    what = probe if order.quantity == "time" else f"{probe}: {order.quantity}"
    by_how_much = ", ".join(_more(step, order.quantity) for step in order.steps)
    return order.arm, what, " < ".join(kinds), ANSWERS[order.holds], by_how_much


def _more(step: Step, quantity: str) -> str:
    return f"x {numbers.ratio(step.more)}" if quantity == "time" else numbers.signed_memory(step.more)


def _failures(contest: ContestFigures) -> dict[str, str]:
    """Why a lane has no figures, by its name."""
    return {
        finding.lane: f"not there: {finding.reason}"
        if finding.kind == "unsupported"
        else f"{finding.kind}: {finding.reason}"
        for finding in contest.findings
        if finding.fails_lane and not finding.lane.endswith("#control")
    }


def _bytes(estimate: Estimate | None) -> str:
    return NOT_MEASURED if estimate is None else numbers.memory(estimate)
