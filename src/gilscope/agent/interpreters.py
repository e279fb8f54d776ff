"""The interpreters models: each worker is a subinterpreter, run by a thread of its own that made it and ends it."""

from __future__ import annotations

import os
import sys
import threading
from time import perf_counter_ns

from . import load, subinterpreter
from .fault import LaneError, failure
from .remote import PipeEnd, Remote, send
from .timing import Bench
from .units import Awaited

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Tuple

    from .load import Workload

ONE_EVENT_LOOP = "asyncio knows one running event loop in the whole process before 3.12"

# What a new interpreter runs.
_BIRTH = """
from gilscope_agent import remote
remote.serve_descriptors({order!r}, {read_fd}, {write_fd})
"""


class _Interpreters:
    """Own GIL or shared GIL, the rest is the same."""

    own_gil: bool

    def open(self, order: Dict[str, Any], serve: Callable[[], None]) -> None:
        """Run the probe in the main interpreter first, then an interpreter per worker; each is ended by its thread."""
        load.opened(order, _rehearse)
        self._threads: List[threading.Thread] = []
        self._remotes = [self._hire(order) for _ in range(order["workers"])]
        ready = [remote.answer() for remote in self._remotes]
        self.inner_loops = ready[0]["inner_loops"]
        serve()
        for remote in self._remotes:
            remote.order(0)
        for thread in self._threads:
            thread.join()

    def trial(self, loops: int, count: int) -> Tuple[int, List[Dict[str, Any]]]:
        """Open the gates of the first ``count``, then wait for them."""
        chosen = self._remotes[:count]
        gate_ns = perf_counter_ns()
        for remote in chosen:
            remote.order(loops)
        return gate_ns, [remote.answer() for remote in chosen]

    def _hire(self, order: Dict[str, Any]) -> Remote:
        orders_in, orders_out = os.pipe()
        answers_in, answers_out = os.pipe()
        thread = threading.Thread(target=self._live, args=(order, orders_in, answers_out), daemon=True)
        thread.start()
        self._threads.append(thread)
        return Remote(PipeEnd(answers_in), PipeEnd(orders_out))

    def _live(self, order: Dict[str, Any], read_fd: int, write_fd: int) -> None:
        source = subinterpreter.mount() + _BIRTH.format(order=order, read_fd=read_fd, write_fd=write_fd)
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
    Bench(repeat, probe.check, own_process=False).measure(1)


class OwnGilInterpreters(_Interpreters):
    """Interpreters with a GIL each (PEP 684); on a free-threaded build, isolated interpreters without one."""

    own_gil = True


class SharedGilInterpreters(_Interpreters):
    """Interpreters that share the main one's GIL, all there was before 3.12."""

    own_gil = False
