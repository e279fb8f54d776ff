"""The files of the how-to on what people have: what in them is listed, what is refused, and roles side by side."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gilscope import store
from patience import asked_again
from runs import as_a_user_has_it, lend
from short import SHORT

if TYPE_CHECKING:
    from gilscope.values.records import Run

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "measure-what-you-have.md").read_text("utf-8")
FORMS, TESTS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
CONSOLES = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)


class Folder:
    """A folder with the files of the page, in which commands are run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "tests").mkdir()
        (path / "forms.py").write_text(FORMS, encoding="utf-8")
        (path / "tests" / "test_speed.py").write_text(TESTS, encoding="utf-8")

    def run(self, command: str, *more: str) -> subprocess.CompletedProcess[str]:
        """A command of the page on this Python alone, in a second or a few."""
        _, _, *arguments = shlex.split(command)
        kept = as_a_user_has_it()
        alone = ["--python", sys.executable, *SHORT, *more]
        lend(self.path / "cache")
        return subprocess.run(
            [sys.executable, "-m", "gilscope.cli", "run", *alone, *arguments],
            cwd=self.path,
            env={**kept, "XDG_CACHE_HOME": str(self.path / "cache"), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )

    def measured(self) -> Run:
        """The only run that there is."""
        (path,) = (self.path / "gilscope-results").glob("*.jsonl")
        return store.read(path)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A fresh one."""
    return Folder(tmp_path)


def test_a_file_without_work_lists_what_it_holds(folder: Folder) -> None:
    """As the page shows it."""
    (shown,) = (console for console in CONSOLES if console.startswith("$ gilscope run forms.py\n"))
    ended = folder.run("gilscope run forms.py")

    assert ended.returncode == 3, ended
    assert re.sub(r"\s+", " ", shown.partition("\n")[2]).strip() in re.sub(r"\s+", " ", ended.stderr)


MENDS = {
    "forms.py:lots": "missing a required argument: 'n'. It takes (n): write forms.py:lots(...)",
    "forms.py:tset_make": "has no tset_make",
    "forms.py:TestMake": "name a method: forms.py:TestMake.test_make",
    "tests/test_speed.py::test_lots": "name one, tests/test_speed.py::test_lots[...]",
    "-s 'import forms' 'forms.make('": "the statement cannot be parsed: '(' was never closed",
    "--roles forms.py:read*3": "name two roles or more, each of them once",
    "'Foo(x=1)'": "for a statement, give its setup with -s, or say --statement",
    "-s 'import forms' --share 'forms.make()'": "a statement has -s alone",
}


@pytest.mark.parametrize("asked", MENDS)
def test_what_cannot_be_measured_is_refused_with_the_mend(folder: Folder, asked: str) -> None:
    """Before anything starts: nothing is stored."""
    ended = folder.run(f"gilscope run {asked}")

    assert ended.returncode == 2, ended
    assert MENDS[asked] in re.sub(r"\s+", " ", ended.stderr)
    assert not (folder.path / "gilscope-results").exists()


# unlike work side by side: python/cpython#151518, a thread that collects beside others

BESIDE = """
import gc

KEEP = [[number] for number in range(50_000)]


def collect():
    gc.collect()


def work():
    total = 0
    for number in range(30_000):
        total += number
    return total
"""


@asked_again
def test_a_thread_that_collects_slows_the_others_down(folder: Folder) -> None:
    """It takes turns with them, or stops them: each gets less done than alone."""
    shutil.rmtree(folder.path / "gilscope-results", ignore_errors=True)
    (folder.path / "beside.py").write_text(BESIDE)
    ended = folder.run("gilscope run --roles beside.py:work*1,collect*1", "--no-report")
    run = folder.measured()

    assert ended.returncode == 0, ended
    works = {lane.work for lane in run.contests[0].lanes}
    assert works == {"work*1", "collect*1", "work*1,collect*1"}
    rates = {work: [_calls_a_second(run, lane) for lane in _lanes(run, work)] for work in works}
    assert max(rates["work*1,collect*1"]) < max(rates["work*1"])


def _lanes(run: Run, work: str) -> list[str]:
    return [lane.name for lane in run.contests[0].lanes if lane.work == work and not lane.control]


def _calls_a_second(run: Run, lane: str) -> float:
    """The rate of a lane's first worker, over all its trials."""
    first = [trial.calls[0] for trial in run.trials if trial.lane == lane]
    return 1e9 * sum(calls.count for calls in first) / sum(calls.ns for calls in first)
