"""The asyncio models: workers are tasks, all on one event loop or each on its own thread's.

A coroutine is awaited there. An ordinary function is called by the task and blocks the loop for as long as it runs, as
it does wherever coroutines call ordinary functions.
"""

from __future__ import annotations

import asyncio
import threading
from time import perf_counter_ns

from . import stray
from .placement import begin_apart, numbers
from .timing import Results, fault_of_work
from .units import Awaited
from .usage import Meter
from .workload import opened, states

TYPE_CHECKING = False
if TYPE_CHECKING:
    from concurrent.futures import Future
    from typing import Callable, List, Optional, Tuple

    from .records import LaneOrder, ResultRecord, Usage, WorkerRecord
    from .units import Outcome
    from .workload import Workload

    Run = Tuple[int, int, Outcome]
    """A run's start, its end and its outcome."""


class _Task:
    """One worker's unit of work, run by a task of its own in every trial."""

    def __init__(self, probe: Workload, state: object) -> None:
        repeat = probe.repeat(state)
        self.results = Results(probe.check)
        if isinstance(repeat, Awaited):
            self._within = repeat.within
            self.new_event_loop = repeat.new_event_loop
        else:
            plain = repeat

            async def blocking(loops: int) -> Outcome:
                return plain(loops)

            self._within = blocking
            self.new_event_loop = asyncio.new_event_loop

    async def run(self, loops: int) -> Run:
        start_ns = perf_counter_ns()
        try:
            outcome = await self._within(loops)
        except BaseException as error:
            raise fault_of_work(error) from error
        end_ns = perf_counter_ns()
        stray.end_if_copy()  # a copy that came back to the loop would share its selector
        return start_ns, end_ns, outcome


class Tasks:
    """A crew of tasks on the main thread's event loop."""

    def open(self, order: LaneOrder, serve: Callable[[], None]) -> None:
        """Load the probe once, make the states and the loop."""

        def up(probe: Workload) -> None:
            self.inner_loops = probe.inner_loops
            self._tasks = [_Task(probe, state) for state in states(probe, order)]
            self._loop = self._tasks[0].new_event_loop()
            self._meter = Meter("thread")
            serve()
            self._loop.close()

        opened(order, up)

    def trial(self, loops: int, count: int) -> Tuple[int, List[WorkerRecord]]:
        """Start the tasks of the first ``count`` workers and wait for them.

        What a task used, nobody counts: each is said to have had its share of what their thread did.
        """
        chosen = self._tasks[:count]

        async def all_of_them() -> List[Run]:
            return await asyncio.gather(*(task.run(loops) for task in chosen))

        self._meter.begin()
        gate_ns = perf_counter_ns()
        runs = self._loop.run_until_complete(all_of_them())
        used = _share(self._meter.end(), count)
        return gate_ns, [task.results.keep(*run, used) for task, run in zip(chosen, runs)]

    def hand_over(self, count: int) -> List[ResultRecord]:
        """Judge the results here."""
        return [result for task in self._tasks[:count] for result in task.results.hand_over()]


def _share(used: Usage, count: int) -> Usage:
    """Return one task's share of what their thread used."""

    def part(amount: Optional[int]) -> Optional[int]:
        return None if amount is None else amount // count

    return {
        "cpu_ns": used["cpu_ns"] // count,
        "others_ns": 0,
        "wait_ns": part(used["wait_ns"]),
        "system_ns": part(used["system_ns"]),
        "voluntary": part(used["voluntary"]),
        "involuntary": part(used["involuntary"]),
        "faults": part(used["faults"]),
        "collections": None,
        "paused_ns": None,
    }


class _Thread:
    """A thread that runs one event loop."""

    def __init__(self, task: _Task, worker: Optional[int]) -> None:
        self._task = task
        self._worker = worker
        self._meter = Meter("thread")
        self._loop = task.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def open_gate(self, loops: int) -> Future[WorkerRecord]:
        return asyncio.run_coroutine_threadsafe(self._measured(loops), self._loop)

    def hand_over(self) -> List[ResultRecord]:
        return asyncio.run_coroutine_threadsafe(self._handed_over(), self._loop).result()

    async def _measured(self, loops: int) -> WorkerRecord:
        if self._worker is not None:
            begin_apart(self._worker)
        self._meter.begin()
        start_ns, end_ns, outcome = await self._task.run(loops)
        return self._task.results.keep(start_ns, end_ns, outcome, self._meter.end())

    async def _handed_over(self) -> List[ResultRecord]:
        return self._task.results.hand_over()

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class LoopThreads:
    """A crew of threads with an event loop each, which are handed coroutines from outside."""

    def open(self, order: LaneOrder, serve: Callable[[], None]) -> None:
        """Load the probe once, make the states, start the threads; stop their loops in the end."""

        def up(probe: Workload) -> None:
            self.inner_loops = probe.inner_loops
            self._threads = [
                _Thread(_Task(probe, state), worker)
                for worker, state in zip(numbers(order["workers"]), states(probe, order))
            ]
            serve()
            for thread in self._threads:
                thread.end()

        opened(order, up)

    def trial(self, loops: int, count: int) -> Tuple[int, List[WorkerRecord]]:
        """Hand a coroutine to each of the first ``count`` loops, then wait for all."""
        gate_ns = perf_counter_ns()
        futures = [thread.open_gate(loops) for thread in self._threads[:count]]
        return gate_ns, [future.result() for future in futures]

    def hand_over(self, count: int) -> List[ResultRecord]:
        """Let each loop judge its own result."""
        return [result for thread in self._threads[:count] for result in thread.hand_over()]
