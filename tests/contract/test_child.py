"""Real children: they are heard, they hang, they are interrupted, and they leave nothing behind."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gilscope.processes import child, families
from gilscope.processes.guardian import Guardian
from leftovers import emptied, gone
from patience import looked

if TYPE_CHECKING:
    from collections.abc import Callable

ON_LINUX = sys.platform == "linux"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="process groups are for POSIX systems")

NEVER = "while :; do echo alive; sleep 0.05; done"
TIME_LIMIT_S = 60.0
DETACHES = """
import os, subprocess, sys, time
ways = ({"preexec_fn": os.setpgrp}, {"start_new_session": True})
pids = [subprocess.Popen(["sleep", "600"], stdout=subprocess.DEVNULL, **way).pid for way in ways]
told, tell = os.pipe()
if not os.fork():
    os.setsid()
    daemon = os.fork()
    if daemon:
        os.write(tell, b"%d" % daemon)
        os._exit(0)
    os.execvp("sh", ["sh", "-c", "exec sleep 600 >/dev/null"])
os.wait()
print(*pids, os.read(told, 20).decode(), flush=True)
"""
"""A program that prints the numbers of what it starts: in a group and in a session of their own, and a daemon."""
LITTERS = """
import multiprocessing.shared_memory, os, tempfile, time
lock = multiprocessing.get_context("spawn").Lock()
kept = [lock, multiprocessing.shared_memory.SharedMemory(create=True, size=2**20)]
names = ["sem." + lock._semlock.name.lstrip("/"), kept[1].name]
assert all(os.path.exists(os.path.join("/dev/shm", name)) for name in names), names
print(tempfile.mkdtemp(), *names, flush=True)
time.sleep(600)
"""
"""A program that makes a temporary folder, a semaphore and shared memory, and says what they are called."""


def run(script: str, *, limit_s: float = TIME_LIMIT_S, on_line: Callable[[str], None] | None = None) -> child.Ended:
    """Run a line of shell."""
    return child.run(["sh", "-c", script], environ=os.environ, limit_s=limit_s, on_line=on_line)


def run_python(source: str, *, limit_s: float = TIME_LIMIT_S, guarded: bool = False) -> child.Ended:
    """Run a Python program."""
    guardian = Guardian() if guarded else None
    return child.run([sys.executable, "-c", source], environ=os.environ, limit_s=limit_s, guardian=guardian)


def test_a_child_is_heard_and_its_end_is_told(tmp_path: Path) -> None:
    """Lines as they come, seconds in which none comes (the child waits for one of them), errors apart."""
    lines: list[str] = []
    silence = tmp_path / "silence"

    def on_line(line: str) -> None:
        lines.append(line)
        if lines[:1] == ["one\n"] and not line:
            silence.touch()

    ended = run(
        f"echo one; echo bad >&2; until [ -e {silence} ]; do sleep 0.05; done; echo two; exit 3", on_line=on_line
    )

    assert [line for line in lines if line] == ["one\n", "two\n"]
    assert "" in lines[lines.index("one\n") : lines.index("two\n")]
    assert (ended.status, ended.last_words(), ended.succeeded) == (3, "bad", False)


@pytest.mark.parametrize("script", [NEVER, "sleep 600", "trap '' TERM; sleep 600 & wait; wait; sleep 600"])
def test_a_child_that_hangs_is_ended_with_its_descendants(script: str) -> None:
    """Whether it talks, is silent or ignores the kind request; it would end by itself when the test has long failed."""
    lines: list[str] = []

    def hung(limit_s: float) -> child.Ended:
        return run(f"sleep 601 & echo $!; {script}", limit_s=limit_s, on_line=lines.append)

    ended = looked(hung, lambda _: any(lines))

    assert (ended.cut_short or "").startswith("it did not end within")
    assert gone(int(next(filter(None, lines))))


@pytest.mark.parametrize("flood", ["yes", "yes >&2", "exec >&-; yes >&2", "cat /dev/zero"])
def test_a_flood_ends_at_its_limit(flood: str) -> None:
    """Whichever stream it takes and whether or not it has lines; the time limit is not waited for."""
    ended = child.run(["sh", "-c", flood], environ=os.environ, limit_s=60, most_bytes=65_536)

    assert ended.cut_short == "it printed more than 64 KiB"
    assert not ended.succeeded


def test_a_child_that_is_done_with_its_output_may_go_on() -> None:
    """It is waited for all the same, and its time limit holds."""
    assert run("exec >&-; sleep 0.3; exit 3").status == 3
    assert run("exec >&-; sleep 60", limit_s=0.5).cut_short == "it did not end within 0.5 s"


def test_a_stray_descendant_does_not_hold_us_up() -> None:
    """It keeps the pipe open after the child has ended, would go on for ten minutes, and ends with the child."""
    ended = run("sleep 600 & echo $!")

    assert ended.succeeded
    assert gone(int(ended.output))


def test_an_interrupt_ends_the_child_and_goes_on_up() -> None:
    """As Ctrl-C does while we wait."""
    pids: list[int] = []

    def interrupt(line: str) -> None:
        pids.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(f"echo $$; {NEVER}", on_line=interrupt)
    assert gone(pids[0])


def test_what_left_the_group_or_the_session_of_a_child_ends_with_it() -> None:
    """As ninja's compilers do, servers, and daemons that fork twice; also where the child ends before they do."""
    hung = run_python(DETACHES + "time.sleep(600)", limit_s=2.0)
    over = run_python(DETACHES)

    assert hung.cut_short is not None
    assert over.succeeded
    for ended in (hung, over):
        in_group, in_session, daemon = pids(ended.output)
        assert gone(in_group)
        if ON_LINUX:
            assert gone(in_session)
            assert gone(daemon)


