"""The guardian ends what a killed controller leaves behind.

A tiny process of its own, run as a script: it reads ``+GROUP MARK`` and ``-GROUP`` lines from its standard input and,
when that ends without a good-bye (the controller was killed, even by SIGKILL), ends every process group still on the
list, with all else that its leader started (`gilscope.processes.families`).
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType


class Guardian:
    """The controller's end; a context manager.

    Leaving it normally also ends the guardian, which by then has an empty list.
    """

    def __enter__(self) -> Self:
        """Start the guardian, out of reach of the terminal's Ctrl-C."""
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, *_folders()],
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

    def watch(self, group: int, mark: str) -> None:
        """Kill this process group, and all with this mark, should the controller die."""
        self._tell(f"+{group} {mark}\n")

    def forget(self, group: int) -> None:
        """The group has ended."""
        self._tell(f"-{group}\n")

    @contextlib.contextmanager
    def watching(self, group: int, mark: str) -> Iterator[None]:
        """Watch a process group until it has ended; after an error, the guardian makes sure of that."""
        self.watch(group, mark)
        yield
        self.forget(group)

    def _tell(self, line: str) -> None:
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                os.write(self._process.stdin.fileno(), line.encode())


def _folders() -> list[str]:
    """Where the guardian, which starts without any packages, finds psutil and what it shares with us."""
    spec = find_spec("psutil")
    assert spec is not None  # noqa: S101 - it is a dependency
    assert spec.origin is not None  # noqa: S101 - it has files
    return [str(Path(spec.origin).parents[1]), str(Path(__file__).parents[2])]


def _keep_watch() -> None:
    import psutil  # noqa: F401, PLC0415 - loaded before it is needed: lanes that lose us soon end by themselves

    from gilscope.processes import families  # noqa: PLC0415 - found only since this runs

    marks: dict[int, str] = {}
    for line in sys.stdin:
        group, _, mark = line[1:].strip().partition(" ")
        if line[0] == "+":
            marks[int(group)] = mark
        else:
            marks.pop(int(group), None)
    found = {group: families.family(group, mark) for group, mark in marks.items()}
    for group, members in found.items():
        families.end(group, members, marks[group])


if __name__ == "__main__":
    sys.path += sys.argv[1:]
    _keep_watch()
