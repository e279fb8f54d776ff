"""One worker's share of a trial: run the unit, note when it started and ended, and what it used."""

from __future__ import annotations

import binascii
import os
import sys
from time import perf_counter_ns, process_time_ns, thread_time_ns

from . import stray
from .fault import LaneError, failure, raised
from .units import Observed, blocking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Optional

    from .records import WorkerRecord
    from .units import AnyRepeat, Outcome

    Check = Callable[[object], None]

OBSERVED = "observed"
"""The digest of all observations: what differs from trial to trial cannot be compared."""

_HEX = frozenset("0123456789abcdefABCDEF")


def gil_enabled() -> bool:
    """Return whether this process holds a GIL now; builds before 3.13 always do."""
    ask = getattr(sys, "_is_gil_enabled", None)
    return True if ask is None else bool(ask())


class RunQueue:
    """Linux's record of the time that a thread was runnable without a CPU (schedstat).

    Its file is opened once, by the thread itself: opening it costs more than a trial's other book-keeping together.
    """

    def __init__(self) -> None:
        try:
            self._file = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        except OSError:
            self._file = -1

    def wait_ns(self) -> Optional[int]:
        """Return nanoseconds since the thread began, None where the system has no record."""
        if self._file < 0:
            return None
        try:
            return int(os.pread(self._file, 100, 0).split()[1])
        except (OSError, IndexError, ValueError):
            return None


def digest(result: object) -> str:
    """Return a short text that is equal for equal results, in every process and version; addresses do not count."""
    text = without_addresses(repr(result))
    return "{:08x}-{}".format(binascii.crc32(text.encode("utf-8", "backslashreplace")), len(text))


def without_addresses(text: str) -> str:
    """Return the text with every ``0x7f...`` in it made equal."""
    head, *pieces = text.split(" at 0x")
    return head + "".join(" at 0x" + piece.lstrip("".join(_HEX)) for piece in pieces)


class Bench:
    """A unit of work under measurement by one worker.

    CPU time is the whole process's where the worker is alone in its ``own_process``, else the thread's.
    """

    def __init__(self, repeat: AnyRepeat, check: Optional[Check], *, own_process: bool) -> None:
        self._repeat = blocking(repeat)
        self._log = TrialLog(check)
        self._cpu_clock = process_time_ns if own_process else thread_time_ns

    def measure(self, loops: int) -> WorkerRecord:
        """Run the unit ``loops`` times and record it.

        Raises:
            LaneError: the work raised, ``check`` refused its result, or the result has no text to digest.
        """
        repeat, cpu_clock = self._repeat, self._cpu_clock
        cpu_ns = cpu_clock()
        start_ns = perf_counter_ns()
        try:
            outcome = repeat(loops)
        except BaseException as error:
            raise fault_of_work(error) from error
        end_ns = perf_counter_ns()
        return self._log.record(start_ns, end_ns, cpu_clock() - cpu_ns, outcome)


def fault_of_work(error: BaseException) -> LaneError:
    """Return what the work raised as the lane's error; a copy of the process ends here."""
    stray.end_if_copy()
    return LaneError(raised("work", error))


class TrialLog:
    """One worker's trials as records; the first result is checked, the last of each trial is digested."""

    def __init__(self, check: Optional[Check]) -> None:
        self._check = check
        self._run_queue: Optional[RunQueue] = None
        self._waited_ns: Optional[int] = None

    def record(self, start_ns: int, end_ns: int, cpu_ns: int, outcome: Outcome) -> WorkerRecord:
        """Record one trial.

        Raises:
            LaneError: ``check`` refused the result, or it has no text to digest.
        """
        stray.end_if_copy()
        result, own_ns = outcome
        judged = self._judge(result)
        return {
            "start_ns": start_ns,
            "end_ns": end_ns,
            "cpu_ns": cpu_ns,
            "wait_ns": self._wait_ns(),
            "own_ns": own_ns,
            "digest": judged,
            "observed": result.seen if isinstance(result, Observed) else {},
            "gil": gil_enabled(),
        }

    def _wait_ns(self) -> Optional[int]:
        if self._run_queue is None:
            self._run_queue = RunQueue()
        before, self._waited_ns = self._waited_ns, self._run_queue.wait_ns()
        return None if before is None or self._waited_ns is None else self._waited_ns - before

    def _judge(self, result: object) -> str:
        """Verify the result and return its digest; both run foreign code, which may raise anything."""
        try:
            self._verify(result)
            return OBSERVED if isinstance(result, Observed) else digest(result)
        except LaneError:
            raise
        except BaseException as error:
            raise LaneError(raised("check", error)) from error
        finally:
            stray.end_if_copy()

    def _verify(self, result: object) -> None:
        check, self._check = self._check, None
        if hasattr(result, "__await__") and hasattr(result, "close"):
            result.close()
            reason = "the work gives an awaitable that nobody awaits: write it as a coroutine function (async def)"
            raise LaneError(failure("work", "raised", reason))
        if hasattr(result, "gi_frame") or hasattr(result, "ag_frame"):
            raise LaneError(failure("work", "raised", "the work is a generator function: nothing of it has run yet"))
        if check is not None:
            check(result.seen if isinstance(result, Observed) else result)
