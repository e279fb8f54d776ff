"""The results folder: appended record by record, read back whole, whatever cut it off."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import duckdb
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import HEADER, contest, lane, trial
from gilscope import store
from gilscope.errors import ResultsError, UsageError
from gilscope.values.contests import Skip
from gilscope.values.records import Code, SourceFile
from histories import made_run, stored

if TYPE_CHECKING:
    from gilscope.values.records import Record

FORMAT = Path(__file__).parents[2] / "docs" / "reference" / "results.md"
SERIAL = lane("3.14")
SKIP = Skip(contest="cpu/primes@3.14t", lane="3.14t:interpreters-2", reason="no subinterpreters")


def written(path: Path, count: int = 3, started: str = HEADER.started) -> Path:
    """A run of one contest with so many trials."""
    writer = store.RunWriter(path)
    writer.append(msgspec.structs.replace(HEADER, started=started))
    writer.append(contest(SERIAL))
    for number in range(count):
        writer.append(trial(SERIAL, 0, number, 1e6))
    writer.close()
    return path


def test_what_is_appended_is_read_back(tmp_path: Path) -> None:
    """Every kind of record comes back as the value that was written."""
    run = store.read(written(tmp_path / "new" / "run.jsonl"))

    assert run.header == HEADER
    assert run.contests == (contest(SERIAL),)
    assert run.trials == tuple(trial(SERIAL, 0, number, 1e6) for number in range(3))


def test_the_code_that_was_run_is_read_back(tmp_path: Path) -> None:
    """Arm by arm; that of a contest which was begun again counts once."""
    path = written(tmp_path / "run.jsonl")
    code = Code(
        contest=contest(SERIAL).id,
        arm="3.14",
        modules={"work": SourceFile("/a/work.py", "12ab")},
        libraries={"numpy": "2.3"},
        commit="1a2b",
        is_dirty=True,
    )
    for record in (msgspec.structs.replace(code, commit="old"), contest(SERIAL), code):
        continued(path, record)

    assert store.read(path).code == (code,)


def test_a_finding_has_the_keys_it_always_had(tmp_path: Path) -> None:
    """Runs on record are read whatever the order of the keys, and newer ones hold no others."""
    line = (
        b'{"type":"finding","contest":"cpu/primes@3.14t","lane":"3.14:serial","launch":2,"phase":"work","kind":"hung",'
        b'"reason":"gave no answer","detail":"stacks"}'
    )
    path = written(tmp_path / "run.jsonl")
    path.write_bytes(path.read_bytes() + line + b"\n")

    (finding,) = store.read(path).findings

    assert (finding.contest, finding.lane, finding.launch) == ("cpu/primes@3.14t", "3.14:serial", 2)
    assert (finding.phase, finding.kind, finding.reason, finding.detail) == ("work", "hung", "gave no answer", "stacks")
    assert msgspec.to_builtins(finding) == msgspec.json.decode(line)


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    """A killed controller leaves half a line; all before it counts."""
    path = written(tmp_path / "run.jsonl")
    path.write_bytes(path.read_bytes()[:-20])

    assert len(store.read(path).trials) == 2


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with texts of which a cut can leave half a character."""
    path = written(tmp_path_factory.mktemp("whole") / "run.jsonl")
    writer = store.RunWriter(path)
    writer.append(msgspec.structs.replace(SKIP, reason='no "subinterpreters" \u2013 \U0001f40d\n'))
    writer.close()
    return path


@given(share=st.floats(0, 1))
def test_any_cut_leaves_a_prefix_that_can_be_continued(whole: Path, share: float) -> None:
    """Whole lines before the cut are read, half a line is counted, and what a later session adds is whole."""
    content = whole.read_bytes()
    cut = content[: round(share * len(content))]
    *kept, rest = cut.split(b"\n")
    lines = [*kept, rest] if rest in content.split(b"\n") else kept
    path = whole.with_name("cut.jsonl")
    path.write_bytes(cut)
    added = msgspec.structs.replace(SKIP, lane="3.14t:processes-2")
    if not any(lines):
        with pytest.raises(ResultsError, match=r"holds no run|is empty"):
            store.read(path)
        continued(path, HEADER)
    before = store.read(path)
    continued(path, added)
    after = store.read(path)

    assert len(before.trials) == sum(b'"type":"trial"' in line for line in lines)
    assert before.trials == store.read(whole).trials[: len(before.trials)]
    assert len(before.damages) == (len(lines) == len(kept) and rest != b"")
    assert after == msgspec.structs.replace(before, skips=(*before.skips, added))


