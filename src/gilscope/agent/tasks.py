"""What runs in a pool's worker that is no thread of this interpreter: tasks come and go, the loaded probe stays.

Every task tells how it went in words of its own, ``(kind, record)``: a pool's way to carry exceptions is not to be
relied on (an interpreter's MemoryError may arrive as success).
"""

from __future__ import annotations

import marshal
import os
import time

from . import load, stray
from .fault import LaneError, raised
from .timing import Bench

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Tuple

    from .load import Workload

    Answer = Tuple[str, Dict[str, Any]]
    Task = Callable[[int], Answer]

SECONDS_OF_A_ROLL_CALL = 0.01
LONGEST_MESSAGE = 65_536

_places: List[Place] = []


class Place:
    """One worker's: the loaded probe, or why there is none."""

    def __init__(self, order: Dict[str, Any], *, own_process: bool) -> None:
        self._own_process = own_process
        self._copies = Copies() if own_process and hasattr(os, "fork") else None
        self._bench: Optional[Bench] = None
        self._fault: Dict[str, str] = {}
        try:
            load.opened(order, self._keep)
        except LaneError as error:
            self._fault = error.record
        except BaseException as error:  # noqa: BLE001 - an initialiser that raises breaks the pool and says not why
            self._fault = raised("load", error)

    def answer(self, kind: str, act: Callable[[Bench], Dict[str, Any]]) -> Answer:
        """What ``act`` makes of the probe, or why it does not."""
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
        self._bench = Bench(probe.repeat(probe.fresh_state()), probe.check, own_process=self._own_process)


class Copies:
    """Copies of this worker that ``fork`` made in the probe: what they say comes home through a pipe that all hold."""

    def __init__(self) -> None:
        self._inbox, self._outbox = os.pipe()
        os.set_blocking(self._inbox, False)
        stray.settle(self._tell)

    def _tell(self, record: Dict[str, str]) -> None:
        os.write(self._outbox, marshal.dumps(record))

    def check(self) -> None:
        """Raise LaneError where one has said that it exists."""
        try:
            told = os.read(self._inbox, LONGEST_MESSAGE)
        except BlockingIOError:
            return
        raise LaneError(marshal.loads(told))  # noqa: S302 - written by a copy of this very process


def take_up(order: Dict[str, Any], *, own_process: bool) -> None:
    """Load the probe, once."""
    if not _places:
        _places.append(Place(order, own_process=own_process))


def take_up_process(order: Dict[str, Any]) -> None:
    """The same in a process, which tells its stacks on request."""
    if not _places:
        from . import stacks  # noqa: PLC0415 - faulthandler cannot be imported in an interpreter

        stacks.tell_on_request()
        take_up(order, own_process=True)


def attend(_: int) -> Answer:
    """Tell who this worker is, after a moment in which its fellows can take tasks too."""
    return _places[0].answer("ready", lambda _: me())


def me() -> Dict[str, Any]:
    """What tells this worker from all others."""
    import threading  # noqa: PLC0415 - in an interpreter it is there already, and elsewhere the pool has imported it

    time.sleep(SECONDS_OF_A_ROLL_CALL)
    return {"worker": (os.getpid(), threading.get_ident())}


def run(loops: int) -> Answer:
    """Run the unit ``loops`` times."""
    return _places[0].answer("measured", lambda bench: bench.measure(loops))


def record(answer: Answer) -> Dict[str, Any]:
    """What a task told.

    Raises:
        LaneError: it failed.
    """
    kind, told = answer
    if kind == "failed":
        raise LaneError(told)
    return told
