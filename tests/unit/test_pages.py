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
