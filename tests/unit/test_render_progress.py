"""A run's progress: a bar on a terminal, a line per contest elsewhere."""

from __future__ import annotations

import math
from io import StringIO

import msgspec
import pytest
from rich.console import Console

from builders import RULES, contest, lane
from gilscope.render.progress import RunProgress
from gilscope.values.records import ContestEnd

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


def test_only_a_terminal_gets_a_bar() -> None:
    """A log file is not filled with bars."""
    screen = StringIO()
    with RunProgress(Console(file=screen, width=100), contests=1) as progress:
        progress.contest_begins(ODD, RULES)
        progress.progress(launch=0, elapsed_s=1.0, widest=0.02)

    assert screen.getvalue().strip() == ""
