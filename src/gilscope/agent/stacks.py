"""Where every thread of a hanging lane is, on request."""

from __future__ import annotations

import faulthandler
import signal


def tell_on_request() -> None:
    """Write all stacks to standard error on SIGUSR1, from C and without the GIL (nothing where no such signal is)."""
    request = getattr(signal, "SIGUSR1", None)
    if request is not None:
        faulthandler.register(request, all_threads=True)
