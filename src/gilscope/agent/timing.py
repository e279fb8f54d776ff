"""One worker's share of a trial: run the unit, note when it started and ended, and judge its result afterwards."""

from __future__ import annotations

import binascii
from time import perf_counter_ns

from . import refusals, stray
from .fault import LaneError, failure, raised, sendable
from .gil import gil_enabled
from .placement import begin_apart
from .units import Observed, blocking
from .usage import Meter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, List, Optional

    from .records import CallsRecord, ResultRecord, Sightings, Usage, WorkerRecord
    from .units import AnyRepeat, Outcome
    from .usage import Scope

    Check = Callable[[object], None]

END, HAND_OVER = 0, -1
"""Orders to a worker beside a number of loops: to end, and to judge the result of the trial just run."""

OBSERVED = "observed"
"""The digest of all observations: what differs from trial to trial cannot be compared."""

LONGEST_SHOWN = 60
"""Characters of a result that are shown where two differ."""

_HEX = frozenset("0123456789abcdefABCDEF")


def digest(result: object) -> str:
    """Return a short text that is equal for equal results, in every process and version; addresses do not count."""
    return _digest(without_addresses(repr(result)))


def _digest(text: str) -> str:
    return "{:08x}-{}".format(binascii.crc32(text.encode("utf-8", "backslashreplace")), len(text))


def shortened(text: str) -> str:
    """Return the beginning of a result's text on one line."""
    beginning = " ".join(text[:LONGEST_SHOWN].split())
    return sendable(beginning + "..." * (len(text) > LONGEST_SHOWN))


def without_addresses(text: str) -> str:
    """Return the text with every ``0x7f...`` in it made equal."""
    head, *pieces = text.split(" at 0x")
    return head + "".join(" at 0x" + piece.lstrip("".join(_HEX)) for piece in pieces)


class Bench:
    """A unit of work under measurement by one worker.

    A trial has two parts. All workers run their units first; once the last one has ended, each hands over its result.
    A digest that was made earlier would be made beside the others' work, and under a GIL at their expense.

    The ``worker`` among several begins on a CPU of its own; None stands for the only one, or for one without a number.
    What is done ``beforehand`` is done in each new thread.
    """

    def __init__(
        self,
        repeat: AnyRepeat,
        check: Optional[Check],
        scope: Scope,
        worker: Optional[int] = None,
        beforehand: Optional[Callable[[], None]] = None,
    ) -> None:
        self._repeat = blocking(repeat)
        self._worker = worker
        self._beforehand = beforehand
        self._is_settled = False
        self._meter = Meter(scope)
        self._results = Results(check)

    def settle(self) -> None:
        """Get ready in the new thread that will measure next, and let it wait on a CPU of its own."""
        if self._beforehand is not None:
            self._beforehand()
        self._meter.settle()
        self._begin_apart()
        self._is_settled = True

    def measure(self, loops: int) -> WorkerRecord:
        """Run the unit ``loops`` times, record when and with what, and keep its result.

        Raises:
            LaneError: the work raised.
        """
        repeat, meter = self._repeat, self._meter
        if not self._is_settled:
            self._begin_apart()
        meter.begin()
        start_ns = perf_counter_ns()
        try:
            outcome = repeat(loops)
        except BaseException as error:
            raise fault_of_work(error) from error
        end_ns = perf_counter_ns()
        return self._results.keep(start_ns, end_ns, outcome, meter.end())

    def _begin_apart(self) -> None:
        if self._worker is not None:
            begin_apart(self._worker)

    def hand_over(self) -> List[ResultRecord]:
        """Judge the results since the last call.

        Raises:
            LaneError: ``check`` refused a result, or it has no text to digest.
        """
        return self._results.hand_over()


def _result(
    digest: str, shown: str, observed: Optional[Sightings] = None, calls: Optional[CallsRecord] = None
) -> ResultRecord:
    return {
        "digest": digest,
        "shown": shown,
        "observed": observed or {},
        "calls": calls,
        "refused": refusals.noted(),
    }


def fault_of_work(error: BaseException) -> LaneError:
    """Return what the work raised as the lane's error; a copy of the process ends here."""
    stray.end_if_copy()
    return error if isinstance(error, LaneError) else LaneError(raised("work", error))


class Results:
    """One worker's results between their making and their judgement; the very first is checked, all are digested."""

    def __init__(self, check: Optional[Check]) -> None:
        self._check = check
        self._kept: List[object] = []

    def keep(self, start_ns: int, end_ns: int, outcome: Outcome, used: Usage) -> WorkerRecord:
        """Record one trial and keep its result for later."""
        stray.end_if_copy()
        result, own_ns = outcome
        self._kept.append(result)
        return {"start_ns": start_ns, "end_ns": end_ns, "own_ns": own_ns, "used": used, "gil": gil_enabled()}

    def hand_over(self) -> List[ResultRecord]:
        """Judge what was kept, and drop it.

        Raises:
            LaneError: ``check`` refused a result, or it has no text to digest.
        """
        results, self._kept = self._kept, []
        return [self._judged(result) for result in results]

    def _judged(self, result: object) -> ResultRecord:
        """Verify a result and digest it; both run foreign code, which may raise anything."""
        try:
            self._verify(result)
            if isinstance(result, Observed):
                return _result(OBSERVED, "", result.seen, result.calls)
            text = without_addresses(repr(result))
            return _result(_digest(text), shortened(text))
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
