"""The command line as a user meets it: real runs of small probes, their exit status, and what they leave behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import targets
from gilscope import store
from patience import looked
from runs import GIT, LONG, SMALL, THIS_PYTHON, Runs, end, interruptible, needs_proc, one_line
from short import SHORT

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and limits are POSIX's")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that these tests share with nobody."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def runs(tmp_path: Path, cache: Path) -> Runs:
    """Commands in an empty folder."""
    return Runs(tmp_path, cache)


@pytest.fixture(autouse=True)
def _interruptible() -> Iterator[None]:
    """Let children take signals."""
    with interruptible():
        yield


# a script of one's own


def test_a_function_that_knows_nothing_of_us_is_measured(runs: Runs) -> None:
    """Tables with every model, a stored run, exit status 0; and the same tables again from what is stored."""
    runs.script("mine.py", "import sys\nprint('hello')\ndef crunch():\n    print('x')\n    return sum(range(5_000))\n")

    ended = runs.measure("mine.py:crunch")
    again = runs.gilscope("report")
    whole = runs.gilscope("report", "--full")

    assert ended.returncode == 0, ended
    assert {"serial", "threads-2", "processes-2"} <= set(re.findall(r":([a-z-]+\d?)\s", ended.stdout))
    assert "hello" not in ended.stdout + ended.stderr
    assert again.stdout == ended.stdout
    assert "Noise floor" in whole.stdout
    assert "Noise floor" not in ended.stdout


FAILING: dict[str, tuple[str, tuple[str, ...]]] = {
    "raises": ("def work():\n    raise ValueError('told')\n", ("raised", "ValueError: told")),
    "raises on import": ("raise ValueError('told')\ndef work(): ...\n", ("raised", "ValueError: told")),
    "segfaults": ("import ctypes\ndef work():\n    ctypes.string_at(0)\n", ("died", "SIGSEGV")),
    "forks": ("import os\ndef work():\n    if os.fork():\n        os.wait()\n", ("forked", "called fork")),
}


@pytest.mark.parametrize("what", FAILING)
def test_a_function_that_fails_is_a_finding(runs: Runs, what: str) -> None:
    """Exit status 1, the kind and the reason beside the lane, no traceback of ours, and no process left."""
    source, words = FAILING[what]
    runs.script("mine.py", source)

    ended = runs.measure("mine.py:work")

    assert ended.returncode == 1, ended
    assert all(word in one_line(ended.stdout) for word in words), ended.stdout
    assert "gilscope/cli.py" not in ended.stderr
    assert runs.gone() == []


INTERRUPTED_EARLY = """
import os, signal, sys
class Interrupting:
    def find_spec(self, name, *_):
        if name == "gilscope.arguments":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
