"""A run's progress: a live line on a terminal, a line per contest elsewhere."""

from __future__ import annotations

import math
from io import StringIO

import msgspec
import pytest
from rich.console import Console

from builders import RULES, contest, lane
from gilscope.render import numbers
from gilscope.render.asking import AskingProgress
from gilscope.render.progress import RunProgress
from gilscope.values.progress import Progress
from gilscope.values.records import ContestEnd
from gilscope.values.watching import Suspect, Watched

ODD = msgspec.structs.replace(contest(lane("3.14")), id="my[/bold].py:main@3.14")
FIRST = Progress(
    lane="3.14t:threads-2", launch=1, launches=9, elapsed_s=4.0, soonest_s=12.0, latest_s=18.4, widest=math.inf
)
THIRD = msgspec.structs.replace(FIRST, launch=3, elapsed_s=8.0, widest=0.034)
LONG = msgspec.structs.replace(FIRST, soonest_s=94.0, latest_s=94.0)


def drawn(*seen: Progress, width: int = 160, contests: int = 1) -> str:
    """What a terminal is sent while one contest runs."""
    screen = StringIO()
    with RunProgress(Console(file=screen, width=width, force_terminal=True), contests=contests) as progress:
        progress.contest_begins(ODD, RULES)
        for item in seen:
            progress.progress(item)
            progress._bar.refresh()
    return screen.getvalue()


@pytest.mark.parametrize("is_terminal", [True, False])
def test_each_contest_leaves_a_line(*, is_terminal: bool) -> None:
    """Its number, name, launches, seconds and why it ended; names that look like markup are shown as they are."""
    screen = StringIO()
    with RunProgress(Console(file=screen, width=100, force_terminal=is_terminal), contests=2) as progress:
        progress.contest_begins(ODD, RULES)
        progress.progress(FIRST)
        progress.progress(THIRD)
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


def test_only_a_terminal_gets_a_line_that_moves() -> None:
    """A log file is not filled with them."""
    screen = StringIO()
    with RunProgress(Console(file=screen, width=100), contests=1) as progress:
        progress.contest_begins(ODD, RULES)
        progress.progress(THIRD)

    assert screen.getvalue().strip() == ""


def test_it_says_what_is_measured_how_well_and_for_how_long() -> None:
    """The lane and launch of now, the widest interval beside what was asked, and both ends of the time left."""
    assert "threads-2, launch 1/9, 8 to 14 s left" in drawn(FIRST)
    assert "threads-2, launch 3/9, ±3.4% of ±1%, 4 to 10 s left" in drawn(THIRD)


def test_where_more_contests_follow_the_time_is_that_of_all() -> None:
    """Those to come are taken to last as long as those before, and at first as the one that runs."""
    assert "about 51 s left in all" in drawn(FIRST, contests=3)

    screen = StringIO()
    with RunProgress(Console(file=screen, width=160, force_terminal=True), contests=3) as progress:
        progress.contest_begins(ODD, RULES)
        progress.contest_ends(ContestEnd(contest=ODD.id, reason="precise", seconds=100.0, launches=7))
        progress.contest_begins(ODD, RULES)
        progress.progress(FIRST)
        progress._bar.refresh()

    assert "about 114 s left in all" in screen.getvalue()


@pytest.mark.parametrize("width", [80, 109, 110])
def test_a_narrow_terminal_has_all_that_is_said(width: int) -> None:
    """The contest's name gives way, and the bar."""
    text = drawn(THIRD, width=width)

    assert "threads-2, launch 3/9, ±3.4% of ±1%, 4 to 10 s left" in text
    assert ("━" in text) == (width == 110)


def test_a_unit_that_takes_long_is_told_at_once_and_once() -> None:
    """A budget is no promise where the first launches take more."""
    screen = StringIO()
    with RunProgress(Console(file=screen, width=160), contests=1) as progress:
        progress.contest_begins(ODD, RULES)
        for item in (FIRST, LONG, LONG):
            progress.progress(item)

    told = (
        "This takes 94 s, more than the budget of 60 s: the first launches, without which there is no interval, take "
        "that long."
    )
    assert screen.getvalue().splitlines() == [told]


@pytest.mark.parametrize(
    ("latest_s", "text"),
    [(94, "may take 94 s, more than the budget of 60 s"), (60.3, "may take a little more than the budget of 60 s")],
)
def test_what_may_end_in_time_is_not_said_to_take_longer(latest_s: float, text: str) -> None:
    """Two lengths that read alike are not set against each other."""
    screen = StringIO()
    with RunProgress(Console(file=screen, width=160), contests=1) as progress:
        progress.contest_begins(ODD, RULES)
        progress.progress(msgspec.structs.replace(LONG, soonest_s=50, latest_s=latest_s))

    assert text in screen.getvalue()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-0.3, "0 s"), (0.4, "0 s"), (93.7, "94 s"), (119.4, "119 s"), (120, "2 min"), (7199, "120 min"), (7200, "2.0 h")],
)
def test_lengths_of_time_have_the_unit_that_people_use(seconds: float, text: str) -> None:
    """None is below nothing."""
    assert numbers.duration(seconds) == text
