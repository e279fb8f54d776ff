"""Signals that end a command: the first one unwinds it, and further ones do not disturb that.

Who starts us may have had us ignore the ends of our children, which would hide how they ended.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
"""Ctrl-C, what ends a service, and a terminal that is closed; Windows has not all of them."""


class Interrupted(KeyboardInterrupt):
    """A signal was sent to us; ``number`` is the signal's."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


class Interrupts:
    """The signals that were sent since `heard` began."""

    def __init__(self) -> None:
        self.first: int | None = None

    def hear(self, number: int, _: FrameType | None) -> None:
        """Raise at the first signal: whatever goes on ends what it has started."""
        if self.first is None:
            self.first = number
            raise Interrupted(number)

    @property
    def status(self) -> int | None:
        """The exit status that shells give to who ends by the first signal, None without one."""
        return None if self.first is None else 128 + self.first


def _ignore(_: int, __: FrameType | None) -> None:
    """Ignore a signal by a handler.

    Children do not inherit that, and some need to hear it, as CPython's own tests do.
    """


@contextlib.contextmanager
def heard() -> Iterator[Interrupts]:
    """Hear signals as long as this lasts; Python lets the main thread alone do that.

    Once one was heard, further ones are ignored to the end of the process, which is near.
    """
    interrupts = Interrupts()
    if threading.current_thread() is not threading.main_thread():
        yield interrupts
        return
    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        is_ignored = before[number] is signal.SIG_IGN  # as nohup has it, and a shell behind &
        signal.signal(number, _ignore if is_ignored else interrupts.hear)
    if hasattr(signal, "SIGCHLD"):
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            is_over = interrupts.first is not None and number in numbers
            signal.signal(number, signal.SIG_IGN if is_over else handler)
