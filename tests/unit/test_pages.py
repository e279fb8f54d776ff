"""What the documentation's pages show: the newest run on record, whatever its file is called."""

from __future__ import annotations

import html
import runpy
from pathlib import Path
from typing import TYPE_CHECKING

from gilscope import store
from gilscope.figures.run import of_run
from gilscope.render import verdict
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
    path = stored(tmp_path / pages["REFERENCE"], made_run(run="2026-02-02-own"))
    shown = pages["own_verdict"]()
    (contest,) = of_run(store.read(path)).contests
    assert contest.verdict is not None

    assert "<picture>" not in without
    assert f'alt="{html.escape(verdict.paragraph(contest, contest.verdict))}"' in shown
    assert "From `2026-02-02-own`" in shown
