"""Sheets on a terminal: nothing is wider than it, no name is torn, nothing a probe says reaches it raw."""

from __future__ import annotations

from io import StringIO

import msgspec
import pytest
from rich.console import Console

from builders import PROBE, contest, lane, pair, records, trials
from gilscope.figures.run import of_run
from gilscope.render import terminal
from gilscope.render.report import Report, report
from gilscope.render.sheet import ColumnHead, Sheet
from gilscope.values.records import Finding

WALLS = {
    lane("3.14"): 1e8,
    lane("3.14", control=True): 1.005e8,
    lane("3.14", "processes", 2): 1.02e8,
    lane("3.14t"): 1.1e8,
    lane("3.14t+gil"): 1.05e8,
    lane("3.14t+gil", "threads", 16): 1.8e9,
    lane("3.14t", "interpreters-shared", 16): 1.2e8,
}
LONG = "a question that is much longer than one line of any terminal has room for, and " * 3


def made(reason: str = "no", detail: str = "") -> Report:
    """The report of a run with long names, a long question and a finding."""
    probe = msgspec.structs.replace(PROBE, question=LONG)
    of = msgspec.structs.replace(contest(*WALLS, builds=pair(("PGO: yes against no",))), probe=probe)
    finding = Finding(
        contest=of.id, lane="3.14t:processes-2", launch=0, phase="work", kind="raised", reason=reason, detail=detail
    )
    return report(of_run(records(of, trials(WALLS), [finding])))


def shown(told: Report, width: int = 80, *, colours: bool = False) -> str:
    """What a terminal of this width is sent."""
    screen = StringIO()
    console = Console(file=screen, width=width, force_terminal=colours, highlight=False)
    for sheets in (told.details, told.closing, told.summaries):
        terminal.show(console, sheets)
    terminal.show_details(console, told.findings)
    return screen.getvalue()


@pytest.mark.parametrize("width", [80, 100, 120])
def test_nothing_is_wider_than_the_terminal(width: int) -> None:
    """Long questions, notes and reasons are folded."""
    lines = shown(made(reason=LONG, detail=LONG), width).splitlines()

    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("name", [spec.name for spec in WALLS if not spec.control])
def test_lane_names_are_not_torn(name: str) -> None:
    """At 80 columns every lane's name stands in one piece at the beginning of its row."""
    assert any(line.startswith(name) for line in shown(made()).splitlines())


def test_a_name_longer_than_a_line_goes_on_below() -> None:
    """At its blanks, so that it leaves room for what is said of it; what has none stays whole."""
    whole = "/a/path/without/any/blank/in/it/at/all.py:work"
    sheet = Sheet(
        title="t", columns=(ColumnHead("lane"), ColumnHead("gain")), rows=(("long " * 30, "1.5 ±0.1"), (whole, "2 ±0"))
    )
    screen = StringIO()
    terminal.show(Console(file=screen, width=80), [sheet])

    assert screen.getvalue().count("long") == 30
    assert "1.5 ±0.1" in screen.getvalue()
    assert whole in screen.getvalue()


def test_wide_columns_appear_where_there_is_room() -> None:
    """80 columns leave out what 100 show."""
    narrow, wide = shown(made(), 80), shown(made(), 100)

    assert "scaling" not in narrow
    assert "scaling" in wide


def test_sheets_without_rows_are_not_shown() -> None:
    """No headings over nothing."""
    screen = StringIO()
    terminal.show(Console(file=screen, width=80), [Sheet(title="Empty", columns=(ColumnHead("c"),), rows=())])

    assert screen.getvalue() == ""


def test_markup_in_a_reason_is_shown_as_it_is() -> None:
    """Square brackets mean nothing here."""
    assert "[bold]x[/bold]" in shown(made(reason="[bold]x[/bold]"))


@pytest.mark.parametrize("code", ["\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\u202e"])
def test_control_codes_of_a_lane_do_not_reach_the_terminal(code: str) -> None:
    """A traceback that clears the screen, names the window or turns the text round is shown as its codes."""
    told = shown(made(reason=f"before{code}after", detail=f"first{code}last"))

    assert code not in told
    assert code[0] not in told
    assert "before" in told


def test_details_keep_the_last_lines() -> None:
    """The end of a traceback says what happened."""
    detail = "\n".join(f"line {number}" for number in range(40))
    told = shown(made(detail=detail))

    assert "line 39" in told
    assert "line 0\n" not in told


def test_one_reason_is_detailed_once() -> None:
    """Five launches that fail alike do not print five tracebacks."""
    finding = made(detail="the same traceback").findings[0]
    screen = StringIO()
    terminal.show_details(Console(file=screen, width=80), [finding, msgspec.structs.replace(finding, launch=1)])

    assert screen.getvalue().count("the same traceback") == 1
