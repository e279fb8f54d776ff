"""A worker that lives behind a pair of pipes: in a subinterpreter or in a process of its own.

Both ends speak frames of ``marshal``, the one serialiser that every interpreter has built in; both ends always run
on one version. A frame from the worker is ``(kind, record)``, where the kind is ``ready``, ``measured``, ``results`` or
``failed``.
"""

from __future__ import annotations

import marshal
import os

from . import refusals
from .fault import LaneError, failure, raised
from .timing import END, HAND_OVER, Bench
from .workload import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List, Optional, Protocol, Union

    from .records import Failure, LaneOrder, Readiness, ResultRecord, WorkerRecord
    from .usage import Scope
    from .workload import Workload

    class FramePipe(Protocol):
        """The common face of ``multiprocessing``'s connections and our own pipes."""

        def send_bytes(self, buf: bytes) -> None:
            """Write one frame."""

        def recv_bytes(self) -> bytes:
            """Read one frame; raises EOFError once the other end is gone."""


class PipeEnd:
    """One end of an ``os.pipe`` within this process: frames behind a length of four bytes."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    def send_bytes(self, buf: bytes) -> None:
        """Write one frame, whole."""
        rest = len(buf).to_bytes(4, "little") + buf
        while rest:
            rest = rest[os.write(self.fd, rest) :]

    def recv_bytes(self) -> bytes:
        """Read one frame.

        Raises:
            EOFError: the other end was closed.
        """
        return self._exactly(int.from_bytes(self._exactly(4), "little"))

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = os.read(self.fd, size - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data


def serve(order: LaneOrder, worker: Optional[int], inbox: FramePipe, outbox: FramePipe, scope: Scope) -> None:
    """Load the probe and answer every number of loops with a measurement, until the inbox ends or says so."""

    def up(probe: Workload) -> None:
        bench = Bench(probe.repeat(probe.fresh_state()), probe.check, scope, worker)
        send(outbox, "ready", {"inner_loops": probe.inner_loops})
        while True:
            wanted = marshal.loads(inbox.recv_bytes())  # noqa: S302 - both ends are ours
            if wanted == END:
                return
            if wanted == HAND_OVER:
                send(outbox, "results", bench.hand_over())
            else:
                send(outbox, "measured", bench.measure(wanted))

    try:
        opened(order, up)
    except EOFError:
        return
    except LaneError as error:
        send(outbox, "failed", error.record)
    except BaseException as error:  # noqa: BLE001 - a worker reports why it ends, whatever happened
        send(outbox, "failed", raised("work", error))


def serve_descriptors(order: LaneOrder, worker: Optional[int], read_fd: int, write_fd: int) -> None:
    """Serve inside a subinterpreter, behind two file descriptors of its process."""
    refusals.note()
    serve(order, worker, PipeEnd(read_fd), PipeEnd(write_fd), "interpreter")


def send(outbox: FramePipe, kind: str, record: Union[Readiness, WorkerRecord, List[ResultRecord], Failure]) -> None:
    """Write one frame to the near side."""
    outbox.send_bytes(marshal.dumps((kind, record)))  # type: ignore[arg-type]  # a TypedDict is a dict


class Remote:
    """The near side of a worker behind pipes."""

    def __init__(self, inbox: FramePipe, outbox: FramePipe) -> None:
        self._inbox = inbox
        self._outbox = outbox

    def order(self, order: int) -> None:
        """Open the gate: let the worker run the unit so often, or hand its result over, or end."""
        self._outbox.send_bytes(marshal.dumps(order))

    def ready(self) -> Readiness:
        """Wait until the worker has loaded the probe.

        Raises:
            LaneError: the worker failed, or died without a word.
        """
        readiness: Readiness = self._record()
        return readiness

    def measured(self) -> WorkerRecord:
        """Wait for the record of the trial that was ordered.

        Raises:
            LaneError: the worker failed, or died without a word.
        """
        record: WorkerRecord = self._record()
        return record

    def results(self) -> List[ResultRecord]:
        """Wait for the judged results.

        Raises:
            LaneError: the worker failed, or died without a word.
        """
        records: List[ResultRecord] = self._record()
        return records

    def _record(self) -> Any:  # noqa: ANN401 - what comes next, the caller knows
        try:
            kind, record = marshal.loads(self._inbox.recv_bytes())  # noqa: S302 - both ends are ours
        except (EOFError, OSError) as error:
            raise LaneError(failure("work", "worker died", "a worker died without a word")) from error
        if kind == "failed":
            raise LaneError(record)
        return record
