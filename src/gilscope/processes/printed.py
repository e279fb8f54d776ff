"""What a child prints to standard error, of which the beginning and the end are kept.

It goes to a file, so that a program which nobody listens to does not wait for a reader. Whoever waits for the program
trims the file now and then.
"""

from __future__ import annotations

import os
import tempfile
from typing import IO

try:
    import fcntl
except ImportError:  # Windows has none
    HAS_FLAGS = False
else:
    HAS_FLAGS = True

MOST_BYTES = 1_000_000
"""From here on, a file is trimmed."""
KEPT_BYTES = 8_000
"""What is kept of either end."""


class Printed:
    """A file to print to; it has no name, and is gone once it is closed."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        if HAS_FLAGS:  # whoever prints then goes on at the new end of a file that was trimmed
            descriptor = self._file.fileno()
            fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_APPEND)
        self._beginning = b""
        self._before = b""
        self.dropped_bytes = 0

    def fileno(self) -> int:
        """The descriptor that the child gets."""
        return self._file.fileno()

    def total_bytes(self) -> int:
        """How much was printed so far."""
        return self.dropped_bytes + len(self._beginning) + len(self._before) + self._size()

    def trim(self) -> None:
        """Let go of the middle of a file that has become large."""
        if not HAS_FLAGS or self._size() <= MOST_BYTES:
            return
        held = self._size()
        if not self._beginning:
            self._beginning = self._read(0, KEPT_BYTES)
            held -= len(self._beginning)
        held += len(self._before)
        self._before = self._read(max(0, self._size() - KEPT_BYTES), KEPT_BYTES)
        self.dropped_bytes += held - len(self._before)
        self._file.truncate(0)

    def end(self, most_bytes: int) -> bytes:
        """The end of what was printed, below its beginning where something between them was let go."""
        held = self._before + self._read(max(0, self._size() - most_bytes), most_bytes)
        if not self._beginning:
            return held[-most_bytes:]
        gap = b"\n[... %d bytes ...]\n" % self.dropped_bytes
        half = most_bytes // 2
        return self._beginning[:half] + gap + held[-half:]

    def close(self) -> None:
        """Let go of all of it."""
        self._file.close()

    def _size(self) -> int:
        return os.fstat(self._file.fileno()).st_size

    def _read(self, place: int, count: int) -> bytes:
        self._file.seek(place)
        return self._file.read(count)
