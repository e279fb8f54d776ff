"""Signals in every phase of a command: it ends, and nothing is left of all that it started."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from faults.catalogue import BEGUN, PHASES, SIGNALS
from runs import LONG, THIS_PYTHON, Runs, end, interruptible, needs_proc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [needs_proc, pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")]

PATIENCE_S = 120


@pytest.fixture(autouse=True)
def _interruptible() -> Iterator[None]:
    """Let children take signals."""
    with interruptible():
        yield


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("sent", SIGNALS)
def test_nothing_outlives_a_command_that_is_ended(phase: str, sent: str, tmp_path: Path) -> None:
    """No process, no temporary file, and no traceback of ours; what was measured can be read."""
    runs = Runs(tmp_path, tmp_path / "cache")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    runs.environ["TMPDIR"] = str(temporary)
    script, command = PHASES[phase]
    if phase == "census":
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "python3.13").write_text(script)
        (tmp_path / "bin" / "python3.13").chmod(0o755)
        runs.environ["PATH"] = f"{tmp_path / 'bin'}:/usr/bin:/bin"
    runs.script("mine.py", script)
    process = runs.start(*command, *([*THIS_PYTHON, *LONG] if command[0] == "run" else []))
    deadline_s = time.monotonic() + PATIENCE_S
    while not (tmp_path / BEGUN).exists():
        assert process.poll() is None, end(process)
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
    if phase.startswith("rounds"):
        runs.wait_for_trials(process)

    numbers, status = SIGNALS[sent]
    for number in numbers:
        process.send_signal(number)
        time.sleep(0.05)
    ended = end(process)

    assert ended.returncode == status, ended
    assert "Traceback" not in ended.stderr
    assert runs.gone() == []
    assert settled(temporary) == []
    for path in runs.results.glob("*.jsonl"):
        assert runs.gilscope("report", path.stem).returncode in {0, 1}


def settled(folder: Path) -> list[str]:
    """What is left in a folder once the guardian had time to sweep it."""
    deadline_s = time.monotonic() + PATIENCE_S
    while (left := [path.name for path in folder.iterdir()]) and time.monotonic() < deadline_s:
        time.sleep(0.1)
    return left
