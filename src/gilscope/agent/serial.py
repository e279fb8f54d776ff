"""The serial model: one worker, the main thread of the main interpreter."""

from __future__ import annotations

from .timing import Bench
from .workload import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, List, Tuple

    from .records import LaneOrder, ResultRecord, WorkerRecord
    from .workload import Workload


class Serial:
    """The crew of one that every other model is measured against."""

    def open(self, order: LaneOrder, serve: Callable[[], None]) -> None:
        """Load the probe and make its state; nothing else has to be brought up or ended."""

        def up(probe: Workload) -> None:
            self.inner_loops = probe.inner_loops
            self._bench = Bench(probe.repeat(probe.fresh_state()), probe.check, "process")
            serve()

        opened(order, up)

    def trial(self, loops: int, _: int) -> Tuple[int, List[WorkerRecord]]:
        """Run here and now: the gate opens when the work begins."""
        record = self._bench.measure(loops)
        return record["start_ns"], [record]

    def hand_over(self, _: int) -> List[ResultRecord]:
        """Judge the result here."""
        return self._bench.hand_over()
