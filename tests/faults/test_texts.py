"""Text from outside: it reaches a terminal, Markdown and the page as text, whatever it holds."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import msgspec
import pytest

import histories
from builders import HEADER
from faults.catalogue import PLACES, TEXTS
from gilscope import cli
from gilscope.commands.screen import Screen
from gilscope.values.contests import Contest
from gilscope.values.records import Finding

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.values.records import Record

HTML = "<script>alert(1)</script>|`x`\n# heading"


def hostile(place: str, text: str) -> list[Record]:
    """A run with this text in one place."""
    records: list[Record] = histories.made_run(slower=1.2)
    of = next(record for record in records if isinstance(record, Contest))
    match place:
        case "question":
            changed = msgspec.structs.replace(of, probe=msgspec.structs.replace(of.probe, question=text))
            records = [changed if record is of else record for record in records]
        case "finding":
            records.append(Finding("work", "raised", text, text, contest=of.id, lane=of.lanes[-1].name, launch=0))
        case "lane of a finding":
            records.append(Finding("work", "raised", "no", contest=of.id, lane=text, launch=0))
        case "host":
            host = msgspec.structs.replace(HEADER.host, name=text, cpu=text, kernel=text)
            records[0] = msgspec.structs.replace(HEADER, host=host)
        case "suite" | "id":
            records[0] = msgspec.structs.replace(HEADER, **{place: text})
        case _:
            arm = msgspec.structs.replace(of.lanes[-1].arm, packages={text: text})
            lanes = (*of.lanes[:-1], msgspec.structs.replace(of.lanes[-1], arm=arm))
            records = [msgspec.structs.replace(of, lanes=lanes) if record is of else record for record in records]
    return records


def stored(folder: Path, place: str, text: str) -> Path:
    """The file of such a run."""
    return histories.stored(folder / "gilscope-results", hostile(place, text), name="mine")


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
@pytest.mark.parametrize("place", PLACES)
def test_no_text_steers_a_terminal(
    place: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the report, in full or not."""
    monkeypatch.chdir(tmp_path)
    stored(tmp_path, place, f"before{text}after")

    for options in ([], ["--full"]):
        assert cli.main(["report", "mine", *options]) == 0
    out, err = capsys.readouterr()
    assert all(character.isprintable() or character == "\n" for character in out + err)


@pytest.mark.parametrize("place", PLACES)
def test_no_text_is_markup(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither in Markdown nor in the page."""
    monkeypatch.chdir(tmp_path)
    stored(tmp_path, place, HTML)

    assert cli.main(["report", "mine", "--markdown", "report.md"]) == 0
    assert cli.main(["page", "mine", "-o", "run.html"]) == 0
    capsys.readouterr()
    text, page = (tmp_path / "report.md").read_text(), (tmp_path / "run.html").read_text()
    assert "<script>alert" not in text
    assert "\n# heading" not in text
    assert "<script>alert" not in page


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_what_is_told_by_the_way_is_text_too(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress and warnings name files and functions."""
    told = io.StringIO()
    monkeypatch.setattr("sys.stderr", told)
    Screen(stderr=True).print(f"before{text}after")

    assert told.getvalue().startswith("before")
    assert told.getvalue().endswith("after\n")
    assert all(character.isprintable() or character == "\n" for character in told.getvalue())


def test_no_name_of_a_file_becomes_an_emoji(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rich has pictures for words between colons, which stand in people's names too."""
    told = io.StringIO()
    monkeypatch.setattr("sys.stderr", told)
    Screen(stderr=True).print("work.py:key:")

    assert told.getvalue() == "work.py:key:\n"


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_errors_are_text_too(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They name what was not found."""
    status = cli.main(["report", f"before{text}after", "--results", str(tmp_path)])

    assert status in {2, 6}
    assert all(character.isprintable() or character == "\n" for character in capsys.readouterr().err)
