"""The first instructions of workers that ``multiprocessing`` and pools start; this module imports next to nothing.

A worker has to import the module that holds them before it can begin, and what that takes is no part of its birth.
"""

from __future__ import annotations

from time import perf_counter_ns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def live(born: Connection, end: Connection) -> None:
    """Send the time at which this process began, and wait for the end."""
    born_ns = perf_counter_ns()
    born.send(born_ns)
    end.recv()


def first_task() -> int:
    """Return the time; a task that refers to nothing around it, so that interpreters take it as it is."""
    from time import perf_counter_ns  # noqa: PLC0415 - the task brings its own clock

    return perf_counter_ns()
