"""Workers that take turns on one thread. It runs in targets, as the agent does."""

from __future__ import annotations

from time import perf_counter_ns
from typing import TYPE_CHECKING

from gilscope_agent import load
from gilscope_agent.threads import states
from gilscope_agent.timing import Bench

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from gilscope_agent.load import Workload


class TakingTurns:
    """Each waits until the one before it is done."""

    def open(self, order: dict[str, Any], serve: Callable[[], None]) -> None:
        """Load the probe once, make the states; there is nothing to end."""

        def up(probe: Workload) -> None:
            self.inner_loops = probe.inner_loops
            self._benches = [
                Bench(probe.repeat(state), probe.check, own_process=False) for state in states(probe, order)
            ]
            serve()

        load.opened(order, up)

    def trial(self, loops: int, count: int) -> tuple[int, list[dict[str, Any]]]:
        """One after the other."""
        gate_ns = perf_counter_ns()
        return gate_ns, [bench.measure(loops) for bench in self._benches[:count]]
