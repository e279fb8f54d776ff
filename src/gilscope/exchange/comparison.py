"""pyperf's files side by side: times and ratios with intervals; their runs share no rounds; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gilscope.stats.estimate import Estimate, geometric_mean
from gilscope.stats.intervals import quantity_interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Files = Mapping[str, Mapping[str, Sequence[Sequence[float]]]]
    """Per file and benchmark, the values of each run in seconds."""


class Cell(msgspec.Struct, frozen=True):
    """One benchmark in one file.

    ``ratio`` is its time over that in the first file, and None in the first file and where that has no such benchmark;
    it is ``distinguishable`` if its interval does not hold 1.
    """

    time: Estimate
    ratio: Estimate | None = None
    distinguishable: bool = False


class Comparison(msgspec.Struct, frozen=True):
    """A row of cells per benchmark, None where a file lacks it; ``means`` are the files' geometric mean ratios."""

    files: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]
    means: tuple[Estimate | None, ...]


def comparison(files: Files) -> Comparison:
    """Compare every file with the first; benchmarks in the order in which they come."""
    times = [{name: quantity_interval(runs) for name, runs in benchmarks.items()} for benchmarks in files.values()]
    first = times[0]
    names = dict.fromkeys(name for benchmarks in files.values() for name in benchmarks)
    return Comparison(
        tuple(files),
        tuple(
            (name, (_first_cell(first, name), *(_cell(other, first, name) for other in times[1:]))) for name in names
        ),
        (None, *(_mean(other, first) for other in times[1:])),
    )


def _first_cell(first: Mapping[str, Estimate], name: str) -> Cell | None:
    return Cell(first[name]) if name in first else None


def _cell(other: Mapping[str, Estimate], first: Mapping[str, Estimate], name: str) -> Cell | None:
    if name not in other:
        return None
    if name not in first:
        return Cell(other[name])
    ratio = other[name].over(first[name])
    return Cell(other[name], ratio, not ratio.contains(1.0))


def _mean(other: Mapping[str, Estimate], first: Mapping[str, Estimate]) -> Estimate | None:
    ratios = [time.over(first[name]) for name, time in other.items() if name in first]
    return geometric_mean(ratios) if ratios else None
