"""The guardian ends what a killed controller leaves behind.

A tiny process of its own, run as a script: it reads ``+GROUP`` and ``-GROUP`` lines from its standard input and, when
that ends without a good-bye (the controller was killed, even by SIGKILL), kills every process group still on the list,
with all else that its leader started.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from psutil import Process


class Guardian:
    """The controller's end; a context manager.

    Leaving it normally also ends the guardian, which by then has an empty list.
    """

    def __enter__(self) -> Self:
        """Start the guardian, out of reach of the terminal's Ctrl-C."""
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, _folder_of_psutil()],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the list and wait."""
        with contextlib.suppress(BrokenPipeError):
            self._process.communicate()

    def watch(self, group: int) -> None:
        """Kill this process group should the controller die."""
        self._tell(f"+{group}\n")

    def forget(self, group: int) -> None:
        """The group has ended."""
        self._tell(f"-{group}\n")

    @contextlib.contextmanager
    def watching(self, group: int) -> Iterator[None]:
        """Watch a process group until it has ended; after an error, the guardian makes sure of that."""
        self.watch(group)
        yield
        self.forget(group)

    def _tell(self, line: str) -> None:
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                os.write(self._process.stdin.fileno(), line.encode())


def signal_group(group: int, number: int) -> None:
    """Send a signal to a process group; that it is gone already is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        (os.killpg if hasattr(os, "killpg") else os.kill)(group, number)


def kill_group(group: int) -> None:
    """End a process group at once."""
    signal_group(group, getattr(signal, "SIGKILL", signal.SIGTERM))


def family(leader: int) -> set[Process]:
    """The processes of the session that a child of ours leads, and its descendants in sessions of their own.

    A program may give what it starts a group (ninja) or a session (``setsid``). The latter is found by its parents
    alone, so that this is asked before any of them is ended; who has outlived them in a session of its own is lost.
    Windows has no sessions: there they are the descendants of a leader that lives.
    """
    import psutil  # noqa: PLC0415 - only those who end children need it

    members: set[Process] = set()
    if _session(leader) == leader:
        with contextlib.suppress(psutil.Error):
            members.update(psutil.Process(leader).children(recursive=True))
    for pid in psutil.pids():
        if pid != leader and _session(pid) == leader:
            with contextlib.suppress(psutil.Error):
                members.add(psutil.Process(pid))
    return members


def kill_family(leader: int, members: Iterable[Process]) -> None:
    """End a process group at once, then what its leader had started in others."""
    import psutil  # noqa: PLC0415 - only those who end children need it

    kill_group(leader)
    for member in members:
        with contextlib.suppress(psutil.Error):  # it has ended, and its number may be another's
            member.kill()


def _session(pid: int) -> int | None:
    """The session of a process that lives, its own number where the system has no sessions."""
    if not hasattr(os, "getsid"):
        return pid
    try:
        return os.getsid(pid)
    except OSError:
        return None


def _folder_of_psutil() -> str:
    """The folder that the guardian, which starts without any packages, finds psutil in."""
    spec = find_spec("psutil")
    assert spec is not None  # noqa: S101 - it is a dependency
    assert spec.origin is not None  # noqa: S101 - it has files
    return str(Path(spec.origin).parents[1])


def _keep_watch() -> None:
    import psutil  # noqa: F401, PLC0415 - loaded before it is needed: lanes that lose us soon end by themselves

    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        (groups.add if line[0] == "+" else groups.discard)(group)
    families = {group: family(group) for group in groups}
    for group, members in families.items():
        kill_family(group, members)


if __name__ == "__main__":
    sys.path.append(sys.argv[1])
    _keep_watch()
