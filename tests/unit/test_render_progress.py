"""A run's progress: a bar on a terminal, a line per contest elsewhere."""

from __future__ import annotations

import math
from io import StringIO

import msgspec
import pytest
from rich.console import Console

from builders import RULES, contest, lane
from gilscope.render.asking import AskingProgress
from gilscope.render.progress import RunProgress
from gilscope.values.records import ContestEnd
from gilscope.values.watching import Suspect, Watched

ODD = msgspec.structs.replace(contest(lane("3.14")), id="my[/bold].py:main@3.14")


@pytest.mark.parametrize("is_terminal", [True, False])
def test_each_contest_leaves_a_line(*, is_terminal: bool) -> None:
    """Its number, name, launches, seconds and why it ended; names that look like markup are shown as they are."""
    screen = StringIO()
    with RunProgress(Console(file=screen, width=100, force_terminal=is_terminal), contests=2) as progress:
        progress.contest_begins(ODD, RULES)
        progress.progress(launch=0, elapsed_s=1.0, widest=math.inf)
        progress.progress(launch=1, elapsed_s=2.0, widest=0.034)
        progress.contest_ends(ContestEnd(contest=ODD.id, reason="precise", seconds=12.3, launches=7))

    assert "1/2 my[/bold].py:main@3.14: 7 launches, 12 s (precise)" in screen.getvalue()


def test_what_was_watched_is_told_at_once() -> None:
    """As a line beside a run, and as a table of suspects where they were asked for."""
    log, answers = StringIO(), StringIO()
    moved = Suspect(path="TABLE", kind="dict", size=64, looks=100, moved=42, held=0, waited=0, has_place=True)
    seen = Watched(
        contest="c", lane="l", launch=0, wall_ns=1, cpu_ns=1, looks=100, candidates=9, others=5, suspects=(moved,)
    )
    RunProgress(Console(file=log, width=100), contests=1).watched(seen)
    AskingProgress(Console(file=log, width=100), Console(file=answers, width=100)).watched(seen)

    assert log.getvalue().splitlines() == ["watched 9 named objects and 5 others: 1 moved"]
    assert "dict of 64" in answers.getvalue()
    assert "42%" in answers.getvalue()


def test_only_a_terminal_gets_a_bar() -> None:
    """A log file is not filled with bars."""
    screen = StringIO()
    with RunProgress(Console(file=screen, width=100), contests=1) as progress:
        progress.contest_begins(ODD, RULES)
        progress.progress(launch=0, elapsed_s=1.0, widest=0.02)

    assert screen.getvalue().strip() == ""
