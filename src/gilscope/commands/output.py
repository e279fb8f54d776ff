"""Where commands print, and where they write files; the folder of the cache."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import sys
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import msgspec
import platformdirs

from gilscope import errors
from gilscope.interchange import encoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rich.console import Console

    from gilscope.arguments.options import Color
    from gilscope.page.content import Content


NO_CHARTS = (
    "charts need altair and vl-convert-python beside gilscope: `pip install altair vl-convert-python` brings them, and "
    "so does `pip install '.[page]'` in a clone"
)

COLOR: ContextVar[Color] = ContextVar("COLOR", default="auto")
"""Whether consoles have colours: where the standard streams show them, everywhere, or nowhere."""


LOCKS = "GILSCOPE_LOCKS"
"""The variable that names another folder of locks, for containers that share a machine but no folder of it."""


def console(*, stderr: bool = False) -> Console:
    """A console that prints text as it is, without markup and guessed highlights.

    Without a wish, rich decides: by the terminal, and by NO_COLOR and FORCE_COLOR.
    """
    from gilscope.commands.screen import Screen

    match COLOR.get():
        case "always":
            return Screen(stderr=stderr, color_system="standard", no_color=False)
        case "never":
            return Screen(stderr=stderr, color_system=None)
        case "auto":
            return Screen(stderr=stderr)


def take_any_text() -> str | None:
    """Have our streams show what their encoding lacks as escapes; one that was closed before we began takes all.

    Returns:
        What is wrong with the standard output where it takes nothing (a disk that is full), None where it does.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - to the command's end
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.stdout.write("")
    except OSError as error:
        leave(sys.stdout)
        return error.strerror
    return None


def leave(stream: TextIO) -> None:
    """Write to nowhere from now on, so that Python's own flush at the end says nothing."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def end_of_errors() -> None:
    """Let go of what the standard error does not take, for which Python would end with status 120."""
    try:
        sys.stderr.flush()
    except OSError:
        leave(sys.stderr)


def print_json(value: object) -> None:
    """Print a value to the standard output as indented JSON."""
    sys.stdout.buffer.write(msgspec.json.format(encoded(value)) + b"\n")


def print_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table to the standard output as CSV, in UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    sys.stdout.buffer.write(text.getvalue().encode())


def write(path: Path, text: str) -> None:
    """Write a file and the folders it lies in.

    Raises:
        ResultsError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise errors.ResultsError(f"cannot write {path}: {error.strerror}") from error


def write_page(path: Path, content_of: Callable[[], Content]) -> None:
    """Write a page's content as one HTML file; it is made only where there is what draws its charts.

    Raises:
        UsageError: what draws charts is not installed.
    """
    try:
        from gilscope.page import html
        from gilscope.page.shared import library
    except ImportError as error:
        raise errors.UsageError(NO_CHARTS) from error
    shared = library(cache_dir())
    write(path, html.page(content_of(), shared))


def cache_dir() -> Path:
    """The folder of files that can be made again, one for each user."""
    return platformdirs.user_cache_path("gilscope")


def locks_dir() -> Path:
    """The folder of the locks by which contests take turns: the machine's, or as ``GILSCOPE_LOCKS`` says."""
    from gilscope.lab import turns

    return Path(os.environ.get(LOCKS) or turns.shared_folder())


def bytecode_dir() -> Path:
    """The folder of what lanes compile, each file below its own path."""
    return cache_dir() / "bytecode"
