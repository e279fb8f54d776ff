"""Every figure of a run in one flat list, for programs that read JSON or CSV.

A figure belongs to a contest and a lane (to neither where it is one over several contests), has a name and a unit, and
is an estimate with the ends of its interval, or a count without any. An end that is not known is null in JSON, and
empty in CSV.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from gilscope.figures.outcome import Better, CannotBeTold, NotBetter, Rival
from gilscope.figures.scaling_law import Fit
from gilscope.values.lanes import arm_and_work, lane_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gilscope.figures.cores import Shares
    from gilscope.figures.roles import RoleFigures
    from gilscope.figures.run import RunFigures
    from gilscope.figures.transport import Means
    from gilscope.figures.values import ContestFigures, LaneFigures, Penalty
    from gilscope.figures.variants import Comparison, VariantFigures
    from gilscope.figures.verdict import Verdict
    from gilscope.figures.why import Why
    from gilscope.figures.workers import LaneMemory, Order, WorkerMemory
    from gilscope.stats.estimate import Estimate

RATIO, FRACTION, SECONDS, BYTES, WORKERS, CPUS = "ratio", "fraction", "s", "bytes", "workers", "CPUs"
COUNT = "count"
PER_UNIT = {
    "voluntary": ("voluntary switches per unit", COUNT),
    "involuntary": ("involuntary switches per unit", COUNT),
    "faults": ("page faults per unit", COUNT),
    "system_s": ("system time per unit", SECONDS),
    "collections": ("collections per unit", COUNT),
    "paused_s": ("collections' pauses per unit", SECONDS),
    "cpu_s": ("CPU time per unit", SECONDS),
}
"""Names and units of what a unit takes of the system, by field."""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure: its value and the ends of its 95 % interval in ``unit``, against what ``compared_with`` names."""

    contest: str = ""
    lane: str = ""
    figure: str
    value: float | str
    low: float | None = None
    high: float | None = None
    unit: str
    compared_with: str = ""


COLUMNS = tuple(Figure.__struct_fields__)
"""The head of a table of figures."""


def document(run: RunFigures) -> dict[str, object]:
    """The whole of a run for JSON: its header, every figure, the verdicts, answers, findings and what was left out."""
    return {
        "run": run.header,
        "figures": list(figures(run)),
        "verdicts": {item.contest.id: item.verdict for item in run.contests if item.verdict is not None},
        "answers": run.answers,
        "findings": [finding for item in run.contests for finding in item.findings],
        "skips": run.skips,
    }


def rows(of: Iterable[Figure]) -> Iterator[tuple[str, ...]]:
    """Figures as rows of a table, in the order of its columns."""
    for figure in of:
        yield tuple(map(_cell, msgspec.structs.astuple(figure)))


def figures(run: RunFigures) -> Iterator[Figure]:
    """Every figure of a run, contest by contest, then those over several contests."""
    for contest in run.contests:
        for figure in _of_contest(contest):
            yield msgspec.structs.replace(figure, contest=contest.contest.id)
    for pair in run.pairs:
        for arm, mean in pair.mean_penalties.items():
            yield _estimate("mean penalty", FRACTION, mean, lane_name(arm))
        yield from _known("mean penalty of turning the GIL off", FRACTION, pair.mean_gil_off, lane_name(pair.name))
    for way in run.means:
        yield from _of_means(way)
    for lane, comparison in run.variants.lanes.items():
        yield from _of_comparison("mean ratio of times", comparison, lane)
    for label, comparison in run.variants.penalties.items():
        yield from _of_comparison("mean change of penalty", comparison, label)
    for answer in run.answers:
        for figure in _of_answer(answer):
            yield msgspec.structs.replace(figure, contest=answer.contest)


def _of_contest(contest: ContestFigures) -> Iterator[Figure]:
    """The figures of one contest, which their list names."""
    yield from _of_the_whole(contest)
    yield from _copies(contest)
    for row in contest.lanes:
        yield from _of_lane(row, contest.contest.reference)
    for penalty in contest.penalties:
        yield _of_penalty("penalty", penalty)
    if contest.gil_off is not None:
        yield _of_penalty("penalty of turning the GIL off", contest.gil_off)
    yield from _of_models(contest)
    yield from _of_observations(contest)
    for role in contest.roles:
        yield from _of_role(role, contest.contest.reference)
    if contest.variants is not None:
        yield from _of_variants(contest.variants)
    if contest.verdict is not None:
        yield from _of_verdict(contest.verdict, contest.contest.reference)


def _of_the_whole(contest: ContestFigures) -> Iterator[Figure]:
    """How much was measured, and what the machine gave meanwhile."""
    yield _count("loops of a trial", contest.loops)
    yield _count("inner loops", contest.inner_loops)
    if contest.end is not None:
        yield _count("launches", contest.end.launches)
        yield Figure(figure="time measured", value=contest.end.seconds, unit=SECONDS)
    for capacity in contest.capacities:
        lane = f"capacity-{capacity.workers}"
        yield _estimate("CPUs given", CPUS, capacity.cpus, lane)
        yield _estimate("speed", RATIO, capacity.speed, lane, "capacity-1")


