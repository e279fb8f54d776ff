"""The GIL's real state in this process."""

from __future__ import annotations

import sys


def gil_enabled() -> bool:
    """Return whether this process holds a GIL now; builds before 3.13 always do."""
    ask = getattr(sys, "_is_gil_enabled", None)
    return True if ask is None else bool(ask())
