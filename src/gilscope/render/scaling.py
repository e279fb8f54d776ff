"""Models over their numbers of workers, as sheets: break-even points and scaling laws."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from gilscope.figures.scaling_law import Fit, Refusal
from gilscope.render import numbers
from gilscope.render.cells import if_measured
from gilscope.render.sheet import Column, Sheet, tabulate
from gilscope.values.lanes import lane_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gilscope.figures.break_even import BreakEven
    from gilscope.figures.values import ContestFigures
    from gilscope.stats.estimate import Estimate

OVERTAKING = (
    "Between the numbers of workers measured, the ratio of throughputs is interpolated on log scales; a serial lane "
    "stands for one worker. The best model is the default build's fastest lane with no more workers."
)
THE_LAW = (
    "Universal Scalability Law (Gunther): contention is the share of work that cannot run side by side, coherency what "
    "each pair of workers costs, the peak the number of workers with the highest throughput."
)


def break_evens(contest: ContestFigures) -> Sheet:
    """The number of workers from which each model overtakes what it is held against."""
    columns: list[Column[BreakEven]] = [
        Column("lane", lambda item: lane_name(item.arm, item.model)),
        Column("against", lambda item: item.against),
        Column("overtakes from", overtakes_from),
        Column("crossing", lambda item: if_measured(item.workers, crossing)),
        Column("gain at most", lambda item: f"{numbers.ratio(item.gain)} ({item.within})"),
    ]
    notes = (OVERTAKING, *_refusals(contest))
    return tabulate(f"Break-even of {contest.contest.id}", columns, contest.break_evens, notes)


def scaling_laws(contest: ContestFigures) -> Sheet:
    """The law of each model's throughput over workers, where enough of them were measured."""
    columns: list[Column[tuple[str, Fit]]] = [
        Column("lane", lambda row: row[0]),
        Column("contention", lambda row: numbers.slope(row[1].contention)),
        Column("coherency", lambda row: numbers.slope(row[1].coherency)),
        Column(
            "peak (workers)", lambda row: numbers.ratio(row[1].peak) if math.isfinite(row[1].peak.value) else "none"
        ),
    ]
    fits = [(lane_name(item.arm, item.model), item.law) for item in contest.scaling_laws if isinstance(item.law, Fit)]
    return tabulate(f"Scaling of {contest.contest.id}", columns, fits, [THE_LAW])


def overtakes_from(item: BreakEven) -> str:
    """The least whole number of workers with which a model overtakes its opponent."""
    count = item.whole_workers
    if item.is_open:
        return "cannot be told"
    return f"not within {item.within}" if count is None else f"{count} {'worker' if count == 1 else 'workers'}"


def tally(answers: Iterable[bool | None]) -> str:
    """The number of answers that are yes, of all, and of those that are open."""
    counts = Counter(answers)
    unknown = f", {counts[None]} cannot be told" if counts[None] else ""
    return f"{counts[True]} of {counts.total()}{unknown}"


def crossing(workers: Estimate) -> str:
    """The number of workers at which two throughputs meet.

    The interval has no width where the least number measured is ahead already: they meet there or before.
    """
    if workers.low == workers.high:
        return f"{workers.value:g} or fewer" if workers.value > 1 else "1"
    return numbers.ratio(workers)


def _refusals(contest: ContestFigures) -> Iterator[str]:
    reasons = dict.fromkeys(item.law.reason for item in contest.scaling_laws if isinstance(item.law, Refusal))
    yield from (f"No curve is fitted: {reason}." for reason in reasons)
