"""Lines from a child process are read one by one, and none is waited for longer than asked."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections import deque
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import SocketIO

CHUNK_BYTES = 65_536
LONGEST_BYTES = 1_000_000


class Lines:
    """Lines come through a pipe and are read by whoever asks for the next one.

    A thread that reads ahead would have to be woken too. A line of over `LONGEST_BYTES` comes in pieces, so that an
    endless one fills no memory.
    """

    def __init__(self, pipe: IO[bytes]) -> None:
        self._stream = waitable(pipe)
        self._has_more = waiting_for(self._stream)
        self._ready: deque[bytes] = deque()
        self._rest = b""

    def next(self, deadline: float) -> bytes:
        """Return the next line, without its end, by a time of the monotonic clock in seconds.

        Raises:
            TimeoutError: there is none by then, however much else there is.
            EOFError: there will be none.
        """
        while not self._ready:
            left_s = deadline - time.monotonic()
            if left_s < 0 or not self._has_more(left_s):
                raise TimeoutError
            self._take(self._stream.read(CHUNK_BYTES) or b"")
        return self._ready.popleft()

    def close(self) -> None:
        """Read no more."""
        self._stream.close()

    def _take(self, chunk: bytes) -> None:
        *lines, rest = (self._rest + chunk).split(b"\n")
        if not chunk and not rest:
            raise EOFError
        if not chunk or len(rest) > LONGEST_BYTES:
            lines, rest = [*lines, rest], b""
        self._ready.extend(lines)
        self._rest = rest


def waiting_for(stream: IO[bytes] | SocketIO) -> Callable[[float], bool]:
    """A function that waits some seconds, and returns whether there is something to read, or the end.

    ``poll`` knows descriptors beyond the 1024 of ``select``.
    """
    if not hasattr(select, "poll"):
        return lambda within_s: bool(select.select((stream,), (), (), within_s)[0])
    poll = select.poll()
    poll.register(stream, select.POLLIN)
    return lambda within_s: bool(poll.poll(1000 * within_s))


def waitable(pipe: IO[bytes]) -> IO[bytes] | SocketIO:
    """Return a stream that can be waited for with a time limit: the pipe, or a socket filled from it.

    On Windows only sockets can be waited for, so that a thread fills one from the pipe.
    """
    if hasattr(select, "poll"):
        return pipe
    ours, theirs = socket.socketpair()
    threading.Thread(target=_pour, args=(pipe, theirs), daemon=True).start()
    with ours:
        return ours.makefile("rb", buffering=0)


def _pour(pipe: IO[bytes], into: socket.socket) -> None:
    with pipe, into, contextlib.suppress(OSError, ValueError):  # either end was closed meanwhile
        while chunk := pipe.read(CHUNK_BYTES):
            into.sendall(chunk)
