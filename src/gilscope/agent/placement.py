"""Where workers begin: each on a CPU of its own, and free to move from there.

Between trials workers sleep, and Linux likes to wake several of them on one CPU, that of whoever woke them, where they
may stay for tens of milliseconds beside an idle one. A program that starts its threads or processes and lets them work
begins with them spread, and in the long run has them spread too.
"""

from __future__ import annotations

import os
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Optional


def numbers(workers: int) -> Iterable[Optional[int]]:
    """Return a number for each worker, and none for an only one, which may begin wherever it is."""
    return range(workers) if workers > 1 else [None]


def begin_apart(worker: int) -> None:
    """Move the calling thread to a CPU by the worker's number, and keep it on none."""
    if not hasattr(os, "sched_setaffinity"):
        return
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) > 1:
        with suppress(OSError):  # a CPU was taken away since
            os.sched_setaffinity(0, {cpus[worker % len(cpus)]})
            os.sched_setaffinity(0, cpus)
