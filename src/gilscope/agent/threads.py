"""The threads model: workers are threads of the main interpreter, each behind a gate of its own."""

from __future__ import annotations

import threading
from time import perf_counter_ns

from . import load
from .fault import LaneError
from .timing import Bench

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Tuple


class _Worker:
    """A thread that waits at its gate, a bare lock: the cheapest thing that blocks without polling."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._gate = threading.Lock()
        self._done = threading.Lock()
        self._gate.acquire()
        self._done.acquire()
        self._loops = 0
        self._outcome: Any = None
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def open_gate(self, loops: int) -> None:
        self._loops = loops
        self._gate.release()

    def record(self) -> Dict[str, Any]:
        self._done.acquire()
        if isinstance(self._outcome, LaneError):
            raise self._outcome
        record: Dict[str, Any] = self._outcome
        return record

    def end(self) -> None:
        self.open_gate(0)
        self._thread.join()

    def _live(self) -> None:
        while True:
            self._gate.acquire()
            if not self._loops:
                return
            try:
                self._outcome = self._bench.measure(self._loops)
            except LaneError as error:
                self._outcome = error
            self._done.release()


class Threads:
    """Threads share the module; they share the state too where the probe says so, else each has its own."""

    def start(self, order: Dict[str, Any]) -> None:
        """Load the probe once, make the states, start the threads."""
        probe = load.load(order["path"], order["function"])
        count = order["workers"]
        shared = [probe.fresh_state()] if order["shared"] else []
        states = shared * count or [probe.fresh_state() for _ in range(count)]
        self._workers = [_Worker(Bench(probe.unit(state), probe.check, own_process=False)) for state in states]

    def trial(self, loops: int) -> Tuple[int, List[Dict[str, Any]]]:
        """Open every gate, then wait for every worker."""
        gate_ns = perf_counter_ns()
        for worker in self._workers:
            worker.open_gate(loops)
        return gate_ns, [worker.record() for worker in self._workers]

    def stop(self) -> None:
        """Let the threads run out."""
        for worker in self._workers:
            worker.end()