def continued(path: Path, record: Record) -> None:
    """Append a record as a later session does."""
    writer = store.RunWriter(path)
    writer.append(record)
    writer.close()


def test_a_run_is_continued_behind_a_torn_line(tmp_path: Path) -> None:
    """A later session's records begin on a line of their own."""
    path = written(tmp_path / "run.jsonl")
    path.write_bytes(path.read_bytes()[:-20])
    writer = store.RunWriter(path)
    writer.append(trial(SERIAL, 1, 0, 2e6))
    writer.close()

    assert [item.launch for item in store.read(path).trials] == [0, 0, 1]


def test_a_later_format_is_refused(tmp_path: Path) -> None:
    """A run of a newer gilscope is not misread."""
    path = tmp_path / "run.jsonl"
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(HEADER, schema=store.SCHEMA + 1)))

    with pytest.raises(ResultsError, match="written by a later gilscope"):
        store.read(path)


@pytest.mark.parametrize("schema", range(1, store.SCHEMA + 1))
def test_every_format_up_to_todays_is_read(tmp_path: Path, schema: int) -> None:
    """A run that was written today, and one of the first gilscope."""
    path = tmp_path / "run.jsonl"
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(HEADER, schema=schema)))

    assert store.read(path).header.schema == schema


def test_a_file_that_is_no_run_is_refused(tmp_path: Path) -> None:
    """Another JSON lines file is named as what it is not."""
    path = tmp_path / "other.jsonl"
    path.write_text('{"type": "something else"}\n')

    with pytest.raises(ResultsError, match="its first line is not a run's header"):
        store.read(path)


def test_an_unknown_run_names_the_latest_ones(tmp_path: Path) -> None:
    """A mistyped id is answered with what there is."""
    written(tmp_path / "2026-01-02T030405Z.jsonl")

    with pytest.raises(ResultsError, match="2026-01-02T030405Z"):
        store.find(tmp_path, "2026-01-03")


def test_the_latest_run_is_the_one_that_began_last(tmp_path: Path) -> None:
    """A run may have any name: ``before`` comes behind all dates in the alphabet."""
    for name, started in (
        ("before", "2026-01-02 03:04:05"),
        ("2026-03-02T030405Z", "2026-03-02 03:04:05"),
        ("after", "2026-02-02 03:04:05"),
    ):
        written(tmp_path / f"{name}.jsonl", started=started)

    assert [path.stem for path in store.runs(tmp_path)] == ["before", "after", "2026-03-02T030405Z"]
    assert [path.stem for path in store.runs(tmp_path, "*e*")] == ["before", "after"]
    assert store.find(tmp_path, None).stem == "2026-03-02T030405Z"


@pytest.mark.parametrize("line", [b"", b"{}\n", b"nonsense", b'{"type":"skip"}\n', b'{"type":"run","started":1}\n'])
def test_a_file_without_a_header_is_never_the_latest_run(tmp_path: Path, line: bytes) -> None:
    """What cannot be read stands before the runs that can, and hides none of them."""
    written(tmp_path / "a.jsonl")
    (tmp_path / "z.jsonl").write_bytes(line)

    assert store.find(tmp_path, None).stem == "a"


