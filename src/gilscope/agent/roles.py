"""The roles model: threads do unlike work side by side, each trial for a length of time.

A trial has a deadline instead of a number of loops, since no number would keep all roles busy to the end. Calls count
until the last worker has passed the deadline, and all go on for as long: every call that counts had all others beside
it, however long one of them takes.
"""

from __future__ import annotations

from bisect import bisect_right
from time import perf_counter_ns

from .placement import numbers
from .threads import Threads, Worker
from .timing import Bench
from .units import Observed, blocking
from .workload import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, List, Sequence, Tuple

    from .records import CallsRecord, LaneOrder, RoleOrder, WorkerRecord
    from .units import AnyRepeat, Outcome, Repeat
    from .workload import Workload

TRIAL_NS = 200_000_000
"""How long every worker repeats its work in a trial: forty turns of a GIL that changes hands every 5 ms."""

FEWEST_WITH_P99 = 101
"""Calls below which none lies beyond the 99th percentile."""


class Roles(Threads):
    """A crew of threads in roles, which share what their modules define, and a state where the order says so."""

    def open(self, order: LaneOrder, serve: Callable[[], None]) -> None:
        """Load the work of every role, make the states; workers stand in the order of the roles."""

        def up(works: Sequence[Workload]) -> None:
            self.inner_loops = 1
            of_workers = [work for work, role in zip(works, order["roles"]) for _ in range(role["workers"])]
            self._workers = [
                Worker(Bench(self._repeat(work.repeat(state)), None, "thread", worker))
                for work, state, worker in zip(of_workers, _states(of_workers, order), numbers(order["workers"]))
            ]
            serve()

        _all_opened(order, order["roles"], [], up)

    def trial(self, loops: int, count: int) -> Tuple[int, List[WorkerRecord]]:
        """Let all workers repeat their work until the last of them has passed the deadline."""
        self._trial = _Trial(count)
        return super().trial(loops, count)

    def _repeat(self, work: AnyRepeat) -> Repeat:
        """Return what one worker runs in every trial, whatever number of loops it is given."""
        call = blocking(work)

        def repeat(_: int) -> Outcome:
            return self._trial.run(call), None

        return repeat


class _Trial:
    """One trial of all workers: when each began, and when each had passed the deadline."""

    def __init__(self, workers: int) -> None:
        self.begun_ns: List[int] = []
        self.passed_ns: List[int] = []
        self._workers = workers

    def run(self, call: Repeat) -> _Counted:
        """Repeat one worker's calls until all have passed the deadline; one that fails keeps nobody waiting."""
        ends_ns: List[int] = []
        clock, passed_ns, workers = perf_counter_ns, self.passed_ns, self._workers
        now_ns = clock()
        self.begun_ns.append(now_ns)
        deadline_ns = now_ns + TRIAL_NS
        try:
            while now_ns < deadline_ns:
                call(1)
                now_ns = clock()
                ends_ns.append(now_ns)
        finally:
            passed_ns.append(now_ns)
        while len(passed_ns) < workers:
            call(1)
            ends_ns.append(clock())
        return _Counted(self, ends_ns)


class _Counted(Observed):
    """One worker's calls by their ends; which of them count is known once all workers have ended."""

    def __init__(self, trial: _Trial, ends_ns: Sequence[int]) -> None:
        super().__init__({})
        self._trial = trial
        self._ends_ns = ends_ns

    @property
    def calls(self) -> CallsRecord:
        """Return how many calls counted and how long they took, the wait for a first turn included."""
        gate_ns, last_ns = min(self._trial.begun_ns), max(self._trial.passed_ns)
        ends_ns = self._ends_ns[: bisect_right(self._ends_ns, last_ns)]
        times_ns = sorted(end - begin for begin, end in zip([gate_ns, *ends_ns], ends_ns))
        count = len(times_ns)
        return {
            "count": count,
            "ns": ends_ns[-1] - gate_ns,
            "median_ns": times_ns[count // 2],
            "longest_ns": times_ns[-1],
            "p99_ns": times_ns[count * 99 // 100] if count >= FEWEST_WITH_P99 else None,
        }


def _states(of_workers: Sequence[Workload], order: LaneOrder) -> List[object]:
    """Make one state per worker, or a single one for all; all roles have one setup."""
    if order["shared"]:
        return [of_workers[0].fresh_state()] * len(of_workers)
    return [work.fresh_state() for work in of_workers]


def _all_opened(
    order: LaneOrder, roles: Sequence[RoleOrder], works: List[Workload], up: Callable[[Sequence[Workload]], None]
) -> None:
    """Open the work of each role inside that of the one before it, then call ``up`` with all of them."""
    if not roles:
        up(works)
        return
    opened({**order, "target": roles[0]["target"]}, lambda work: _all_opened(order, roles[1:], [*works, work], up))
