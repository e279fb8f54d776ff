"""A lane is one interpreter that runs the agent; no other room starts targets."""

from __future__ import annotations

import math
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from gilscope.lab import host, protocol
from gilscope.lab.weighing import Watch, weight
from gilscope.places import AGENT, SMALL_AGENT
from gilscope.processes.child import Child, death
from gilscope.processes.families import signal_group
from gilscope.values.records import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gilscope.lab.weighing import Weight
    from gilscope.processes.guardian import Guardian
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.probes import Probe
    from gilscope.values.runtimes import Arm

SECONDS_TO_LEAVE = 5.0
LOOK_S = 1.0
"""How often a lane is looked after: whether it waits for a CPU, and how much it printed."""
WORTH_WAITING_S = 0.05
"""What a lane had to wait for a CPU beyond which its time limit is later."""
SECONDS_FOR_STACKS = 0.5
LONGEST_OUTPUT_BYTES = 8000

Kind = TypeVar("Kind", bound=protocol.Answer)


class LaneFailedError(Exception):
    """The lane is over because of the fault that this error carries."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.fault = fault


def _agent(arm: Arm) -> tuple[str, ...]:
    """The agent's file and its arguments: a small one serves implementations that lack what the other needs."""
    facts = arm.runtime.facts
    return (str(AGENT),) if facts.runs_agent else (str(SMALL_AGENT), str(int(facts.gil_enabled)))


class Target:
    """A process that runs the agent and was given its first order; whoever starts it kills it in the end."""

    def __init__(
        self, arm: Arm, order: bytes, environ: Mapping[str, str], guardian: Guardian, cpus: Sequence[int] = ()
    ) -> None:
        """Start the process, kept to these CPUs if any are given, where the arm finds the person's working folder.

        Raises:
            LaneFailedError: it cannot be started at all.
        """
        self._version = arm.runtime.facts.version_text
        self._unmarked = b""
        self._queued_s = 0.0
        self._trimmed_s = -math.inf
        try:
            folder = Path(arm.place(str(Path.cwd())))
            self._child = Child(
                [*arm.command, *_agent(arm)], environ, folder=folder, takes_orders=True, guardian=guardian
            )
        except OSError as error:
            raise LaneFailedError(Fault("start", "died", f"cannot be started: {error}")) from error
        host.offer_to_killer(self._child.pid)
        host.pin(self._child.pid, cpus)
        self._child.send(order)

    def end(self) -> None:
        """End the lane and everything it started, now; who waits for it hears of that."""
        self._child.end()

    def kill(self) -> None:
        """End the lane and everything it started, now, and let go of it; harmless when it is over."""
        self.end()
        self._child.close()

    def printed(self) -> str:
        """Return the end of what the lane printed, before the agent ran and since."""
        text = self._unmarked + self._child.printed.end(LONGEST_OUTPUT_BYTES)
        return text[-LONGEST_OUTPUT_BYTES:].decode("utf-8", "replace")

    def _greet(self, deadline: float) -> None:
        """Wait until the agent runs, and see whether it runs in the interpreter that is meant."""
        version = self._expect(protocol.Hello, "start", deadline).version
        if version != self._version:
            reason = f"the interpreter was replaced: it is {version} now, and was {self._version} when it was found"
            raise LaneFailedError(Fault("start", "replaced", reason))

    def _expect(self, kind: type[Kind], phase: str, deadline: float) -> Kind:
        record = self._next(phase, deadline)
        if isinstance(record, kind):
            return record
        if isinstance(record, protocol.Failed):
            raise LaneFailedError(msgspec.structs.replace(record, detail=record.detail or self.printed()))
        raise LaneFailedError(Fault(phase, "garbage", f"answered {type(record).__name__} instead of {kind.__name__}"))

    def _next(self, phase: str, deadline: float) -> protocol.Answer:
        """The next record, by a time of the monotonic clock, or later if the lane lacked a CPU."""
        queued_s = self._queued_s
        while True:
            limit = deadline + queued_s - self._queued_s
            try:
                line = self._child.lines.next(min(limit, time.monotonic() + LOOK_S))
            except TimeoutError:
                self._trim()
                if time.monotonic() < limit:
                    continue
                if self._child.status() is not None:  # a child that it left behind keeps the pipe open
                    raise self._died(phase) from None
                before_s, queued_s = queued_s, host.queued_s(self._child.pid)
                if queued_s - before_s > WORTH_WAITING_S:
                    continue
                raise self._hung(phase) from None
            except EOFError:
                raise self._died(phase) from None
            try:
                record = protocol.answer(line)
            except protocol.GarbageError as error:
                raise LaneFailedError(Fault(phase, "garbage", str(error), self.printed())) from error
            if record is not None:
                self._trim()
                self._queued_s = queued_s
                return record
            self._unmarked = (self._unmarked + line + b"\n")[-LONGEST_OUTPUT_BYTES:]

    def _trim(self) -> None:
        """Let go of the middle of what it printed, looked at every `LOOK_S` since that takes longer than a record."""
        now_s = time.monotonic()
        if now_s > self._trimmed_s + LOOK_S:
            self._child.printed.trim()
            self._trimmed_s = now_s

    def _died(self, phase: str) -> LaneFailedError:
        status = self._child.status(SECONDS_TO_LEAVE)
        if status is None:
            return LaneFailedError(Fault(phase, "garbage", "closed its answers but lives on", self.printed()))
        return LaneFailedError(Fault(phase, "died", death(status), self.printed()))

    def _hung(self, phase: str) -> LaneFailedError:
        if hasattr(signal, "SIGUSR1"):
            self._child.note_family()  # the signal ends programs that expect none
            signal_group(self._child.pid, signal.SIGUSR1)
            time.sleep(SECONDS_FOR_STACKS)
        return LaneFailedError(Fault(phase, "hung", "gave no answer within the time limit (--timeout)", self.printed()))


