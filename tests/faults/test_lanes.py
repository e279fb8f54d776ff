"""Workloads that misbehave: the lane is told of, the others are measured, and nothing is left behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from faults.catalogue import KEPT, LANES, PLACES_TO_BE
from gilscope import store
from runs import THIS_PYTHON, Runs, end, needs_proc, one_line
from short import SHORT

pytestmark = [needs_proc, pytest.mark.skipif(os.name == "nt", reason="what is done to lanes here is POSIX's")]

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where the system keeps it


@pytest.mark.parametrize("name", LANES)
def test_a_workload_that_misbehaves_is_told_of(name: str, tmp_path: Path) -> None:
    """In words; the run can be read, and its temporary files are gone."""
    runs = Runs(tmp_path, tmp_path / "cache")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    runs.environ["TMPDIR"] = str(temporary)
    case = LANES[name]
    runs.script("mine.py", case.script.replace("COUNTER", repr(str(tmp_path / "counter"))))

    ended = runs.measure("mine.py:work", *case.options)

    told = one_line(ended.stdout + ended.stderr)
    assert ended.returncode == case.status, ended
    assert case.said in told
    assert "gilscope/" not in ended.stderr or "Traceback" not in ended.stderr
    assert store.read(runs.stored()).damages == ()
    assert runs.gone() == []
    assert list(temporary.iterdir()) == []
    assert list(SHARED_MEMORY.glob(f"{KEPT}*")) == []


@pytest.mark.parametrize("name", PLACES_TO_BE)
def test_a_system_that_gives_little_is_enough_or_told_of(name: str, tmp_path: Path) -> None:
    """And nothing is left behind."""
    runs = Runs(tmp_path, tmp_path / "cache")
    case = PLACES_TO_BE[name]
    script = tmp_path / runs.script("mine.py", case.script)

    ended = end(runs.start("run", f"{script}:work", *THIS_PYTHON, *SHORT, prelude=case.prelude))

    assert ended.returncode == case.status, ended
    assert case.said in one_line(ended.stdout + ended.stderr)
    assert "Traceback" not in ended.stderr
    assert runs.gone() == []


def test_runs_of_one_second_have_a_file_each(tmp_path: Path) -> None:
    """Started at once in one folder."""
    runs = Runs(tmp_path, tmp_path / "cache")
    runs.measure("small.py")
    before = set(runs.results.iterdir())
    prelude = (
        "from gilscope.lab import measure\n"
        "measure.new_run_id = lambda _: '2026-01-02T030405Z'"  # as if the second never ended
    )
    started = [runs.start("run", "small.py", *SHORT, "--no-report", prelude=prelude) for _ in range(4)]
    ended = [end(process) for process in started]
    assert [each.returncode for each in ended] == [0] * 4, [each.stderr for each in ended if each.returncode]

    files = sorted(path.stem for path in set(runs.results.iterdir()) - before)
    assert files == sorted(["2026-01-02T030405Z", *(f"2026-01-02T030405Z-{number}" for number in range(2, 5))])
    for name in files:
        assert store.read(runs.results / f"{name}.jsonl").header.id == name


def test_a_run_that_is_written_is_not_written_by_another(tmp_path: Path) -> None:
    """The second is told who writes it."""
    runs = Runs(tmp_path, tmp_path / "cache")
    first = runs.start("run", "small.py", "--run", "mine", "--budget", "60")
    runs.wait_for_trials(first)
    second = runs.measure("small.py", "--run", "mine")
    first.terminate()
    first.communicate()

    assert second.returncode == 6, second
    assert f"run mine is being written by process {first.pid}" in one_line(second.stderr)
