"""A round trip: a payload goes there, and what was seen of it comes back.

The first payload is read whole on the other side, to see that nothing was lost; of the others it looks at both ends.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterable, Tuple, Union

    from ._shapes import Shape

    Seen = Tuple[object, ...]
    Answer = Union[Seen, str]
    """What was seen, or the traceback of what went wrong."""
    Trip = Callable[[], Seen]


class OtherSideError(Exception):
    """What went wrong there, as its traceback."""


def serve(shape: Shape, payloads: Iterable[object], answer: Callable[[Answer], object]) -> None:
    """The other side: look at every payload, drop it, and only then ask for the next."""
    look = shape.whole
    try:
        for payload in payloads:
            answer(look(payload))
            look = shape.ends
            del payload
    except BaseException:  # noqa: BLE001 - a side that ended in silence would be waited for
        import traceback  # noqa: PLC0415 - only failures pay for its import

        answer(traceback.format_exc())


def seen(answer: Answer) -> Seen:
    """What the other side saw.

    Raises:
        OtherSideError: it failed.
    """
    if isinstance(answer, str):
        raise OtherSideError(answer)
    return answer


def verified(trip: Trip, shape: Shape, payload: object) -> Trip:
    """The trip, once two of them have shown that the payload arrives.

    Raises:
        ValueError: something else arrived.
    """
    for expected in (shape.whole(payload), shape.ends(payload)):
        arrived = trip()
        if arrived != expected:
            message = "what arrived ({}) is not what was sent ({})".format(arrived, expected)
            raise ValueError(message)
    return trip
