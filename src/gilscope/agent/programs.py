"""Programs: one run of a program, from its start to its end, is one unit of work.

Its errors go where a probe's go, to the file in which the controller looks when something went wrong; its output goes
to a file that nobody looks into while all is well. It belongs to the lane's process group, so that whatever it starts
ends with the lane.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from contextlib import suppress

from . import stacks
from .fault import LONGEST_DETAIL, LaneError, failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, List

ERRORS = 2
"""The descriptor of standard error."""


def unit(command: List[str]) -> Callable[[], None]:
    """Return what runs a program once; it has no result.

    Its call raises LaneError where the program cannot be started, or ends with another exit status than 0.
    """
    stacks.write_no_more()
    output = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the lane

    def run() -> None:
        _empty(ERRORS)
        _empty(output.fileno())
        try:
            status = subprocess.call(command, stdout=output)
        except OSError as error:
            reason = "{} cannot be started: {}".format(command[0], error.strerror or error)
            raise LaneError(failure("work", "died", reason)) from error
        if status:
            words = _end_of(ERRORS).rstrip() or _end_of(output.fileno()).rstrip()
            last = ": {}".format(words.splitlines()[-1]) if words else ""
            raise LaneError(failure("work", "died", "the program {}{}".format(_death(status), last), words))

    return run


def _empty(descriptor: int) -> None:
    """Drop what a file holds, which many runs would fill."""
    with suppress(OSError):  # a pipe holds nothing
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)


def _end_of(descriptor: int) -> str:
    """Return the end of what was printed to a file; nothing where it is none."""
    with suppress(OSError):
        size = os.lseek(descriptor, 0, os.SEEK_END)
        os.lseek(descriptor, max(0, size - LONGEST_DETAIL), os.SEEK_SET)
        return os.read(descriptor, LONGEST_DETAIL).decode("utf-8", "replace")
    return ""


def _death(status: int) -> str:
    """Put an exit status in words, a negative one by the name of its signal."""
    if status > 0:
        return "ended with exit status {}".format(status)
    with suppress(ValueError):
        return "died of {}".format(signal.Signals(-status).name)
    return "died of signal {}".format(-status)
