"""The lines at which workers are blocked, by the kernel's word for each thread and by their frames."""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter
from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from threading import Thread
    from types import FrameType
    from typing import Callable, Dict, Iterable, Optional, Tuple
    from typing import Counter as Counts

    Place = Tuple[str, int, str, str]
    """File, line and function of the person's code or a library's, and the function of Python's that it waits in."""

TASKS = "/proc/self/task"
TRIES = 3
"""Looks after which a thread without a known number is none of those that are watched."""
SLEEPS = frozenset("SD")
"""States of a thread that waits for something; one that waits for a CPU is running to the kernel."""
OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
PYTHON = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
INSTALLED = ("site-packages", "dist-packages")


class BlockedLines:
    """Counts where threads are found blocked in code that is not ours.

    Thread objects are asked for their numbers once, since looking at them moves their counts.
    """

    def __init__(self, threads: Callable[[], Iterable[Thread]], every_s: float = 0.0) -> None:
        """Look at what ``threads`` returns, and not before this time has passed since the last look."""
        self._threads = threads
        self._every_s = every_s
        self._next_s = 0.0
        self._idents: Dict[int, Optional[int]] = {}
        self._tries: Counts[int] = Counter()
        self.places: Counts[Place] = Counter()
        self.looks = 0

    def look(self) -> None:
        """Look at each thread once; frames are asked for only where one is blocked, since that stops all threads."""
        now_s = monotonic()
        if now_s < self._next_s:
            return
        self._next_s = now_s + self._every_s
        threads = self._by_number()
        self.looks += len(threads)
        blocked = [ident for number, ident in threads.items() if _state(number) in SLEEPS]
        if not blocked:
            return
        frames = sys._current_frames()  # noqa: SLF001 - there is no other way to see other threads' frames
        del frames[threading.get_ident()]  # a frame that holds itself is never freed, nor is what its callers hold
        for ident in blocked:
            place = _place(frames.get(ident))
            if place is not None:
                self.places[place] += 1

    def _by_number(self) -> Dict[int, int]:
        """Return the idents of the threads that run now, by the kernel's numbers."""
        try:
            numbers = {int(name) for name in os.listdir(TASKS)}
        except OSError:
            return {}
        new = numbers - self._idents.keys()
        if new:
            known = {thread.native_id: thread.ident for thread in self._threads()}
            self._tries.update(new)
            for number in new:
                if number in known or self._tries[number] > TRIES:  # a thread that starts has no number at first
                    self._idents[number] = known.get(number)
        idents = ((number, self._idents.get(number)) for number in numbers)
        return {number: ident for number, ident in idents if ident is not None}


def _state(number: int) -> str:
    """Return the kernel's letter for what a thread does, empty where it has none."""
    try:
        with open("{}/{}/stat".format(TASKS, number), "rb") as file:
            return file.read().rpartition(b") ")[2][:1].decode()
    except OSError:
        return ""


def _place(frame: Optional[FrameType]) -> Optional[Place]:
    """Return where a thread is in code that is neither ours nor Python's own, None where it is in none."""
    waits_in = ""
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(OURS):
            return None
        if not _is_of_python(path):
            return path, frame.f_lineno, frame.f_code.co_qualname, waits_in
        waits_in = waits_in or frame.f_code.co_qualname
        frame = frame.f_back
    return None


def _is_of_python(path: str) -> bool:
    if path.startswith("<frozen"):
        return True
    return path.startswith(PYTHON) and not any(name in path.split(os.sep) for name in INSTALLED)
