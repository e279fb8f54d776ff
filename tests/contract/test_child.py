"""Real children: they are heard, they hang, they are interrupted, and they leave nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from gilscope.processes import child

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="process groups are for POSIX systems")

NEVER = "while :; do echo alive; sleep 0.05; done"


def run(script: str, *, limit_s: float = 10.0, on_line: Callable[[str], None] | None = None) -> child.Ended:
    """Run a line of shell."""
    return child.run(["sh", "-c", script], environ=os.environ, limit_s=limit_s, on_line=on_line)


def gone(pid: int, within_s: float = 10.0) -> bool:
    """Whether a process is no more, or a zombie, soon."""
    deadline_s = time.monotonic() + within_s
    while time.monotonic() < deadline_s:
        ps = ["ps", "-o", "state=", "-p", str(pid)]
        state = subprocess.run(ps, capture_output=True, text=True, check=False).stdout
        if state.strip() in {"", "Z"}:
            return True
        time.sleep(0.05)
    return False


def test_a_child_is_heard_and_its_end_is_told() -> None:
    """Lines as they come, seconds in which none comes, errors apart."""
    lines: list[str] = []

    ended = run("echo one; echo bad >&2; sleep 1.5; echo two; exit 3", on_line=lines.append)

    assert [line for line in lines if line] == ["one\n", "two\n"]
    assert "" in lines
    assert (ended.status, ended.last_words(), ended.succeeded) == (3, "bad", False)


@pytest.mark.parametrize("script", [NEVER, "sleep 60", "trap '' TERM; sleep 60 & wait; wait; sleep 60"])
def test_a_child_that_hangs_is_ended_with_its_descendants(script: str) -> None:
    """Whether it talks, is silent or ignores the kind request."""
    lines: list[str] = []
    begun_s = time.monotonic()

    ended = run(f"sleep 61 & echo $!; {script}", limit_s=0.5, on_line=lines.append)

    assert ended.cut_short == "it did not end within 0.5 s"
    assert time.monotonic() - begun_s < 8
    assert gone(int(lines[0]))


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
    """It keeps the pipe open after the child has ended, and ends with it."""
    begun_s = time.monotonic()

    ended = run("sleep 60 & echo $!")

    assert ended.succeeded
    assert gone(int(ended.output))
    assert time.monotonic() - begun_s < 4


def test_an_interrupt_ends_the_child_and_goes_on_up() -> None:
    """As Ctrl-C does while we wait."""
    pids: list[int] = []

    def interrupt(line: str) -> None:
        pids.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(f"echo $$; {NEVER}", on_line=interrupt)
    assert gone(pids[0])


def test_a_child_does_not_outlive_a_killed_controller(tmp_path: Path) -> None:
    """It has nobody to talk to any more."""
    noted = tmp_path / "pid"
    script = f"from gilscope.processes.child import run; run(['sh', '-c', {f'echo $$ > {noted}; {NEVER}'!r}], "
    controller = subprocess.Popen([sys.executable, "-c", script + "environ={'PATH': '/usr/bin:/bin'}, limit_s=60)"])
    while not (noted.exists() and noted.read_text().strip()):
        time.sleep(0.05)

    controller.send_signal(signal.SIGKILL)
    controller.wait()

    assert gone(int(noted.read_text()))
