"""An installation's progress: a live bar with the time left on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from rich.console import Console

LINE_EVERY_S = 20.0
TRUST_AFTER_S = 5.0
TRUST_AFTER_SHARE = 0.02


class InstallProgress:
    """The display of an installation's steps: how far each is, and how long it takes; a context manager."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._begun_s = self._printed_s = clock()
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}", markup=False),
            TextColumn("{task.fields[text]}", style="dim", markup=False),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear the bar; the steps' titles stay."""
        self._bar.stop()

    def step(self, title: str) -> None:
        """Leave the title as a line, and draw a new bar below it."""
        self._begun_s = self._printed_s = self._clock()
        self._console.print(Text(title), soft_wrap=True)
        for task in self._bar.task_ids:
            self._bar.remove_task(task)
        self._bar.add_task("", total=None, left="", text="")

    def advance(self, done: float, total: float | None, text: str) -> None:
        """Move the bar; without a terminal, print a line every now and then."""
        now_s = self._clock()
        left = "" if total is None else time_left(done, total, now_s - self._begun_s)
        for task in self._bar.task_ids:
            self._bar.update(task, completed=done, total=total, left=left, text=text)
        if not self._console.is_terminal and now_s - self._printed_s >= LINE_EVERY_S:
            self._printed_s = now_s
            share = "still at it" if total is None else f"{done / total:.0%}"
            state = ", ".join(filter(None, (f"{share} after {spoken(now_s - self._begun_s)}", left)))
            self._console.print(Text(f"  {state} ({text})" if text else f"  {state}"), soft_wrap=True)

    def note(self, text: str) -> None:
        """Print a line that stays."""
        self._console.print(Text(f"  {text}", style="dim"), soft_wrap=True)


def time_left(done: float, total: float, elapsed_s: float) -> str:
    """The time that a step still takes at its mean rate; empty while that is a guess."""
    if elapsed_s < TRUST_AFTER_S or done < TRUST_AFTER_SHARE * total:
        return ""
    return f"about {spoken(max(0.0, total - done) / done * elapsed_s)} left"


def spoken(seconds: float) -> str:
    """A duration in words: ``40 s``, ``4 min``."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"  # noqa: PLR2004 - where minutes begin
