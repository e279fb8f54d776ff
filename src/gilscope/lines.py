"""Lines from a child process, none of them waited for longer than asked."""

from __future__ import annotations

import select
import time
from collections import deque
from typing import IO

from gilscope import host

LONGEST_BYTES = 1_000_000


class Lines:
    """What comes through a pipe, read by whoever asks for it: a thread that reads ahead would have to be woken too.

    A line of over `LONGEST_BYTES` comes in pieces, so that an endless one fills no memory.
    """

    def __init__(self, pipe: IO[bytes]) -> None:
        self._stream = host.waitable(pipe)
        self._ready: deque[bytes] = deque()
        self._rest = b""

    def next(self, deadline: float) -> bytes:
        """The next line, without its end, by this time of the monotonic clock in seconds.

        Raises:
            TimeoutError: there is none by then, however much else there is.
            EOFError: there will be none.
        """
        while not self._ready:
            left_s = deadline - time.monotonic()
            if left_s < 0 or not select.select((self._stream,), (), (), left_s)[0]:
                raise TimeoutError
            self._take(self._stream.read(host.CHUNK_BYTES) or b"")
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
