"""Tasks in a pool's worker that is no thread of this interpreter: they come and go, the loaded probe stays.

Every task answers in words of its own, ``(kind, record)``: a pool's way to carry exceptions is not to be relied on
(an interpreter's MemoryError may arrive as success).
"""

from __future__ import annotations

import marshal
import os
import time

from . import refusals, stray
from .fault import LaneError, failure, raised
from .timing import Bench
from .workload import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, List, Literal, Optional

    from .records import Answer, Failure, LaneOrder, Presence, Record, ResultRecord, WorkerRecord
    from .usage import Scope
    from .workload import Workload

    Task = Callable[[int], Answer[Record]]

SECONDS_OF_A_ROLL_CALL = 0.01
LONGEST_MESSAGE = 65_536
INSIDE_A_CALL = "it is measured inside a call, or between setUp and tearDown, where a pool's worker takes no tasks"

_workers: List[PoolWorker] = []


class PoolWorker:
    """A pool's worker in its own process or interpreter: the loaded probe, or why there is none."""

    def __init__(self, order: LaneOrder, scope: Scope) -> None:
        self._scope = scope
        self._copies = Copies() if scope == "process" and hasattr(os, "fork") else None
        self._bench: Optional[Bench] = None
        self._fault = failure("load", "raised", "no probe was loaded")
        try:
            opened(order, self._keep)
        except LaneError as error:
            self._fault = error.record
        except BaseException as error:  # noqa: BLE001 - an initialiser that raises breaks the pool and says not why
            self._fault = raised("load", error)

    def answer(self, kind: Literal["ready", "measured", "results"], act: Callable[[Bench], Record]) -> Answer[Record]:
        """Answer with what ``act`` makes of the probe, or why it does not."""
        if self._bench is None:
            return "failed", self._fault
        try:
            record = act(self._bench)
            if self._copies is not None:
                self._copies.check()
        except LaneError as error:
            return "failed", error.record
        return kind, record

    def _keep(self, probe: Workload) -> None:
        if probe.ends_with_opening:
            raise LaneError(failure("start", "unsupported", INSIDE_A_CALL))
        self._bench = Bench(probe.repeat(probe.fresh_state()), probe.check, self._scope)


class Copies:
    """Copies of this worker that ``fork`` made in the probe; they report themselves through a pipe that all hold."""

    def __init__(self) -> None:
        self._inbox, self._outbox = os.pipe()
        os.set_blocking(self._inbox, False)
        stray.settle(self._report)

    def _report(self, record: Failure) -> None:
        os.write(self._outbox, marshal.dumps(record))  # type: ignore[arg-type]  # a TypedDict is a dict

    def check(self) -> None:
        """Raise LaneError where a copy has reported itself."""
        try:
            report = os.read(self._inbox, LONGEST_MESSAGE)
        except BlockingIOError:
            return
        raise LaneError(marshal.loads(report))  # noqa: S302 - written by a copy of this very process


def take_up(order: LaneOrder, scope: Scope) -> None:
    """Load the probe, once."""
    if not _workers:
        if scope == "interpreter":
            refusals.note()
        _workers.append(PoolWorker(order, scope))


def take_up_process(order: LaneOrder) -> None:
    """Load the probe in a process, once; the process writes its stacks on request."""
    if not _workers:
        from . import stacks  # noqa: PLC0415 - faulthandler cannot be imported in an interpreter

        stacks.write_on_request()
        take_up(order, "process")


def attend(_: int) -> Answer[Presence]:
    """Answer which worker this is, after a moment in which its fellows can take tasks too."""
    return _workers[0].answer("ready", lambda _: presence())


def presence() -> Presence:
    """Return what sets this worker apart from all others, after a moment."""
    import threading  # noqa: PLC0415 - in an interpreter it is there already, and elsewhere the pool has imported it

    time.sleep(SECONDS_OF_A_ROLL_CALL)
    return {"worker": (os.getpid(), threading.get_ident())}


def run(loops: int) -> Answer[WorkerRecord]:
    """Run the unit ``loops`` times."""
    return _workers[0].answer("measured", lambda bench: bench.measure(loops))


def hand_over(_: int) -> Answer[List[ResultRecord]]:
    """Judge this worker's results, after a moment in which its fellows can take tasks too."""
    time.sleep(SECONDS_OF_A_ROLL_CALL)
    return _workers[0].answer("results", lambda bench: bench.hand_over())


def record(answer: Answer[Record]) -> Record:
    """Return the record that a task answered with.

    Raises:
        LaneError: the task failed.
    """
    if answer[0] == "failed":
        raise LaneError(answer[1])
    return answer[1]
