"""What the documentation's pages show: the newest run on record, whatever its file is called."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import TYPE_CHECKING

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
