"""The processes model: each worker is a process started with ``multiprocessing``'s ``spawn``."""

from __future__ import annotations

import multiprocessing
import sys
from time import perf_counter_ns

from . import stacks, stray
from .fault import LaneError
from .remote import Remote, send, serve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess
    from typing import Any, Callable, Dict, List, Tuple

    from .remote import Channel

SECONDS_TO_LEAVE = 5

# What multiprocessing imported for itself: a script that chooses between pickle and its accelerator finds neither
# loaded, as in any fresh process.
ITS_OWN = ("pickle", "_pickle")


def live(order: Dict[str, Any], inbox: Channel, outbox: Channel) -> None:
    """What a spawned worker runs."""
    stacks.tell_on_request()
    stray.settle(lambda record: send(outbox, "failed", record))
    if order.get("benchmark") is not None:
        for name in ITS_OWN:
            sys.modules.pop(name, None)
    serve(order, inbox, outbox, own_process=True)


class Processes:
    """Spawned, not forked: every worker starts clean, on every platform and beside live interpreters."""

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
        context = multiprocessing.get_context("spawn")
        self._remotes: List[Remote] = []
        self._processes: List[SpawnProcess] = []
        for _ in range(order["workers"]):
            orders_in, orders_out = context.Pipe(duplex=False)
            answers_in, answers_out = context.Pipe(duplex=False)
            process = context.Process(target=live, args=(order, orders_in, answers_out))
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
                error.record["reason"] = self._obituary()
            raise

    def _obituary(self) -> str:
        for process in self._processes:
            process.join(1)
        codes = [process.exitcode for process in self._processes if process.exitcode is not None]
        return "a worker process died (exit codes: {})".format(", ".join(map(str, codes)) or "unknown")
