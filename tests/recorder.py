"""What a progress was told, for tests of those who tell it."""

from __future__ import annotations


class Recorder:
    """A progress that remembers what it heard."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.notes: list[str] = []
        self.advances: list[tuple[float, float | None, str]] = []

    def step(self, title: str) -> None:
        """Remember a title."""
        self.steps.append(title)

    def advance(self, done: float, total: float | None, text: str) -> None:
        """Remember how far it was."""
        self.advances.append((done, total, text))

    def note(self, text: str) -> None:
        """Remember a note."""
        self.notes.append(text)
