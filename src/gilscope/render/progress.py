"""A run's progress: a live line on a terminal, a line per contest elsewhere."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Self

from rich.progress import BarColumn, Progress, ProgressColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

from gilscope.render import numbers
from gilscope.values.lanes import arm_and_work
from gilscope.values.progress import left_s

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console

    from gilscope.values.contests import Contest
    from gilscope.values.progress import Progress as ContestProgress
    from gilscope.values.records import ContestEnd
    from gilscope.values.rules import Rules
    from gilscope.values.watching import Watched

WIDE = 110
"""Characters from which there is room for a bar beside what is said."""


class RunProgress:
    """The display of what is measured now, how wide intervals are, and how long it will take; a lab's observer."""

    def __init__(self, console: Console, contests: int) -> None:
        self._console = console
        self._contests = contests
        self._begun = 0
        self._rules: Rules | None = None
        self._is_known_to_be_long = False
        self._took_s: list[float] = []
        self._task: TaskID | None = None
        self._bar = Progress(
            *_columns(console.width), console=console, transient=True, expand=True, disable=not console.is_terminal
        )

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear the line."""
        self._bar.stop()

    def waits(self, holder: int | None) -> None:
        """Say who comes first."""
        self._say(f"Waiting for {named(holder)} of gilscope: one contest at a time is measured on a machine.")

    def contest_begins(self, contest: Contest, rules: Rules) -> None:
        """Draw a new line."""
        self._begun += 1
        self._rules = rules
        self._is_known_to_be_long = False
        description = f"{self._begun}/{self._contests} {contest.id}"
        state = f"looking at the work, for {len(contest.lanes)} lanes"
        self._task = self._bar.add_task(description, total=rules.budget_s, state=state)

    def progress(self, progress: ContestProgress) -> None:
        """Say which lane is measured, how wide the widest interval is, and how much time is left."""
        if self._task is None or self._rules is None:
            return
        if progress.latest_s > self._rules.budget_s and not self._is_known_to_be_long:
            self._is_known_to_be_long = True
            self._say(_longer_than_asked(progress, self._rules))
        parts = [
            arm_and_work(progress.lane)[1],
            f"launch {progress.launch}/{progress.launches}",
            *_width(progress.widest, self._rules.precision),
            self._left(progress),
        ]
        self._bar.update(
            self._task, completed=progress.elapsed_s, total=max(progress.latest_s, 1e-9), state=", ".join(parts)
        )

    def watched(self, record: Watched) -> None:
        """Say how many objects were watched."""
        self._say(f"watched {record.candidates} named objects and {record.others} others: {len(record.suspects)} moved")

    def contest_ends(self, end: ContestEnd) -> None:
        """Replace the line by one that stays."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._took_s.append(end.seconds)
        took = f"{end.launches} launches, {numbers.duration(end.seconds)}"
        self._say(f"{self._begun}/{self._contests} {end.contest}: {took} ({end.reason})")

    def _left(self, progress: ContestProgress) -> str:
        """The time left: of all contests, if the others take as long as those before them did."""
        others = self._contests - self._begun
        if not others:
            return f"{_range(progress.soonest_s - progress.elapsed_s, progress.latest_s - progress.elapsed_s)} left"
        return f"about {numbers.duration(left_s(progress, self._took_s, others))} left in all"

    def _say(self, line: str) -> None:
        """Print a line that stays."""
        self._console.print(Text(line, style="dim"))


def named(process: int | None) -> str:
    """A process by its number, as far as that is known."""
    return "another process" if process is None else f"process {process}"


def _columns(width: int) -> list[ProgressColumn]:
    """The columns of the line: a name that may be cut, what is said, and a bar if it fits."""
    name = TextColumn("{task.description}", markup=False, table_column=Column(ratio=1, no_wrap=True))
    state = TextColumn("{task.fields[state]}", markup=False, table_column=Column(no_wrap=True))
    return [name, BarColumn(bar_width=width // 5), state, TimeElapsedColumn()] if width >= WIDE else [name, state]


def _width(widest: float, asked: float) -> list[str]:
    """The half width of the widest interval beside what is asked of it."""
    if math.isinf(widest):
        return []
    return [f"±{numbers.plain_percent(widest)} of ±{numbers.plain_percent(asked)}"]


def _range(soonest_s: float, latest_s: float) -> str:
    """Two lengths of time as one where they read alike; what should have ended is about to."""
    soonest, latest = numbers.duration(soonest_s), numbers.duration(latest_s)
    if soonest == latest:
        return latest
    number, _, unit = soonest.partition(" ")
    return f"{number if latest.endswith(unit) else soonest} to {latest}"


def _longer_than_asked(progress: ContestProgress, rules: Rules) -> str:
    """Why a contest takes longer than its budget: without its first launches there is no interval."""
    budget, latest = numbers.duration(rules.budget_s), numbers.duration(progress.latest_s)
    if progress.soonest_s > rules.budget_s:
        takes = f"takes {_range(progress.soonest_s, progress.latest_s)}, more"
    else:
        takes = "may take a little more" if latest == budget else f"may take {latest}, more"
    return (
        f"This {takes} than the budget of {budget}: the first launches, without which there is no interval, take that "
        "long."
    )
