"""What the documentation's pages show: the newest run on record, whatever its file is called."""

from __future__ import annotations

import html
import runpy
from pathlib import Path
from typing import TYPE_CHECKING

from gilscope import store
from gilscope.figures.run import of_run
from gilscope.render import in_words
from histories import made_run, stored

if TYPE_CHECKING:
    import pytest

PAGES = Path(__file__).parents[2] / "docs" / "pages.py"


def test_a_page_shows_the_run_of_its_suite_that_began_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are for people; the time is in the header."""
    monkeypatch.chdir(tmp_path)
    pages = runpy.run_path(str(PAGES))
    folder = tmp_path / pages["REFERENCE"]
    for name, day in (("mine-quick", "2026-01-01"), ("2026-02-02-quick", "2026-02-02"), ("z-other", "2026-03-03")):
        stored(folder, made_run(run=name, day=day), name)

    assert pages["stored"]("quick").stem == "2026-02-02-quick"
    assert pages["stored"]("none") is None
    assert "2026-02-02-quick" in pages["newest_pair"]("quick")


def test_the_verdict_is_a_picture_with_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sees no picture reads what it says; without a run there is none to point at."""
    monkeypatch.chdir(tmp_path)
    pages = runpy.run_path(str(PAGES))
    without = pages["own_verdict"]()
    path = stored(tmp_path / pages["ANSWERS"], made_run(run="2026-02-02-own"))
    shown = pages["own_verdict"]()
    (contest,) = of_run(store.read(path)).contests
    assert contest.verdict is not None

    assert "<picture>" not in without
    assert f'alt="{html.escape(in_words.paragraph(contest, contest.verdict))}"' in shown
    assert "From `2026-02-02-own`" in shown


def test_the_glossary_has_every_word_of_the_architecture_once_and_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has a heading of its own; other tables of the page hold no words."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    rows = ("| word | meaning |", "|---|---|", "| lane | one live process |", "| arm | `3.14t`, for one |")
    text = "\n".join(("# Architecture", "", "## Words", "", *rows, "", "## Rooms", "", "| room | x |"))
    (tmp_path / "docs" / "architecture.md").write_text(text, "utf-8")
    pages = runpy.run_path(str(PAGES))

    assert pages["words"]() == "## arm\n\n`3.14t`, for one.\n\n## lane\n\nOne live process.\n"


def test_the_overview_says_when_and_where_a_page_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest run of a suite counts, all that a glob stands for, and a page without a run says so."""
    monkeypatch.chdir(tmp_path)
    pages = runpy.run_path(str(PAGES))
    folder = tmp_path / pages["REFERENCE"]
    for name, day in (("1-models", "2026-01-01"), ("2-models", "2026-02-02")):
        stored(folder, made_run(run=name, day=day), name)
    (tmp_path / "docs").mkdir()
    for page in pages["MEASURED"]:
        (tmp_path / "docs" / page).write_text(f"<!-- made -->\n\n# The page {page}\n", "utf-8")

    rows = {line.split("](")[1].split(")")[0]: line for line in pages["overview"]().splitlines() if "](" in line}

    assert list(rows) == list(pages["MEASURED"])
    assert "[The page models.md](models.md)" in rows["models.md"]
    assert "| 2026-02-02 |" in rows["models.md"]
    assert "| 2026-01-01 to 2026-02-02 |" in rows["claims.md"]
    assert rows["workers.md"].endswith("| not yet | - |")


def test_every_page_of_results_is_in_the_overview() -> None:
    """A page that the overview lists exists, and its section of the navigation lists no further one."""
    navigation = (PAGES.parent / "navigation.md").read_text("utf-8")
    section = navigation.partition(":caption: Results\n")[2].partition("```")[0].split()

    assert [f"{name}.md" for name in section] == ["measured.md", *runpy.run_path(str(PAGES))["MEASURED"]]
