"""The threads model: workers are threads of the main interpreter, each behind a gate of its own."""

from __future__ import annotations

import threading
from time import perf_counter_ns

from .fault import LaneError, raised
from .placement import numbers
from .timing import Bench
from .workload import opened, states

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, List, Sequence, Tuple

    from .records import LaneOrder, ResultRecord, WorkerRecord
    from .units import AnyRepeat
    from .workload import Share


class Worker:
    """A worker with a new thread for every trial, which waits at its gate.

    The gate is a bare lock, the cheapest that blocks without polling.

    Linux takes threads that slept for long to be idle ones, and packs two that wake each other on one CPU, beside a
    free one, for as long as a trial lasts. New threads are spread, and taken for busy, as those of a program at work.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._gate = threading.Lock()
        self._done = threading.Lock()
        self._gate.acquire()
        self._done.acquire()
        self.thread = threading.Thread()
        self._loops = 0
        self._followers: Sequence[Worker] = ()
        self._outcome: Any = None

    def start(self, loops: int, followers: Sequence[Worker]) -> None:
        """Bring a thread up that will open its followers' gates, then run the unit ``loops`` times."""
        self._loops = loops
        self._followers = followers
        self.thread = threading.Thread(target=self._live, daemon=True)
        self.thread.start()
        self.outcome()

    def open_gate(self) -> None:
        """Let the thread run to its next gate."""
        self._gate.release()

    def outcome(self) -> Any:  # noqa: ANN401 - how far it is, the caller knows
        """Wait until the thread stands at its next gate, or has ended; return what it has to show.

        Raises:
            LaneError: the work or its check failed.
        """
        self._done.acquire()
        if isinstance(self._outcome, LaneError):
            raise self._outcome
        return self._outcome

    def end(self) -> None:
        """Wait until the thread is gone."""
        self.thread.join()

    def _live(self) -> None:
        self._show(self._bench.settle)
        self._gate.acquire()
        for follower in self._followers:
            follower.open_gate()
        self._show(lambda: self._bench.measure(self._loops))
        self._gate.acquire()
        self._show(self._bench.hand_over)

    def _show(self, step: Callable[[], Any]) -> None:
        """Do one step, and leave what comes of it to whoever waits."""
        try:
            self._outcome = step()
        except LaneError as error:
            self._outcome = error
        except BaseException as error:  # noqa: BLE001 - a worker that died in silence would be waited for
            self._outcome = LaneError(raised("work", error))
        self._done.release()


class Threads:
    """A crew of threads, which share the module, and the state too where the probe says so.

    ``repeats`` are what the workers run.
    """

    repeats: List[AnyRepeat]

    def threads(self) -> List[threading.Thread]:
        """Return the threads of all workers that have one now."""
        return [worker.thread for worker in self._workers]

    def open(self, order: LaneOrder, serve: Callable[[], None]) -> None:
        """Load the probe once and make the states, or what interventions make of both."""

        def up(shares: Sequence[Share]) -> None:
            self.inner_loops = shares[0][0].inner_loops
            self.repeats = [probe.repeat(state) for probe, state, _ in shares]
            self._workers = [
                Worker(Bench(repeat, probe.check, "thread", worker, beforehand))
                for worker, repeat, (probe, _, beforehand) in zip(numbers(order["workers"]), self.repeats, shares)
            ]
            serve()

        if order["interventions"]:
            from . import interventions  # noqa: PLC0415 - most lanes run the work as it is

            interventions.opened(order, up)
        else:
            opened(order, lambda probe: up([(probe, state, None) for state in states(probe, order)]))

    def trial(self, loops: int, count: int) -> Tuple[int, List[WorkerRecord]]:
        """Bring a thread up for each of the first ``count`` workers, open the gate, and wait for them.

        The gate is opened to the first, and each opens it to two more: whoever woke them all would be in the way on a
        CPU that one of them should have.
        """
        chosen = self._chosen = self._workers[:count]
        for place, worker in enumerate(chosen):
            worker.start(loops, chosen[2 * place + 1 : 2 * place + 3])
        gate_ns = perf_counter_ns()
        chosen[0].open_gate()
        return gate_ns, [worker.outcome() for worker in chosen]

    def hand_over(self, _: int) -> List[ResultRecord]:
        """Let each thread judge its own result, and end."""
        for worker in self._chosen:
            worker.open_gate()
        results = [result for worker in self._chosen for result in worker.outcome()]
        for worker in self._chosen:
            worker.end()
        return results
