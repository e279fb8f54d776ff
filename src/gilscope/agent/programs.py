"""Programs: one run of a program, from its start to its end, is one unit of work.

A program prints where a probe prints, to the file in which the controller looks when something went wrong. It belongs
to the lane's process group, so that whatever it starts ends with the lane.
"""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress

from .fault import LONGEST_DETAIL, LaneError, failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, List

PRINTED = 2
"""The descriptor of what is printed (see `gilscope_agent.door`)."""


def unit(command: List[str]) -> Callable[[], None]:
    """Return what runs a program once; it has no result.

    Its call raises LaneError where the program cannot be started, or ends with another exit status than 0.
    """

    def run() -> None:
        _forget_printed()
        try:
            status = subprocess.call(command)
        except OSError as error:
            reason = "{} cannot be started: {}".format(command[0], error.strerror or error)
            raise LaneError(failure("work", "died", reason)) from error
        if status:
            words = _last_words()
            last = ": {}".format(words.rstrip().splitlines()[-1]) if words.strip() else ""
            raise LaneError(failure("work", "died", "the program {}{}".format(_death(status), last), words))

    return run


def _forget_printed() -> None:
    """Empty the file, which the output of many runs would fill."""
    with suppress(OSError):  # a pipe holds nothing
        os.ftruncate(PRINTED, 0)
        os.lseek(PRINTED, 0, os.SEEK_SET)


def _last_words() -> str:
    """Return the end of what was printed; nothing where it cannot be read again."""
    with suppress(OSError):
        size = os.lseek(PRINTED, 0, os.SEEK_END)
        os.lseek(PRINTED, max(0, size - LONGEST_DETAIL), os.SEEK_SET)
        return os.read(PRINTED, LONGEST_DETAIL).decode("utf-8", "replace")
    return ""


def _death(status: int) -> str:
    """Put an exit status in words, a negative one by the name of its signal."""
    if status > 0:
        return "ended with exit status {}".format(status)
    with suppress(ValueError):
        return "died of {}".format(signal.Signals(-status).name)
    return "died of signal {}".format(-status)
