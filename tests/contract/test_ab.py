"""Variants measured side by side on real interpreters: builds, revisions, options and variables."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from gilscope import store
from gilscope.figures.run import of_run
from runs import as_a_user_has_it, lend
from short import SHORT
from targets import FREE_THREADED, NEWEST_DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gilscope.values.records import Run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and links to interpreters are POSIX's")
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

WORK = "def f():\n    return sum(range({}))\n"
GIT = shutil.which("git") or "git"
IDENTITY = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
SECONDS_TO_START = 120

ENOUGH = ("--suite", "quick", "--models", "threads", "--budget", "4")
"""Options of a comparison that finds a twentieth of the work to be faster, on a busy machine too."""


class Folder:
    """A person's folder, in which commands are run."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.path = folder
        self.cache = cache
        lend(cache)
        kept = {name: value for name, value in as_a_user_has_it().items() if not name.startswith("GIT_")}
        self.environ = {**kept, **IDENTITY, "XDG_CACHE_HOME": str(cache), "COLUMNS": "200"}

    def write(self, name: str, text: str) -> None:
        """Write a file of the person's."""
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text(text)

    def git(self, *arguments: str) -> str:
        """What a command of git's prints."""
        return subprocess.run(
            [GIT, *arguments], cwd=self.path, env=self.environ, check=True, capture_output=True, text=True
        ).stdout

    def commit(self, message: str) -> None:
        """Commit all files; the first commit makes the repository."""
        if not (self.path / ".git").exists():
            self.git("init", "--quiet", "--initial-branch=main")
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", message)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command of gilscope's."""
        code = "import sys\nfrom gilscope.cli import main\nsys.exit(main())"
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=self.path,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def gilscope(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of gilscope's to its end."""
        process = self.start(*arguments)
        try:
            out, errors = process.communicate(timeout=280)
        finally:
            process.kill()
        return subprocess.CompletedProcess(process.args, process.returncode, out, errors)

    def ab(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """``gilscope ab`` on one Python, for as short as it can be."""
        chosen = [] if "--python" in arguments else ["--on", NEWEST_DEFAULT.name]
        return self.gilscope("ab", *chosen, *SHORT, *arguments)

    def run(self) -> Run:
        """The only run that is stored."""
        (path,) = (self.path / "gilscope-results").glob("*.jsonl")
        return store.read(path)

    def link(self, name: str, executable: str) -> None:
        """A link to an interpreter, as a build tree has it."""
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).symlink_to(executable)

    def is_tidy(self) -> bool:
        """Whether no copy of a revision is left, nor anything that was compiled of one."""
        copies = self.cache / "gilscope" / "revisions"
        compiled = self.cache / "gilscope" / "bytecode" / copies.relative_to(copies.anchor)
        left = [path for folder in (copies, compiled) if folder.is_dir() for path in folder.iterdir()]
        return not left and len(self.git("worktree", "list").splitlines()) == 1


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that these tests share with nobody."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def folder(tmp_path: Path, cache: Path) -> Folder:
    """A folder with a small function of the person's."""
    (tmp_path / "here").mkdir()
    made = Folder(tmp_path / "here", cache)
    made.write("bench.py", WORK.format(20_000))
    return made


@pytest.fixture(autouse=True)
def _interruptible() -> Iterator[None]:
    """Let children take SIGINT, which a shell that started these tests in the background made them ignore."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def one_line(text: str) -> str:
    """The text without the line breaks that a narrow terminal asks for."""
    return re.sub(r"\s+", " ", text)


def answers(run: Run) -> dict[str, str]:
    """What a run answers for every lane that it compares."""
    (contest,) = of_run(run).contests
    assert contest.variants is not None
    return {row.lane.work: row.comparison.answer for row in contest.variants.lanes}


# builds


def test_an_interpreter_beside_itself(folder: Folder) -> None:
    """Two links are two builds, named by relative paths; the run is stored and shown, now and again."""
    executable = NEWEST_DEFAULT.runtime.executable
    folder.link("python", executable)
    folder.link("../main/python", executable)

    ended = folder.ab("--python", "main=../main/python", "--python", "branch=./python", "bench.py:f")
    again = folder.gilscope("report")
    (contest,) = folder.run().contests

    assert ended.returncode == 0, ended
    assert [variant.label for variant in contest.variants] == ["main", "branch"]
    assert {lane.arm.runtime.executable for lane in contest.lanes} == {
        str(folder.path / "python"),
        str(folder.path.parent / "main" / "python"),
    }
    assert "time against main" in ended.stdout
    assert {"serial", "threads-2", "processes-2"} <= answers(folder.run()).keys()
    assert again.stdout == ended.stdout


@pytest.mark.skipif(not FREE_THREADED, reason="there is no free-threaded Python here")
def test_pairs_of_builds_have_penalties(folder: Folder) -> None:
    """A default and a free-threaded build of one label each."""
    builds = {"python": NEWEST_DEFAULT.runtime.executable, "python-t": FREE_THREADED[-1].runtime.executable}
    named = []
    for label in ("main", "branch"):
        for name, executable in builds.items():
            folder.link(f"{label}/{name}", executable)
            named += ["--python", f"{label}={label}/{name}"]

    ended = folder.ab(*named, "bench.py:f")
    (contest,) = of_run(folder.run()).contests

    assert ended.returncode == 0, ended
    assert contest.variants is not None
    assert [penalty.variant.label for penalty in contest.variants.penalties] == ["main", "branch"]
    assert f"{contest.contest.id}: penalties" in ended.stdout


def test_a_build_that_is_not_there(folder: Folder) -> None:
    """Told before anything is stored."""
    ended = folder.ab("--python", "main=../main/python", "--python", "branch=./python", "bench.py:f")

    assert ended.returncode == 2, ended
    assert "--python main=../main/python is broken: there is no such file" in one_line(ended.stderr)
    assert not (folder.path / "gilscope-results").exists()


# options and variables


def test_variables_and_options_reach_the_lanes(folder: Folder) -> None:
    """And the workers that they spawn."""
    folder.write(
        "bench.py",
        "import os, sys\n"
        "def by_variable():\n    assert os.environ['MINE'] == '1'\n"
        "def by_option():\n    if not sys.flags.optimize:\n        raise ValueError('not here')\n",
    )

    variable = folder.ab("--env", "MINE=1", "--env", "MINE=1 OTHER=2", "bench.py:by_variable")
    option = folder.ab("--run", "second", "--option=-O", "--option", "-O -X utf8", "bench.py:by_option")

    assert variable.returncode == 0, variable
    assert option.returncode == 0, option
    run = store.read(folder.path / "gilscope-results" / "second.jsonl")
    assert [variant.label for variant in run.contests[0].variants] == ["-O", "-O -X utf8"]


@pytest.mark.skipif(not FREE_THREADED, reason="there is no free-threaded Python here")
def test_a_gil_that_is_forced_off_stays_off(folder: Folder) -> None:
    """Its arm stands beside the pair's in an ordinary run."""
    name = FREE_THREADED[-1].name
    ended = folder.gilscope("run", "--on", name, *SHORT, "--option", "-X gil=0", "bench.py:f")
    run = folder.run()

    assert ended.returncode == 0, ended
    off = {trial.gil_after for trial in run.trials if trial.lane.startswith(f"{name}-gil:")}
    assert off == {False}
    assert f"{name}-gil:threads-2" in ended.stdout


# revisions


@needs_git
def test_two_revisions(folder: Folder) -> None:
    """A twentieth of the work is found to be faster on one thread, results are told apart, and no copy is left."""
    folder.write("bench.py", WORK.format(200_000))
    folder.commit("slow")
    folder.write("bench.py", WORK.format(10_000))
    folder.commit("fast")

    ended = folder.ab("--rev", "HEAD~1", "--rev", "HEAD", "bench.py:f", *ENOUGH)
    run = folder.run()

    assert ended.returncode == 0, ended
    assert answers(run)["serial"] == "better"
    assert "NOT THE SAME RESULTS" in ended.stdout
    assert {finding.kind for finding in run.findings if finding.phase == "check"} == {"differs"}
    assert re.search(r"HEAD: commit [0-9a-f]{10} \(fast\)\.", ended.stdout)
    assert folder.is_tidy()


@needs_git
def test_what_is_not_committed_is_a_revision_too(folder: Folder) -> None:
    """Beside a dirty tree, ``HEAD`` alone is explained."""
    folder.commit("slow")
    folder.write("bench.py", WORK.format(10_000))

    with_it = folder.ab("--rev", "HEAD", "--rev", ".", "bench.py:f")
    without = folder.ab("--run", "second", "--rev", "HEAD", "--rev", "main", "bench.py:f")

    assert with_it.returncode == 0, with_it
    assert "not committed" not in with_it.stderr
    assert "bench.py: what is not committed is not in HEAD (--rev . measures it)" in one_line(without.stderr)
    assert "working tree: the files here, upon commit" in with_it.stdout
    assert folder.is_tidy()


@needs_git
def test_a_benchmark_may_be_newer_than_what_it_measures(folder: Folder) -> None:
    """It is lent to the revision that lacks it, and imports that revision's modules, in ``src/`` as well."""
    folder.write("src/library.py", "ANSWER = 'old'\n")
    (folder.path / "bench.py").unlink()
    folder.commit("old")
    folder.write("src/library.py", "ANSWER = 'new'\n")
    folder.commit("new")
    folder.write("bench.py", "import library\ndef f():\n    return library.ANSWER * 1000\n")

    ended = folder.ab("--rev", "HEAD~1", "--rev", "HEAD", "--rev", ".", "bench.py:f")
    differing = {finding.lane.partition(":")[0] for finding in folder.run().findings if finding.kind == "differs"}

    assert ended.returncode == 0, ended
    assert "bench.py is not in HEAD~1: the one here is measured there too" in one_line(ended.stderr)
    assert differing == {f"{NEWEST_DEFAULT.name} HEAD", f"{NEWEST_DEFAULT.name} working tree"}
    assert folder.is_tidy()


@needs_git
def test_lanes_run_in_the_folder_of_their_revision(folder: Folder) -> None:
    """A relative path leads to the revision's data, from wherever in the repository a person is."""
    folder.write("inner/data.txt", "old")
    folder.write("inner/bench.py", "def f():\n    return open('data.txt').read()\n")
    folder.commit("old")
    folder.write("inner/data.txt", "new")
    folder.commit("new")
    inner = Folder(folder.path / "inner", folder.cache)

    ended = inner.ab("--rev", "HEAD~1", "--rev", "HEAD", "bench.py:f")

    assert ended.returncode == 0, ended
    assert {finding.kind for finding in inner.run().findings} == {"differs"}


@needs_git
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--rev", "mian", "--rev", "HEAD", "bench.py:f"], "--rev mian: {} has no such revision; did you mean main?"),
        (["--rev", "HEAD~1", "--rev", "HEAD", "bench.py:g"], "--rev HEAD~1: bench.py has no g; what could be measured"),
        (["--rev", "HEAD~1", "--rev", "HEAD", "cpu/primes"], "cpu/primes is a probe of gilscope's, which no revision"),
    ],
    ids=["unknown", "a function that is newer", "no work of theirs"],
)
def test_wrong_revisions_are_told_before_anything_starts(folder: Folder, arguments: list[str], words: str) -> None:
    """With the mend, and without a copy that is left."""
    folder.commit("old")
    folder.write("bench.py", WORK.format(10) + "def g():\n    return f()\n")
    folder.commit("new")

    ended = folder.ab(*arguments)

    assert ended.returncode == 2, ended
    assert words.format(folder.path) in one_line(ended.stderr)
    assert not (folder.path / "gilscope-results").exists()
    assert folder.is_tidy()


