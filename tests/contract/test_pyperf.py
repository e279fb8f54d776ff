"""Between pyperf and us: its scripts are measured as they are, and its command reads our files as we read its."""

from __future__ import annotations

import random
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest

import builders
from gilscope import store
from gilscope.cli import main
from gilscope.figures.run import of_run
from gilscope.values.lanes import arm_and_work
from gilscope.values.records import Calibration, ContestEnd, Run
from short import SHORT

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.figures.values import ContestFigures

LANES = [
    builders.lane("3.14"),
    builders.lane("3.14", control=True),
    builders.lane("3.14t"),
    builders.lane("3.14", "threads", 2),
    builders.lane("3.14t", "threads", 2),
]
RATIOS = {"nbody": (1.0, 1.083, 2.05, 1.1), "json": (1.0, 0.71, 2.0, 1.5), "go": (1.0, 1.31, 1.9, 1.9 * 1.006)}
"""Makespans of the lanes (the control left out) against the reference's, by benchmark."""


def pyperf(*arguments: str | Path) -> str:
    """What a command of pyperf's prints."""
    command = [sys.executable, "-m", "pyperf", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def cells(table: str) -> dict[str, list[str]]:
    """The rows of a table of pyperf's, by their first cell."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[:1] == "|"]
    return {name: rest for name, *rest in rows}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A stored run of three benchmarks on a pair, with drift, noise, and launches that are far out."""
    noise = random.Random(11)  # noqa: S311 - noise to repeat, not a secret
    writer = store.RunWriter(tmp_path / "made.jsonl")
    writer.append(builders.HEADER)
    for name, (serial, free, two, free_two) in RATIOS.items():
        probe = msgspec.structs.replace(builders.PROBE, id=f"bm_{name}.py:{name}", benchmark=name)
        contest = builders.contest(*LANES, builds=builders.pair())
        contest = msgspec.structs.replace(contest, id=f"{probe.id}@3.14t", probe=probe)
        writer.append(contest)
        writer.append(Calibration(contest=contest.id, loops=10))
        for launch in range(12):
            drift = 1 + 0.04 * launch
            for number in range(4):
                for lane, ratio in zip(LANES, (serial, serial, free, two, free_two), strict=True):
                    far_out = 1.4 if launch == 7 and lane == LANES[2] else 1.0
                    wall_ns = 2e7 * ratio * drift * far_out * noise.gauss(1, 0.004)
                    trial = builders.trial(lane, launch, number, wall_ns)
                    writer.append(msgspec.structs.replace(trial, contest=contest.id))
        writer.append(ContestEnd(contest=contest.id, reason="precise", seconds=1.0, launches=12))
    writer.close()
    return store.read(tmp_path / "made.jsonl")


def report(run: Run) -> dict[str, ContestFigures]:
    """What our report shows, by benchmark."""
    records = msgspec.structs.replace(
        builders.records(run.contests[0], run.trials), contests=run.contests, calibrations=run.calibrations
    )
    return {str(item.contest.probe.benchmark): item for item in of_run(records).contests}


def as_pyperf_says(ratio: float) -> str:
    """A ratio of times in pyperf's words and digits."""
    return f"{ratio:.2f}x slower" if ratio > 1 else f"{1 / ratio:.2f}x faster"


def test_compare_to_prints_the_ratios_of_our_report(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Of serial lanes the penalty, of others the ratio of the two gains; what we cannot tell, pyperf cannot either."""
    assert main(["export", "--format", "pyperf", str(run.path)]) == 0
    twin, free = capsys.readouterr().out.split()
    shown = cells(pyperf("compare_to", "--table", twin, free))

    for name, item in report(run).items():
        gains = {row.lane.name: row.gain.value for row in item.lanes if row.gain is not None}
        penalty = next(found.penalty for found in item.penalties if found.arm == "3.14t")
        assert shown[name][1].partition(": ")[2] == as_pyperf_says(1 + penalty.value)
        if f"{name}[threads-2]" in shown:
            ratio = gains["3.14:threads-2"] / gains["3.14t:threads-2"]
            assert shown[f"{name}[threads-2]"][1].partition(": ")[2] == as_pyperf_says(ratio)
    assert set(shown) >= {"nbody", "nbody[threads-2]", "json", "json[threads-2]", "go"}


def test_stats_hist_and_metadata_read_both_kinds_of_file(run: Run, tmp_path: Path) -> None:
    """Paired and raw values, with what they were measured on."""
    for options in ([], ["--raw"]):
        assert main(["export", str(run.path), "-o", str(tmp_path / "out"), *options]) == 0
        path = tmp_path / "out" / "3.14t.json"
        values = 48 if options else 12

        assert f"Total number of values: {values}" in pyperf("stats", "-b", "nbody", path)
        assert "#" in pyperf("hist", "-b", "nbody[threads-2]", path)
        metadata = pyperf("metadata", "-b", "nbody[threads-2]", path)

        for line in ("- model: threads", "- workers: 2", "- py_gil_disabled: 1", "- build: free-threaded"):
            assert line in metadata


TIMEIT = ("timeit", "--quiet", "--processes", "3", "--values", "2", "--warmups", "1", "--loops", "100")


def test_pyperfs_own_files_become_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Twice as much work takes about twice the time, with an interval."""
    for name, stop in (("less", 2000), ("more", 4000)):
        pyperf(*TIMEIT, "--name", "sum", f"sum(range({stop}))", "-o", tmp_path / f"{name}.json")

    assert main(["import", str(tmp_path / "less.json"), str(tmp_path / "more.json")]) == 0

    out = capsys.readouterr().out
    row = next(line.split() for line in out.splitlines() if line.startswith("sum"))
    assert row[1] == "below" or row[2][0] in "±+" or row[2] == "to", row
    assert "unpaired" in out


SCRIPT = """
import pyperf

runner = pyperf.Runner()
runner.argparser.add_argument("--size", type=int, default=1)
size = runner.parse_args().size
assert size == 2000
runner.bench_func("sum", sum, range(size), inner_loops=2)
runner.bench_func("broken", divmod, 1, 0)
runner.bench_command("command", ["true"])
"""


def test_a_script_of_a_user_is_measured_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each benchmark is a contest; one that fails is a finding, and what runs in a serial lane only is told."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bm_user.py").write_text(SCRIPT)
    python = ["--python", sys.executable, *SHORT]

    status = main(["run", *python, "bm_user.py", "--", "--size", "2000"])

    out = capsys.readouterr().out
    run = store.read(store.find(tmp_path / "gilscope-results", None))
    assert status == 1
    names = ["bm_user.py:sum", "bm_user.py:broken", "bm_user.py:command"]
    assert [contest.probe.id for contest in run.contests] == names
    assert [calibration.inner_loops for calibration in run.calibrations] == [2, 1]
    assert {finding.contest for finding in run.findings} == {run.contests[1].id}
    assert all("ZeroDivisionError" in finding.reason for finding in run.findings)
    program = {arm_and_work(lane.name)[1] for lane in run.contests[2].lanes if not lane.shows_capacity}
    assert program == {"serial", "serial#control"}
    assert "a program is run as it is" in " ".join(out.split())


def test_a_benchmark_of_pyperformance_is_measured(tmp_path: Path) -> None:
    """Found in the installed package, run by a Python that has neither it nor pyperf's help."""
    options = ["--python", sys.executable, "--results", str(tmp_path), "--no-report"]

    assert main(["run", "--suite", "pyperformance-once", *options, "nbody", "deepcopy_memo"]) == 0

    run = store.read(store.find(tmp_path, None))
    assert [contest.probe.id for contest in run.contests] == ["pyperformance/nbody", "pyperformance/deepcopy_memo"]
    assert {trial.lane.partition(":")[2] for trial in run.trials} >= {"serial", "threads-2", "processes-2"}
