"""Transport as sheets: by which means payloads are copied, and how long each takes for payloads of each size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.figures import transport
from gilscope.render import numbers
from gilscope.render.sheets import NOT_MEASURED, Column, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.transport import Means, Trip

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


def sheets(means: Sequence[Means]) -> Iterator[Sheet]:
    """For every shape of payload: which means copy it, then how long a trip takes."""
    for shape, told in transport.by_shape(means):
        yield _verdicts(shape, told)
        yield _trips(shape, told)


def size_text(size: int) -> str:
    """A size in bytes as ``64 kB``."""
    factor, unit = next(pair for pair in SIZE_UNITS if size >= pair[0])
    return f"{size / factor:g} {unit}"


def _verdicts(shape: str, told: Sequence[Means]) -> Sheet:
    """Ways down, arms across."""
    arms = list(dict.fromkeys(one.arm for one in told))
    cells = {(one.way, one.arm): _verdict(one) for one in told}
    return Sheet(
        title=f"Is it copied? {shape}",
        columns=(Column("means"), *map(Column, arms)),
        rows=tuple(
            (way, *(cells.get((way, arm), NOT_MEASURED) for arm in arms))
            for way in dict.fromkeys(one.way for one in told)
        ),
        notes=(HOW_TO_READ,),
    )


def _verdict(one: Means) -> str:
    if one.absence is not None:
        return one.absence
    return one.verdict if one.growth is None else f"{one.verdict}, growth {numbers.slope(one.growth)}"


def _trips(shape: str, told: Sequence[Means]) -> Sheet:
    """A row per arm and way; those that are not there are in the sheet of verdicts."""
    sizes = transport.sizes(told)
    return Sheet(
        title=f"Round trip by size of the payload: {shape}",
        columns=(
            Column("means"),
            *(Column(size_text(size), wide=size not in {sizes[0], sizes[-1]}) for size in sizes),
            Column("bandwidth"),
        ),
        rows=tuple(_trip_row(one, sizes) for one in told if one.trips),
        notes=(A_TRIP, IN_SHARED_MEMORY),
    )


def _trip_row(one: Means, sizes: Sequence[int]) -> tuple[str, ...]:
    by_size: dict[int, Trip] = {trip.size: trip for trip in one.trips}
    times = (numbers.seconds(by_size[size].time) if size in by_size else NOT_MEASURED for size in sizes)
    return f"{one.arm}:{one.way}", *times, numbers.bandwidth(one.trips[-1].bandwidth)
