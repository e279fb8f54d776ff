"""What is left out of a run that others may see, and that all else is as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

import histories
from gilscope import cli, store
from gilscope.store.anonymous import anonymous
from gilscope.values.contests import Contest
from gilscope.values.records import Code, Finding, RunHeader, SourceFile

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.values.records import Record

SECRETS = ("annes-laptop", "/home/anne", "s3cret", "the customer", "token123")


def personal() -> list[Record]:
    """A run that says who measured it, and where."""
    records: list[Record] = histories.made_run(slower=1.2, host="annes-laptop")
    of = next(record for record in records if isinstance(record, Contest))
    probe = msgspec.structs.replace(of.probe, path="/home/anne/shop/work.py")
    lanes = tuple(
        msgspec.structs.replace(
            lane,
            arm=msgspec.structs.replace(
                lane.arm,
                python="/home/anne/.venv/bin/python",
                environ={"TOKEN": "s3cret"},
                requirements=("shop @ git+https://anne:token123@example.org/shop.git",),
            ),
        )
        for lane in of.lanes
    )
    changed = msgspec.structs.replace(of, probe=probe, lanes=lanes)
    reason = "ValueError: the customer is in /home/anne/shop/data.csv"
    return [
        *(changed if record is of else record for record in records),
        Finding("work", "varies", reason, f"Traceback: {reason}", contest=of.id, lane=of.lanes[0].name, launch=0),
        Code(contest=of.id, arm="3.14", modules={"work": SourceFile("/home/anne/shop/work.py", "12ab")}),
    ]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of that run."""
    monkeypatch.chdir(tmp_path)
    return histories.stored(tmp_path / "gilscope-results", personal(), name="mine")


def test_files_keep_their_names_and_lose_their_folders(run: Path) -> None:
    """Folders that were one are one still, and nobody sees which."""
    whole, told = store.read(run), anonymous(store.read(run))

    text = msgspec.json.encode([told.header, *told.contests, *told.findings, *told.code]).decode()
    assert not [secret for secret in SECRETS if secret in text]
    path = told.contests[0].probe.path
    assert path.endswith("/work.py")
    assert told.code[0].modules["work"].path == path
    assert told.contests[0].lanes[0].arm.environ == {"TOKEN": ""}
    assert told.findings[0].reason == "ValueError"
    assert told.trials == whole.trials
    assert anonymous(whole).contests[0].probe.path != path


@pytest.mark.parametrize(
    "command",
    [
        ["report", "mine", "--markdown", "out"],
        ["report", "mine", "--svg", "out"],
        ["page", "mine", "-o", "out"],
        ["export", "mine", "-o", "outs"],
        ["export", "mine", "--format", "gilscope", "-o", "outs"],
    ],
    ids=" ".join,
)
def test_no_file_for_others_holds_what_is_personal(command: list[str], run: Path, tmp_path: Path) -> None:
    """With the option; without it, all of it is there somewhere."""
    assert run.exists()
    assert cli.main([*command, "--anonymous"]) == 0

    written = [path for path in (tmp_path / "out", *tmp_path.glob("outs/*")) if path.is_file()]
    assert written
    assert not [(path.name, secret) for path in written for secret in SECRETS if secret in path.read_text()]


def test_a_copy_is_a_run_like_any_other(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its figures are those of the original."""
    assert run.exists()
    cli.main(["export", "mine", "--format", "gilscope", "--anonymous", "-o", str(tmp_path / "published")])
    (copy,) = (tmp_path / "published").iterdir()
    capsys.readouterr()

    assert store.read(copy).damages == ()
    assert isinstance(store.read(copy).header, RunHeader)
    shown = []
    for of in ("mine", str(copy)):
        assert cli.main(["report", of, "--csv"]) == 0
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1]
