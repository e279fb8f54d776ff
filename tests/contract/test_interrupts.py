"""Signals that a command hears, and those that it was started to ignore."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from gilscope import interrupts

ASK = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows starts nothing with signals ignored")
def test_children_hear_what_we_were_started_to_ignore() -> None:
    """A shell starts what is behind ``&`` with SIGINT ignored, and CPython's own tests, run as a profile, send it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupts.heard() as heard:
            os.kill(os.getpid(), signal.SIGINT)
            said = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True).stdout
        after = signal.getsignal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)

    assert (heard.status, said.strip(), after) == (None, "True", signal.SIG_IGN)
