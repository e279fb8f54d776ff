"""PEP 703's progress as a sheet: versions across, figures down."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gilscope.figures.scales import SCALES
from gilscope.render import numbers, scaling
from gilscope.render.cells import if_measured
from gilscope.render.sheet import NOT_MEASURED, Column, Sheet, tabulate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gilscope.figures.standings import Mean, Standing
    from gilscope.stats.estimate import Estimate

    Figure = tuple[str, Callable[[Standing], str]]

FEATURES = {
    "specialising": "specialising interpreter",
    "deferred_counts": "deferred reference counts",
    "jit": "JIT",
    "abi3t": "stable ABI for such builds (abi3t)",
    "interpreters": "subinterpreters by",
    "inherits_context": "threads inherit the context",
}
"""Labels of features, by the name that the probe of features gives them."""

HOW_TO_READ = (
    "Each version's free-threaded build against the default build of the same version, compiler and flags; geometric "
    "means over the probes that all versions have, with their number. Gains are of probes that share nothing. A rung "
    "scales where the most threads that there are CPUs for get at least "
    f"{SCALES:g} of their number done against one worker thread, at both ends of the interval. Memory is resident, "
    "with each page once and in full, or PSS where runs are older."
)


def sheet(standings: Sequence[Standing]) -> Sheet:
    """Figures down and versions across; figures that no run holds are marked as not measured."""
    counts = sorted({count for standing in standings for count in standing.gains})
    figures: list[Figure] = [
        ("penalty on one thread, own probes", lambda standing: _penalty(standing.penalty)),
        ("penalty on one thread, pyperformance", lambda standing: _penalty(standing.benchmarks)),
        *((f"gain of {count} threads, own probes", partial(_gain, count)) for count in counts),
        ("memory of one process", _memory),
        ("start-up of the interpreter", lambda standing: _penalty(standing.start_up)),
        ("rungs of the ladder that scale", _rungs),
        *((label, partial(_feature, name)) for name, label in FEATURES.items()),
    ]
    columns: list[Column[Figure]] = [
        Column("figure", lambda figure: figure[0]),
        *(Column(standing.version, partial(_cell, standing)) for standing in standings),
    ]
    return tabulate("Free-threaded builds from version to version", columns, figures, [HOW_TO_READ])


def _cell(standing: Standing, figure: Figure) -> str:
    return figure[1](standing)


def _gain(count: int, standing: Standing) -> str:
    return _mean(standing.gains.get(count), numbers.ratio)


def _feature(name: str, standing: Standing) -> str:
    return standing.features.get(name, NOT_MEASURED)


def _penalty(mean: Mean | None) -> str:
    return _mean(mean, lambda ratio: numbers.signed_percent(ratio.relative()))


def _memory(standing: Standing) -> str:
    counted = [] if standing.quantity is None else [standing.quantity]
    return _mean(standing.memory, lambda ratio: numbers.signed_percent(ratio.relative()), *counted)


def _mean(mean: Mean | None, text: Callable[[Estimate], str], *words: str) -> str:
    return if_measured(mean, lambda mean: f"{text(mean.ratio)} ({', '.join([f'of {mean.contests}', *words])})")


def _rungs(standing: Standing) -> str:
    if not standing.rungs:
        return NOT_MEASURED
    return scaling.tally(rung.scales for rung in standing.rungs)
