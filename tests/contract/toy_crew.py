"""Workers that take turns on one thread. It runs in targets, as the agent does."""

from __future__ import annotations

from time import perf_counter_ns
from typing import TYPE_CHECKING

from gilscope_agent.timing import Bench
from gilscope_agent.workload import opened, states

if TYPE_CHECKING:
    from collections.abc import Callable

    from gilscope_agent.records import LaneOrder, ResultRecord, WorkerRecord
    from gilscope_agent.workload import Workload


class TakingTurns:
    """Each waits until the one before it is done."""

    def open(self, order: LaneOrder, serve: Callable[[], None]) -> None:
        """Load the probe once, make the states; there is nothing to end."""

        def up(probe: Workload) -> None:
            self.inner_loops = probe.inner_loops
            self._benches = [Bench(probe.repeat(state), probe.check, "thread") for state in states(probe, order)]
            serve()

        opened(order, up)

    def trial(self, loops: int, count: int) -> tuple[int, list[WorkerRecord]]:
        """One after the other."""
        gate_ns = perf_counter_ns()
        return gate_ns, [bench.measure(loops) for bench in self._benches[:count]]

    def hand_over(self, count: int) -> list[ResultRecord]:
        """Judge the results, now that all have ended."""
        return [result for bench in self._benches[:count] for result in bench.hand_over()]
