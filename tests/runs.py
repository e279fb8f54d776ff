"""The command line in a folder of its own, as a user starts it: what it ends with, and what it leaves behind."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gilscope.runtimes.answers import FILE_NAME
from short import SHORT

if TYPE_CHECKING:
    from collections.abc import Iterator

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="processes are told apart by their environment, which Linux shows"
)

MARK = "GILSCOPE_TEST_MARK"
SMALL = "'''Is it small?'''\ndef work():\n    return sum(range(20_000))\n"
THIS_PYTHON = ("--python", sys.executable)
LONG = ("--budget", "60")
"""Options of a run that goes on until somebody ends it."""

SECONDS_TO_START = 120
SECONDS_TO_BE_GONE = 60
GIT = shutil.which("git")


ANSWERS = "GILSCOPE_TEST_ANSWERS"


LOCKS = "GILSCOPE_LOCKS"


def as_a_user_has_it() -> dict[str, str]:
    """Our environment without what tests and gilscope add to it, but for the locks by which tests take turns."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GILSCOPE") or name == LOCKS}


def lend(cache: Path) -> None:
    """Let commands know what all Pythons here said to the tests, and share what they compile: as if run before."""
    known, own = Path(os.environ.get(ANSWERS, os.devnull)), cache / "gilscope"
    if (known / FILE_NAME).exists() and not own.exists():
        own.mkdir(parents=True)
        shutil.copy(known / FILE_NAME, own)
        (known / "bytecode").mkdir(exist_ok=True)
        (own / "bytecode").symlink_to(known / "bytecode")


class Runs:
    """Starts ``gilscope`` in a folder of its own, each command marked in its environment as all that it starts."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder = folder
        self.mark = uuid.uuid4().hex
        kept = as_a_user_has_it()
        self.environ = {**kept, "XDG_CACHE_HOME": str(cache), "COLUMNS": "200", MARK: self.mark}
        lend(cache)
        self.results = folder / "gilscope-results"
        self.script("small.py", SMALL)

    def script(self, name: str, text: str) -> str:
        """Write a script of the user's."""
        (self.folder / name).write_text(text)
        return name

    def start(self, *arguments: str, prelude: str = "") -> subprocess.Popen[str]:
        """Start a command; Python code may run before it."""
        code = f"{prelude}\nimport sys\nfrom gilscope.__main__ import main\nsys.exit(main())"
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=self.folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def gilscope(self, *arguments: str, prelude: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return end(self.start(*arguments, prelude=prelude))

    def measure(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A short ``gilscope run`` on this Python alone."""
        return self.gilscope("run", *THIS_PYTHON, *SHORT, *arguments)

    def stored(self) -> Path:
        """The only run there is."""
        (path,) = self.results.glob("*.jsonl")
        return path

    def wait_for_trials(self, process: subprocess.Popen[str]) -> None:
        """Return once the run has stored the first trials of its lanes, one of two threads among them."""
        deadline_s = time.monotonic() + SECONDS_TO_START
        while not any(self._has_threads(path) for path in self.results.glob("*.jsonl")):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline_s
            time.sleep(0.02)

    @staticmethod
    def _has_threads(path: Path) -> bool:
        lines = path.read_bytes().splitlines()
        return any(b'"type":"trial"' in line and b':threads-2"' in line for line in lines)

    def living(self) -> list[str]:
        """Command lines of all processes that carry the mark, but for zombies."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if f"{MARK}={self.mark}".encode() in (folder / "environ").read_bytes():
                    found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:  # it ended in the meantime
                continue
        return found

    def gone(self) -> list[str]:
        """What is left of all that was started once it had time to end: nothing, one hopes."""
        deadline_s = time.monotonic() + SECONDS_TO_BE_GONE
        while (left := self.living()) and time.monotonic() < deadline_s:
            time.sleep(0.1)
        return left

    def repository(self) -> str:
        """Make the folder a git repository with one commit; its digits."""
        self.git("init", "-q")
        self.git("add", "small.py")
        self.git("commit", "-q", "-m", "first")
        return self.git("rev-parse", "HEAD").strip()

    def git(self, *arguments: str) -> str:
        """Run git in the folder, as somebody."""
        command = [str(GIT), "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments]
        return subprocess.run(command, cwd=self.folder, check=True, capture_output=True, text=True).stdout


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let children take SIGINT and SIGHUP, which a shell, or nohup, may have made these tests ignore."""
    before = {signal.SIGINT: signal.signal(signal.SIGINT, signal.default_int_handler)}
    if hasattr(signal, "SIGHUP"):
        before[signal.SIGHUP] = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    """Wait for a command's end."""
    try:
        out, errors = process.communicate(timeout=240)
    finally:
        process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, out, errors)


def one_line(text: str) -> str:
    """The text without the line breaks that a narrow terminal asks for."""
    return re.sub(r"\s+", " ", text)
