"""What the documentation's pages show: the newest run on record, whatever its file is called."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

import builders
from gilscope.figures.run import of_run
from gilscope.values.records import ContestEnd
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


def test_a_rung_is_known_where_its_base_was_measured() -> None:
    """However many launches a suite had that measured no thread alone."""
    pages = runpy.run_path(str(PAGES))
    rung = msgspec.structs.replace(builders.PROBE, id="shared/counter", kind="shared")
    spread = {builders.lane("3.14"): 1e8, builders.lane("3.14t"): 1e8, builders.lane("3.14t", "threads", 2): 1e8}
    made = {}
    for name, walls in (("base", {**spread, builders.lane("3.14t", "threads", 1): 1e8}), ("none", spread)):
        of = msgspec.structs.replace(builders.contest(*walls, builds=builders.pair()), probe=rung)
        (figures,) = of_run(builders.records(of, builders.trials(walls))).contests
        end = ContestEnd(contest=of.id, reason="precise", seconds=1, launches=9 if name == "none" else 5)
        made[name] = msgspec.structs.replace(figures, end=end)

    assert pages["_best_known"]([made["base"], made["none"]]) == [made["base"]]


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
