"""The serial model: one worker, the main thread of the main interpreter."""

from __future__ import annotations

from time import perf_counter_ns

from . import load
from .timing import Bench

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Tuple


class Serial:
    """What every other model is measured against."""

    def start(self, order: Dict[str, Any]) -> None:
        """Load the probe and make its state."""
        probe = load.load(order["path"], order["function"])
        self._bench = Bench(probe.unit(probe.fresh_state()), probe.check, own_process=True)

    def trial(self, loops: int) -> Tuple[int, List[Dict[str, Any]]]:
        """Run here and now."""
        return perf_counter_ns(), [self._bench.measure(loops)]

    def stop(self) -> None:
        """Nothing was started."""
