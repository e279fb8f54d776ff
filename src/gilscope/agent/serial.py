"""The serial model: one worker, the main thread of the main interpreter."""

from __future__ import annotations

from . import load
from .timing import Bench

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Tuple

    from .load import Workload


class Serial:
    """What every other model is measured against."""

    def open(self, order: Dict[str, Any], serve: Callable[[], None]) -> None:
        """Load the probe and make its state; nothing else has to be brought up or ended."""

        def up(probe: Workload) -> None:
            self.inner_loops = probe.inner_loops
            self._bench = Bench(probe.repeat(probe.fresh_state()), probe.check, own_process=True)
            serve()

        load.opened(order, up)

    def trial(self, loops: int, _: int) -> Tuple[int, List[Dict[str, Any]]]:
        """Run here and now: the gate opens when the work begins."""
        record = self._bench.measure(loops)
        return record["start_ns"], [record]