from gilscope.__main__ import main
main()
"""
"""The command, with Ctrl-C in the middle of what it imports."""


def test_ctrl_c_before_the_command_is_imported_shows_no_traceback() -> None:
    """It ends by the signal, as any program does that does not hear it yet."""
    ended = subprocess.run([sys.executable, "-c", INTERRUPTED_EARLY], capture_output=True, check=False)

    assert (ended.returncode, ended.stderr) == (-signal.SIGINT, b"")


def test_a_function_that_is_not_there_is_refused(runs: Runs) -> None:
    """Its file shows it, so that nothing is started; what was probably meant is told."""
    runs.script("mine.py", "def works(): ...\n")

    ended = runs.measure("mine.py:work")

    assert ended.returncode == 2, ended
    assert "mine.py has no work; did you mean mine.py:works?" in ended.stderr
    assert not runs.results.exists()


@pytest.mark.slow
def test_a_function_that_hangs_is_a_finding(runs: Runs) -> None:
    """The time limit ends each lane, and the stacks say where it was."""
    runs.script("mine.py", "import time\ndef sits_here():\n    time.sleep(600)\ndef work():\n    sits_here()\n")

    def hung(limit_s: float) -> tuple[subprocess.CompletedProcess[str], bool]:
        ended = runs.measure("mine.py:work", "--timeout", f"{limit_s:g}", "--run", f"within-{limit_s:g}")
        findings = store.read(store.run_path(runs.results, f"within-{limit_s:g}")).findings
        return ended, any("sits_here" in finding.detail for finding in findings)

    ended, is_told_where = looked(hung, lambda seen: seen[1], lengths=(2, 6, 18))

    assert ended.returncode == 1, ended
    assert "no answer within the time limit" in one_line(ended.stdout)
    assert is_told_where
    assert runs.gone() == []


@pytest.mark.parametrize(("asked", "status"), [((), 0), (("--models", "threads,processes"), 1)], ids=["tried", "asked"])
def test_a_function_that_fails_in_one_model_only(runs: Runs, asked: tuple[str, ...], status: int) -> None:
    """The contest goes on without that lane; the exit status shows it where the model was named."""
    runs.script(
        "mine.py",
        "import threading\ndef work():\n"
        "    if threading.current_thread() is not threading.main_thread():\n"
        "        raise RuntimeError('not here')\n",
    )

    ended = runs.measure("mine.py:work", *asked)
    run = store.read(runs.stored())

    assert ended.returncode == status, ended
    assert "RuntimeError: not here" in one_line(ended.stdout)
    failed = {finding.lane for finding in run.findings}
    assert any(":threads" in lane for lane in failed)
    assert not any(":processes" in lane or ":serial" in lane for lane in failed)
    assert {trial.lane for trial in run.trials} == {lane.name for lane in run.contests[0].lanes} - failed


# what is measured, and what was


def test_a_bare_run_lists_what_could_be_run(runs: Runs) -> None:
    """It measures nothing, and that is no failure."""
    runs.script("mine.py", "def crunch(): ...\n")

    ended = runs.gilscope("run")

    assert ended.returncode == 0, ended
    assert "mine.py:crunch" in ended.stdout
    assert not runs.results.exists()


def test_a_project_names_its_workloads(runs: Runs) -> None:
    """Models that a workload cannot use are left out: all is well then. Results go where the project says."""
    runs.script(
        "mine.py",
        "import multiprocessing\ndef f(n):\n    assert multiprocessing.parent_process() is None\n    return n\n",
    )
    table = "[tool.gilscope]\nresults = 'kept'\n[tool.gilscope.workloads.mine]\ntarget = 'mine.py:f'\n"
    (runs.folder / "pyproject.toml").write_text(f"{table}args = {{ n = 3 }}\nmodels = ['threads']\n")

    ended = runs.measure("mine")
    (path,) = (runs.folder / "kept").glob("*.jsonl")

    assert ended.returncode == 0, ended
    assert {contest.probe.id for contest in store.read(path).contests} == {"mine"}
    assert runs.gilscope("report").stdout == ended.stdout


def test_why_lanes_failed_is_said_without_a_report(runs: Runs) -> None:
    """A job that shows no tables still says what went wrong."""
    runs.script("mine.py", "def crunch():\n    raise ValueError('no such luck')\n")
    ended = runs.measure("mine.py:crunch", "--models", "serial", "--no-report")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "ValueError: no such luck" in one_line(ended.stderr)


@pytest.mark.skipif(GIT is None, reason="there is no git here")
def test_a_run_says_what_it_measured_and_is_not_continued_with_other_code(runs: Runs) -> None:
    """Each arm's own modules, and the commit that they were at; the file that changed is named."""
    runs.script("mine.py", "import small\ndef crunch():\n    return small.work()\n")
    commit = runs.repository()
    asked = ("mine.py:crunch", "--run", "r", "--models", "serial", "--no-report")

    first, again = runs.measure(*asked), runs.measure(*asked)
    runs.script("small.py", SMALL.replace("20_000", "20_001"))
    changed = runs.measure(*asked)
    code = store.read(runs.stored()).code

    assert [ended.returncode for ended in (first, again, changed)] == [0, 0, 2], (first, again, changed)
    assert {of.arm for of in code} == {lane.arm.name for lane in store.read(runs.stored()).contests[0].lanes}
    assert all(of.modules.keys() == {"mine", "small"} for of in code)
    assert {(of.commit, of.is_dirty) for of in code} == {(commit, False)}
    assert "small.py is another" in changed.stderr
    assert "Traceback" not in changed.stderr


