"""Locks on open files, each of which ends with the process that holds it, however that ends."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has none
    HAS_LOCKS = False
else:
    HAS_LOCKS = True

LOCKS = Path("/proc/locks")
"""Who holds a lock, where the system says so."""
_FLOCK, _HOLDER, _FILE = 1, 4, 5
"""Columns of that list: the kind of a lock, its process, and its file as ``major:minor:inode``."""


class TakenError(Exception):
    """Another process holds the lock; ``holder`` is its number, None where the system does not say."""

    def __init__(self, holder: int | None) -> None:
        super().__init__("another process" if holder is None else f"process {holder}")
        self.holder = holder


def take(descriptor: int) -> None:
    """Lock an open file as long as it is open, where its system of files has locks.

    Raises:
        TakenError: another process holds the lock.
    """
    if not HAS_LOCKS:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise TakenError(_holder(os.fstat(descriptor).st_ino)) from error
    except OSError:  # some systems of files have no locks
        return


def _holder(inode: int) -> int | None:
    """The process that holds the lock of a file; None where the system does not say."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in LOCKS.read_text().splitlines():
            fields = line.split()
            if fields[_FLOCK] == "FLOCK" and fields[_FILE].rpartition(":")[2] == str(inode):
                return int(fields[_HOLDER])
    return None
