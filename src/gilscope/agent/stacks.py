"""The stacks of a hanging lane's threads, written on request."""

from __future__ import annotations

import faulthandler
import signal


def write_on_request() -> None:
    """Write all stacks to standard error on SIGUSR1, from C and without the GIL, where there is that signal."""
    request = getattr(signal, "SIGUSR1", None)
    if request is not None:
        faulthandler.register(request, all_threads=True)
