"""What is looked at before a command does anything: names, descriptors, folders to be in and for temporary files."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gilscope.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

try:
    import resource
except ImportError:  # Windows has none
    HAS_LIMITS = False
else:
    HAS_LIMITS = True

DESCRIPTORS = 1024
"""Files and pipes that a run with very many lanes has open."""


def need_a_working_folder() -> None:
    """Refuse to begin in a folder that is gone: results and names of files are looked for from there.

    Raises:
        UsageError: it was removed, or may not be entered any more.
    """
    try:
        Path.cwd()
    except OSError as error:
        raise UsageError(
            f"the folder that you are in is not there any more ({error.strerror}): cd to another"
        ) from error


def refuse_unwritable_names(arguments: Iterable[str]) -> None:
    """Refuse names of bytes that are no UTF-8, which no result could hold, wherever they come from.

    Raises:
        UsageError: an argument, or the working folder, has one.
    """
    for text in (*arguments, str(Path.cwd())):
        try:
            text.encode()
        except UnicodeEncodeError as error:
            shown = text.encode("utf-8", "backslashreplace").decode()
            reason = "the name has bytes that are no UTF-8, and no result could hold it"
            if _is_utf_8(text):
                reason = "this locale does not have all letters of the name: set LC_ALL=C.UTF-8"
            raise UsageError(f"{shown}: {reason}") from error


def _is_utf_8(text: str) -> bool:
    """Whether the bytes of a name are UTF-8, which a locale without any could not read."""
    try:
        os.fsencode(text).decode()
    except UnicodeError:
        return False
    return True


def need_a_temporary_folder() -> None:
    """Refuse to begin where there is no folder for temporary files: nothing can be started without one.

    Raises:
        UsageError: there is none.
    """
    try:
        tempfile.gettempdir()
    except OSError as error:
        raise UsageError(f"{error.strerror}: set TMPDIR to a folder that you may write to") from error


def allow_descriptors() -> None:
    """Allow ourselves as many open files as the system lets us: macOS begins with 256."""
    if not HAS_LIMITS:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
