"""Work that spreads itself, and whole programs, as a user measures them: figures, findings, and nothing left behind."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pytest

from gilscope import store
from gilscope.cli import main
from gilscope.figures.run import of_run
from gilscope.lab.lane import Lane, LaneFailedError
from gilscope.lab.weighing import _counts_pages
from gilscope.processes.guardian import Guardian
from gilscope.values.lanes import LaneSpec
from gilscope.values.probes import Probe
from leftovers import gone, members
from patience import looked
from short import SHORT
from targets import NEWEST_DEFAULT, environment

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.figures.values import ContestFigures, LaneFigures
    from gilscope.values.records import Fault, Run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="process groups are POSIX's")

PROGRAM = """
import sys
import time
from concurrent.futures import ThreadPoolExecutor

def main(arguments):
    workers, state = int(arguments[0]), b"x" * 50_000_000
    with open("given", "a") as file:
        file.write(arguments[0] + "\\n")
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(time.sleep, [0.05] * 4))
    print(len(state))

if __name__ == "__main__":
    main(sys.argv[1:])
"""
POOLED = """
import time
from concurrent.futures import ThreadPoolExecutor

def spread(workers):
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(slept, range(4)))

def slept(number):
    time.sleep(0.005)
    return number
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a package that is a program, and a function with a pool of its own."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").touch()
    (tmp_path / "shop" / "__main__.py").write_text(PROGRAM)
    (tmp_path / "work.py").write_text(POOLED)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def measured(folder: Path, *arguments: str, status: int = 0) -> Run:
    """The run that a command stored."""
    assert main(["run", "--python", sys.executable, *SHORT, *arguments]) == status
    return store.read(store.find(folder / "gilscope-results", None))


def rows(run: Run) -> tuple[ContestFigures, dict[str, LaneFigures]]:
    """The only contest, and its rows by their work."""
    (contest,) = of_run(run).contests
    return contest, {row.lane.work: row for row in contest.lanes}


@pytest.mark.parametrize(
    "arguments",
    [["--command", "python -m shop {workers}"], ["-m", "shop", "--", "{workers}"]],
    ids=["command", "module"],
)
def test_a_program_is_measured_with_its_workers(
    folder: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Each lane's runs have theirs; its memory is its own, and what it prints goes nowhere."""
    contest, by_work = rows(measured(folder, "--full", *arguments))
    shown = capsys.readouterr()

    assert set(by_work) == {"serial", "own-2"}
    assert by_work["serial"].time_per_unit.value > 0.2
    assert by_work["own-2"].time_per_unit.value > 0.1
    assert set((folder / "given").read_text().split()) == {"1", "2"}
    assert "50000000" not in shown.out + shown.err
    assert f"What a run took: {contest.contest.id}" in shown.out
    for row in by_work.values():
        assert row.memory is not None
        assert row.memory.peak is not None
        assert 50e6 < row.memory.peak.value < 200e6
        assert not _counts_pages() or 50e6 < row.memory.best.value < 200e6


def test_a_function_that_takes_workers_is_measured_with_them(folder: Path) -> None:
    """Of lanes of its own, which give one result."""
    run = measured(folder, "work.py:spread")
    _, by_work = rows(run)

    assert set(by_work) == {"serial", "own-2"}
    assert run.findings == ()
    assert by_work["own-2"].scaling is not None
    assert by_work["own-2"].efficiency is not None
    assert by_work["own-2"].efficiency.value == pytest.approx(by_work["own-2"].scaling.value / 2)
    assert {trial.cpu for trial in run.trials} == {None}


def test_results_that_depend_on_the_number_of_workers_are_a_finding(folder: Path) -> None:
    """The same work has to be divided, not other work done."""
    (folder / "work.py").write_text("def spread(workers):\n    return workers\n")
    run = measured(folder, "work.py:spread", status=1)

    assert {(finding.kind, finding.lane.partition(":")[2]) for finding in run.findings} == {
        ("disagreed", "own-2"),
        ("disagreed", "own-2#control"),
    }


def test_a_program_that_fails_is_a_finding(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its exit status and its last words, and no traceback of ours."""
    (folder / "tool.py").write_text("import sys\nprint('working')\nsys.exit('there is no data')\n")
    run = measured(folder, "--command", "python tool.py", status=1)
    shown = capsys.readouterr()

    assert {finding.kind for finding in run.findings} == {"died"}
    assert "the program ended with exit status 1: there is no data" in shown.out
    assert "gilscope_agent" not in shown.out
    assert "Traceback" not in shown.err


HANGING = """
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path("child").write_text(str(child.pid))
print("waits for ever", file=sys.stderr)
time.sleep(600)
"""


def test_a_program_that_hangs_ends_with_all_that_it_started(folder: Path, tmp_path: Path) -> None:
    """At the time limit, with what it had printed; nothing of its group is left."""
    (folder / "hang.py").write_text(HANGING)
    probe = Probe(id="hang", path="", question="?", kind="own", command=("{python}", "hang.py"))
    environ = environment(NEWEST_DEFAULT, tmp_path)

    def hung(limit_s: float) -> Fault:
        with Guardian() as guardian:
            lane = Lane(LaneSpec(arm=NEWEST_DEFAULT, model="serial", workers=1), probe, environ, guardian)
            try:
                lane.wait_ready(time.monotonic() + 60)
                with pytest.raises(LaneFailedError) as caught:
                    lane.trial(1, limit_s)
            finally:
                lane.kill()
            assert members(lane._child.pid) == []
            return caught.value.fault

    fault = looked(hung, lambda fault: "waits for ever" in fault.detail)

    assert (fault.kind, fault.phase) == ("hung", "work")
    assert fault.detail == "waits for ever\n"
    assert gone(int((folder / "child").read_text()))
