"""Means of sending to a spawned process: pickled, or in memory that both sides see.

What lies in shared memory is written once, when the way is entered: its figure is what handing it over takes, not what
filling it takes.
"""

from __future__ import annotations

import multiprocessing
from contextlib import contextmanager, suppress
from itertools import chain, repeat
from multiprocessing.shared_memory import SharedMemory

from gilscope_agent import stacks
from gilscope_agent.measures import _offered

from ._to_thread import received
from ._trips import seen, serve, timed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from typing import Any, Callable, Iterator, Tuple

    from ._shapes import Buffer, Seen, Shape
    from ._trips import Trip, Unit

    Inbox = Any
    SharedArray = Any

SPAWN = multiprocessing.get_context("spawn")
"""A start method for every platform, beside threads and interpreters too; it has no part in a trip."""

SECONDS_TO_LEAVE = 5


@contextmanager
def by_pipe(shape: Shape, size: int) -> Iterator[Unit]:
    """Send through ``multiprocessing.Pipe``, which pickles."""
    payload = shape.make(size)
    with _process(shape, sent) as (orders, answers):
        yield timed(_through(orders, payload, answers), shape, payload)


@contextmanager
def by_queue(shape: Shape, size: int) -> Iterator[Unit]:
    """Send through ``multiprocessing.Queue``, which pickles in a thread of its own."""
    payload = shape.make(size)
    inbox: Inbox = SPAWN.Queue()
    with _process(shape, queued, inbox) as (_, answers):

        def trip() -> Seen:
            inbox.put(payload)
            return seen(answers.recv())

        yield timed(trip, shape, payload)
        inbox.put(None)
    inbox.close()
    inbox.join_thread()


@contextmanager
def by_pool(shape: Shape, size: int) -> Iterator[Unit]:
    """Send with a task of ``ProcessPoolExecutor``, which is the look at the payload."""
    payload = shape.make(size)
    executor = _offered.process_pool()
    looks = chain([shape.whole], repeat(shape.ends))
    with executor(1, mp_context=SPAWN, initializer=stacks.write_on_request) as pool:
        yield timed(lambda: pool.submit(next(looks), payload).result(), shape, payload)


@contextmanager
def by_shared_memory(shape: Shape, size: int) -> Iterator[Unit]:
    """Send the name of ``multiprocessing.shared_memory``, which the other side opens every time."""
    payload = shape.make(size)
    packed = shape.packed(payload)
    block = SharedMemory(create=True, size=len(packed))
    try:
        memory: Buffer = block.buf
        memory[: len(packed)] = packed
        with _process(shape, attached, shape, len(packed)) as (orders, answers):
            yield timed(_through(orders, block.name, answers), shape, payload)
    finally:
        block.close()
        block.unlink()


@contextmanager
def by_raw_array(shape: Shape, size: int) -> Iterator[Unit]:
    """Send word that the other side may look at a ``sharedctypes.RawArray``."""
    payload = shape.make(size)
    array: SharedArray = SPAWN.RawArray("B", len(shape.packed(payload)))
    memoryview(array).cast("B")[:] = shape.packed(payload)
    with _process(shape, looked_at, shape, array) as (orders, answers):
        yield timed(_through(orders, "look", answers), shape, payload)


@contextmanager
def by_locked_array(shape: Shape, size: int) -> Iterator[Unit]:
    """Send word about a ``sharedctypes.Array``, whose lock each side takes once."""
    payload = shape.make(size)
    array: SharedArray = SPAWN.Array("B", len(shape.packed(payload)))
    memoryview(array.get_obj()).cast("B")[:] = shape.packed(payload)
    with _process(shape, looked_at_in_turn, shape, array) as (orders, answers):

        def trip() -> Seen:
            with array.get_lock():
                orders.send("look")
            return seen(answers.recv())

        yield timed(trip, shape, payload)


def _through(orders: Connection, message: object, answers: Connection) -> Trip:
    """Return a trip on which ``message`` goes out through a pipe."""

    def trip() -> Seen:
        orders.send(message)
        return seen(answers.recv())

    return trip


# The other side: what it receives.


def sent(orders: Connection) -> Iterator[object]:
    """Yield all that comes out of a pipe."""
    with suppress(EOFError):
        while True:
            yield orders.recv()


def queued(orders: Connection, inbox: Inbox) -> Iterator[object]:
    """Yield all that comes out of a queue."""
    del orders
    return received(inbox)


def attached(orders: Connection, shape: Shape, size: int) -> Iterator[object]:
    """Yield the memory whose name comes out of the pipe, cut to size: some systems give more."""
    for name in sent(orders):
        block = SharedMemory(str(name))
        memory: Buffer = block.buf
        view = memory[:size]
        yield shape.unpacked(view)
        view.release()
        block.close()


def looked_at(orders: Connection, shape: Shape, array: SharedArray) -> Iterator[object]:
    """Yield the array for every order."""
    for _ in sent(orders):
        yield shape.unpacked(array)


def looked_at_in_turn(orders: Connection, shape: Shape, array: SharedArray) -> Iterator[object]:
    """Yield the array for every order, while its lock is taken."""
    for _ in sent(orders):
        with array.get_lock():
            yield shape.unpacked(array.get_obj())


def live(shape: Shape, receive: Callable[..., Iterator[object]], answers: Connection, *means: object) -> None:
    """Serve as a spawned process."""
    stacks.write_on_request()
    serve(shape, receive(*means), answers.send)


@contextmanager
def _process(
    shape: Shape, receive: Callable[..., Iterator[object]], *means: object
) -> Iterator[Tuple[Connection, Connection]]:
    """Start a process that looks at what it receives; yield where orders go in and where answers come out."""
    orders_in, orders_out = SPAWN.Pipe(duplex=False)
    answers_in, answers_out = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=live, args=(shape, receive, answers_out, orders_in, *means), daemon=True)
    process.start()
    orders_in.close()
    answers_out.close()
    try:
        yield orders_out, answers_in
    finally:
        orders_out.close()
        process.join(SECONDS_TO_LEAVE)
        process.kill()
        answers_in.close()
