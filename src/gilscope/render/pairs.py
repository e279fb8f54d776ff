"""Costs and gains of a free-threaded build against its twin, as a sheet."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.cells import if_measured, penalty
from gilscope.render.notes import comparabilities
from gilscope.render.scaling import crossing, overtakes_from
from gilscope.render.sheet import NOT_MEASURED, Column, Sheet, tabulate

if TYPE_CHECKING:
    from gilscope.figures.values import BestGain, ContestFigures, PairFigures
    from gilscope.stats.estimate import Estimate

HOW_TO_READ = (
    "Penalty: time on one thread against the default build's. Gain: throughput against the default build's serial "
    "lane; the interval of the best of several lanes is one for the highest of them. Threads overtake that lane from "
    "so many workers on. ~ marks a difference within its interval or the noise floor."
)
OF_WHICH = (
    "The penalty has two factors: what the free-threaded build costs with its GIL on, and what switching the GIL off "
    "adds."
)


def summary(pair: PairFigures) -> Sheet:
    """Cost on one thread, gain on many and break-even, probe by probe; mean costs stand below."""
    has_gil_off = any(contest.gil_off is not None for contest in pair.contests)
    return tabulate(
        f"What {pair.name} costs and gives",
        _columns(pair),
        pair.contests,
        [
            *comparabilities(contest.contest for contest in pair.contests),
            HOW_TO_READ,
            *([OF_WHICH] if has_gil_off else []),
        ],
        has_foot=bool(pair.mean_penalties),
    )


def _columns(pair: PairFigures) -> list[Column[ContestFigures]]:
    name, with_gil, means = pair.name, f"{pair.name}+gil", pair.mean_penalties
    return [
        Column("probe", lambda row: row.contest.probe.id, foot="geometric mean"),
        Column("penalty, one thread", partial(_penalty, name), foot=_mean(means.get(name))),
        Column("with its GIL on", partial(_penalty, with_gil), wide=True, foot=_mean(means.get(with_gil))),
        Column("GIL off, same build", lambda row: penalty(row.gil_off), wide=True, foot=_mean(pair.mean_gil_off)),
        Column("best gain, threads", partial(_best_threads, name), foot=NOT_MEASURED),
        Column("best gain, default build", _best_of_twin, foot=NOT_MEASURED),
        Column("threads overtake from (workers)", _threads_overtake_from, foot=NOT_MEASURED),
    ]


def _penalty(arm: str, contest: ContestFigures) -> str:
    return penalty({item.arm: item for item in contest.penalties}.get(arm))


def _mean(mean: Estimate | None) -> str:
    return if_measured(mean, numbers.signed_percent)


def _best_threads(arm: str, contest: ContestFigures) -> str:
    return _best(contest.best_gain(arm, "threads"))


def _best_of_twin(contest: ContestFigures) -> str:
    return _best(contest.best_gain(contest.contest.arm_of_reference))


def _best(best: BestGain | None) -> str:
    return if_measured(best, lambda best: f"{numbers.ratio(best.gain)} {best.work}")


def _threads_overtake_from(contest: ContestFigures) -> str:
    item = contest.break_even_of_threads
    if item is None:
        return NOT_MEASURED
    return overtakes_from(item) if item.workers is None else crossing(item.workers)