class Lane(Target):
    """A target that runs trials.

    Starting is split from waiting until ready, so that the lanes of a launch start side by side.
    """

    def __init__(
        self,
        spec: LaneSpec,
        probe: Probe,
        environ: Mapping[str, str],
        guardian: Guardian,
        cpus: Sequence[int] = (),
    ) -> None:
        """Start the process, kept to these CPUs if any are given.

        Raises:
            LaneFailedError: it cannot be started at all.
        """
        self.spec = spec
        self.cpu = cpus[0] if len(cpus) == 1 else None
        self.gil_was_recorded = False
        self.refused: dict[str, str] = {}
        super().__init__(spec.arm, protocol.order(probe, spec), environ, guardian, cpus)

    def wait_ready(self, deadline: float) -> protocol.Ready:
        """Wait until all workers stand at the gate, by a time of the monotonic clock.

        Raises:
            LaneFailedError: the lane failed, or was not ready in time.
        """
        self._greet(deadline)
        return self._expect(protocol.Ready, "start", deadline)

    def trial(self, loops: int, timeout_s: float) -> protocol.Measured:
        """Open the gate and wait for the trial's record.

        Raises:
            LaneFailedError: the lane failed, or did not end the trial in time.
        """
        self._child.send(protocol.trial_order(loops))
        measured = self._expect(protocol.Measured, "work", time.monotonic() + timeout_s)
        if self.spec.roles and not measured.calls:
            raise LaneFailedError(Fault("work", "garbage", "it counted no calls of its roles", self.printed()))
        self.refused |= measured.refused
        return measured

    def imports(self, timeout_s: float) -> protocol.Imports:
        """Ask what the lane has imported, once it has no more trials to run.

        Raises:
            LaneFailedError: the lane failed, or did not answer in time.
        """
        self._child.send(protocol.IMPORTS)
        return self._expect(protocol.Imports, "end", time.monotonic() + timeout_s)

    def watch(self, loops: int, timeout_s: float) -> protocol.Watching:
        """Let one trial be watched, which is not measured.

        Raises:
            LaneFailedError: the lane failed, or did not end the trial in time.
        """
        self._child.send(protocol.watch_order(loops))
        return self._expect(protocol.Watching, "work", time.monotonic() + timeout_s)

    def memory(self) -> Weight | None:
        """Return what all processes of the lane hold now; None where it has ended."""
        return weight(self._child.pid)

    def memory_at_work(self, timeout_s: float, *, with_itself: bool) -> Weight | None:
        """Run one more unit, and return the most that all processes held at one time; None where none was seen.

        The lane's own process is none of a program's.

        Raises:
            LaneFailedError: the lane failed, or did not end the trial in time.
        """
        with Watch(self._child.pid, with_itself=with_itself) as watch:
            measured = self.trial(1, timeout_s)
        if watch.heaviest is None:
            return None
        peaks = filter(None, (watch.heaviest.peak_bytes, measured.children_peak_bytes))
        return watch.heaviest._replace(peak_bytes=max(peaks, default=None))

    def has_children(self) -> bool:
        """Whether its process has started others that are still there."""
        return host.has_children(self._child.pid)

    def close(self) -> None:
        """Let the workers run out and the process end.

        Raises:
            LaneFailedError: it did all that was asked, then died or hung on its way out.
        """
        try:
            self._child.send(protocol.CLOSE)
            self._expect(protocol.Closed, "end", time.monotonic() + SECONDS_TO_LEAVE)
            status = self._child.status(SECONDS_TO_LEAVE)
        except LaneFailedError as error:
            reason = f"all was done, then: {error}"
            raise LaneFailedError(Fault("end", "died at shutdown", reason, error.fault.detail)) from error
        finally:
            self.kill()
        if status is None:
            raise LaneFailedError(Fault("end", "died at shutdown", "all was done, but the process did not end"))
        if status:
            raise LaneFailedError(Fault("end", "died at shutdown", f"all was done, then it {death(status)}"))


class Inquiry(Target):
    """Asks which benchmarks a script holds that was written for pyperf, by running it without any of them."""

    def __init__(
        self, arm: Arm, path: str, argv: tuple[str, ...], environ: Mapping[str, str], guardian: Guardian
    ) -> None:
        """Start the process.

        Raises:
            LaneFailedError: it cannot be started at all.
        """
        super().__init__(arm, protocol.benchmarks_order(arm.place(path), argv), environ, guardian)

    def answer(self, timeout_s: float) -> protocol.Benchmarks:
        """Wait until the script has come to its end.

        Raises:
            LaneFailedError: it failed before its first benchmark, or did not end in time.
        """
        deadline = time.monotonic() + timeout_s
        self._greet(deadline)
        return self._expect(protocol.Benchmarks, "load", deadline)
