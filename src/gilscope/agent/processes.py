"""The processes models: each worker is a process, started by one of ``multiprocessing``'s methods."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from time import perf_counter_ns

from . import stacks, stray
from .fault import LaneError
from .placement import numbers
from .remote import Remote, send, serve
from .timing import END, HAND_OVER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from typing import Any, Callable, List, Optional, Sequence, Tuple, TypeVar

    from .records import LaneOrder, ResultRecord, WorkerRecord
    from .remote import FramePipe

    Record = TypeVar("Record")

SECONDS_TO_LEAVE = 5

# The modules that multiprocessing imported for itself: a script that chooses between pickle and its accelerator finds
# neither loaded, as in any fresh process.
ITS_OWN = ("pickle", "_pickle")


def live(
    order: LaneOrder, worker: Optional[int], inbox: FramePipe, outbox: FramePipe, inherited: List[Connection]
) -> None:
    """Serve as a worker, once it has closed what it holds of others' pipes: nobody saw those end otherwise."""
    stacks.write_on_request()
    stray.settle(lambda record: send(outbox, "failed", record))
    for end in inherited:
        end.close()
    if order.get("benchmark") is not None:
        for name in ITS_OWN:
            sys.modules.pop(name, None)
    serve(order, worker, inbox, outbox, "process")


def obituary(processes: Sequence[BaseProcess]) -> str:
    """Word the exit codes of workers of which one died by itself; those that were ended then do not count."""
    for process in processes:
        process.join(1)
    codes = [process.exitcode for process in processes if process.exitcode is not None]
    own = [code for code in codes if code not in (-signal.SIGTERM, -signal.SIGKILL)] or codes
    return "a worker process died (exit codes: {})".format(", ".join(map(str, own)) or "unknown")


class _Processes:
    """A crew of processes, one per worker, all started before anything of the probe is loaded here."""

    method: str

    def open(self, order: LaneOrder, serve: Callable[[], None]) -> None:
        """Start a process per worker, serve once all are ready; let them run out, and kill what is left."""
        self._start(order)
        self.inner_loops = self._answers(Remote.ready, self._remotes)[0]["inner_loops"]
        serve()
        for remote in self._remotes:
            remote.order(END)
        for process in self._processes:
            process.join(SECONDS_TO_LEAVE)
            process.kill()

    def trial(self, loops: int, count: int) -> Tuple[int, List[WorkerRecord]]:
        """Open the gates of the first ``count`` workers, then wait for them."""
        chosen = self._remotes[:count]
        gate_ns = perf_counter_ns()
        for remote in chosen:
            remote.order(loops)
        return gate_ns, self._answers(Remote.measured, chosen)

    def hand_over(self, count: int) -> List[ResultRecord]:
        """Let each worker judge its own result."""
        chosen = self._remotes[:count]
        for remote in chosen:
            remote.order(HAND_OVER)
        return [result for results in self._answers(Remote.results, chosen) for result in results]

    def _start(self, order: LaneOrder) -> None:
        context: Any = multiprocessing.get_context(self.method)
        self._remotes: List[Remote] = []
        self._processes: List[BaseProcess] = []
        near: List[Connection] = []
        for worker in numbers(order["workers"]):
            orders_in, orders_out = context.Pipe(duplex=False)
            answers_in, answers_out = context.Pipe(duplex=False)
            near += [orders_out, answers_in]
            inherited = near if self.method == "fork" else []
            process = context.Process(target=live, args=(order, worker, orders_in, answers_out, inherited))
            process.start()
            orders_in.close()
            answers_out.close()
            self._processes.append(process)
            self._remotes.append(Remote(answers_in, orders_out))

    def _answers(self, wait: Callable[[Remote], Record], remotes: List[Remote]) -> List[Record]:
        try:
            return [wait(remote) for remote in remotes]
        except LaneError as error:
            if error.record["kind"] == "worker died":
                error.record["reason"] = obituary(self._processes)
            raise


class SpawnedProcesses(_Processes):
    """A crew of processes that start clean, on every platform and beside live interpreters."""

    method = "spawn"


class ForkedProcesses(_Processes):
    """A crew of copies of this process, which has neither threads nor interpreters yet."""

    method = "fork"


class ForkServerProcesses(_Processes):
    """A crew of copies of a clean process that does nothing else."""

    method = "forkserver"
