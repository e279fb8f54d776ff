"""Trials as records. A trial's time is the makespan, from the gate to the last worker's end.

A worker's own duration is never taken for it: under a shared GIL one worker can starve the others, and what each then
tells of itself adds up to a speed-up that is not there. The same holds for what a unit tells that times itself, as most
of pyperf's do. But its call also prepares what it does not time, so the makespan alone would be too long. It is
multiplied by the *timed share*: how much of its call one worker says it was timing, alone and with as many loops.

With one worker, that is exactly the time the unit told. With several, whole calls are compared, which no worker's clock
can embellish, and told in the unit that the benchmark means.
"""

from __future__ import annotations

from .timing import gil_enabled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List

    from .crews import Crew


class Trials:
    """A crew's trials; the share of a self-timed unit is measured once per number of loops."""

    def __init__(self, crew: Crew, workers: int) -> None:
        self._crew = crew
        self._workers = workers
        self._shares: Dict[int, float] = {}

    def trial(self, loops: int) -> Dict[str, Any]:
        """Let every worker run ``loops`` units; times count from the gate, the lists have one entry per worker."""
        gil_before = gil_enabled()
        gate_ns, records = self._crew.trial(loops, self._workers)
        makespan_ns = max(record["end_ns"] for record in records) - gate_ns
        is_self_timed = records[0]["own_ns"] is not None
        return {
            "loops": loops,
            "wall_ns": self._timed_ns(makespan_ns, loops, records) if is_self_timed else makespan_ns,
            "starts_ns": [record["start_ns"] - gate_ns for record in records],
            "ends_ns": [record["end_ns"] - gate_ns for record in records],
            "own_ns": [record["own_ns"] for record in records] if is_self_timed else [],
            "cpu_ns": [record["cpu_ns"] for record in records],
            "wait_ns": [record["wait_ns"] for record in records],
            "digests": [record["digest"] for record in records],
            "observed": records[0]["observed"],
            "gil_before": gil_before,
            "gil_after": any(record["gil"] for record in records),
        }

    def _timed_ns(self, makespan_ns: int, loops: int, records: List[Dict[str, Any]]) -> int:
        if len(records) == 1:
            share = _timed_share(records[0])
        else:
            if loops not in self._shares:
                self._shares[loops] = _timed_share(self._crew.trial(loops, 1)[1][0])
            share = self._shares[loops]
        return max(1, round(makespan_ns * share))


def _timed_share(record: Dict[str, Any]) -> float:
    """How much of its call's duration a unit says it was timing, in a trial of one worker."""
    own_ns: int = record["own_ns"]
    duration_ns: int = record["end_ns"] - record["start_ns"]
    return own_ns / max(1, duration_ns)
