"""The subinterpreter's side: payloads come in by some means, what was seen of them goes out through a pipe."""

from __future__ import annotations

import marshal
import mmap
import os
import pickle

from gilscope_agent.channels import Channel, Queue
from gilscope_agent.remote import PipeEnd

from ._shapes import BY_NAME
from ._trips import serve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Iterator, List, Tuple

    from ._shapes import Shape

    Receive = Callable[..., Iterator[object]]


def live(shape_name: str, receive: str, means: Tuple[Any, ...], orders: int, answers: int) -> None:
    """Look at all that comes until the orders end."""
    shape = BY_NAME[shape_name]
    outbox = PipeEnd(answers)
    serve(shape, RECEIVE[receive](shape, orders, *means), lambda sighting: outbox.send_bytes(marshal.dumps(sighting)))


def as_it_is(shape: Shape, orders: int, medium: str, number: int) -> Iterator[object]:
    """Yield payloads that came through themselves."""
    del shape
    return _received(orders, medium, number, lambda parts: parts.pop())


def marshalled(shape: Shape, orders: int, medium: str, number: int) -> Iterator[object]:
    """Yield payloads that came as ``marshal`` writes them."""
    del shape
    return _received(orders, medium, number, lambda parts: marshal.loads(parts.pop()))  # noqa: S302 - both ends are ours


def unpickled(shape: Shape, orders: int, medium: str, number: int) -> Iterator[object]:
    """Yield payloads of which a pickle came, then its buffers."""
    del shape
    return _received(orders, medium, number, lambda parts: pickle.loads(parts[0], buffers=parts[1:]))  # noqa: S301 - ours


def piped(shape: Shape, orders: int) -> Iterator[object]:
    """Yield payloads that came through the pipe of orders, behind a length of eight bytes."""
    while True:
        header = os.read(orders, 8)
        if not header:
            return
        yield shape.unpacked(_read(orders, int.from_bytes(header, "little")))


def mapped(shape: Shape, orders: int, fd: int) -> Iterator[object]:
    """Yield a whole file, mapped anew every time."""
    while os.read(orders, 1):
        with mmap.mmap(fd, 0, access=mmap.ACCESS_READ) as memory:
            yield shape.unpacked(memory)


RECEIVE: Dict[str, Receive] = {each.__name__: each for each in (as_it_is, marshalled, unpickled, piped, mapped)}
MEDIA = {each.__name__: each for each in (Channel, Queue)}


def _received(orders: int, medium: str, number: int, restored: Callable[[List[Any]], object]) -> Iterator[object]:
    """Receive as many parts as every order says, and yield what is restored from them."""
    inbox = MEDIA[medium](number)
    while True:
        count = os.read(orders, 1)
        if not count:
            return
        yield restored([inbox.receive() for _ in range(count[0])])


def _read(fd: int, size: int) -> bytearray:
    """Read exactly ``size`` bytes, into memory that is asked for once."""
    data = bytearray(size)
    rest = memoryview(data)
    while rest:
        rest = rest[os.readv(fd, [rest]) :]
    return data
