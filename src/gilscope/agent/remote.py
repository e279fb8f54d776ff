"""A worker that lives behind a pair of pipes: in a subinterpreter or in a process of its own.

Both ends speak frames of ``marshal``, the one serialiser that every interpreter has built in; the two ends always
run the same version. A frame from the worker is ``(kind, record)`` with kind ``ready``, ``measured`` or ``failed``.
"""

from __future__ import annotations

import marshal
import os

from . import load
from .fault import LaneError, failure, raised
from .timing import Bench

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Protocol, Tuple

    from .load import Workload

    class Channel(Protocol):
        """What ``multiprocessing``'s connections and our own pipes have in common."""

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


def serve(order: Dict[str, Any], inbox: Channel, outbox: Channel, *, own_process: bool) -> None:
    """Load the probe and answer every number of loops with a measurement, until the inbox ends or says 0."""

    def up(probe: Workload) -> None:
        bench = Bench(probe.repeat(probe.fresh_state()), probe.check, own_process=own_process)
        send(outbox, "ready", {"inner_loops": probe.inner_loops})
        while True:
            loops = marshal.loads(inbox.recv_bytes())  # noqa: S302 - both ends are ours
            if not loops:
                return
            send(outbox, "measured", bench.measure(loops))

    try:
        load.opened(order, up)
    except EOFError:
        return
    except LaneError as error:
        send(outbox, "failed", error.record)
    except BaseException as error:  # noqa: BLE001 - a worker tells why it ends, whatever happened
        send(outbox, "failed", raised("work", error))


def serve_descriptors(order: Dict[str, Any], read_fd: int, write_fd: int) -> None:
    """The same inside a subinterpreter."""
    serve(order, PipeEnd(read_fd), PipeEnd(write_fd), own_process=False)


def send(outbox: Channel, kind: str, record: Dict[str, Any]) -> None:
    """Write one frame to the near side."""
    outbox.send_bytes(marshal.dumps((kind, record)))


class Remote:
    """The near side of one such worker."""

    def __init__(self, inbox: Channel, outbox: Channel) -> None:
        self._inbox = inbox
        self._outbox = outbox

    def order(self, loops: int) -> None:
        """Open the gate: let it run the unit ``loops`` times; 0 ends it."""
        self._outbox.send_bytes(marshal.dumps(loops))

    def answer(self) -> Dict[str, Any]:
        """The record of the next frame.

        Raises:
            LaneError: the worker failed, or died without a word.
        """
        try:
            kind, record = self._frame()
        except (EOFError, OSError) as error:
            raise LaneError(failure("work", "worker died", "a worker died without a word")) from error
        if kind == "failed":
            raise LaneError(record)
        return record

    def _frame(self) -> Tuple[str, Dict[str, Any]]:
        kind, record = marshal.loads(self._inbox.recv_bytes())  # noqa: S302 - both ends are ours
        return kind, record
