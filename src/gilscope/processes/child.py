"""A child is a program of somebody else's, started in its own session and ended with everything it started.

Ctrl-C reaches only the controller, which then ends the child with all its descendants. Should the controller be killed
instead, a child dies of ``SIGPIPE`` when it next prints; what may be silent for long is watched by a `Guardian`.
"""

from __future__ import annotations

import contextlib
import math
import secrets
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import msgspec

from gilscope.processes import families
from gilscope.processes.families import signal_group
from gilscope.processes.lines import Lines
from gilscope.processes.printed import Printed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from psutil import Process

    from gilscope.processes.guardian import Guardian

FAREWELL_S = 3.0
QUIET_S = 0.1
ERRORS_KEPT_BYTES = 65_536


class Child:
    """A child is a started program; whoever starts it ends and closes it.

    ``lines`` are what it prints to standard output, to be read as they come, and ``printed`` is what it prints to
    standard error.
    """

    def __init__(  # noqa: PLR0913 - each is one thing that a program may need
        self,
        command: Sequence[str],
        environ: Mapping[str, str],
        *,
        folder: Path | None = None,
        inherit: Sequence[int] = (),
        takes_orders: bool = False,
        guardian: Guardian | None = None,
    ) -> None:
        """Start the program; ``environ`` is all its environment, and it keeps the descriptors in ``inherit`` open.

        The guardian, where there is one, knows of it from before its start until it has ended. Its temporary files then
        go into a folder of its own, which is removed in the end; nobody else would remove that, should we be killed.

        Raises:
            OSError, ValueError: it cannot be started.
        """
        self.mark = secrets.token_hex(8)
        self._guardian = guardian
        if guardian is not None:
            guardian.watch(self.mark)
            families.temporary(self.mark).mkdir(mode=0o700)
        self.printed = Printed()
        try:
            self._process = subprocess.Popen(
                list(command),
                cwd=folder,
                env={**environ, **families.environment(self.mark, has_folder=guardian is not None)},
                stdin=subprocess.PIPE if takes_orders else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=self.printed.fileno(),
                start_new_session=True,
                pass_fds=tuple(inherit),
                bufsize=0,
            )
        except BaseException:
            self.printed.close()
            if guardian is not None:
                families.temporary(self.mark).rmdir()
                guardian.forget(self.mark)
            raise
        assert self._process.stdout is not None  # noqa: S101 - the line above asks for it
        self.pid = self._process.pid
        if guardian is not None:
            guardian.watch(self.mark, self.pid)
        self._family: set[Process] = set()
        self._has_ended = False
        self.lines = Lines(self._process.stdout)

    def send(self, order: bytes) -> None:
        """Write to a child that takes orders; one that is gone shows it by the end of its lines."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.write(order)

    def status(self, within_s: float = 0.0) -> int | None:
        """Wait for the child's end and return its exit status, negative for a signal; None where it lives on."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(max(0.0, within_s))
        return None

    def note_family(self) -> None:
        """Note all that the child has started, before a signal takes the parents by whom some of it is found."""
        self._family |= families.family(self.pid, self.mark)

    def end(self, farewell_s: float = 0.0) -> int:
        """End the child with all that it started, and return its exit status.

        One that is over already is no error. With time for a farewell it is asked kindly first, so that make removes
        half-written files.
        """
        if self._has_ended:
            return self._process.wait()
        try:
            self.note_family()
            if farewell_s and self.status() is None:
                signal_group(self.pid, signal.SIGTERM)
                self.status(farewell_s)
        finally:
            families.end(self.pid, self._family, self.mark)
            status = self._process.wait()
        if self._guardian is not None:
            self._guardian.forget(self.mark)
        self._has_ended = True
        return status

    def close(self) -> None:
        """Close the pipes to and from the child, and the file of its errors."""
        for stream in (self._process.stdin, self.lines, self.printed):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


class Ended(msgspec.Struct, frozen=True):
    """A record of how a command ended, what it printed, and why it was cut short, if it was."""

    status: int
    output: str = ""
    errors: str = ""
    cut_short: str | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the command ended by itself with status 0."""
        return self.status == 0 and self.cut_short is None

    def last_words(self, lines: int = 1) -> str:
        """Return the last lines that are not empty: of the errors, or of the output where there are none."""
        printed_lines = [line.strip() for line in (self.errors or self.output).splitlines() if line.strip()]
        return "\n".join(printed_lines[-lines:]) or f"it {death(self.status)} and said nothing"


def run(  # noqa: PLR0913 - each is one thing that a command may need
    command: Sequence[str],
    *,
    environ: Mapping[str, str],
    limit_s: float,
    folder: Path | None = None,
    on_line: Callable[[str], None] | None = None,
    inherit: Sequence[int] = (),
    most_bytes: float = math.inf,
    guardian: AbstractContextManager[Guardian] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Ended:
    """Run a command to its end or to a limit, then end what it left behind in its session.

    Args:
        command: the program and its arguments; no shell is involved.
        environ: the child's whole environment.
        limit_s: seconds after which the child is ended.
        folder: the working directory.
        on_line: is given each line of standard output as it comes, and an empty string for each tenth of a second
            without one; ``output`` then stays empty.
        inherit: file descriptors that stay open in the child and its descendants, such as a lock's.
        most_bytes: what it may print to either stream before it is ended.
        guardian: ends it at once should we be killed, for what takes long and may print nothing meanwhile.
        stopped: is asked now and then whether it is not to go on.

    Raises:
        OSError, ValueError: the program could not be started.
        BaseException: whatever interrupts the wait (``KeyboardInterrupt``), after the child has been ended.
    """
    printed_lines: list[str] = []
    with contextlib.ExitStack() as until:
        guard = None if guardian is None else until.enter_context(guardian)
        started = Child(command, environ, folder=folder, inherit=inherit, guardian=guard)
        child = until.enter_context(contextlib.closing(started))
        try:
            cut_short = _hear(child, on_line or printed_lines.append, limit_s, most_bytes, stopped)
        finally:
            status = child.end(FAREWELL_S)
        return Ended(
            status, "".join(printed_lines), child.printed.end(ERRORS_KEPT_BYTES).decode(errors="replace"), cut_short
        )


def _hear(
    child: Child, on_line: Callable[[str], None], limit_s: float, most_bytes: float, stopped: Callable[[], bool]
) -> str | None:
    """Hand on a child's lines until it ends; return the reason where it is cut short."""
    deadline_s = time.monotonic() + limit_s
    too_late = f"it did not end within {limit_s:g} s"
    heard_bytes = 0
    while True:
        ended = child.status() is not None  # asked first: what it printed before that is in the pipe by now
        try:
            line = child.lines.next(min(deadline_s, time.monotonic() + QUIET_S))
        except EOFError:
            if child.status(QUIET_S) is not None:
                return None
            on_line("")
        except TimeoutError:
            if ended:  # a stray descendant holds the pipe open
                return None
            on_line("")
        else:
            heard_bytes += len(line) + 1
            on_line(line.decode(errors="replace") + "\n")
        if max(heard_bytes, child.printed.total_bytes()) > most_bytes:
            return f"it printed more than {most_bytes / 1024:g} KiB"
        if time.monotonic() > deadline_s:
            return too_late
        if stopped():
            return "it was interrupted"


def death(status: int) -> str:
    """Put a process's exit status in words."""
    if status >= 0:
        return f"ended with exit status {status}"
    try:
        return f"died of {signal.Signals(-status).name}"
    except ValueError:
        return f"died of signal {-status}"
