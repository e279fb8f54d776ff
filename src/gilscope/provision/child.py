"""One command of somebody else's, run to its end: lines as they come, a time limit, nothing left behind.

A child gets a session of its own, so that Ctrl-C reaches only the controller, which then ends the child with all its
descendants. Should the controller be killed instead, the child dies of ``SIGPIPE`` when it next prints.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
from typing import IO, TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

FAREWELL_S = 3.0
QUIET_S = 1.0
ERRORS_KEPT_BYTES = 65_536


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """How a command ended: its exit status (negative: a signal), what it printed, and whether its time ran out."""

    status: int
    output: str
    errors: str
    timed_out: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether it ended by itself with status 0."""
        return self.status == 0 and not self.timed_out

    def last_words(self, lines: int = 1) -> str:
        """The last lines that are not empty, of the errors where there are any."""
        said = [line.strip() for line in (self.errors or self.output).splitlines() if line.strip()]
        return "\n".join(said[-lines:]) or f"it ended with status {self.status} and said nothing"


def run(  # noqa: PLR0913 - each is one thing that a process start needs told
    command: Sequence[str],
    *,
    environ: Mapping[str, str],
    limit_s: float,
    folder: Path | None = None,
    on_line: Callable[[str], None] | None = None,
    inherit: Sequence[int] = (),
) -> Ended:
    """Run a command to its end or its time limit.

    Args:
        command: the program and its arguments; no shell is involved.
        environ: the child's whole environment.
        limit_s: seconds after which the child is ended.
        folder: the working directory.
        on_line: is given each line of standard output as it comes, and an empty string for each second without one;
            ``output`` then stays empty.
        inherit: file descriptors that stay open in the child and its descendants, such as a lock's.

    Raises:
        OSError: the program could not be started.
        BaseException: whatever interrupts the wait (``KeyboardInterrupt``), after the child has been ended.
    """
    kept: list[str] = []
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
            pass_fds=tuple(inherit),
        )
        try:
            timed_out = not _listen(process, on_line or kept.append, time.monotonic() + limit_s)
        finally:
            _end(process)
        return Ended(status=process.returncode, output="".join(kept), errors=_tail(errors), timed_out=timed_out)


def _listen(process: subprocess.Popen[bytes], on_line: Callable[[str], None], deadline_s: float) -> bool:
    """Hand on lines until the child has ended; whether that was before the deadline."""
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
    while True:
        ended = process.poll() is not None  # asked first: what it printed before that is in the pipe by now
        try:
            line = lines.get(timeout=QUIET_S)
        except queue.Empty:
            if ended:  # a stray descendant holds the pipe open
                return True
            on_line("")
        else:
            if line is None:
                return _wait(process, deadline_s)
            on_line(line)
        if time.monotonic() > deadline_s:
            return False


def _wait(process: subprocess.Popen[bytes], deadline_s: float) -> bool:
    try:
        process.wait(max(0.0, deadline_s - time.monotonic()))
    except subprocess.TimeoutExpired:
        return False
    return True


def _read(stream: IO[bytes], lines: queue.SimpleQueue[str | None]) -> None:
    with contextlib.suppress(OSError, ValueError), stream:
        for line in stream:
            lines.put(line.decode(errors="replace"))
    lines.put(None)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a child that still runs, and its group: kindly, so that make removes half-written files, then for good."""
    if process.returncode is not None:
        return
    _signal(process, signal.SIGTERM)
    try:
        process.wait(FAREWELL_S)
    except subprocess.TimeoutExpired:
        pass
    finally:
        _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
        process.wait()


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)


def _tail(errors: IO[bytes]) -> str:
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - ERRORS_KEPT_BYTES))
    return errors.read().decode(errors="replace")
