"""A program that runs already: what its threads fight over is named, and nothing of ours is left in it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import targets
from gilscope.lab import live
from patience import asked_again

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gilscope.values.runtimes import Arm

ASKABLE = [arm for arm in targets.FREE_THREADED if arm.runtime.facts.version >= (3, 14)]
TOO_OLD = [arm for arm in targets.AS_BUILT if arm.runtime.facts.version < (3, 14)]
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="programs are found in /proc"),
    pytest.mark.skipif(not ASKABLE, reason="no free-threaded Python 3.14 or later is here"),
]

LIMIT_S = 60.0

SERVER = """
import gc, select, sys, threading, time

BEFORE = sys.pycache_prefix, sys.dont_write_bytecode

class Settings:
    pass

STOPS = []

def note(event, _):
    if event == "sys._current_frames":
        STOPS.append(time.monotonic())

sys.addaudithook(note)
SETTINGS = Settings()
SETTINGS.table = {number: number * 100_000 for number in range(64)}
IS_ASKED = threading.Event()

def serve():
    while not IS_ASKED.is_set():
        for number in range(64):
            SETTINGS.table[number]

workers = [threading.Thread(target=serve) for _ in range(2)]
for worker in workers:
    worker.start()
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0.05)[0]:
    pass
"""
ENDED = """
IS_ASKED.set()
for worker in workers:
    worker.join()
print([name for name in sys.modules if "gilscope" in name], threading.active_count(), end=" ")
print([thing for thing in gc.get_objects() if type(thing).__module__.startswith("gilscope")], end=" ")
gc.collect()
print([thing for thing in gc.get_objects() if str(getattr(thing, "__module__", "")).startswith("gilscope")], end=" ")
print(BEFORE == (sys.pycache_prefix, sys.dont_write_bytecode), end=" ")
print(min(after - before for before, after in zip(STOPS, STOPS[1:])) > 0.25, flush=True)
"""
SLEEPS = "print('ready', flush=True)\nimport sys\nsys.stdin.readline()\n"


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    """Programs that live no longer than a test."""
    programs: list[subprocess.Popen[str]] = []
    yield programs
    for program in programs:
        program.kill()
        program.communicate()


def start(started: list[subprocess.Popen[str]], arm: Arm, source: str) -> subprocess.Popen[str]:
    """Start a program and wait until it is at work."""
    program = subprocess.Popen(
        [arm.runtime.executable, "-c", source],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    started.append(program)
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    return program


@asked_again
def test_what_threads_fight_over_is_named_and_nothing_is_left(
    started: list[subprocess.Popen[str]], tmp_path: Path
) -> None:
    """Paths begin with the globals of the program's first file, which has compiled nothing of ours itself.

    Objects are gone before a collection, and functions and classes, which hold each other, after one. The main thread
    is blocked at a line, so that frames were looked at: that stops all threads, and is done every half a second.
    """
    program = start(started, ASKABLE[-1], SERVER + ENDED)
    found = live.watch(program.pid, 2.0, os.environ, tmp_path)
    out, _ = program.communicate("go on\n")

    assert {"SETTINGS", "SETTINGS.table"} & {suspect.path for suspect in found.seen.suspects}, found
    assert found.busy_cpus > 0
    assert found.seen.lines
    assert found.beside_ns > 0
    assert out == "[] 1 [] [] True True\n"
    assert {path.name.partition(".")[0] for path in tmp_path.rglob("*.pyc")} >= {"live", "watched", "candidates"}


def test_a_program_hears_nothing_of_who_has_given_up(
    started: list[subprocess.Popen[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The folder for the answer is gone when it is ready: nothing is printed, and nothing is left all the same."""
    seconds = 6.0
    program = start(started, ASKABLE[-1], SERVER + ENDED)
    tasks = Path("/proc", str(program.pid), "task")
    before = len(list(tasks.iterdir()))
    monkeypatch.setattr(live, "SECONDS_TO_END", -seconds)
    with pytest.raises(live.Unanswered, match="leave no time"):
        live.watch(program.pid, seconds, os.environ, tmp_path)
    asked_s = time.monotonic()
    while len(list(tasks.iterdir())) > before and time.monotonic() < asked_s + LIMIT_S:
        time.sleep(0.1)

    assert program.communicate("go on\n") == ("[] 1 [] [] True True\n", "")


def test_a_main_thread_that_never_comes_by_is_said(
    started: list[subprocess.Popen[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A program that waits for its input executes nothing; when it comes by later, it finds nothing to execute."""
    monkeypatch.setattr(live, "SECONDS_TO_BEGIN", 0.5)
    program = start(started, ASKABLE[-1], SLEEPS)

    with pytest.raises(live.Unanswered, match="main thread has not executed anything"):
        live.watch(program.pid, 60.0, os.environ, tmp_path)
    assert program.communicate("come by\n") == ("", "")


@pytest.mark.skipif(not TOO_OLD, reason="no Python before 3.14 is here")
def test_an_older_python_cannot_be_asked(started: list[subprocess.Popen[str]], tmp_path: Path) -> None:
    """Its version is named, and the one from which it works."""
    program = start(started, TOO_OLD[-1], SLEEPS)

    with pytest.raises(live.Unanswered, match=r"from 3\.14 on"):
        live.watch(program.pid, 0.1, os.environ, tmp_path)


def test_what_is_no_python_is_said(started: list[subprocess.Popen[str]], tmp_path: Path) -> None:
    """Neither a shell, nor a number that no program has."""
    program = subprocess.Popen(["/bin/sleep", "60"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    started.append(program)

    with pytest.raises(live.Unanswered, match="no Python"):
        live.watch(program.pid, 0.1, os.environ, tmp_path)
    with pytest.raises(live.Unanswered, match="no program"):
        live.watch(2**22 + 1, 0.1, os.environ, tmp_path)


def test_whoever_watches_loads_nothing_that_only_measuring_needs() -> None:
    """What it takes of the CPUs is taken from the program: NumPy alone costs as much as all the rest."""
    script = (
        "import sys\nfrom gilscope import cli\n"
        "status = cli.main(['why', '--pid', str(2**22 + 1)])\n"
        "print(status, *({'numpy', 'gilscope.lab.measure'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert "there is no program" in done.stderr
    assert done.stdout.split() == ["2"]
