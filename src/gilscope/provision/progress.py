"""The protocol by which installations report their progress."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A display that follows an installation; it decides what to show."""

    def step(self, title: str) -> None:
        """A step begins, whose extent is not known yet."""

    def advance(self, done: float, total: float | None, text: str) -> None:
        """Some work of the step is done, in one unit throughout; ``text`` describes the current work.

        The total is None where nobody knows it.
        """

    def note(self, text: str) -> None:
        """Something that the user should know although the work goes on."""
