"""The models of ``concurrent.futures``: a trial submits a task per worker to a pool, and waits for all of them.

The pool decides which worker takes which task, as it does for everyone; what it costs to hand them out is in the
makespan.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent import futures
from contextlib import suppress
from functools import partial
from multiprocessing import util
from time import perf_counter_ns

from . import subinterpreter, tasks
from .fault import LaneError, failure
from .placement import numbers
from .processes import obituary
from .timing import Bench
from .workload import opened, states

TYPE_CHECKING = False
if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess
    from typing import Callable, List, Set, Tuple

    from .records import Answer, LaneOrder, Presence, Record, ResultRecord, WorkerRecord
    from .tasks import Task
    from .workload import Workload

NO_SCRIPTS = "a script written for pyperf is measured inside its bench call, where a pool's worker takes no tasks"
TOO_OLD = "InterpreterPoolExecutor came with 3.14"

# The first source text that a new interpreter of a pool runs.
_BIRTH = """
from gilscope_agent import tasks
tasks.take_up({order!r}, "interpreter")
"""


def roll_call(ask: Callable[[], List[Presence]], count: int) -> None:
    """Give all workers something to do until ``count`` of them have answered: pools start theirs when there is work."""
    present: Set[Tuple[int, int]] = set()
    while len(present) < count:
        present |= {presence["worker"] for presence in ask()}


def kill(process: BaseProcess) -> None:
    """End a process now; loky's have no ``kill`` of their own."""
    with suppress(ProcessLookupError):
        os.kill(process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))  # type: ignore[arg-type] # it was started


class ThreadPool:
    """``ThreadPoolExecutor``: its threads share the module, and the state where the probe says so."""

    def open(self, order: LaneOrder, serve: Callable[[], None]) -> None:
        """Load the probe once, make the states, let each thread take one as it starts."""

        def up(probe: Workload) -> None:
            self.inner_loops = probe.inner_loops
            self._benches = [
                Bench(probe.repeat(state), probe.check, "thread", worker)
                for worker, state in zip(numbers(order["workers"]), states(probe, order))
            ]
            unclaimed = list(self._benches)
            here = threading.local()

            def measure(loops: int) -> WorkerRecord:
                record: WorkerRecord = here.bench.measure(loops)
                return record

            self._task = measure
            self._pool = futures.ThreadPoolExecutor(
                len(unclaimed), initializer=lambda: setattr(here, "bench", unclaimed.pop())
            )
            roll_call(lambda: self._results(lambda _: tasks.presence(), 0, order["workers"]), order["workers"])
            serve()
            self._pool.shutdown()

        opened(order, up)

    def trial(self, loops: int, count: int) -> Tuple[int, List[WorkerRecord]]:
        """Submit ``count`` tasks, then wait for them."""
        gate_ns = perf_counter_ns()
        return gate_ns, self._results(self._task, loops, count)

    def hand_over(self, _: int) -> List[ResultRecord]:
        """Judge the results here, since no one but the pool chooses which thread takes a task."""
        return [result for bench in self._benches for result in bench.hand_over()]

    def _results(self, task: Callable[[int], Record], loops: int, count: int) -> List[Record]:
        submitted = [self._pool.submit(task, loops) for _ in range(count)]
        return [future.result() for future in submitted]


class DistantPool:
    """A pool whose workers load the probe themselves."""

    inner_loops = 1

    def open(self, order: LaneOrder, serve: Callable[[], None]) -> None:
        """Start the pool, wait until all workers are there; none of its processes is left, whatever happens.

        Raises:
            LaneError: a worker failed or died, or there can be no pool of this kind.
        """
        if order["benchmark"] is not None:
            raise LaneError(failure("start", "unsupported", NO_SCRIPTS))
        self._processes: List[BaseProcess] = []
        self._workers = order["workers"]
        self._start(order)
        try:
            roll_call(lambda: self._records(tasks.attend, 0, order["workers"]), order["workers"])
            self._processes = multiprocessing.active_children()
            serve()
            self._end()
        finally:
            for process in multiprocessing.active_children():
                kill(process)
            # The interpreter's end, which a lane does without, would run these: semaphores would be left to a tracker.
            util._run_finalizers()  # type: ignore[attr-defined]  # noqa: SLF001 - there is no public name

    def trial(self, loops: int, count: int) -> Tuple[int, List[WorkerRecord]]:
        """Submit ``count`` tasks, then wait for them."""
        gate_ns = perf_counter_ns()
        return gate_ns, self._records(tasks.run, loops, count)

    def hand_over(self, count: int) -> List[ResultRecord]:
        """Call the workers until all results are there: a worker that is late leaves its task to another."""
        results: List[ResultRecord] = []
        while len(results) < count:
            for of_worker in self._records(tasks.hand_over, 0, self._workers):
                results += of_worker
        return results

    def _records(self, task: Task[Record], loops: int, count: int) -> List[Record]:
        try:
            answers = self._answers(task, loops, count)
        except futures.BrokenExecutor as error:
            raise LaneError(failure("work", "worker died", obituary(self._processes))) from error
        return [tasks.record(answer) for answer in answers]

    def _start(self, order: LaneOrder) -> None:
        raise NotImplementedError

    def _answers(self, task: Task[Record], loops: int, count: int) -> List[Answer[Record]]:
        raise NotImplementedError

    def _end(self) -> None:
        raise NotImplementedError


class _ExecutorPool(DistantPool):
    """A pool of ``concurrent.futures``."""

    _pool: futures.Executor

    def _answers(self, task: Task[Record], loops: int, count: int) -> List[Answer[Record]]:
        try:
            submitted = [self._pool.submit(task, loops) for _ in range(count)]
            return [future.result() for future in submitted]
        except futures.BrokenExecutor:
            self._pool.shutdown()  # waits until it has seen how its processes ended
            raise

    def _end(self) -> None:
        self._pool.shutdown()


class ProcessPool(_ExecutorPool):
    """``ProcessPoolExecutor`` of spawned processes."""

    def _start(self, order: LaneOrder) -> None:
        context = multiprocessing.get_context("spawn")
        start = partial(tasks.take_up_process, order)
        self._pool = futures.ProcessPoolExecutor(order["workers"], context, initializer=start)


class InterpreterPool(_ExecutorPool):
    """``InterpreterPoolExecutor``, whose interpreters have a GIL each."""

    def _start(self, order: LaneOrder) -> None:
        executor = getattr(futures, "InterpreterPoolExecutor", None)
        if executor is None:
            raise LaneError(failure("start", "unsupported", TOO_OLD))
        birth = subinterpreter.mount() + _BIRTH.format(order=order)
        self._pool = executor(order["workers"], initializer=exec, initargs=(birth,))
