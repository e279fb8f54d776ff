"""Turns: one contest at a time is measured on a machine, whoever asks for it.

There are two locks. Who holds ``gilscope.measuring`` measures. Who waits for that holds ``gilscope.next``, without
which nobody may wait: so who has ended a contest comes behind those that waited meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from gilscope import locks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHARED = Path("/tmp")  # noqa: S108 - what lies there are locks, which hold nothing
"""A folder that all users of a machine have in common, where there is one; TMPDIR may be a user's or a job's own."""
LOOK_S = 0.05
"""How often who waits looks whether its turn has come."""


def shared_folder() -> Path:
    """The folder of a machine's locks, where nobody names another."""
    return SHARED if SHARED.is_dir() else Path(tempfile.gettempdir())


@contextlib.contextmanager
def turn(folder: Path, waits: Callable[[int | None], None]) -> Iterator[None]:
    """Measure alone on this machine as long as this lasts.

    ``waits`` is called where somebody else comes first, with the number of that process if it is known. Where the
    folder can hold no locks, nobody is waited for.
    """
    with contextlib.ExitStack() as until:
        with _locked(folder / "gilscope.next", waits):
            until.enter_context(_locked(folder / "gilscope.measuring", waits))
        yield


@contextlib.contextmanager
def _locked(path: Path, waits: Callable[[int | None], None]) -> Iterator[None]:
    try:
        descriptor = _opened(path)
    except OSError:
        yield
        return
    try:
        _take(descriptor, waits)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, waits: Callable[[int | None], None]) -> None:
    has_waited = False
    while True:
        try:
            return locks.take(descriptor)
        except locks.TakenError as taken:
            if not has_waited:
                waits(taken.holder)
            has_waited = True
            time.sleep(LOOK_S)


def _opened(path: Path) -> int:
    """A lock's file, which stays for all that come later: only whoever comes first makes it, for all users."""
    with contextlib.suppress(FileNotFoundError):
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)  # others may not create what is there, in a folder of all
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_CREAT, 0o644)
