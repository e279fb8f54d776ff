"""The guardian ends what a killed controller leaves behind.

A tiny process of its own, run as a script: it reads ``+GROUP`` and ``-GROUP`` lines from its standard input and, when
that ends without a good-bye (the controller was killed, even by SIGKILL), kills every process group still on the list.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType


class Guardian:
    """The controller's end; a context manager.

    Leaving it normally also ends the guardian, which by then has an empty list.
    """

    def __enter__(self) -> Self:
        """Start the guardian, out of reach of the terminal's Ctrl-C."""
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__],
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


def _keep_watch() -> None:
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        (groups.add if line[0] == "+" else groups.discard)(group)
    for group in groups:
        kill_group(group)


if __name__ == "__main__":
    _keep_watch()
