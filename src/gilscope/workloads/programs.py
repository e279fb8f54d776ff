"""A program of a person's own, as they start it: ``python -m tool --jobs {workers} data``.

No shell is involved. What can be told from the words is told before anything starts.
"""

from __future__ import annotations

import contextlib
import difflib
import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from gilscope.errors import UsageError
from gilscope.values.probes import WORKERS, Probe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.values.lanes import LaneSpec

PYTHON = "{python}"
"""What stands for the interpreter, and its options, of each lane."""

MOST_BYTES = 256
"""How much of a first line is looked at: kernels look no farther."""

_INTERPRETERS = ("python", "python3")
"""Names for `PYTHON` at the beginning of a program."""

_PLACEHOLDER = re.compile(r"(?:.*=)?(\{\w+\})")
"""A word that is all placeholder, or has one behind its equals sign; braces elsewhere are the program's own."""


def words(text: str) -> list[str]:
    """The words of a command, as a shell would split it.

    Raises:
        UsageError: a quote is never closed.
    """
    try:
        return shlex.split(text)
    except ValueError as error:
        raise UsageError(f"--command {text}: {str(error).lower()}") from error


def program(typed: Sequence[str]) -> Probe:
    """A program as a probe; `WORKERS` in its words says that it spreads its work itself.

    Raises:
        UsageError: it cannot be run so, as far as its words show.
    """
    if not typed:
        raise UsageError("--command is empty: write a program, such as 'python -m tool --jobs {workers}'")
    name = " ".join(typed)
    command = (PYTHON if typed[0] in _INTERPRETERS else typed[0], *typed[1:])
    for word in command:
        _check_placeholder(name, word)
    if command[0] != PYTHON:
        _check_other(name, command)
    elif len(command) > 1:
        _check_python(name, command[1:])
    return Probe(id=name, path="", command=command, question=f"How long does {name} take?", kind="own")


def filled(command: Sequence[str], lane: LaneSpec) -> list[str]:
    """A program's words as one lane runs it: with the interpreter of its arm, and its number of workers."""
    return [part for word in command for part in _filled(word, lane)]


def _filled(word: str, lane: LaneSpec) -> Iterator[str]:
    if word == PYTHON:
        yield from lane.arm.command
    else:
        yield word.replace(WORKERS, str(lane.given_workers))


def _check_placeholder(name: str, word: str) -> None:
    """Refuse braces that nothing is put into, since the program would get them as they are."""
    match = _PLACEHOLDER.fullmatch(word)
    if match is None or match[1] == WORKERS or word == PYTHON:
        return
    near = difflib.get_close_matches(match[1], [WORKERS, PYTHON], n=1)
    hint = f"did you mean {near[0]}?" if near else f"{WORKERS} stands for the number of workers"
    if match[1] == PYTHON:
        hint = "it has to be a word of its own"
    raise UsageError(f"{name}: nothing is put in for {match[1]}; {hint}")


def _check_other(name: str, command: Sequence[str]) -> None:
    """Refuse a program that is not there, or that no Python would be put into."""
    first = command[0]
    if shutil.which(first) is None:
        near = difflib.get_close_matches(first, _INTERPRETERS, n=1)
        hint = f"did you mean {near[0]}?" if near else "no shell is involved, so that it must be a program on PATH"
        raise UsageError(f"{name}: there is no program {first}; {hint}")
    if PYTHON not in command:
        raise UsageError(
            f"{name}: {first} would be run alike for every Python: begin with python, for which each of them is put "
            f"in{_instead(first)}, or write {PYTHON} where the program is told its interpreter"
        )


def _instead(first: str) -> str:
    """How a script of Python's, which its first line sends to one interpreter, is run by another; nothing else."""
    path = Path(shutil.which(first) or first)
    with contextlib.suppress(OSError), path.open("rb") as file:
        if re.match(rb"#!.*python", file.readline(MOST_BYTES)):
            return f" (python {first} ...)" if path.suffix == ".py" else f" (python -m {path.name} ...)"
    return ""


def _check_python(name: str, arguments: Sequence[str]) -> None:
    """Refuse a script that is not there, and a package without ``__main__``."""
    first, *rest = arguments
    if first == "-m" and rest:
        folder = Path(*rest[0].split("."))
        if (folder / "__init__.py").is_file() and not (folder / "__main__.py").is_file():
            raise UsageError(
                f"{name}: the package {rest[0]} has no __main__.py, which python -m runs; name a module of it, or "
                f"measure a function: gilscope run {rest[0]}.module:function"
            )
    elif not first.startswith("-") and not Path(first).exists():
        raise UsageError(f"{name}: there is no script {first}")
