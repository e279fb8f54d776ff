# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = ["thread", "interpreter", "interpreter-shared", "fork", "spawn"]
# self_timed = true
# loops = 3
# ///
"""What does a worker cost of which 20 are launched at once, each for one empty call, and waited for?

The whole of short lives, as in "Expected performance characteristics of subinterpreters" (2024), where 10,000 workers
were launched; ``birth`` has the parts of a single life. Every interpreter is made, run and ended by a thread.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from contextlib import contextmanager
from time import perf_counter_ns

from gilscope_agent import subinterpreter
from gilscope_agent.measures import _offered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterator, List, Union

    Worker = Union[threading.Thread, multiprocessing.process.BaseProcess]
    Timed = Callable[[], int]
    """One launch, from which come the nanoseconds per worker."""

WORKERS = 20


@contextmanager
def thread() -> Iterator[Timed]:
    """Launch threads."""
    yield _timed(lambda: threading.Thread(target=os.getpid))


@contextmanager
def interpreter() -> Iterator[Timed]:
    """Launch interpreters with a GIL each."""
    with _interpreters(own_gil=True) as timed:
        yield timed


@contextmanager
def interpreter_shared() -> Iterator[Timed]:
    """Launch interpreters that share the main one's GIL."""
    with _interpreters(own_gil=False) as timed:
        yield timed


@contextmanager
def fork() -> Iterator[Timed]:
    """Launch copies of this process."""
    yield _processes("fork")


@contextmanager
def spawn() -> Iterator[Timed]:
    """Launch processes that start clean."""
    yield _processes("spawn")


@contextmanager
def _interpreters(*, own_gil: bool) -> Iterator[Timed]:
    subinterpreter.destroy(_offered.interpreter(own_gil=own_gil))  # or this version has none, and says so
    failures: List[BaseException] = []

    def live() -> None:
        try:
            identifier = subinterpreter.create(own_gil=own_gil)
            try:
                subinterpreter.run(identifier, "2 + 2")
            finally:
                subinterpreter.destroy(identifier)
        except BaseException as error:  # noqa: BLE001 - a thread that failed in silence would count as fast
            failures.append(error)

    launch = _timed(lambda: threading.Thread(target=live))

    def launched() -> int:
        nanoseconds = launch()
        if failures:
            raise failures[0]
        return nanoseconds

    yield launched


def _processes(method: str) -> Timed:
    try:
        context = multiprocessing.get_context(method)
    except ValueError as error:
        raise NotImplementedError("this system has no start method " + method) from error
    return _timed(lambda: context.Process(target=os.getpid))  # type: ignore[attr-defined]  # every context has it


def _timed(make: Callable[[], Worker]) -> Timed:
    """Return what launches workers that are made beforehand, and returns the time that each of them took."""

    def launch() -> int:
        workers = [make() for _ in range(WORKERS)]
        begun_ns = perf_counter_ns()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return (perf_counter_ns() - begun_ns) // WORKERS

    return launch
