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
from leftovers import gone
from patience import looked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="process groups are for POSIX systems")

NEVER = "while :; do echo alive; sleep 0.05; done"
TIME_LIMIT_S = 60.0


def run(script: str, *, limit_s: float = TIME_LIMIT_S, on_line: Callable[[str], None] | None = None) -> child.Ended:
    """Run a line of shell."""
    return child.run(["sh", "-c", script], environ=os.environ, limit_s=limit_s, on_line=on_line)


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


def test_a_child_does_not_outlive_a_killed_controller(tmp_path: Path) -> None:
    """It has nobody to talk to any more."""
    noted = tmp_path / "pid"
    script = f"from gilscope.processes.child import run; run(['sh', '-c', {f'echo $$ > {noted}; {NEVER}'!r}], "
    script = f"import os; {script}environ=os.environ, limit_s=600)"
    controller = subprocess.Popen([sys.executable, "-c", script])
    while not (noted.exists() and noted.read_text().strip()):
        assert controller.poll() is None
        time.sleep(0.05)

    controller.send_signal(signal.SIGKILL)
    controller.wait()

    assert gone(int(noted.read_text()))
