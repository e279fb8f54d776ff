"""To a process, spawned: pickled, or in memory that both sides see.

What lies in shared memory is written once, when the way is entered: its figure is what handing it over takes, not what
filling it takes.
"""

from __future__ import annotations

import multiprocessing
from contextlib import contextmanager, suppress
from itertools import chain, repeat
from multiprocessing.shared_memory import SharedMemory

from gilscope_agent import stacks

from ._to_thread import received
from ._trips import seen, serve, timed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from typing import Any, Callable, Iterator, Tuple

    from ._shapes import Buffer, Shape
    from ._trips import Seen, Unit

    Inbox = Any
    SharedArray = Any

SPAWN = multiprocessing.get_context("spawn")
"""Works on every platform, and beside threads and interpreters; how a process was started has no part in a trip."""

SECONDS_TO_LEAVE = 5


@contextmanager
def by_pipe(shape: Shape, size: int) -> Iterator[Unit]:
    """``multiprocessing.Pipe``, which pickles."""
    payload = shape.make(size)
    with _process(shape, sent) as (orders, answers):

        def trip() -> Seen:
            orders.send(payload)
            return seen(answers.recv())

        yield timed(trip, shape, payload)


@contextmanager
def by_queue(shape: Shape, size: int) -> Iterator[Unit]:
    """``multiprocessing.Queue``, which pickles in a thread of its own."""
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
    """``ProcessPoolExecutor``, whose task is the look at the payload."""
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - only this way needs it

    payload = shape.make(size)
    looks = chain([shape.whole], repeat(shape.ends))
    with ProcessPoolExecutor(1, mp_context=SPAWN, initializer=stacks.tell_on_request) as pool:
        yield timed(lambda: pool.submit(next(looks), payload).result(), shape, payload)


@contextmanager
def by_shared_memory(shape: Shape, size: int) -> Iterator[Unit]:
    """``multiprocessing.shared_memory``: its name is sent, under which the other side opens it every time."""
    payload = shape.make(size)
    packed = shape.packed(payload)
    block = SharedMemory(create=True, size=len(packed))
    try:
        memory: Buffer = block.buf
        memory[: len(packed)] = packed
        with _process(shape, attached, shape, len(packed)) as (orders, answers):

            def trip() -> Seen:
                orders.send(block.name)
                return seen(answers.recv())

            yield timed(trip, shape, payload)
    finally:
        block.close()
        block.unlink()


@contextmanager
def by_raw_array(shape: Shape, size: int) -> Iterator[Unit]:
    """``sharedctypes.RawArray``: the other side is told that it may look."""
    payload = shape.make(size)
    array: SharedArray = SPAWN.RawArray("B", len(shape.packed(payload)))
    memoryview(array).cast("B")[:] = shape.packed(payload)
    with _process(shape, looked_at, shape, array) as (orders, answers):

        def trip() -> Seen:
            orders.send("look")
            return seen(answers.recv())

        yield timed(trip, shape, payload)


@contextmanager
def by_locked_array(shape: Shape, size: int) -> Iterator[Unit]:
    """``sharedctypes.Array``, which has a lock: each side takes it once."""
    payload = shape.make(size)
    array: SharedArray = SPAWN.Array("B", len(shape.packed(payload)))
    memoryview(array.get_obj()).cast("B")[:] = shape.packed(payload)
    with _process(shape, looked_at_in_turn, shape, array) as (orders, answers):

        def trip() -> Seen:
            with array.get_lock():
                orders.send("look")
            return seen(answers.recv())

        yield timed(trip, shape, payload)


# what the other side receives


def sent(orders: Connection) -> Iterator[object]:
    """All that comes out of a pipe."""
    with suppress(EOFError):
        while True:
            yield orders.recv()


def queued(orders: Connection, inbox: Inbox) -> Iterator[object]:
    """All that comes out of a queue."""
    del orders
    return received(inbox)


def attached(orders: Connection, shape: Shape, size: int) -> Iterator[object]:
    """The memory whose name comes out of the pipe; of some systems it is longer than asked for."""
    for name in sent(orders):
        block = SharedMemory(str(name))
        memory: Buffer = block.buf
        view = memory[:size]
        yield shape.unpacked(view)
        view.release()
        block.close()


def looked_at(orders: Connection, shape: Shape, array: SharedArray) -> Iterator[object]:
    """The array, whenever told."""
    for _ in sent(orders):
        yield shape.unpacked(array)


def looked_at_in_turn(orders: Connection, shape: Shape, array: SharedArray) -> Iterator[object]:
    """The array, whenever told, while its lock is held."""
    for _ in sent(orders):
        with array.get_lock():
            yield shape.unpacked(array.get_obj())


def live(shape: Shape, receive: Callable[..., Iterator[object]], answers: Connection, *means: object) -> None:
    """What a spawned process runs."""
    stacks.tell_on_request()
    serve(shape, receive(*means), answers.send)


@contextmanager
def _process(
    shape: Shape, receive: Callable[..., Iterator[object]], *means: object
) -> Iterator[Tuple[Connection, Connection]]:
    """A process that looks at what it receives; where orders go in and answers come out."""
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
