"""Means of sending to a subinterpreter, which has a GIL of its own where it can (3.12 and later).

Channels and queues of interpreters cannot be waited for: a byte through an ``os.pipe`` says that something is there.
"""

from __future__ import annotations

import marshal
import mmap
import os
import pickle
import tempfile
from contextlib import contextmanager

from gilscope_agent import subinterpreter
from gilscope_agent.channels import Channel, Queue

from ._neighbour import Neighbour
from ._trips import timed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, ContextManager, Iterator, List, Union

    from ._shapes import Seen, Shape
    from ._trips import Unit

    Parts = Callable[[Any], List[Any]]
    """A split of a payload into the values that are sent for it."""


def by_channel(shape: Shape, size: int) -> ContextManager[Unit]:
    """Send through a channel as it is; 3.14 and later pickle what is not shareable."""
    _require_shareable(shape)
    return _medium(shape, size, Channel(), "as_it_is", lambda payload: [payload])


def by_queue(shape: Shape, size: int) -> ContextManager[Unit]:
    """Send through a queue as it is; 3.14 and later pickle what is not shareable."""
    queue = Queue()
    _require_shareable(shape)
    return _medium(shape, size, queue, "as_it_is", lambda payload: [payload])


def by_memoryview(shape: Shape, size: int) -> ContextManager[Unit]:
    """Send a ``memoryview`` through a channel."""
    if subinterpreter.VERSION < (3, 13):
        raise NotImplementedError("a memoryview crosses to another interpreter from 3.13 on")
    return _medium(shape, size, Channel(), "as_it_is", lambda payload: [memoryview(payload)])


def by_marshal(shape: Shape, size: int) -> ContextManager[Unit]:
    """Send through a channel what ``marshal`` writes."""
    return _medium(shape, size, Channel(), "marshalled", lambda payload: [marshal.dumps(payload)])


def by_pickle5(shape: Shape, size: int) -> ContextManager[Unit]:
    """Send through a channel what pickle's protocol 5 writes, with buffers out of band where there are any."""
    if shape.inside == "doubles":
        raise NotImplementedError("NumPy does not load in a subinterpreter")
    return _medium(shape, size, Channel(), "unpickled", _pickled)


@contextmanager
def by_pipe(shape: Shape, size: int) -> Iterator[Unit]:
    """Send through ``os.pipe`` the payload's bytes, or what ``marshal`` makes of it."""
    payload = shape.make(size)
    with Neighbour(shape, "piped") as other:

        def trip() -> Seen:
            packed = shape.packed(payload)
            other.write(len(packed).to_bytes(8, "little"))
            other.write(packed)
            return other.answer()

        yield timed(trip, shape, payload)


@contextmanager
def by_mmap(shape: Shape, size: int) -> Iterator[Unit]:
    """Write a file in memory once, which the other side maps every time."""
    payload = shape.make(size)
    packed = shape.packed(payload)
    with _file_in_memory() as fd:
        os.truncate(fd, len(packed))
        with mmap.mmap(fd, len(packed)) as memory:
            memory[:] = packed
        with Neighbour(shape, "mapped", fd) as other:

            def trip() -> Seen:
                other.write(b"\1")
                return other.answer()

            yield timed(trip, shape, payload)


def _require_shareable(shape: Shape) -> None:
    if subinterpreter.VERSION < (3, 14) and shape.inside not in {"bytes", "text"}:
        raise NotImplementedError("before 3.14, only bytes, str, numbers and the like go to another interpreter")


def _pickled(payload: object) -> List[Any]:
    """Return the pickle, then its buffers: as memory from 3.13 on, as copies before."""
    buffers: List[pickle.PickleBuffer] = []
    whole = pickle.PickleBuffer(payload) if isinstance(payload, bytes) else payload
    head = pickle.dumps(whole, protocol=5, buffer_callback=buffers.append)
    can_share = subinterpreter.VERSION >= (3, 13)
    return [head, *(buffer.raw() if can_share else bytes(buffer.raw()) for buffer in buffers)]


@contextmanager
def _medium(shape: Shape, size: int, medium: Union[Channel, Queue], receive: str, parts_of: Parts) -> Iterator[Unit]:
    payload = shape.make(size)
    with Neighbour(shape, receive, type(medium).__name__, medium.number) as other:

        def trip() -> Seen:
            parts = parts_of(payload)
            for part in parts:
                medium.send(part)
            other.write(bytes([len(parts)]))
            return other.answer()

        yield timed(trip, shape, payload)
    medium.destroy()


@contextmanager
def _file_in_memory() -> Iterator[int]:
    """Yield the descriptor of a file in memory; that of a temporary file where the system has none."""
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("payload")
        try:
            yield fd
        finally:
            os.close(fd)
    else:
        with tempfile.TemporaryFile() as file:
            yield file.fileno()
