"""Starts agents as the controller does, without a controller: orders in, answers out."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple, Self

from gilscope.lab import protocol
from gilscope.places import AGENT
from gilscope.processes import families
from gilscope.values.lanes import LaneSpec
from gilscope.values.probes import Probe, Target
from targets import environment, models_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gilscope.values.runtimes import Arm

TIME_LIMIT_S = 120


class Ended(NamedTuple):
    """An agent's life: all that it answered and printed, its exit status and its process group."""

    answers: list[protocol.Answer]
    status: int
    printed: str
    group: int

    @property
    def kinds(self) -> list[str]:
        """The answers' kinds, in order."""
        return [type(answer).__name__ for answer in self.answers]

    @property
    def trials(self) -> list[protocol.Measured]:
        """What was measured."""
        return [answer for answer in self.answers if isinstance(answer, protocol.Measured)]

    @property
    def failure(self) -> protocol.Failed:
        """The first failure told."""
        failures = [answer for answer in self.answers if isinstance(answer, protocol.Failed)]
        assert failures, f"no failure in {self.answers}, printed: {self.printed}"
        return failures[0]


class Agents:
    """Starts agents, each in a process group of its own; a context manager that leaves none behind."""

    def __init__(self, folder: Path, bytecode: Path) -> None:
        self.folder = folder
        self.bytecode = bytecode
        self.started: list[subprocess.Popen[bytes]] = []
        self.mark = secrets.token_hex(8)

    def __enter__(self) -> Self:
        """Nothing is started yet."""
        families.temporary(self.mark).mkdir()
        return self

    def __exit__(self, *_: object) -> None:
        """Kill whatever is left, and remove what an agent, which ends at once, leaves to whoever started it."""
        for process in self.started:
            families.kill_group(process.pid)
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
        shutil.rmtree(families.temporary(self.mark))

    def write(self, source: str, *, function: str | None = None, shared: bool = False) -> Probe:
        """Make a probe of this source, in a file of its own."""
        path = self.folder / f"probe_{len(list(self.folder.glob('probe_*.py')))}.py"
        path.write_text(source, encoding="utf-8")
        target = None if function is None else Target(name=function, path=str(path))
        return Probe(id="p", path=str(path), question="?", kind="cpu", target=target, shared=shared)

    def start(self, arm: Arm, orders: bytes) -> subprocess.Popen[bytes]:
        """Start an agent and give it orders, as the controller does."""
        process = subprocess.Popen(
            [arm.runtime.executable, str(AGENT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**environment(arm, self.bytecode), **families.environment(self.mark, has_folder=True)},
            start_new_session=True,
        )
        self.started.append(process)
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(orders)
            process.stdin.flush()
        return process

    def ask(
        self,
        arm: Arm,
        probe: Probe,
        *,
        models: Sequence[str] | None = None,
        loops: Sequence[int] = (1,),
        workers: int = 2,
    ) -> dict[str, Ended]:
        """Run a probe under the models (all that the arm can), side by side: trials of these loops, then the end."""
        trials = b"".join(map(protocol.trial_order, loops))
        running = {}
        for model in models or models_of(arm):
            lane = LaneSpec(arm=arm, model=model, workers=1 if model == "serial" else workers)
            running[model] = self.start(arm, protocol.order(probe, lane) + trials + protocol.CLOSE)
        return {model: end(process) for model, process in running.items()}


def end(process: subprocess.Popen[bytes]) -> Ended:
    """Close an agent's orders, wait for its end and read its answers; whatever is no answer fails the test."""
    out, errors = process.communicate(timeout=TIME_LIMIT_S)
    answers = [protocol.answer(line) for line in out.splitlines(keepends=True)]
    assert None not in answers, f"something else is among the answers: {out!r}"
    printed = errors.decode("utf-8", "replace")
    return Ended([answer for answer in answers if answer is not None], process.returncode, printed, process.pid)
