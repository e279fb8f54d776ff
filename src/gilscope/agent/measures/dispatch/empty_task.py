# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = [
#     "thread", "thread-queue", "thread-pool", "interpreter", "interpreter-shared", "interpreter-run",
#     "interpreter-pool", "process", "process-queue", "process-pool", "asyncio-task", "asyncio-thread-pool",
# ]
# self_timed = true
# loops = 100
# ///
"""What does one empty task cost, to a worker that is there and back?

Bare workers wait behind locks (``thread``), queues, or pipes (``interpreter``, ``process``); one lives in every pool.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import threading
from concurrent import futures
from contextlib import contextmanager
from functools import partial
from queue import Queue, SimpleQueue
from time import perf_counter_ns

from gilscope_agent import subinterpreter
from gilscope_agent.fault import LaneError
from gilscope_agent.measures import _offered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Awaitable, Callable, Iterator, Optional

    Timed = Callable[[], int]
    """One task, from which come the nanoseconds that it took."""

# The source text that an interpreter behind a pipe runs, until the pipe ends.
ECHO = """
import os
while os.read({read_fd}, 1):
    os.write({write_fd}, b"1")
"""


def nothing() -> None:
    """Do nothing: a task that refers to nothing around it, so that interpreters take it as it is."""


def echo(receive: Callable[[], object], send: Callable[[object], object]) -> None:
    """Answer as a worker behind any pair of channels, until None comes."""
    while True:
        task = receive()
        if task is None:
            return
        send(task)


@contextmanager
def thread() -> Iterator[Timed]:
    """Reach a thread behind two locks, the cheapest that blocks without polling."""
    ask, answer = threading.Lock(), threading.Lock()
    tasks = [1]
    ask.acquire()
    answer.acquire()

    def receive() -> Optional[int]:
        ask.acquire()
        return tasks[0] if tasks else None

    worker = threading.Thread(target=echo, args=(receive, lambda _: answer.release()), daemon=True)
    worker.start()

    def there_and_back() -> None:
        ask.release()
        answer.acquire()

    yield _timed(there_and_back)
    tasks.clear()
    ask.release()
    worker.join()


@contextmanager
def thread_queue() -> Iterator[Timed]:
    """Reach a thread behind two queues."""
    inbox: Queue[object] = Queue()
    outbox: Queue[object] = Queue()
    worker = threading.Thread(target=echo, args=(inbox.get, outbox.put), daemon=True)
    worker.start()
    yield _through(inbox.put, outbox.get)
    inbox.put(None)
    worker.join()


@contextmanager
def thread_pool() -> Iterator[Timed]:
    """Reach a thread of ``ThreadPoolExecutor``."""
    with futures.ThreadPoolExecutor(1) as pool:
        yield _pooled(pool)


@contextmanager
def interpreter() -> Iterator[Timed]:
    """Reach an interpreter with a GIL of its own, behind pipes."""
    with _interpreter(own_gil=True) as timed:
        yield timed


@contextmanager
def interpreter_shared() -> Iterator[Timed]:
    """Reach an interpreter that shares the main one's GIL, behind pipes."""
    with _interpreter(own_gil=False) as timed:
        yield timed


@contextmanager
def interpreter_run() -> Iterator[Timed]:
    """Run source text in an interpreter, by the calling thread; it has its own GIL where it can have one."""
    identifier = _offered.interpreter(own_gil=subinterpreter.VERSION >= (3, 12))
    yield _timed(lambda: subinterpreter.run(identifier, "pass"))
    subinterpreter.destroy(identifier)


@contextmanager
def interpreter_pool() -> Iterator[Timed]:
    """Reach an interpreter of ``InterpreterPoolExecutor``."""
    with _offered.interpreter_pool()(1) as pool:
        yield _pooled(pool)


@contextmanager
def process() -> Iterator[Timed]:
    """Reach a spawned process behind ``multiprocessing``'s pipes."""
    context = multiprocessing.get_context("spawn")
    near, far = context.Pipe()
    worker = context.Process(target=behind_a_pipe, args=(far,))
    worker.start()
    yield _through(near.send, near.recv)
    near.send(None)
    worker.join()


@contextmanager
def process_queue() -> Iterator[Timed]:
    """Reach a spawned process behind ``multiprocessing``'s queues."""
    context = multiprocessing.get_context("spawn")
    inbox, outbox = context.Queue(), context.Queue()
    worker = context.Process(target=behind_queues, args=(inbox, outbox))
    worker.start()
    yield _through(inbox.put, outbox.get)
    inbox.put(None)
    worker.join()
    inbox.close()
    inbox.join_thread()
    del inbox, outbox  # their semaphores go with them; what a lane leaves behind at its end is complained about


@contextmanager
def process_pool() -> Iterator[Timed]:
    """Reach a spawned process of ``ProcessPoolExecutor``."""
    with _offered.process_pool()(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield _pooled(pool)


@contextmanager
def asyncio_task() -> Iterator[Timed]:
    """Await a task of the running event loop."""

    async def task() -> None:
        nothing()

    with _event_loop() as loop:
        yield lambda: loop.run_until_complete(_awaited(lambda: loop.create_task(task())))


@contextmanager
def asyncio_thread_pool() -> Iterator[Timed]:
    """Await ``run_in_executor`` in the event loop."""
    with _event_loop() as loop, futures.ThreadPoolExecutor(1) as pool:
        yield lambda: loop.run_until_complete(_awaited(lambda: loop.run_in_executor(pool, nothing)))


def behind_a_pipe(connection: multiprocessing.connection.Connection) -> None:
    """Answer as a process behind a pipe."""
    echo(connection.recv, connection.send)


def behind_queues(inbox: multiprocessing.Queue[object], outbox: multiprocessing.Queue[object]) -> None:
    """Answer as a process behind two queues."""
    echo(inbox.get, outbox.put)


def _timed(there_and_back: Callable[[], object]) -> Timed:
    there_and_back()

    def timed() -> int:
        begun_ns = perf_counter_ns()
        there_and_back()
        return perf_counter_ns() - begun_ns

    return timed


def _through(send: Callable[[bytes], object], receive: Callable[[], object]) -> Timed:
    def there_and_back() -> None:
        send(b"1")
        receive()

    return _timed(there_and_back)


def _pooled(pool: futures.Executor) -> Timed:
    return _timed(lambda: pool.submit(nothing).result())


async def _awaited(ask: Callable[[], Awaitable[None]]) -> int:
    begun_ns = perf_counter_ns()
    await ask()
    return perf_counter_ns() - begun_ns


@contextmanager
def _event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@contextmanager
def _interpreter(*, own_gil: bool) -> Iterator[Timed]:
    """Reach an interpreter that is made, run and ended by a thread of its own."""
    orders_in, orders_out = os.pipe()
    answers_in, answers_out = os.pipe()
    refusals: SimpleQueue[Optional[LaneError]] = SimpleQueue()

    def live() -> None:
        try:
            identifier = subinterpreter.create(own_gil=own_gil)
        except LaneError as error:
            refusals.put(error)
            return
        refusals.put(None)
        subinterpreter.run(identifier, ECHO.format(read_fd=orders_in, write_fd=answers_out))
        subinterpreter.destroy(identifier)

    worker = threading.Thread(target=live, daemon=True)
    worker.start()
    refusal = refusals.get()
    if refusal is not None:
        raise NotImplementedError(str(refusal))
    yield _through(partial(os.write, orders_out), partial(os.read, answers_in, 1))
    os.close(orders_out)
    worker.join()
    for fd in (orders_in, answers_in, answers_out):
        os.close(fd)
