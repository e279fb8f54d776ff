"""The threads model: workers are threads of the main interpreter, each behind a gate of its own."""

from __future__ import annotations

import threading
from time import perf_counter_ns

from .fault import LaneError, raised
from .timing import END, HAND_OVER, Bench
from .workload import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, List, Tuple

    from .records import LaneOrder, ResultRecord, WorkerRecord
    from .workload import Workload


class _Worker:
    """A thread that waits at its gate, a bare lock: the cheapest thing that blocks without polling."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._gate = threading.Lock()
        self._done = threading.Lock()
        self._gate.acquire()
        self._done.acquire()
        self._order = END
        self._outcome: Any = None
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def open_gate(self, order: int) -> None:
        self._order = order
        self._gate.release()

    def outcome(self) -> Any:  # noqa: ANN401 - what was ordered, the caller knows
        self._done.acquire()
        if isinstance(self._outcome, LaneError):
            raise self._outcome
        return self._outcome

    def end(self) -> None:
        self.open_gate(END)
        self._thread.join()

    def _live(self) -> None:
        while True:
            self._gate.acquire()
            if self._order == END:
                return
            try:
                bench = self._bench
                self._outcome = bench.hand_over() if self._order == HAND_OVER else bench.measure(self._order)
            except LaneError as error:
                self._outcome = error
            except BaseException as error:  # noqa: BLE001 - a worker that died in silence would be waited for
                self._outcome = LaneError(raised("work", error))
            self._done.release()


class Threads:
    """A crew of threads, which share the module, and the state too where the probe says so."""

    def open(self, order: LaneOrder, serve: Callable[[], None]) -> None:
        """Load the probe once, make the states, start the threads; let them run out in the end."""

        def up(probe: Workload) -> None:
            self.inner_loops = probe.inner_loops
            self._workers = [
                _Worker(Bench(probe.repeat(state), probe.check, "thread")) for state in states(probe, order)
            ]
            serve()
            for worker in self._workers:
                worker.end()

        opened(order, up)

    def trial(self, loops: int, count: int) -> Tuple[int, List[WorkerRecord]]:
        """Open the gates of the first ``count`` workers, then wait for them."""
        chosen = self._workers[:count]
        gate_ns = perf_counter_ns()
        for worker in chosen:
            worker.open_gate(loops)
        return gate_ns, [worker.outcome() for worker in chosen]

    def hand_over(self, count: int) -> List[ResultRecord]:
        """Let each worker judge its own result."""
        chosen = self._workers[:count]
        for worker in chosen:
            worker.open_gate(HAND_OVER)
        return [result for worker in chosen for result in worker.outcome()]


def states(probe: Workload, order: LaneOrder) -> List[object]:
    """Make one state per worker, or a single one for all."""
    count = order["workers"]
    return [probe.fresh_state()] * count if order["shared"] else [probe.fresh_state() for _ in range(count)]
