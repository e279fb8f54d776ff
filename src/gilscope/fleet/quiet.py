"""How often Dask looks at itself: rarely while hosts measure, who need all their CPUs.

A worker that waits for its only task still wakes up two hundred times a second with the process that looks after it:
to time its event loop, to sample what it runs, and to see what memory it holds. Half of these do nothing for others
than Dask's own page, and none of them anything for a measurement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from distributed import profile

if TYPE_CHECKING:
    from distributed.core import Server

LOOKS = ("tick", "ticks", "monitor", "memory_monitor", "profile", "profile-cycle")
"""Dask's names of what it looks at, in a worker, in the nanny that looks after one, and in a scheduler."""
RARELY_MS = 2500.0
"""How often that is while a host measures; an event loop that is timed more rarely complains of itself."""

_USUAL_MS: dict[str, float] = {}
"""How often it was in this process before."""


def quieten(server: Server) -> None:
    """Have a server of Dask look at itself rarely, until `unquieten`; once more does nothing."""
    if _USUAL_MS:
        return
    for name in LOOKS:
        if name in server.periodic_callbacks:
            callback = server.periodic_callbacks[name]
            _USUAL_MS[name] = callback.callback_time
            callback.callback_time = max(callback.callback_time, RARELY_MS)
    profile.lock.acquire()  # the thread that samples the event loop waits for it


def unquieten(server: Server) -> None:
    """Have it look at itself as often as before."""
    if not _USUAL_MS:
        return
    profile.lock.release()
    for name, usual_ms in _USUAL_MS.items():
        server.periodic_callbacks[name].callback_time = usual_ms
    _USUAL_MS.clear()