def test_a_folder_without_a_repository_is_told(folder: Folder) -> None:
    """Revisions are those of the repository that a person is in."""
    folder.environ["GIT_CEILING_DIRECTORIES"] = str(folder.path.parent)

    ended = folder.ab("--rev", "main", "--rev", "HEAD", "bench.py:f")

    assert ended.returncode == 2, ended
    assert "is in no git repository: change into the one whose revisions you mean" in one_line(ended.stderr)


@needs_git
def test_an_interrupted_comparison_leaves_no_copy(folder: Folder) -> None:
    """What had been measured is kept, as in any run."""
    folder.commit("old")
    arguments = ["--rev", "HEAD", "--rev", "main", "--on", NEWEST_DEFAULT.name, "--budget", "60", "bench.py:f"]
    process = folder.start("ab", *arguments)
    deadline_s = time.monotonic() + SECONDS_TO_START
    while not any(
        b'"type":"trial"' in path.read_bytes() for path in (folder.path / "gilscope-results").glob("*.jsonl")
    ):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline_s
        time.sleep(0.05)

    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)

    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert folder.is_tidy()


@needs_git
def test_a_run_has_a_revision_as_a_further_arm(folder: Folder) -> None:
    """Beside the working tree as it is."""
    folder.commit("old")
    folder.write("bench.py", WORK.format(10_000))

    ended = folder.gilscope("run", "--on", NEWEST_DEFAULT.name, *SHORT, "--rev", "main", "bench.py:f")
    lanes = {trial.lane for trial in folder.run().trials}

    assert f"{NEWEST_DEFAULT.name} main:serial" in lanes, ended
    assert folder.is_tidy()
