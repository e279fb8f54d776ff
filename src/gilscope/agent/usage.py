"""What one worker used of the machine during a trial: CPU time, time in the run queue, switches, faults, collections.

A *scope* says what is the worker's alone. A worker that shares its interpreter with others is a ``thread``. One that
has an ``interpreter`` to itself knows its collections, and one that has a ``process`` also the CPU time of threads and
children that the work started by itself.
"""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import suppress
from time import process_time_ns, thread_time_ns

from . import collector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal, Optional, Tuple

    from .records import Usage

    Scope = Literal["thread", "interpreter", "process"]

resource: Any = None
with suppress(ImportError):  # Windows has no such module
    resource = importlib.import_module("resource")


class RunQueue:
    """Linux's record of the time that a thread was runnable without a CPU (schedstat).

    Its file is opened once, by the thread itself: opening it costs more than a trial's other book-keeping together.
    """

    def __init__(self) -> None:
        try:
            self._file = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        except OSError:
            self._file = -1

    def close(self) -> None:
        """Give the file back."""
        if self._file >= 0:
            os.close(self._file)

    def wait_ns(self) -> Optional[int]:
        """Return nanoseconds since the thread began, None where the system has no record."""
        if self._file < 0:
            return None
        try:
            return int(os.pread(self._file, 100, 0).split()[1])
        except (OSError, IndexError, ValueError):
            return None


class Meter:
    """The readings around one worker's trials; both are taken by the thread that works."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._run_queue: Optional[RunQueue] = None

    def settle(self) -> None:
        """Get ready in this thread, whose record in the system is another than that of the thread before it."""
        if self._run_queue is not None:
            self._run_queue.close()
        self._run_queue = RunQueue()

    def begin(self) -> None:
        """Take the first reading; the clocks come last, next to the work."""
        if self._run_queue is None:
            self.settle()
        if self._scope != "thread":
            collector.watch()
        self._kernel = self._kernel_counts()
        self._collections = self._collector_counts()
        self._clocks = self._cpu_clocks()

    def end(self) -> Usage:
        """Take the second reading and return what was used in between."""
        clocks = self._cpu_clocks()
        collections, paused_ns = self._collector_counts()
        kernel = self._kernel_counts()
        cpu_ns, process_ns, children_ns = (after - before for before, after in zip(self._clocks, clocks))
        wait_ns, system_ns, voluntary, involuntary, faults = map(_difference, self._kernel, kernel)
        return {
            "cpu_ns": cpu_ns,
            "others_ns": max(0, process_ns - cpu_ns) + children_ns if self._scope == "process" else 0,
            "wait_ns": wait_ns,
            "system_ns": system_ns,
            "voluntary": voluntary,
            "involuntary": involuntary,
            "faults": faults,
            "collections": _difference(self._collections[0], collections),
            "paused_ns": _difference(self._collections[1], paused_ns),
        }

    def _cpu_clocks(self) -> Tuple[int, int, int]:
        """Return the CPU time in ns of this thread, of the process, and of children that were waited for."""
        if self._scope != "process":
            return thread_time_ns(), 0, 0
        return thread_time_ns(), process_time_ns(), _children_ns()

    def _kernel_counts(self) -> Tuple[Optional[int], ...]:
        """Return ns in the run queue, ns of system time, voluntary and involuntary switches, and page faults."""
        assert self._run_queue is not None  # noqa: S101 - `begin` opened it
        waited_ns = self._run_queue.wait_ns()
        whose = None if resource is None else _whose(self._scope)
        if whose is None:
            return waited_ns, None, None, None, None
        used = resource.getrusage(whose)
        return waited_ns, round(used.ru_stime * 1e9), used.ru_nvcsw, used.ru_nivcsw, used.ru_minflt + used.ru_majflt

    def _collector_counts(self) -> Tuple[Optional[int], Optional[int]]:
        return (None, None) if self._scope == "thread" else collector.reading()


def _children_ns() -> int:
    """Return the CPU time in ns of all children that have ended and were waited for."""
    if resource is None:
        return 0
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds: float = used.ru_utime + used.ru_stime
    return round(seconds * 1e9)


def children_peak_bytes() -> Optional[int]:
    """Return the most that any child which has ended and was waited for ever had resident, None where unknown.

    A child begins as a copy of this process, and is never said to have had less.
    """
    if resource is None:
        return None
    peak: int = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) or None


def _whose(scope: Scope) -> Optional[int]:
    """Return whom getrusage(2) is asked about; only Linux and FreeBSD know single threads."""
    whose: Optional[int] = getattr(resource, "RUSAGE_SELF" if scope == "process" else "RUSAGE_THREAD", None)
    return whose


def _difference(before: Optional[int], after: Optional[int]) -> Optional[int]:
    return None if before is None or after is None else after - before
