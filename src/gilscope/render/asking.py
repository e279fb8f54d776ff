"""The progress of a question: suspects are shown as soon as they were seen, long before anything is proved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.render import terminal, why
from gilscope.render.progress import RunProgress

if TYPE_CHECKING:
    from rich.console import Console

    from gilscope.values.watching import Watched


class AskingProgress(RunProgress):
    """The display of one contest of a question; ``answers`` is where its suspects are shown."""

    def __init__(self, console: Console, answers: Console) -> None:
        super().__init__(console, 1)
        self._answers = answers

    def watched(self, record: Watched) -> None:
        """Show the suspects."""
        terminal.show(self._answers, why.suspects(record))
