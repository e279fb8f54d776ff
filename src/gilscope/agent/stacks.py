"""The stacks of a hanging lane's threads, written on request."""

from __future__ import annotations

import faulthandler
import signal


def write_on_request() -> None:
    """Write all stacks to standard error on SIGUSR1, from C and without the GIL, where there is that signal."""
    request = getattr(signal, "SIGUSR1", None)
    if request is not None:
        faulthandler.register(request, all_threads=True)


def write_no_more() -> None:
    """Pass the request over from now on: the stacks of a process that only waits for another say nothing."""
    request = getattr(signal, "SIGUSR1", None)
    if request is not None:
        faulthandler.unregister(request)
        signal.signal(request, lambda *_: None)