def test_a_function_that_is_not_repeatable_accuses_no_threads(runs: Runs) -> None:
    """Each process gives another result: the report says so, and all lanes are measured."""
    runs.script("mine.py", "import os\ndef work():\n    sum(range(5_000))\n    return os.getpid()\n")

    ended = runs.measure("mine.py:work", "--models", "threads,processes")
    findings = store.read(runs.stored()).findings

    assert ended.returncode == 0, ended
    assert {finding.kind for finding in findings} == {"not repeatable"}
    assert "not safe in threads" not in one_line(ended.stdout)


def test_results_that_disagree_are_shown(runs: Runs) -> None:
    """What the threads got, beside what the serial lane got."""
    runs.script(
        "mine.py",
        "import threading\ndef work():\n    sum(range(5_000))\n"
        "    return {'alone': threading.current_thread() is threading.main_thread()}\n",
    )

    ended = runs.measure("mine.py:work", "--models", "threads")

    assert ended.returncode == 1, ended
    assert "{'alone': False} instead of {'alone': True}" in one_line(ended.stdout)


# being ended


@needs_proc
@pytest.mark.parametrize(
    ("how", "status"),
    [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGHUP, 128 + signal.SIGHUP)],
    ids=["SIGKILL", "SIGTERM", "SIGHUP"],
)
def test_a_killed_controller_leaves_its_results_and_no_process(runs: Runs, how: signal.Signals, status: int) -> None:
    """Lanes, their workers and the guardian end by themselves; what was measured can be shown."""
    process = runs.start("run", "small.py", *THIS_PYTHON, *LONG)
    runs.wait_for_trials(process)
    assert len(runs.living()) > 1

    process.send_signal(how)
    ended = end(process)

    assert ended.returncode == status
    assert runs.gone() == []
    shown = runs.gilscope("report")
    assert shown.returncode == 0, shown
    assert "threads-2" in shown.stdout


@needs_proc
@pytest.mark.skipif(not targets.FREE_THREADED, reason="no free-threaded Python is here")
@pytest.mark.parametrize("record", ["trial", "watched"])
def test_a_killed_question_leaves_no_process(runs: Runs, record: str) -> None:
    """What is immortal or owned by another thread is so in lanes' processes only, and these are gone."""
    runs.script("mine.py", "TABLE = [0.5] * 64\ndef work():\n    for _ in range(99):\n        list(TABLE)\n")
    process = runs.start("why", "mine.py:work", "--on", targets.FREE_THREADED[-1].name, *LONG)
    begun = f'"type":"{record}"'.encode()
    while process.poll() is None and not any(begun in path.read_bytes() for path in runs.results.glob("*.jsonl")):
        time.sleep(0.02)
    process.kill()
    ended = end(process)

    assert ended.returncode == -signal.SIGKILL, ended
    assert runs.gone() == []


@needs_proc
def test_a_controller_killed_in_front_of_a_hanging_lane(runs: Runs) -> None:
    """A lane that is busy for ever would not notice that its orders have ended."""
    runs.script("mine.py", "open('reached', 'w').close()\ndef work():\n    while True: ...\n")
    process = runs.start("run", "mine.py:work", *THIS_PYTHON, *SHORT)
    while not (runs.folder / "reached").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)

    process.kill()
    end(process)

    assert runs.gone() == []


