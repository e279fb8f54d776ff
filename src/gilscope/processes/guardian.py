"""The guardian ends what a killed controller leaves behind.

A tiny process of its own, run as a script: it reads ``+MARK``, ``+MARK LEADER`` and ``-MARK`` lines from its standard
input and, when that ends without a good-bye (the controller was killed, even by SIGKILL), ends every child still on the
list, with all that it started (`gilscope.processes.families`). A child is put on the list before it is started, when
only its mark is known.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

STARTING_S = 0.2
"""How long a child whose start was not seen has until it is one that can be found."""


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

    def watch(self, mark: str, leader: int | None = None) -> None:
        """End the child with this mark, whose process is the leader once it was started, should the controller die."""
        self._tell(f"+{mark}\n" if leader is None else f"+{mark} {leader}\n")

    def forget(self, mark: str) -> None:
        """The child with this mark has ended with its family."""
        self._tell(f"-{mark}\n")

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

    leaders: dict[str, int | None] = {}
    for line in sys.stdin:
        mark, _, leader = line[1:].strip().partition(" ")
        if line[0] == "+":
            leaders[mark] = int(leader) if leader else None
        else:
            leaders.pop(mark, None)
    if None in leaders.values():
        time.sleep(STARTING_S)
    found = {mark: families.family(leader, mark) for mark, leader in leaders.items()}
    for mark, members in found.items():
        families.end(leaders[mark], members, mark)


if __name__ == "__main__":
    sys.path += sys.argv[1:]
    _keep_watch()
