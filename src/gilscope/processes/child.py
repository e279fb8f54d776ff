"""A program of somebody else's: started in a session of its own, heard, and ended with everything that it started.

Ctrl-C reaches only the controller, which then ends the child with all its descendants. Should the controller be killed
instead, a child dies of ``SIGPIPE`` when it next prints; what may be silent for long is put on a `Guardian`'s list.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import subprocess
import tempfile
import time
from typing import IO, TYPE_CHECKING

import msgspec

from gilscope.processes.guardian import kill_group, signal_group
from gilscope.processes.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

FAREWELL_S = 3.0
QUIET_S = 0.1
ERRORS_KEPT_BYTES = 65_536


class Child:
    """A started program; whoever starts it ends it and closes what came from it.

    ``lines`` are what it prints to standard output, to be read as they come. Standard error goes to a file, so that a
    program which nobody listens to does not wait for a reader.
    """

    def __init__(
        self,
        command: Sequence[str],
        environ: Mapping[str, str],
        *,
        folder: Path | None = None,
        inherit: Sequence[int] = (),
        takes_orders: bool = False,
    ) -> None:
        """Start the program, in its whole environment; file descriptors that it is to ``inherit`` stay open in it.

        Raises:
            OSError, ValueError: it cannot be started.
        """
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        try:
            self._process = subprocess.Popen(
                list(command),
                cwd=folder,
                env=dict(environ),
                stdin=subprocess.PIPE if takes_orders else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                start_new_session=True,
                pass_fds=tuple(inherit),
                bufsize=0,
            )
        except BaseException:
            self._errors.close()
            raise
        assert self._process.stdout is not None  # noqa: S101 - the line above asks for it
        self.pid = self._process.pid
        self.lines = Lines(self._process.stdout)

    def send(self, order: bytes) -> None:
        """Write to a child that takes orders; one that is gone says so by the end of its lines."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.write(order)

    def status(self, within_s: float = 0.0) -> int | None:
        """The exit status (negative: a signal) of a child that ends within some seconds; None where it lives on."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(max(0.0, within_s))
        return None

    def errors(self, most_bytes: int) -> bytes:
        """The end of what it has printed to standard error."""
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - most_bytes))
        return self._errors.read(most_bytes)

    def errors_bytes(self) -> int:
        """How much it has printed to standard error."""
        return os.fstat(self._errors.fileno()).st_size

    def end(self, farewell_s: float = 0.0) -> int:
        """End it with all that it started, and return its exit status; harmless when it is over.

        With time for a farewell it is asked kindly first, so that make removes half-written files.
        """
        try:
            if farewell_s and self.status() is None:
                signal_group(self.pid, signal.SIGTERM)
                self.status(farewell_s)
        finally:
            kill_group(self.pid)
            status = self._process.wait()
        return status

    def close(self) -> None:
        """Close what came from it and went to it."""
        for stream in (self._process.stdin, self.lines, self._errors):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


class Ended(msgspec.Struct, frozen=True):
    """How a command ended: exit status, what it printed, and why it was ended before its own end, if it was."""

    status: int
    output: str = ""
    errors: str = ""
    cut_short: str | None = None

    @property
    def succeeded(self) -> bool:
        """Whether it ended by itself with status 0."""
        return self.status == 0 and self.cut_short is None

    def last_words(self, lines: int = 1) -> str:
        """The last lines that are not empty, of the errors where there are any."""
        said = [line.strip() for line in (self.errors or self.output).splitlines() if line.strip()]
        return "\n".join(said[-lines:]) or f"it {death(self.status)} and said nothing"


def run(  # noqa: PLR0913 - each is one thing that a command may need
    command: Sequence[str],
    *,
    environ: Mapping[str, str],
    limit_s: float,
    folder: Path | None = None,
    on_line: Callable[[str], None] | None = None,
    inherit: Sequence[int] = (),
    most_bytes: float = math.inf,
) -> Ended:
    """Run a command to its end or to one of its limits; what it leaves behind in its session is ended with it.

    Args:
        command: the program and its arguments; no shell is involved.
        environ: the child's whole environment.
        limit_s: seconds after which the child is ended.
        folder: the working directory.
        on_line: is given each line of standard output as it comes, and an empty string for each tenth of a second
            without one; ``output`` then stays empty.
        inherit: file descriptors that stay open in the child and its descendants, such as a lock's.
        most_bytes: what it may print to either stream before it is ended.

    Raises:
        OSError, ValueError: the program could not be started.
        BaseException: whatever interrupts the wait (``KeyboardInterrupt``), after the child has been ended.
    """
    kept: list[str] = []
    with contextlib.closing(Child(command, environ, folder=folder, inherit=inherit)) as child:
        try:
            cut_short = _hear(child, on_line or kept.append, limit_s, most_bytes)
        finally:
            status = child.end(FAREWELL_S)
        return Ended(status, "".join(kept), child.errors(ERRORS_KEPT_BYTES).decode(errors="replace"), cut_short)


def _hear(child: Child, on_line: Callable[[str], None], limit_s: float, most_bytes: float) -> str | None:
    """Hand on lines until the child has ended, or until the reason why it has to be ended."""
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
        if max(heard_bytes, child.errors_bytes()) > most_bytes:
            return f"it printed more than {most_bytes / 1024:g} KiB"
        if time.monotonic() > deadline_s:
            return too_late


def death(status: int) -> str:
    """A process's exit status in words."""
    if status >= 0:
        return f"ended with exit status {status}"
    try:
        return f"died of {signal.Signals(-status).name}"
    except ValueError:
        return f"died of signal {-status}"
