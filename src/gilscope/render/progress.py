"""A run's progress: a live bar on a terminal, a line per contest elsewhere."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from gilscope.render import numbers

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console

    from gilscope.values.contests import Contest, Rules
    from gilscope.values.records import ContestEnd
    from gilscope.values.watching import Watched


class RunProgress:
    """The display of a run's contest, its used budget and the width of its intervals; a lab's observer."""

    def __init__(self, console: Console, contests: int) -> None:
        self._console = console
        self._contests = contests
        self._begun = 0
        self._budget_s = 0.0
        self._task: TaskID | None = None
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[state]}", markup=False),
            TimeElapsedColumn(),
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
        """Clear the bar."""
        self._bar.stop()

    def contest_begins(self, contest: Contest, rules: Rules) -> None:
        """Draw a new bar that ends at the budget."""
        self._begun += 1
        self._budget_s = rules.budget_s
        description = f"{self._begun}/{self._contests} {contest.id}"
        self._task = self._bar.add_task(description, total=rules.budget_s, state=f"{len(contest.lanes)} lanes")

    def progress(self, launch: int, elapsed_s: float, widest: float) -> None:
        """Move the bar."""
        if self._task is not None:
            width = f", widest ±{numbers.plain_percent(widest)}" if math.isfinite(widest) else ""
            left_s = (1 + self._contests - self._begun) * self._budget_s - elapsed_s
            left = f", {timedelta(seconds=max(0, round(left_s)))} left at most"
            self._bar.update(self._task, completed=elapsed_s, state=f"launch {launch + 1}{width}{left}")

    def watched(self, record: Watched) -> None:
        """Say how many objects were watched."""
        line = f"watched {record.candidates} named objects and {record.others} others: {len(record.suspects)} moved"
        self._console.print(Text(line, style="dim"))

    def contest_ends(self, end: ContestEnd) -> None:
        """Replace the bar by a line that stays."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        line = f"{self._begun}/{self._contests} {end.contest}: {end.launches} launches, {end.seconds:.0f} s"
        self._console.print(Text(f"{line} ({end.reason})", style="dim"))
