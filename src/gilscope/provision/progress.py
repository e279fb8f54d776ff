"""Whom the ways of bringing a Python tell how it goes on."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Hears how an installation goes on; what is shown of it is decided elsewhere."""

    def step(self, title: str) -> None:
        """Something new begins, whose extent is not known yet."""

    def advance(self, done: float, total: float, text: str) -> None:
        """So much of the step is done, in a unit that stays the same for the step; ``text`` is what goes on now."""

    def note(self, text: str) -> None:
        """Something that the user should know although the work goes on."""
