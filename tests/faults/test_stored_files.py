"""Results files that are damaged: the rest is shown, and the damage is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

import histories
from builders import HEADER, contest, lane, trial
from faults.catalogue import LINES, STORED, Stored
from gilscope import cli, store
from gilscope.errors import ResultsError
from gilscope.values.contests import Contest
from gilscope.values.records import Finding, Memory

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.values.records import Record

SERIAL = lane("3.14")
COMMANDS = (
    ["report", "RUN"],
    ["report", "RUN", "--full"],
    ["report", "RUN", "--json"],
    ["report", "RUN", "--csv"],
    ["report", "RUN", "--markdown", "report.md"],
    ["page", "RUN", "-o", "run.html"],
    ["export", "RUN", "-o", "exported"],
    ["history"],
    ["compare", "RUN", "RUN"],
    ["claims"],
    ["tracker"],
)
"""All that reads a run; what has nothing to show says so."""
MAY_SAY_NO = (0, 1, 2, 6)


def whole() -> list[Record]:
    """A run that holds each kind of record."""
    made = histories.made_run(slower=1.2)
    (of,) = (record for record in made if isinstance(record, type(contest(SERIAL))))
    end = made.pop()
    memory = Memory(contest=of.id, lane=SERIAL.name, launch=0, processes=1, resident_bytes=2**24)
    finding = Finding("work", "varies", "a note", contest=of.id, lane=SERIAL.name, launch=0)
    return [*made, memory, finding, end]


def damaged(record: Record, case: Stored) -> bytes:
    """The record with something else in one of its fields."""
    fields = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in msgspec.to_builtins(record).items()}
    return msgspec.json.encode({**fields, case.field: msgspec.Raw(case.value.encode())})


def kind(record: Record) -> str:
    """What the record is called in a file."""
    return str(msgspec.to_builtins(record)["type"])


@pytest.mark.parametrize("case", STORED, ids=lambda case: f"{case.record} {case.field} {case.value[:20]}")
def test_a_damaged_record_is_left_out_and_told(case: Stored, tmp_path: Path) -> None:
    """All others count."""
    records = whole()
    place = next(number for number, record in enumerate(records) if kind(record) == case.record)
    lines = [msgspec.json.encode(record) for record in records]
    lines[place] = damaged(records[place], case)
    path = tmp_path / "run.jsonl"
    path.write_bytes(b"\n".join(lines))

    run = store.read(path)

    assert [damage.line for damage in run.damages] == [place + 1]
    kept = len(run.trials) + len(run.memory) + len(run.findings) + len(run.calibrations) + len(run.ends)
    assert kept == len(records) - 3  # the header, the contest, and what is damaged


def test_a_contest_whose_probe_lacks_a_way_is_left_out_with_all_of_it(tmp_path: Path) -> None:
    """Nothing could be held against a first way that there is not."""
    records = whole()
    place = next(number for number, record in enumerate(records) if kind(record) == "contest")
    of = records[place]
    assert isinstance(of, Contest)
    strange = tuple(msgspec.structs.replace(each, way="") for each in of.lanes[-1:])
    records[place] = msgspec.structs.replace(of, lanes=(*of.lanes[:-1], *strange))
    path = tmp_path / "run.jsonl"
    path.write_bytes(b"\n".join(map(msgspec.json.encode, records)))
    run = store.read(path)

    assert run.damages[0].reason.startswith("its probe does not have the way of a lane")
    assert (run.contests, run.trials) == ((), ())


@pytest.mark.parametrize("line", LINES, ids=lambda line: repr(line[:24]))
def test_a_line_that_is_no_record_is_left_out(line: bytes, tmp_path: Path) -> None:
    """Wherever it stands behind the header."""
    records = [msgspec.json.encode(record) for record in whole()]
    path = tmp_path / "run.jsonl"
    path.write_bytes(b"\n".join([*records[:5], line, *records[5:]]))

    run = store.read(path)

    assert len(run.damages) == bool(line.strip())
    assert len(run.trials) == len(records) - 6


@pytest.mark.parametrize("line", [line for line in LINES if b"\x00" not in line], ids=lambda line: repr(line[:24]))
def test_a_file_that_begins_with_no_header_is_refused(line: bytes, tmp_path: Path) -> None:
    """And named."""
    path = tmp_path / "run.jsonl"
    path.write_bytes(line)

    with pytest.raises(ResultsError, match=r"run\.jsonl (is empty|holds no run)"):
        store.read(path)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_shows_the_rest(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file with each kind of damage at once; what cannot be shown has a message."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    records = whole()
    first = {kind(record): record for record in reversed(records)}
    wrong = [damaged(first[case.record], case) for case in STORED]
    path = tmp_path / "gilscope-results" / "mine.jsonl"
    path.parent.mkdir()
    path.write_bytes(b"\n".join([*map(msgspec.json.encode, records), *wrong, *LINES]))

    status = cli.main([word.replace("RUN", "mine") for word in command])

    out, err = capsys.readouterr()
    assert status in MAY_SAY_NO
    assert "Traceback" not in out + err
    if command[0] == "report" and len(command) == 2:
        assert f"Damaged lines of the run's file, left out: {len(set(messages(path)))}" in out


def messages(path: Path) -> list[str]:
    """What is said of the damages."""
    return [damage.reason for damage in store.read(path).damages]


def test_launches_of_millions_take_no_memory(tmp_path: Path) -> None:
    """Their number is a place in a list."""
    last = trial(SERIAL, 99_999, 0, 1e6)
    path = tmp_path / "run.jsonl"
    path.write_bytes(b"\n".join(map(msgspec.json.encode, [HEADER, contest(SERIAL), last])))

    assert cli.main(["report", str(path)]) == 0
