"""A few lines of ours that another Python runs: they start nothing, and no family is left."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def complaint(command: Sequence[str], environ: Mapping[str, str], limit_s: float) -> str:
    """Run a command and return the last line of its errors if it fails or takes longer, else nothing.

    Raises:
        OSError: it cannot be started.
    """
    try:
        done = subprocess.run(
            command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, timeout=limit_s, check=False
        )
    except subprocess.TimeoutExpired:
        return f"it did not end within {limit_s:g} s"
    if not done.returncode:
        return ""
    words = done.stderr.decode(errors="replace").strip().splitlines()
    return words[-1] if words else f"its Python ended with status {done.returncode}"
