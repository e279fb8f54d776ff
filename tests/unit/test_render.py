"""Figures as text: numbers, sheets, Markdown and the terminal."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

import msgspec
import pytest
from rich.console import Console

from builders import HEADER, contest, lane, pair, records, trials
from gilscope.figures.run import by_pair, of_run, together
from gilscope.render import markdown, numbers, pairs, terminal, throughput
from gilscope.render.report import Report, report
from gilscope.stats.estimate import Estimate
from gilscope.values.records import Finding

if TYPE_CHECKING:
    from gilscope.figures.values import ContestFigures

HOSTILE = "<script>alert(1)</script> | **bold** [link](x)"


def made(differences: tuple[str, ...] = (), question: str = "How fast?") -> ContestFigures:
    """A contest of one pair, 10 % slower and with threads that scale."""
    walls = {
        lane("3.14"): 1e8,
        lane("3.14", control=True): 1e8,
        lane("3.14t"): 1.1e8,
        lane("3.14t+gil", "interpreters-shared", 2): 1.2e8,
        lane("3.14t", "threads", 4): 1.1e8,
    }
    of = contest(*walls, builds=pair(differences))
    of = msgspec.structs.replace(of, probe=msgspec.structs.replace(of.probe, question=question))
    finding = Finding(
        contest=of.id, lane="3.14t:processes-2", launch=0, phase="work", kind="raised", reason=HOSTILE, detail="Trace"
    )
    (one,) = of_run(records(of, trials(walls), [finding])).contests
    return one


def told(**changes: object) -> Report:
    """The report of that contest."""
    return report(together(HEADER, [made(**changes)]))  # type: ignore[arg-type] # passed on as they are


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (1.934, 1.92, 1.95, "1.934 ±0.016"),
        (12.34, 10.0, 15.0, "12.3 ±2.7"),
        (1234.0, 1100.0, 1400.0, "1230 ±170"),
        (2.0, 2.0, 2.0, "2 ±0"),
        (2.0, -math.inf, math.inf, "cannot be told"),
    ],
)
def test_ratios_are_rounded_to_what_the_interval_supports(value: float, low: float, high: float, text: str) -> None:
    """Two digits of the half width, the farther end of the interval, and as many decimals of the value."""
    assert numbers.ratio(Estimate(value, low, high)) == text


def test_times_carry_their_unit() -> None:
    """Seconds become what is read easily."""
    assert numbers.seconds(Estimate(0.0589, 0.0585, 0.0593)) == "58.90 ±0.40 ms"
    assert numbers.seconds(Estimate(2e-6, 1.9e-6, 2.1e-6)) == "2.00 ±0.10 us"


def test_relative_differences_carry_their_sign() -> None:
    """A gain in time reads as minus, a loss as plus."""
    assert numbers.signed_percent(Estimate(0.081, 0.075, 0.087)) == "+8.10 ±0.60%"
    assert numbers.signed_percent(Estimate(-0.02, -0.03, -0.01)).startswith("-2")
    assert numbers.signed_percent(Estimate(0.0001, -0.01, 0.0102)) == "+0.0 ±1.0%"
    assert numbers.signed_percent(Estimate(-0.03, -0.99, 262.0)) == "cannot be told"


def test_builds_that_differ_are_called_that_beside_the_number() -> None:
    """Both the summary and the contest's table say in what the builds differ."""
    one = made(("PGO: yes against no",))

    for sheet in (pairs.summary(*by_pair([one])), throughput.sheet(one)):
        assert any("NOT COMPARABLE" in note and "PGO: yes against no" in note for note in sheet.notes)


def test_comparable_builds_are_called_that_too() -> None:
    """Silence would leave the reader guessing."""
    assert any("same version, compiler" in note for note in throughput.sheet(made()).notes)


def test_the_noise_floor_is_in_every_contests_notes() -> None:
    """A difference is read against it."""
    assert throughput.sheet(made()).notes[0].startswith("Noise floor: ")


def test_oversubscribed_lanes_are_marked() -> None:
    """Four threads on two CPUs carry a star, and the star is explained."""
    sheet = throughput.sheet(made())

    assert [row[0] for row in sheet.rows if row[0].endswith("*")] == ["3.14t:threads-4*"]
    assert any(note.startswith("* ") for note in sheet.notes)


def test_the_page_shows_hostile_text_as_text() -> None:
    """Nothing that a probe says becomes markup of the page, or breaks a table."""
    page = markdown.page(told(question=HOSTILE))

    assert "<script>" not in page
    assert "**bold**" not in page
    rows = [line for line in page.splitlines() if line.startswith("| cpu/primes@3.14t 3.14t:processes")]
    assert len(rows) == 1


def test_the_page_is_the_same_every_time() -> None:
    """Made twice from one run, not a byte differs."""
    assert markdown.page(told()) == markdown.page(told())


def test_the_page_says_where_when_and_with_what() -> None:
    """Machine, date and builds are on it."""
    page = markdown.page(told())

    for text in ("2026-01-02 03:04:05", "CPU \\<of\\> a\\|kind", "GCC 14.2.0", "seed 7"):
        assert text in page


@pytest.mark.parametrize("width", [80, 200])
def test_the_terminals_width_is_kept(width: int) -> None:
    """Nothing is wider than the terminal, and no lane's name is broken."""
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    one = told()
    terminal.show(console, [*one.details, *one.summaries, *one.closing])
    terminal.show_details(console, one.findings)
    text = console.file.getvalue()  # type: ignore[attr-defined] # it is the StringIO from above

    assert max(map(len, text.splitlines())) <= width
    assert "3.14t+gil:interpreters-shared-2" in text
    assert ("No room at 80 columns for: scaling" in text) == (width == 80)


def test_what_a_finding_holds_is_shown_once() -> None:
    """Ten lanes that fail for one reason show one traceback."""
    console = Console(file=io.StringIO(), width=80)
    terminal.show_details(console, made().findings * 10)

    assert console.file.getvalue().count("Trace") == 1  # type: ignore[attr-defined] # it is the StringIO from above