def test_a_folder_that_cannot_be_made_is_an_error_with_its_path(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("")

    with pytest.raises(ResultsError, match="--results"):
        store.RunWriter(tmp_path / "file" / "run.jsonl")


def test_a_full_disk_keeps_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says so, and the records before it can be read."""
    path = written(tmp_path / "run.jsonl")
    writer = store.RunWriter(path)

    def full(*_: object) -> NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fstat", full)

    with pytest.raises(ResultsError, match="No space left on device"):
        writer.append(trial(SERIAL, 1, 0, 1e6))
    monkeypatch.undo()
    writer.close()
    assert len(store.read(path).trials) == 3


def test_runs_that_begin_in_one_second_have_a_file_each(tmp_path: Path) -> None:
    """The second is named after the first; a run that is continued is not begun anew."""
    path = store.run_path(tmp_path, "now")
    writers = [store.RunWriter(path, HEADER, anew=True) for _ in range(8)]
    assert [store.read(writer.path).header.id for writer in writers] == [writer.path.stem for writer in writers]
    for writer in writers:
        writer.close()
    store.RunWriter(path, msgspec.structs.replace(HEADER, seed=HEADER.seed + 1)).close()

    assert [writer.path.stem for writer in writers] == ["now", *(f"now-{number}" for number in range(2, 9))]
    assert store.read(path).header.seed == HEADER.seed


def test_a_run_has_one_writer(tmp_path: Path) -> None:
    """The second is told of the first one's process, and may begin when that has ended."""
    path = written(tmp_path / "run.jsonl")
    with contextlib.closing(store.RunWriter(path)):
        with pytest.raises(ResultsError, match=f"run is being written by process {os.getpid()}: wait"):
            store.RunWriter(path)
        store.read(path)
        with pytest.raises(ResultsError, match="is being written"):
            store.RunWriter(path)
    continued(path, trial(SERIAL, 0, 3, 1e6))

    assert len(store.read(path).trials) == 4


@pytest.mark.parametrize("of_folder", [False, True], ids=["file", "folder"])
def test_what_is_removed_meanwhile_is_written_anew(tmp_path: Path, *, of_folder: bool) -> None:
    """Whole, at its place; a run that took the place meanwhile keeps it."""
    path = tmp_path / "kept" / "run.jsonl"
    with contextlib.closing(store.RunWriter(path)) as writer:
        writer.append(HEADER)
        writer.append(contest(SERIAL))
        if of_folder:
            shutil.rmtree(path.parent)
        else:
            path.unlink()
            written(path)
        writer.append(trial(SERIAL, 0, 0, 1e6))

    assert writer.path.stem == ("run" if of_folder else "run-2")
    assert len(store.read(writer.path).trials) == 1


@pytest.mark.parametrize("name", ["", ".", "..", "../escape", "a/b", "/escape", "a\0b", "a\x1b]0;b", "a\nb"])
def test_a_run_is_named_like_a_file_of_its_folder(tmp_path: Path, name: str) -> None:
    """No name leads elsewhere, or writes on a terminal."""
    with pytest.raises(UsageError, match="cannot be the id of a run"):
        store.run_path(tmp_path, name)


def test_a_name_that_no_text_can_hold_is_kept_as_escapes(tmp_path: Path) -> None:
    """A folder of bytes that are no UTF-8 ends no run."""
    path = written(tmp_path / "run.jsonl")
    continued(path, msgspec.structs.replace(SKIP, reason="no such file: /a/\udcff"))

    (skip,) = store.read(path).skips
    assert skip.reason == "no such file: /a/\\udcff"


def test_a_later_format_is_called_that_even_if_its_records_are_unknown(tmp_path: Path) -> None:
    """The reader is told to update, not of a line that makes no sense to this version."""
    path = tmp_path / "run.jsonl"
    header = msgspec.json.encode(msgspec.structs.replace(HEADER, schema=store.SCHEMA + 1))
    path.write_bytes(header + b'\n{"type": "of tomorrow"}\n')

    with pytest.raises(ResultsError, match="written by a later gilscope"):
        store.read(path)


def test_a_path_that_cannot_be_looked_at_is_an_error_of_ours(tmp_path: Path) -> None:
    """A name longer than the system takes."""
    with pytest.raises(ResultsError, match="--results"):
        store.is_stored(store.run_path(tmp_path, "x" * 5000))


def test_an_unknown_run_of_any_name_is_just_unknown(tmp_path: Path) -> None:
    """Looking for it by path does not stop at what the system says."""
    with pytest.raises(ResultsError, match="the latest are: none"):
        store.find(tmp_path, "x" * 5000)


def test_a_contest_that_was_begun_again_replaces_what_was_cut_off(tmp_path: Path) -> None:
    """Its launches count from 0 again: joined, trials of two processes would be taken for one launch's."""
    path = tmp_path / "run.jsonl"
    other = msgspec.structs.replace(contest(SERIAL), id="cpu/other@3.14t")
    for wall_ns, begun in ((1e6, (other, contest(SERIAL))), (2e6, (contest(SERIAL),))):
        writer = store.RunWriter(path)
        for record in (HEADER, SKIP, *begun):
            writer.append(record)
        writer.append(trial(SERIAL, 0, 0, wall_ns))
        writer.close()
    run = store.read(path)

    assert [item.wall_ns for item in run.trials] == [2_000_000]
    assert [item.id for item in run.contests] == [other.id, contest(SERIAL).id]
    assert run.skips == (SKIP,)


def test_the_documented_query_reads_runs_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other readers of JSON lines find in our files what the documentation says."""
    stored(tmp_path / "gilscope-results", made_run(slower=1.2))
    (query,) = re.findall(r"```sql\n(.*?)```", FORMAT.read_text(), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    told = {lane: (trials, seconds) for _, lane, trials, seconds in duckdb.execute(query).fetchall()}

    assert told["3.14t:serial"] == (28, pytest.approx(1.2 * told["3.14:serial"][1]))
