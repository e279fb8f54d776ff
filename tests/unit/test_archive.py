"""Summaries of stored runs: the report's own figures, made once, and what cannot be read told."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NoReturn

import msgspec
import pytest

from gilscope import cached, store
from gilscope.figures.run import of_run
from gilscope.history.archive import Archive
from gilscope.history.summarise import summary
from gilscope.history.summary import in_unit
from gilscope.values.contests import Contest
from histories import made_run, stored

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.history.summary import DatedFigure
    from gilscope.stats.estimate import Estimate


def opened(folders: list[Path], tmp_path: Path) -> tuple[Archive, tuple[str, ...]]:
    """An archive with all its summaries, and what could not be read."""
    archive = Archive(folders, tmp_path / "cache")
    return archive, archive.fill(lambda path: summary(store.read(path)), lambda files: files)


def penalties(folders: list[Path], tmp_path: Path) -> tuple[DatedFigure, ...]:
    """The penalty of every run."""
    archive, _ = opened(folders, tmp_path)
    return archive.dated_figures("penalty", "*", "*")


def refuse(*_: object) -> NoReturn:
    """Stands for what must not happen."""
    raise AssertionError("a run was read again")


def test_the_figures_are_the_reports(tmp_path: Path) -> None:
    """Value and both ends of each figure, as `analysis` gives them."""
    path = stored(tmp_path / "runs", made_run(noise=0.01))
    (contest,) = of_run(store.read(path)).contests
    expected: dict[tuple[str, str], Estimate] = {("penalty", "3.14t:serial"): contest.penalties[0].penalty}
    for lane in contest.lanes:
        expected["time", lane.lane.name] = lane.time_per_unit
        if lane.gain is not None:
            expected["gain", lane.lane.name] = lane.gain
        if lane.scaling is not None:
            expected["scaling", lane.lane.name] = lane.scaling
    archive, _ = opened([tmp_path / "runs"], tmp_path)
    found = {
        (name, f"{each.figure.arm}:{each.figure.work}"): in_unit(name, each.figure.log)
        for name in ("penalty", "time", "gain", "scaling")
        for each in archive.dated_figures(name, "*", "*")
    }

    assert set(found) == set(expected)
    for key, estimate in found.items():
        assert msgspec.structs.astuple(estimate) == pytest.approx(msgspec.structs.astuple(expected[key]))


def test_a_run_is_summarised_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time, no run is read."""
    stored(tmp_path / "runs", made_run())
    first = penalties([tmp_path / "runs"], tmp_path)
    monkeypatch.setattr(store, "read", refuse)

    assert penalties([tmp_path / "runs"], tmp_path) == first


def test_a_run_that_was_continued_is_summarised_again(tmp_path: Path) -> None:
    """Only its last state counts."""
    path = stored(tmp_path / "runs", made_run(slower=1.1))
    penalties([tmp_path / "runs"], tmp_path)
    path.unlink()
    stored(tmp_path / "runs", made_run(slower=1.2, launches=9))
    (only,) = penalties([tmp_path / "runs"], tmp_path)

    assert in_unit("penalty", only.figure.log).value == pytest.approx(0.2)


def test_other_code_makes_other_summaries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What earlier code derived is thrown away."""
    stored(tmp_path / "runs", made_run())
    penalties([tmp_path / "runs"], tmp_path)
    monkeypatch.setattr(cached, "of_code", lambda: "later")

    assert len(penalties([tmp_path / "runs"], tmp_path)) == 1
    assert [path.stem for path in (tmp_path / "cache" / "summaries").iterdir()] == ["later"]


def test_a_summary_that_was_cut_off_is_made_again(tmp_path: Path) -> None:
    """An interruption in the middle of a line costs that run's summary only."""
    for run in ("r1", "r2"):
        stored(tmp_path / "runs", made_run(run=run))
    penalties([tmp_path / "runs"], tmp_path)
    (kept,) = (tmp_path / "cache" / "summaries").iterdir()
    kept.write_bytes(kept.read_bytes()[:-100])

    assert len(penalties([tmp_path / "runs"], tmp_path)) == 2
    assert len(penalties([tmp_path / "runs"], tmp_path)) == 2


def test_a_copy_counts_once(tmp_path: Path) -> None:
    """Of two states of one run, the longer one does."""
    whole = made_run(slower=1.2)
    stored(tmp_path / "runs", whole)
    stored(tmp_path / "share", made_run(slower=1.1, launches=5), "copied-too-early")
    shutil.copy(tmp_path / "runs" / "r1.jsonl", tmp_path / "share" / "copied-later.jsonl")
    (only,) = penalties([tmp_path / "share", tmp_path / "runs"], tmp_path)

    assert in_unit("penalty", only.figure.log).value == pytest.approx(0.2)


def test_runs_of_one_name_on_two_hosts_are_two(tmp_path: Path) -> None:
    """A nightly run has the same name everywhere."""
    for host in ("lab", "cloud"):
        stored(tmp_path / host, made_run(run="nightly", host=host))

    assert len(penalties([tmp_path / "lab", tmp_path / "cloud"], tmp_path)) == 2


def test_a_damaged_line_is_told_and_left_out(tmp_path: Path) -> None:
    """The rest of the run counts."""
    path = stored(tmp_path / "runs", made_run())
    lines = path.read_bytes().splitlines(keepends=True)
    lines[5] = b'{"type":"trial","cont\n'
    path.write_bytes(b"".join(lines))
    archive, problems = opened([tmp_path / "runs"], tmp_path)

    assert problems == (f"{path}: 1 line is damaged or cut off, and left out",)
    assert len(archive.dated_figures("penalty", "*", "*")) == 1
    assert opened([tmp_path / "runs"], tmp_path)[1] == problems


@pytest.mark.parametrize("text", [b"", b"no run\n", b'{"type":"run","schema":99}\n', b'{"type":"trial"}\n'])
def test_a_damaged_file_is_told_and_left_out(tmp_path: Path, text: bytes) -> None:
    """The other runs count; it is told each time."""
    stored(tmp_path / "runs", made_run())
    (tmp_path / "runs" / "odd.jsonl").write_bytes(text)
    for _ in range(2):
        archive, problems = opened([tmp_path / "runs"], tmp_path)

        assert len(problems) == 1
        assert problems[0].startswith("left out: ")
        assert "odd.jsonl" in problems[0]
        assert len(archive.dated_figures("penalty", "*", "*")) == 1


@pytest.mark.parametrize(("probe", "work", "found"), [("cpu/*", "*", 2), ("io/*", "*", 0), ("*", "threads-*", 1)])
def test_globs(tmp_path: Path, probe: str, work: str, found: int) -> None:
    """By probe, and by lane."""
    stored(tmp_path / "runs", made_run())
    archive, _ = opened([tmp_path / "runs"], tmp_path)

    assert len(archive.dated_figures("gain", probe, work)) == found


def test_looks_at_something_have_no_history_of_times(tmp_path: Path) -> None:
    """What was seen is no figure that history follows, and how long a look took says nothing."""
    records = [
        msgspec.structs.replace(record, probe=msgspec.structs.replace(record.probe, observes={"lost": "updates"}))
        if isinstance(record, Contest)
        else record
        for record in made_run()
    ]

    assert summary(store.read(stored(tmp_path, records))).figures == ()


def test_a_single_launch_has_no_interval(tmp_path: Path) -> None:
    """What is infinite in memory is null in JSON, and comes back."""
    stored(tmp_path / "runs", made_run(launches=1))
    (only,) = penalties([tmp_path / "runs"], tmp_path)

    assert only.figure.half_width is None