@needs_proc
@pytest.mark.parametrize("times", [1, 3], ids=["once", "impatiently"])
def test_an_interrupted_run_keeps_its_results_and_says_where(runs: Runs, times: int) -> None:
    """Exit status 130 and the command that shows them; no traceback and no process left.

    One that comes when all is said and done may end the process by itself, which shells tell as 130 too.
    """
    process = runs.start("run", "small.py", *THIS_PYTHON, *LONG)
    runs.wait_for_trials(process)

    for _ in range(times):
        process.send_signal(signal.SIGINT)
        time.sleep(0.02)
    ended = end(process)

    assert ended.returncode in {130, -signal.SIGINT} if times > 1 else ended.returncode == 130, ended
    assert f"`gilscope report {runs.stored().relative_to(runs.folder)}` shows it" in one_line(ended.stderr)
    assert "Traceback" not in ended.stderr
    assert store.read(runs.stored()).trials
    assert runs.gilscope("report").returncode == 0
    assert runs.gone() == []


# results that cannot be written


def test_a_results_folder_below_a_file(runs: Runs) -> None:
    """Told before anything is measured, with what to do."""
    (runs.folder / "file").write_text("text")

    ended = runs.measure("small.py", "--results", "file/results")

    assert ended.returncode == 6, ended
    assert "results cannot be written to file/results" in one_line(ended.stderr)
    assert "--results" in ended.stderr
    assert ended.stdout == ""


def test_a_disk_that_fills_up(runs: Runs) -> None:
    """The run ends with the reason, and the records that fitted are whole: the report shows them.

    Lanes have the limit too, and several versions of Python take bytecode for whole that was cut off there; so all that
    is compiled is compiled before.
    """
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))"
    runs.measure("small.py", "--results", "compiled")

    ended = runs.gilscope("run", "small.py", *THIS_PYTHON, *LONG, prelude=limit)
    shown = runs.gilscope("report")

    assert ended.returncode == 6, ended
    assert "results cannot be written to" in one_line(ended.stderr)
    assert "Traceback" not in ended.stderr
    assert store.read(runs.stored()).trials
    assert shown.returncode == 0, shown
    assert runs.gone() == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_disk_that_is_full(runs: Runs) -> None:
    """Not even the header fits; told the same way."""
    runs.results.mkdir()
    (runs.results / "full.jsonl").symlink_to("/dev/full")

    ended = runs.measure("small.py", "--run", "full")

    assert ended.returncode == 6, ended
    assert "results cannot be written to gilscope-results/full.jsonl" in one_line(ended.stderr)
    assert "Traceback" not in ended.stderr


# slips


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "cpu/prims"], "did you mean 'cpu/primes'?"),
        (["run", "small.py", "--suite", "quik"], "did you mean 'quick'?"),
        (["run", "none.py:work"], "there is no script none.py"),
        (["run", "small.py", "--python", "/no/such/python"], "/no/such/python"),
        (["run", "small.py", "--budget", "0"], "greater than 0"),
    ],
    ids=["probe", "suite", "script", "python", "number"],
)
def test_a_slip_is_told_with_the_nearest_name(runs: Runs, arguments: list[str], words: str) -> None:
    """Exit status 2, before anything starts or is written."""
    ended = runs.gilscope(*arguments)

    assert ended.returncode == 2, ended
    assert words in one_line(ended.stderr)
    assert not runs.results.exists()


def test_an_unknown_runtime_is_told_with_the_nearest_name(runs: Runs) -> None:
    """This Python's own name, mistyped."""
    name = f"{sys.version_info.major}.{sys.version_info.minor}"

    ended = runs.gilscope("run", "small.py", "--on", f"{name}x")

    assert ended.returncode == 2, ended
    assert name in ended.stderr.replace(f"{name}x", "")


def test_an_unknown_run_is_told_with_the_latest(runs: Runs) -> None:
    """Nothing is stored at first; then there is one, by another name."""
    before = runs.gilscope("report")
    runs.results.mkdir()
    (runs.results / "monday.jsonl").touch()

    after = runs.gilscope("report", "tuesday")

    assert (before.returncode, after.returncode) == (6, 6)
    assert "no runs are stored in gilscope-results" in one_line(before.stderr)
    assert "monday" in after.stderr
