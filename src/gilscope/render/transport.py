"""Transport as sheets: which means copy payloads, and how long a trip takes by size."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gilscope.figures import transport
from gilscope.render import numbers
from gilscope.render.sheet import NOT_MEASURED, Column, Sheet, tabulate
from gilscope.values.lanes import lane_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.transport import Means

SIZE_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"), (1, "B"))
HOW_TO_READ = (
    "The growth is the slope of the round trip's time over the payload's size on log scales, from the largest size to "
    "the smallest within a hundredth of it: 0 is a constant time, 1 is in proportion. Copies: its interval lies above "
    "one half. Flat: it lies below, and no core could have copied the payload in so little time (100 GB/s)."
)
A_TRIP = (
    "A round trip: the payload goes to the worker, which looks at both its ends; a small answer comes back. Bandwidth: "
    "bytes of the largest payload, one way, over that time."
)
IN_SHARED_MEMORY = (
    "What lies in shared memory (shared-memory, raw-array, locked-array, interpreter-mmap) was written once: the "
    "figure is what handing it over takes."
)


def sheets(every_means: Sequence[Means]) -> Iterator[Sheet]:
    """Two sheets for every shape of payload: which means copy it, and how long a trip takes."""
    for shape, means in transport.by_shape(every_means):
        yield _verdicts(shape, means)
        yield _trips(shape, means)


def size_text(size: int) -> str:
    """A size in bytes as ``64 kB``."""
    factor, unit = next(pair for pair in SIZE_UNITS if size >= pair[0])
    return f"{size / factor:g} {unit}"


def _verdicts(shape: str, means: Sequence[Means]) -> Sheet:
    """The verdicts: ways down, arms across."""
    verdicts = {(item.arm, item.way): _verdict(item) for item in means}

    def cell(arm: str, way: str) -> str:
        return verdicts.get((arm, way), NOT_MEASURED)

    arms, ways = dict.fromkeys(item.arm for item in means), dict.fromkeys(item.way for item in means)
    columns: list[Column[str]] = [Column("means", str), *(Column(arm, partial(cell, arm)) for arm in arms)]
    return tabulate(f"Is it copied? {shape}", columns, ways, [HOW_TO_READ])


def _verdict(means: Means) -> str:
    if means.absence is not None:
        return means.absence
    return means.verdict if means.growth is None else f"{means.verdict}, growth {numbers.slope(means.growth)}"


def _trips(shape: str, means: Sequence[Means]) -> Sheet:
    """Times of trips: a row per arm and way that has any, a column per size."""
    sizes = transport.sizes(means)
    columns: list[Column[Means]] = [
        Column("means", lambda row: lane_name(row.arm, row.way)),
        *(Column(size_text(size), partial(_time, size), wide=size not in {sizes[0], sizes[-1]}) for size in sizes),
        Column("bandwidth", lambda row: numbers.bandwidth(row.trips[-1].bandwidth)),
    ]
    rows = [item for item in means if item.trips]
    return tabulate(f"Round trip by size of the payload: {shape}", columns, rows, (A_TRIP, IN_SHARED_MEMORY))


def _time(size: int, means: Means) -> str:
    return next((numbers.seconds(trip.time) for trip in means.trips if trip.size == size), NOT_MEASURED)
