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
    from typing import Any, Callable, Dict, Optional

    Check = Callable[[object], None]

    from .units import AnyRepeat, Outcome

OBSERVED = "observed"
"""The digest of all that was seen: what differs from trial to trial cannot be compared."""

_HEX = frozenset("0123456789abcdefABCDEF")


def gil_enabled() -> bool:
    """Whether this process holds a GIL now; builds before 3.13 always do."""
    ask = getattr(sys, "_is_gil_enabled", None)
    return True if ask is None else bool(ask())


class RunQueue:
    """What Linux tells of the time that a thread was runnable without a CPU (schedstat).

    Its file is opened once, by the thread itself: opening it costs more than a trial's other book-keeping together.
    """

    def __init__(self) -> None:
        try:
            self._file = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        except OSError:
            self._file = -1

    def wait_ns(self) -> Optional[int]:
        """Nanoseconds since the thread began, None where the system does not tell."""
        if self._file < 0:
            return None
        try:
            return int(os.pread(self._file, 100, 0).split()[1])
        except (OSError, IndexError, ValueError):
            return None


def digest(result: object) -> str:
    """A short text that is equal for equal results, in every process and version; object addresses do not count."""
    text = without_addresses(repr(result))
    return "{:08x}-{}".format(binascii.crc32(text.encode("utf-8", "backslashreplace")), len(text))


def without_addresses(text: str) -> str:
    """The text with every ``0x7f...`` in it made equal."""
    head, *pieces = text.split(" at 0x")
    return head + "".join(" at 0x" + piece.lstrip("".join(_HEX)) for piece in pieces)


class Bench:
    """A unit of work under measurement by one worker.

    ``own_process`` tells whether CPU time is the whole process's (a worker that is alone in it) or the thread's.
    """

    def __init__(self, repeat: AnyRepeat, check: Optional[Check], *, own_process: bool) -> None:
        self._repeat = blocking(repeat)
        self._records = Records(check)
        self._cpu_clock = process_time_ns if own_process else thread_time_ns

    def measure(self, loops: int) -> Dict[str, Any]:
        """Run the unit ``loops`` times; the record of that (see `Records.record`).

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
        return self._records.record(start_ns, end_ns, cpu_clock() - cpu_ns, outcome)


def fault_of_work(error: BaseException) -> LaneError:
    """What the work raised, told at home only."""
    stray.end_if_copy()
    return LaneError(raised("work", error))


class Records:
    """What one worker did, trial by trial; its first result is checked, the last of each trial digested."""

    def __init__(self, check: Optional[Check]) -> None:
        self._check = check
        self._run_queue: Optional[RunQueue] = None
        self._waited_ns: Optional[int] = None

    def record(self, start_ns: int, end_ns: int, cpu_ns: int, outcome: Outcome) -> Dict[str, Any]:
        """One trial.

        Returns:
            A record of plain values: ``start_ns`` and ``end_ns`` on the monotonic clock, ``cpu_ns``, ``wait_ns``
            (run-queue wait since the last trial, None at first and where the system does not tell), ``own_ns`` (what
            a unit that times itself told, else None), ``digest`` of the last result, ``observed`` and ``gil``.

        Raises:
            LaneError: ``check`` refused the result, or it has no text to digest.
        """
        stray.end_if_copy()
        result, own_ns = outcome
        told = self._judge(result)
        return {
            "start_ns": start_ns,
            "end_ns": end_ns,
            "cpu_ns": cpu_ns,
            "wait_ns": self._wait_ns(),
            "own_ns": own_ns,
            "digest": told,
            "observed": result.seen if isinstance(result, Observed) else {},
            "gil": gil_enabled(),
        }

    def _wait_ns(self) -> Optional[int]:
        if self._run_queue is None:
            self._run_queue = RunQueue()
        before, self._waited_ns = self._waited_ns, self._run_queue.wait_ns()
        return None if before is None or self._waited_ns is None else self._waited_ns - before

    def _judge(self, result: object) -> str:
        """The result's digest, once it is verified; both run foreign code, which may raise anything."""
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
