"""Sheets as Markdown: safe against what probes say, the same whenever it is made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest

import asked
from builders import HEADER, PROBE, contest, lane, pair, records, trials
from gilscope.figures.run import of_run, together
from gilscope.render import markdown
from gilscope.render.report import Report, report
from gilscope.render.sheet import ColumnHead, Sheet
from gilscope.values.contests import Skip
from gilscope.values.records import Finding

if TYPE_CHECKING:
    from gilscope.values.runtimes import Pair

TWIN = lane("3.14")
CONTROL = lane("3.14", control=True)
FREE = lane("3.14t")
FREE_THREADS = lane("3.14t", "threads", 2)
WALLS = {TWIN: 1e8, CONTROL: 1.005e8, FREE: 1.1e8, FREE_THREADS: 1.1e8}
HOSTILE = "| <script>`*_[x](y)|\n\n# no heading ~~s~~ &lt; \\| ~ "


def made(
    builds: Pair | None = None, question: str = "How fast?", reason: str = "no", *, backwards: bool = False
) -> Report:
    """The report of a small run; ``backwards`` stores the trials in the opposite order."""
    probe = msgspec.structs.replace(PROBE, question=question)
    of = msgspec.structs.replace(contest(*WALLS, builds=builds or pair()), probe=probe)
    finding = Finding(contest=of.id, lane="3.14t:processes-2", launch=0, phase="work", kind="raised", reason=reason)
    stored = trials(WALLS)
    return report(of_run(records(of, stored[::-1] if backwards else stored, [finding])))


def test_the_page_says_that_it_is_generated() -> None:
    """Whoever opens it to change a number learns where that is done."""
    assert markdown.page(made()).startswith("<!-- Generated")


def test_the_page_has_run_machine_builds_and_figures() -> None:
    """All that a reader needs to judge a number stands on the same page."""
    page = markdown.page(made())

    assert HEADER.id in page
    assert HEADER.started in page
    assert "| CPUs online, usable | 4, 2 |" in page
    assert "| governor | n/a |" in page
    assert "| 3.14t | 3.14.0 | free-threaded | GCC 14.2.0 | yes | yes | no | off | - | --with-lto |" in page
    assert "| 3.14t:threads-2 |" in page


def test_the_page_is_the_same_whenever_it_is_made() -> None:
    """Neither the clock nor the order of records in the file shows in it."""
    assert markdown.page(made()) == markdown.page(made(backwards=True))


def test_what_makes_builds_not_comparable_stands_beside_the_number() -> None:
    """In every section that shows a penalty or a gain, not only on top of the page."""
    page = markdown.page(made(pair(differences=("PGO: yes against no",))))
    sections = [
        section for section in page.split("\n### ") if "penalty, one thread" in section or "| gain |" in section
    ]

    assert len(sections) == 2
    assert all("NOT COMPARABLE" in section for section in sections)


def test_a_hostile_question_stays_in_its_line() -> None:
    """A probe's docstring can neither open a heading nor HTML."""
    page = markdown.page(made(question=HOSTILE))

    assert "\n# no heading" not in page
    assert re.search(r"(?<!\\)<script>", page) is None


def test_a_hostile_reason_stays_in_its_cell() -> None:
    """A lane's last words do not change the number of columns."""
    page = markdown.page(made(reason=HOSTILE))
    (row,) = [line for line in page.splitlines() if "raised" in line]

    assert len(re.findall(r"(?<!\\)\|", row)) == 5


@pytest.mark.parametrize("character", list("\\`*_<>|[]~&"))
def test_each_character_with_a_meaning_is_escaped(character: str) -> None:
    """Wherever it stands in a cell."""
    sheet = Sheet(title="t", columns=(ColumnHead("c"),), rows=((f"a{character}b{character}{character}c",),))

    assert f"| a\\{character}b\\{character}\\{character}c |" in markdown._text(sheet)


def test_line_breaks_become_spaces() -> None:
    """A cell is one line."""
    sheet = Sheet(title="t", columns=(ColumnHead("c"),), rows=(("a\r\nb\tc\vd",),))

    assert "| a b c d |" in markdown._text(sheet)


def test_what_was_left_out_before_it_began_is_told() -> None:
    """A contest of which no lane was left has no table of its own, but its reason is on the page."""
    skip = Skip(contest="cpu/other@3.8", lane="3.8:serial", reason="needs Python >=3.12")

    assert "| 3.8:serial | 1 | needs Python \\>=3.12 |" in markdown.page(
        report(together(HEADER, made().run.contests, [skip]))
    )


def test_why_threads_do_not_scale_is_said_first() -> None:
    """The answer and what it rests on, before every other summary."""
    titles = re.findall("^### (.*)$", markdown.page(report(of_run(asked.run()))), re.MULTILINE)

    assert [title.partition(" ")[0] for title in titles[:5]] == ["threads-2", "What", "Suspects", "Blocked", "What"]
    assert titles[4] == "What to run cpu/primes on"


def test_sheets_without_rows_are_left_out() -> None:
    """A run without skips has no empty table of them."""
    assert "Not measured" not in markdown.page(made())