def _of_models(contest: ContestFigures) -> Iterator[Figure]:
    """What models do over their numbers of workers: break-evens, laws, and what a further worker takes."""
    for even in contest.break_evens:
        lane = lane_name(even.arm, even.model)
        yield from _known("break-even", WORKERS, even.workers, lane, even.against)
        yield _estimate(f"gain with {even.within} workers", RATIO, even.gain, lane, even.against)
    for item in contest.scaling_laws:
        if isinstance(item.law, Fit):
            for name, unit in {"rate": RATIO, "contention": RATIO, "coherency": RATIO, "peak": WORKERS}.items():
                lane = lane_name(item.arm, item.model)
                yield _estimate(f"scaling law: {name}", unit, getattr(item.law, name), lane)
    for memory in contest.worker_memory:
        yield from _of_worker_memory(memory)
    for order in contest.orders:
        yield from _of_order(order)


def _of_observations(contest: ContestFigures) -> Iterator[Figure]:
    """What lanes saw, as numbers or words, and how they change from round to round."""
    for seen in contest.observations:
        if seen.estimate is None:
            yield Figure(lane=seen.lane, figure=seen.name, value=", ".join(seen.words), unit=seen.unit)
        else:
            yield _estimate(seen.name, seen.unit, seen.estimate, seen.lane)
    for trend in contest.trends:
        yield _estimate("last round over first", RATIO, trend.slower, trend.lane)


def _of_verdict(verdict: Verdict, reference: str) -> Iterator[Figure]:
    """The figures that a verdict rests on, with the intervals that the highest of several need."""
    match verdict.outcome:
        case Better() as best:
            yield _estimate("gain, as the highest", RATIO, best.figure, best.best, reference)
        case NotBetter(closest=rival) | CannotBeTold(likeliest=Rival() as rival):
            yield _estimate("gain, all that is possible", RATIO, rival.gain, rival.lane, reference)
    if verdict.per_memory is not None:
        best_per_memory = verdict.per_memory
        name = "throughput per memory, as the highest"
        yield _estimate(name, RATIO, best_per_memory.figure, best_per_memory.best, reference)


def _copies(contest: ContestFigures) -> Iterator[Figure]:
    """What second copies of lanes differ by, and the noise floors that follow."""
    reference = contest.contest.reference
    parallel = next((lane.original for lane in contest.contest.lanes if lane.control and lane.model != "serial"), "")
    for lane, control, floor in (
        (reference, contest.control, contest.noise_floor),
        (parallel, contest.parallel_control, contest.parallel_floor),
    ):
        yield from _known("time of its second copy", RATIO, control, lane, lane)
        if floor is not None:
            yield Figure(lane=lane, figure="noise floor", value=floor, unit=FRACTION)


def _of_lane(row: LaneFigures, reference: str) -> Iterator[Figure]:
    """What one lane did, took and held."""
    lane = row.lane
    own_serial, one_worker = lane_name(lane.arm.name), lane_name(lane.arm.name, f"{lane.model}-1")
    yield _estimate("time per unit", SECONDS, row.time_per_unit, lane.name)
    yield from _known("gain", RATIO, row.gain, lane.name, reference)
    yield from _known("scaling", RATIO, row.scaling, lane.name, own_serial)
    yield from _known("scaling over one worker", RATIO, row.over_one_worker, lane.name, one_worker)
    yield from _known("efficiency", RATIO, row.efficiency, lane.name, own_serial)
    yield from _known("of capacity", RATIO, row.of_capacity, lane.name, f"capacity-{lane.workers}")
    yield _estimate("cores busy", CPUS, row.cores_busy, lane.name)
    yield from _known("time against the first way", RATIO, row.of_first_way, lane.name)
    yield from _of_shares(row.shares, lane.name)
    for field, (name, unit) in PER_UNIT.items():
        yield from _known(name, unit, getattr(row.per_unit, field), lane.name)
    yield from _of_memory(row.memory, lane.name)
    for name, number in {
        "launches counted": row.launches,
        "trials counted": row.trials,
        "cold rounds left out": row.cold_rounds,
    }.items():
        yield _count(name, number, lane.name)


def _of_shares(shares: Shares | None, lane: str) -> Iterator[Figure]:
    """Where the cores of a lane's workers went, as shares of their time."""
    if shares is not None:
        for name, share in {**shares.parts, "lost": shares.lost}.items():
            yield _estimate(f"share of time: {name}", FRACTION, share, lane)


def _of_memory(memory: LaneMemory | None, lane: str) -> Iterator[Figure]:
    """The memory of a lane in every quantity, and the most of its largest process."""
    if memory is not None:
        for quantity, amount in memory.amounts.items():
            yield _estimate(f"memory, {quantity}", BYTES, amount, lane)
        yield from _known("memory, peak of the largest process", BYTES, memory.peak, lane)


