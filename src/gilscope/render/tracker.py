"""PEP 703's progress as a sheet: versions across, figures down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.sheets import NOT_MEASURED, Column, Sheet
from gilscope.stats.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gilscope.figures.standings import Mean, Standing

FEATURES = {
    "specialising": "specialising interpreter",
    "deferred_counts": "deferred reference counts",
    "jit": "JIT",
    "abi3t": "stable ABI for such builds (abi3t)",
    "interpreters": "subinterpreters by",
    "inherits_context": "threads inherit the context",
}
"""Names of the probe that looks for them, and what they are called here."""

HOW_TO_READ = (
    "Each version's free-threaded build against the default build of the same version, compiler and flags; geometric "
    "means over the probes that all versions have, with their number. Gains are of probes that share nothing. A rung "
    "scales where two threads, or the most that there are CPUs for, get more done than one, beyond the interval."
)


def sheet(standings: Sequence[Standing]) -> Sheet:
    """A row per figure; what no run holds is marked as not measured."""
    counts = sorted({count for standing in standings for count in standing.gains})
    rows: list[tuple[str, Callable[[Standing], str]]] = [
        ("penalty on one thread, own probes", lambda it: _penalty(it.penalty)),
        ("penalty on one thread, pyperformance", lambda it: _penalty(it.benchmarks)),
        *((f"gain of {count} threads, own probes", _gain_of(count)) for count in counts),
        ("memory of one process", lambda it: _penalty(it.memory)),
        ("start-up of the interpreter", lambda it: _penalty(it.start_up)),
        ("rungs of the ladder that scale", _rungs),
        *((label, _feature(name)) for name, label in FEATURES.items()),
    ]
    return Sheet(
        title="Free-threaded builds from version to version",
        columns=(Column("figure"), *(Column(standing.version) for standing in standings)),
        rows=tuple((label, *map(cell, standings)) for label, cell in rows),
        notes=(HOW_TO_READ,),
    )


def _gain_of(count: int) -> Callable[[Standing], str]:
    return lambda standing: _told(standing.gains.get(count), numbers.ratio)


def _feature(name: str) -> Callable[[Standing], str]:
    return lambda standing: standing.features.get(name, NOT_MEASURED)


def _penalty(mean: Mean | None) -> str:
    return _told(mean, lambda ratio: numbers.signed_percent(Estimate(ratio.value - 1, ratio.low - 1, ratio.high - 1)))


def _told(mean: Mean | None, text: Callable[[Estimate], str]) -> str:
    return NOT_MEASURED if mean is None else f"{text(mean.ratio)} (of {mean.contests})"


def _rungs(standing: Standing) -> str:
    if not standing.rungs:
        return NOT_MEASURED
    return f"{sum(rung.scales for rung in standing.rungs)} of {len(standing.rungs)}"
