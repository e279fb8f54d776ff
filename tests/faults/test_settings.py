"""Settings that make no sense: each is named, with what is wrong with it, before anything is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from builders import runtime
from faults.catalogue import SETTINGS, TYPED, Settings, Typed
from gilscope import cli
from gilscope.errors import MatrixError
from gilscope.lab import measure
from gilscope.values.runtimes import Census
from gilscope.workloads import suites
from pretended import pretend_machine

if TYPE_CHECKING:
    from pathlib import Path

SUITE = {
    "description": '"a suite"',
    "lanes": '["*:serial"]',
    "workers": "[2]",
    "min_launches": "9",
    "max_launches": "15",
    "rounds": "4",
    "trial_ms": "20",
    "precision": "0.01",
    "budget_s": "10",
    "timeout_s": "60",
}


def table(case: Settings | None = None) -> str:
    """A suite that makes sense, but for one key."""
    keys = dict(SUITE) if case is None else {**SUITE, case.key: case.value}
    return "\n".join(["[mine]", *(f"{key} = {value}" for key, value in keys.items())])


def test_the_suite_makes_sense_without_the_fault(tmp_path: Path) -> None:
    """Or else the cases would show nothing."""
    path = tmp_path / "suites.toml"
    path.write_text(table())

    assert list(suites.suites(path)) == ["mine"]


@pytest.mark.parametrize("case", SETTINGS, ids=lambda case: f"{case.key} = {case.value[:20]}")
def test_a_key_without_sense_is_named(case: Settings, tmp_path: Path) -> None:
    """With its file and table."""
    path = tmp_path / "suites.toml"
    path.write_text(table(case))

    with pytest.raises(MatrixError, match=rf"suites\.toml: \[mine\]: .*{case.key.lower().rstrip('_s')}"):
        suites.suites(path)


@pytest.mark.parametrize(
    "text",
    ["[mine", "mine = 1", "[mine]\n[mine]", "\x00", "a = " + "[" * 10_000, "[" + "a." * 5_000 + "a]"],
    ids=lambda text: text[:12],
)
def test_a_file_that_is_no_toml_is_named(text: str, tmp_path: Path) -> None:
    """Also where it is nested deeper than a parser can follow."""
    path = tmp_path / "suites.toml"
    path.write_text(text)

    with pytest.raises(MatrixError, match=r"suites\.toml"):
        suites.suites(path)


def test_a_file_of_other_bytes_is_named(tmp_path: Path) -> None:
    """No UTF-8."""
    path = tmp_path / "suites.toml"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(MatrixError, match=r"suites\.toml"):
        suites.suites(path)


@pytest.mark.parametrize("case", TYPED, ids=lambda case: " ".join(case.options)[:40])
def test_a_slip_ends_with_status_2(
    case: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing was measured, and nothing written."""
    pretend_machine(monkeypatch, tmp_path, Census(runtimes=(runtime("3.14"), runtime("3.14t")), unusable=()))
    measured: list[object] = []
    monkeypatch.setattr(measure, "measure", lambda *arguments: measured.append(arguments))
    (tmp_path / "work.py").write_text("def work():\n    pass\n")
    try:
        status = cli.main(["run", "work.py:work", *case.options])
    except SystemExit as error:  # argparse ends so
        status = int(str(error.code))

    told = capsys.readouterr().err
    assert status == 2
    assert case.said in " ".join(told.split())
    assert "Traceback" not in told
    assert "\x1b" not in told
    assert not (tmp_path / "gilscope-results").exists()
    assert measured == []
