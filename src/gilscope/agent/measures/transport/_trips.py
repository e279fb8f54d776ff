"""A round trip: a payload goes there, and what was seen of it comes back.

The first payload is read whole on the other side, to see that nothing was lost; of the others it looks at both ends.
"""

from __future__ import annotations

from time import perf_counter_ns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterable, Union

    from ._shapes import Seen, Shape

    Sighting = Union[Seen, str]
    """The other side's answer: what it saw, or the traceback of what went wrong."""
    Trip = Callable[[], Seen]
    Unit = Callable[[], float]

LEAST_NS = 5_000_000


class OtherSideError(Exception):
    """A failure on the other side, as its traceback."""


def serve(shape: Shape, payloads: Iterable[object], answer: Callable[[Sighting], object]) -> None:
    """Look at every payload as the other side, drop it, and only then ask for the next."""
    look = shape.whole
    try:
        for payload in payloads:
            answer(look(payload))
            look = shape.ends
            del payload
    except BaseException:  # noqa: BLE001 - a side that ended in silence would be waited for
        import traceback  # noqa: PLC0415 - only failures need it

        answer(traceback.format_exc())


def seen(sighting: Sighting) -> Seen:
    """Return what the other side saw.

    Raises:
        OtherSideError: the other side failed.
    """
    if isinstance(sighting, str):
        raise OtherSideError(sighting)
    return sighting


def timed(trip: Trip, shape: Shape, payload: object) -> Unit:
    """Make a unit of a trip, which returns the nanoseconds that a trip takes.

    The unit makes as many trips as fill some milliseconds: a payload that nothing copies is there a thousand times
    sooner than one that is pickled, and a single cold trip would measure caches rather than the means. None may bring
    something else back.
    """
    _expect(trip(), shape.whole(payload))
    ends = shape.ends(payload)

    def unit() -> float:
        begun_ns = perf_counter_ns()
        trips, elapsed_ns = 0, 0
        while elapsed_ns < LEAST_NS:
            _expect(trip(), ends)
            trips += 1
            elapsed_ns = perf_counter_ns() - begun_ns
        return elapsed_ns / trips

    unit()
    return unit


def _expect(arrived: Seen, expected: Seen) -> None:
    if arrived != expected:
        message = "what arrived ({}) is not what was sent ({})".format(arrived, expected)
        raise ValueError(message)
