"""Trials as records; a trial's time is the makespan, from the gate to the last worker's end.

A worker's own duration is never taken for it: under a shared GIL one worker can starve the others, and the durations
that each reports of itself then add up to a speed-up that is not there. Units that time themselves, as most of
pyperf's do, report durations of that kind. But their calls also prepare what they do not time, so the makespan alone
would be too long. It is multiplied by the *timed share*: the part of its call that one worker says it was timing,
alone and with as many loops.

The product is exactly the unit's own time where there is one worker. Where there are more, whole calls are compared,
which no worker's clock can embellish, in the unit that the benchmark means.
"""

from __future__ import annotations

from . import collector
from .gil import gil_enabled
from .usage import children_peak_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List

    from .collector import Reading
    from .crews import Crew
    from .records import TrialRecord, Usage, WorkerRecord


class Trials:
    """A crew's trials; the share of a unit that times itself is measured once per number of loops."""

    def __init__(self, crew: Crew, workers: int) -> None:
        self._crew = crew
        self._workers = workers
        self._shares: Dict[int, float] = {}

    def trial(self, loops: int) -> TrialRecord:
        """Let every worker run ``loops`` units; times count from the gate, the lists have one entry per worker."""
        gil_before = gil_enabled()
        collector.watch()
        before = collector.reading()
        gate_ns, records = self._crew.trial(loops, self._workers)
        after = collector.reading()
        results = self._crew.hand_over(self._workers)
        makespan_ns = max(record["end_ns"] for record in records) - gate_ns
        times_itself = records[0]["own_ns"] is not None
        used = [record["used"] for record in records]
        collections, paused_ns = _collected(used, before, after)
        return {
            "loops": loops,
            "wall_ns": self._timed_ns(makespan_ns, loops, records) if times_itself else makespan_ns,
            "starts_ns": [record["start_ns"] - gate_ns for record in records],
            "ends_ns": [record["end_ns"] - gate_ns for record in records],
            "own_ns": [record["own_ns"] for record in records] if times_itself else [],
            "cpu_ns": [usage["cpu_ns"] for usage in used],
            "others_ns": [usage["others_ns"] for usage in used],
            "wait_ns": [usage["wait_ns"] for usage in used],
            "system_ns": [usage["system_ns"] for usage in used],
            "voluntary": [usage["voluntary"] for usage in used],
            "involuntary": [usage["involuntary"] for usage in used],
            "faults": [usage["faults"] for usage in used],
            "collections": collections,
            "paused_ns": paused_ns,
            "digests": [result["digest"] for result in results],
            "children_peak_bytes": children_peak_bytes(),
            "shown": [result["shown"] for result in results],
            "observed": results[0]["observed"],
            "calls": [result["calls"] for result in results if result["calls"] is not None],
            "refused": {name: words for result in results for name, words in result["refused"].items()},
            "gil_before": gil_before,
            "gil_after": any(record["gil"] for record in records),
        }

    def _timed_ns(self, makespan_ns: int, loops: int, records: List[WorkerRecord]) -> int:
        if len(records) == 1:
            share = _timed_share(records[0])
        else:
            if loops not in self._shares:
                self._shares[loops] = _timed_share(self._crew.trial(loops, 1)[1][0])
                self._crew.hand_over(1)
            share = self._shares[loops]
        return max(1, round(makespan_ns * share))


def _collected(used: List[Usage], before: Reading, after: Reading) -> Reading:
    """Return the collections of all workers' interpreters, and their pauses; those of this one where they share it."""
    if used[0]["collections"] is None:
        if before[0] is None or after[0] is None:
            return None, None
        return after[0] - before[0], None if after[1] is None else after[1] - (before[1] or 0)
    pauses = [usage["paused_ns"] for usage in used if usage["paused_ns"] is not None]
    return sum(usage["collections"] or 0 for usage in used), sum(pauses) if len(pauses) == len(used) else None


def _timed_share(record: WorkerRecord) -> float:
    """Return the part of its call's duration that a unit says it was timing, in a trial of one worker."""
    duration_ns = record["end_ns"] - record["start_ns"]
    return (record["own_ns"] or 0) / max(1, duration_ns)
