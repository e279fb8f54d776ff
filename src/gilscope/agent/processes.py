"""The processes models: each worker is a process, started by one of ``multiprocessing``'s methods."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from time import perf_counter_ns

from . import stacks, stray
from .fault import LaneError
from .remote import Remote, send, serve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from typing import Any, Callable, Dict, List, Sequence, Tuple

    from .remote import Channel

SECONDS_TO_LEAVE = 5

# What multiprocessing imported for itself: a script that chooses between pickle and its accelerator finds neither
# loaded, as in any fresh process.
ITS_OWN = ("pickle", "_pickle")


def live(order: Dict[str, Any], inbox: Channel, outbox: Channel, inherited: List[Connection]) -> None:
    """What a worker runs, once it has closed what it holds of others' pipes: nobody saw those end otherwise."""
    stacks.tell_on_request()
    stray.settle(lambda record: send(outbox, "failed", record))
    for end in inherited:
        end.close()
    if order.get("benchmark") is not None:
        for name in ITS_OWN:
            sys.modules.pop(name, None)
    serve(order, inbox, outbox, own_process=True)


def obituary(processes: Sequence[BaseProcess]) -> str:
    """What is known of workers of which one died by itself; those that were then told to end do not count."""
    for process in processes:
        process.join(1)
    codes = [process.exitcode for process in processes if process.exitcode is not None]
    own = [code for code in codes if code not in (-signal.SIGTERM, -signal.SIGKILL)] or codes
    return "a worker process died (exit codes: {})".format(", ".join(map(str, own)) or "unknown")


class _Processes:
    """One process per worker, all started before anything of the probe is loaded here."""

    method: str

    def open(self, order: Dict[str, Any], serve: Callable[[], None]) -> None:
        """Start a process per worker, wait until all are ready; let them run out in the end, and make sure of it."""
        self._start(order)
        self.inner_loops = self._answers(self._remotes)[0]["inner_loops"]
        serve()
        for remote in self._remotes:
            remote.order(0)
        for process in self._processes:
            process.join(SECONDS_TO_LEAVE)
            process.kill()

    def trial(self, loops: int, count: int) -> Tuple[int, List[Dict[str, Any]]]:
        """Open the gates of the first ``count``, then wait for them."""
        chosen = self._remotes[:count]
        gate_ns = perf_counter_ns()
        for remote in chosen:
            remote.order(loops)
        return gate_ns, self._answers(chosen)

    def _start(self, order: Dict[str, Any]) -> None:
        context: Any = multiprocessing.get_context(self.method)
        self._remotes: List[Remote] = []
        self._processes: List[BaseProcess] = []
        near: List[Connection] = []
        for _ in range(order["workers"]):
            orders_in, orders_out = context.Pipe(duplex=False)
            answers_in, answers_out = context.Pipe(duplex=False)
            near += [orders_out, answers_in]
            inherited = near if self.method == "fork" else []
            process = context.Process(target=live, args=(order, orders_in, answers_out, inherited))
            process.start()
            orders_in.close()
            answers_out.close()
            self._processes.append(process)
            self._remotes.append(Remote(answers_in, orders_out))

    def _answers(self, remotes: List[Remote]) -> List[Dict[str, Any]]:
        try:
            return [remote.answer() for remote in remotes]
        except LaneError as error:
            if error.record["kind"] == "worker died":
                error.record["reason"] = obituary(self._processes)
            raise


class SpawnedProcesses(_Processes):
    """Every worker starts clean, on every platform and beside live interpreters."""

    method = "spawn"


class ForkedProcesses(_Processes):
    """Copies of this process, which has neither threads nor interpreters yet."""

    method = "fork"


class ForkServerProcesses(_Processes):
    """Copies of a clean process that does nothing else."""

    method = "forkserver"