def test_a_child_that_has_ended_is_not_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """All processes of the machine are read for that, and its number may be another's by then."""
    ended = child.Child(["sh", "-c", "exit 3"], os.environ)
    with contextlib.closing(ended):
        first = ended.end()
        monkeypatch.setattr(families, "end", lambda *_: pytest.fail("it was ended again"))
        assert (first, ended.end()) == (ended.status(), first)


@pytest.mark.skipif(not ON_LINUX, reason="other systems do not show what a process began with")
def test_a_child_leaves_no_files_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its temporary ones, nor shared memory and semaphores that it was killed with."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    hung = run_python(LITTERS, limit_s=5.0, guarded=True)

    assert hung.cut_short is not None
    assert hung.output.startswith(str(tmp_path))
    assert list(tmp_path.iterdir()) == []
    _, *names = hung.output.split()
    assert len(names) == 2
    assert [name for name in names if (families.SHARED_MEMORY / name).exists()] == []


def test_a_child_has_room_for_the_names_of_its_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """MacOS allows for 103 bytes, and has folders of 48 for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", "/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T")
    rest = Path("pymp-12345678", "listener-12345678")

    assert len(str(families.temporary("0123456789abcdef") / rest)) <= 103


def pids(text: str) -> list[int]:
    """The numbers of processes that a child has printed."""
    return list(map(int, text.split()))


@pytest.mark.parametrize(
    ("command", "guarded"),
    [(["sh", "-c", f"echo $$; {NEVER}"], False), ([sys.executable, "-c", DETACHES + "time.sleep(600)"], True)],
    ids=["one that prints", "a silent one that is guarded, and what left its group and its session"],
)
def test_a_child_does_not_outlive_a_killed_controller(command: list[str], tmp_path: Path, *, guarded: bool) -> None:
    """It has nobody to talk to any more; what prints nothing does not notice."""
    script = (
        "import os; from gilscope.processes.child import run; from gilscope.processes.guardian import Guardian; "
        f"run({command!r}, environ=os.environ, limit_s=600, on_line=lambda line: print(end=line, flush=True), "
        f"guardian={'Guardian()' if guarded else None})"
    )
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", script], env=environ, stdout=subprocess.PIPE, text=True) as controller:
        assert controller.stdout is not None
        printed = controller.stdout.readline()
        controller.kill()

    assert pids(printed)
    assert all(map(gone, pids(printed)))
    assert emptied(tmp_path)
