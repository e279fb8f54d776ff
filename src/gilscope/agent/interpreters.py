"""The interpreters models: each worker is a subinterpreter, made, run and ended by a thread of its own."""

from __future__ import annotations

import os
import sys
import threading
from time import perf_counter_ns

from . import subinterpreter
from .fault import LaneError, failure
from .placement import numbers
from .remote import PipeEnd, Remote, send
from .timing import END, HAND_OVER, Bench
from .units import Awaited
from .workload import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, List, Optional, Tuple

    from .records import LaneOrder, ResultRecord, WorkerRecord
    from .workload import Workload

ONE_EVENT_LOOP = "asyncio knows one running event loop in the whole process before 3.12"

# The first source text that a new interpreter runs.
_BIRTH = """
from gilscope_agent import remote
remote.serve_descriptors({order!r}, {worker!r}, {read_fd}, {write_fd})
"""


class _Interpreters:
    """A crew of interpreters, which differ in whose GIL they hold."""

    own_gil: bool

    def open(self, order: LaneOrder, serve: Callable[[], None]) -> None:
        """Run the probe in the main interpreter first, then an interpreter per worker; each is ended by its thread."""
        opened({**order, "heap": 0}, _rehearse)
        self._threads: List[threading.Thread] = []
        self._remotes = [self._hire(order, worker) for worker in numbers(order["workers"])]
        ready = [remote.ready() for remote in self._remotes]
        self.inner_loops = ready[0]["inner_loops"]
        serve()
        for remote in self._remotes:
            remote.order(END)
        for thread in self._threads:
            thread.join()

    def trial(self, loops: int, count: int) -> Tuple[int, List[WorkerRecord]]:
        """Open the gates of the first ``count`` workers, then wait for them."""
        chosen = self._remotes[:count]
        gate_ns = perf_counter_ns()
        for remote in chosen:
            remote.order(loops)
        return gate_ns, [remote.measured() for remote in chosen]

    def hand_over(self, count: int) -> List[ResultRecord]:
        """Let each worker judge its own result."""
        chosen = self._remotes[:count]
        for remote in chosen:
            remote.order(HAND_OVER)
        return [result for remote in chosen for result in remote.results()]

    def _hire(self, order: LaneOrder, worker: Optional[int]) -> Remote:
        orders_in, orders_out = os.pipe()
        answers_in, answers_out = os.pipe()
        thread = threading.Thread(target=self._live, args=(order, worker, orders_in, answers_out), daemon=True)
        thread.start()
        self._threads.append(thread)
        return Remote(PipeEnd(answers_in), PipeEnd(orders_out))

    def _live(self, order: LaneOrder, worker: Optional[int], read_fd: int, write_fd: int) -> None:
        source = subinterpreter.mount() + _BIRTH.format(order=order, worker=worker, read_fd=read_fd, write_fd=write_fd)
        try:
            identifier = subinterpreter.create(own_gil=self.own_gil)
            try:
                subinterpreter.run(identifier, source)
            finally:
                subinterpreter.destroy(identifier)
        except LaneError as error:
            send(PipeEnd(write_fd), "failed", error.record)


def _rehearse(probe: Workload) -> None:
    """Run one unit in the main interpreter, where this version needs it.

    Extension modules that are first imported, or first called, in a subinterpreter abort the process on 3.12 and 3.13
    (static types and argument parsers owned by the wrong interpreter); used here first, they do not.

    Raises:
        LaneError: the unit failed, or cannot be run in several interpreters of this version.
    """
    if sys.version_info >= (3, 14):
        return
    repeat = probe.repeat(probe.fresh_state())
    if sys.version_info < (3, 12) and isinstance(repeat, Awaited):
        raise LaneError(failure("start", "unsupported", ONE_EVENT_LOOP))
    bench = Bench(repeat, probe.check, "thread")
    bench.measure(1)
    bench.hand_over()


class OwnGilInterpreters(_Interpreters):
    """A crew of interpreters with a GIL each (PEP 684); on a free-threaded build, isolated ones without a GIL."""

    own_gil = True


class SharedGilInterpreters(_Interpreters):
    """A crew of interpreters that share the main one's GIL, the only kind before 3.12."""

    own_gil = False