def _of_penalty(name: str, penalty: Penalty) -> Figure:
    """What an arm costs on one thread over another."""
    work = penalty.way or "serial"
    return _estimate(name, FRACTION, penalty.penalty, lane_name(penalty.arm, work), lane_name(penalty.twin, work))


def _of_worker_memory(memory: WorkerMemory) -> Iterator[Figure]:
    """What a further worker holds, in every quantity."""
    for quantity, amount in memory.amounts.items():
        yield _estimate(f"memory per further worker, {quantity}", BYTES, amount, lane_name(memory.arm, memory.model))


def _of_order(order: Order) -> Iterator[Figure]:
    """How much more each kind of worker takes than the one before it."""
    name, unit = ("time", RATIO) if order.quantity == "time" else (f"memory, {order.quantity}", BYTES)
    for step in order.steps:
        yield _estimate(
            f"{name} more than the lesser kind's",
            unit,
            step.more,
            lane_name(order.arm, step.greater),
            lane_name(order.arm, step.lesser),
        )


def _of_role(role: RoleFigures, reference: str) -> Iterator[Figure]:
    """What a role gets done alone and beside the others."""
    lane = lane_name(role.arm, role.role)
    for how, pace in {"alone": role.alone, "beside the others": role.together}.items():
        if pace is not None:
            yield _estimate(f"rate {how}", "calls/s", pace.rate, lane)
            yield _estimate(f"a call {how}", SECONDS, pace.call, lane)
            tail = "99th percentile" if pace.has_p99 else "longest"
            yield _estimate(f"a call {how}, {tail}", SECONDS, pace.tail, lane)
    yield from _known("rate kept", FRACTION, role.kept, lane, lane)
    yield from _known("gain", RATIO, role.gain, lane, lane_name(arm_and_work(reference)[0], role.role))


def _of_variants(variants: VariantFigures) -> Iterator[Figure]:
    """What variants take of the first one's time, and what their penalties are."""
    for row in variants.lanes:
        yield from _of_comparison("ratio of times", row.comparison, row.lane.name, row.against)
    for item in variants.penalties:
        yield _estimate("penalty", FRACTION, item.penalty, item.variant.label)
        if item.change is not None:
            yield from _of_comparison("change of penalty", item.change, item.variant.label)


def _of_comparison(name: str, comparison: Comparison, lane: str, against: str = "") -> Iterator[Figure]:
    """A ratio with its own interval, and all that is possible beside the others."""
    yield _estimate(name, RATIO, comparison.ratio, lane, against)
    yield _estimate(f"{name}, all that is possible", RATIO, comparison.possible, lane, against)


def _of_means(means: Means) -> Iterator[Figure]:
    """What a way to send payloads takes, size by size."""
    lane = lane_name(means.arm, means.way)
    for trip in means.trips:
        of = f"of {means.shape}, {trip.size} bytes"
        yield _estimate(f"round trip {of}", SECONDS, trip.time, lane)
        yield _estimate(f"bandwidth {of}", "bytes/s", trip.bandwidth, lane)
    yield from _known(f"growth of {means.shape}", RATIO, means.growth, lane)


def _of_answer(why: Why) -> Iterator[Figure]:
    """What a lane loses, because of what, and what was tried, in workers."""
    for name in ("gain", "given", "lost", "regained", "rest"):
        yield from _known(f"why: {name}", WORKERS, getattr(why, name), why.lane)
    for ceiling in why.ceilings:
        yield _estimate(f"why: gain of {ceiling.work}", WORKERS, ceiling.gain, why.lane)
    if why.interpreters is not None:
        yield _estimate("why: interpreters' gain less than processes'", WORKERS, why.interpreters.less, why.lane)
    for tried in why.tried:
        yield _estimate(f"why: gain, {tried.kind} {tried.path}".strip(), WORKERS, tried.gain, why.lane)
    for cause in why.causes:
        path = "" if cause.suspect is None else cause.suspect.path
        yield _estimate(f"why: cost of {cause.kind} {path}".strip(), WORKERS, cause.cost, why.lane)


def _estimate(name: str, unit: str, value: Estimate, lane: str = "", against: str = "") -> Figure:
    return Figure(
        lane=lane,
        figure=name,
        value=value.value,
        low=value.low,
        high=value.high,
        unit=unit,
        compared_with=against,
    )


def _known(name: str, unit: str, value: Estimate | None, lane: str = "", against: str = "") -> Iterator[Figure]:
    """The figure where it was measured."""
    if value is not None:
        yield _estimate(name, unit, value, lane, against)


def _count(name: str, number: int, lane: str = "") -> Figure:
    return Figure(lane=lane, figure=name, value=number, unit=COUNT)


def _cell(value: object) -> str:
    """A value as text with all its digits; empty where there is none, or no end."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return str(value)
