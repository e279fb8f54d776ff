"""The progress of a question: suspects are shown as soon as they were seen, long before anything is proved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.render import terminal, why
from gilscope.render.progress import RunProgress

if TYPE_CHECKING:
    from rich.console import Console

    from gilscope.values.contests import Contest
    from gilscope.values.rules import Rules
    from gilscope.values.watching import Watched


class AskingProgress(RunProgress):
    """The display of one contest of a question; ``answers`` is where its suspects are shown."""

    def __init__(self, console: Console, answers: Console) -> None:
        super().__init__(console, 1)
        self._answers = answers
        self._is_question = True

    def contest_begins(self, contest: Contest, rules: Rules) -> None:
        """Draw a new bar that ends at the budget."""
        self._is_question = not contest.has_interventions
        super().contest_begins(contest, rules)

    def watched(self, record: Watched) -> None:
        """Show the suspects, unless it is a lane in which all of them were removed."""
        if self._is_question:
            terminal.show(self._answers, why.suspects(record))
