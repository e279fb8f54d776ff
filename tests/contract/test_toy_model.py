"""A model of the tests' own: one registration, and it is planned, measured and shown like any other."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gilscope import cli, store
from gilscope.models import MODELS, Model
from gilscope.render.sheet import NOT_MEASURED
from short import SHORT

if TYPE_CHECKING:
    import pytest

CREW = Path(__file__).with_name("toy_crew.py")
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-model.md"
NAME = "taking-turns"
TOY = Model(name=NAME, crew=f"{CREW}:TakingTurns", unfit=lambda _: None)


def test_a_model_is_measured_and_shown_by_its_registration_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No suite, no table and no agent has heard of it; its crew is what ran, since its workers never overlap."""
    monkeypatch.setitem(MODELS, NAME, TOY)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    Path("small.py").write_text("'''Is it small?'''\ndef work():\n    return sum(range(20_000))\n", encoding="utf-8")

    status = cli.main(["run", "small.py", "--full", "--python", sys.executable, *SHORT])

    assert status == 0
    (path,) = Path("gilscope-results").glob("*.jsonl")
    run = store.read(path)
    (lane,) = [lane for lane in run.contests[0].lanes if lane.model == NAME]
    trials = [trial for trial in run.trials if trial.lane == lane.name]
    assert trials
    assert all(trial.starts_ns[1] >= trial.ends_ns[0] for trial in trials)
    row, *_ = [line for line in capsys.readouterr().out.splitlines() if line.startswith(lane.name)]
    _, time_per_unit, gain, scaling, *_ = re.split(r"\s{2,}", row)
    assert NOT_MEASURED not in {time_per_unit, gain, scaling}, row


def test_the_page_on_adding_a_model_shows_this_one() -> None:
    """As it is, to the letter."""
    assert CREW.read_text(encoding="utf-8") in PAGE.read_text(encoding="utf-8")
