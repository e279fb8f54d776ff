"""Sheets on a terminal: nothing is wider than it, no name is torn, nothing a probe says reaches it raw."""

from __future__ import annotations

from io import BytesIO, StringIO, TextIOWrapper

import msgspec
import pytest
from rich.console import Console

from builders import PROBE, contest, lane, pair, records, trials
from gilscope.figures.run import of_run
from gilscope.render import terminal
from gilscope.render.brief import brief
from gilscope.render.report import Report, report
from gilscope.render.sheet import ColumnHead, Lines, Sheet
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
    terminal.show_blocks(console, brief(told, width))
    for sheets in (told.details, told.closing, told.summaries):
        terminal.show(console, sheets)
    terminal.show_details(console, told.findings)
    return screen.getvalue()


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
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


FIGURES = Sheet(
    title="t",
    columns=(ColumnHead("lane"), ColumnHead("gain"), ColumnHead("seldom asked", wide=True), ColumnHead("memory")),
    rows=(("a" * 20, "1.234 ±0.056", f"{'x' * 10} {'y' * 11}", "12.3 ±0.1 MiB"),),
)


def printed(sheet: Sheet, width: int) -> str:
    """What a terminal of this width is sent of one sheet."""
    screen = StringIO()
    terminal.show(Console(file=screen, width=width), [sheet])
    return screen.getvalue()


@pytest.mark.parametrize(
    ("width", "left_out"),
    [(80, None), (70, None), (69, "seldom asked"), (47, "seldom asked"), (46, "seldom asked, memory")],
)
def test_a_column_without_room_is_named(width: int, left_out: str | None) -> None:
    """Those that are seldom asked for go first, then the last; the figures of the others are whole."""
    text = " ".join(printed(FIGURES, width).split())

    assert (f"{'x' * 10} {'y' * 11}" in text) == (left_out is None)
    assert "1.234 ±0.056" in text
    assert ("12.3 ±0.1 MiB" in text) == (left_out is None or "memory" not in left_out)
    assert (f"No room at {width} columns for: {left_out}." in text) == (left_out is not None)


@pytest.mark.parametrize(("width", "blanks"), [(99, 1), (100, 2)])
def test_columns_stand_apart_where_there_is_room(width: int, blanks: int) -> None:
    """On a narrow terminal one blank has to do."""
    (row,) = [line for line in printed(FIGURES, width).splitlines() if "1.234" in line]

    assert f"{'a' * 20}{' ' * blanks}1.234 ±0.056" in row


def test_the_width_that_is_named_shows_all() -> None:
    """Whoever widens the terminal as far as that sees every column."""
    needed = int(" ".join(printed(FIGURES, 60).split()).partition("A terminal of ")[2].partition(" ")[0])

    assert "No room" not in printed(FIGURES, needed)


def test_an_output_without_other_signs_gets_ascii() -> None:
    """Bars and half widths keep their meaning; what has no sign of its own is spelled out."""
    raw = BytesIO()
    console = Console(file=TextIOWrapper(raw, encoding="ascii"), width=80, highlight=False)
    drawn = Sheet(
        title="é",
        columns=(ColumnHead("lane"), ColumnHead("0    1   2", drawn=True), ColumnHead("gain")),
        rows=(("a", "━━━━━┿├●┤ ", "1.5 ±0.2"), ("b", "━━├●─┼┤   ", "0.9 ±0.2")),
    )
    terminal.show_blocks(console, ["1 ±0", Lines("±", ("█",)), drawn])
    console.file.flush()
    text = raw.getvalue().decode("ascii")

    assert "=====|[o]" in text
    assert "==[o-|]" in text
    assert "1.5 +-0.2" in text
    assert "\\xe9" in text


def test_a_dumb_terminal_gets_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its encoding may be any."""
    monkeypatch.setenv("TERM", "dumb")
    screen = StringIO()
    terminal.show_blocks(Console(file=screen, width=80, force_terminal=True), ["1 ±0"])

    assert screen.getvalue().strip() == "1 +-0"


def test_prose_is_not_as_wide_as_the_terminal() -> None:
    """Nobody reads lines of 200 characters."""
    screen = StringIO()
    terminal.show_blocks(Console(file=screen, width=200), ["word " * 100])

    assert max(map(len, screen.getvalue().splitlines())) <= terminal.WIDEST_TEXT


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
