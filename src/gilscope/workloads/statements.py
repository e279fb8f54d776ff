"""Statements as people give them to ``python -m timeit``, with a setup that is not timed."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from gilscope.errors import UsageError
from gilscope.values.probes import Probe, Statement
from gilscope.workloads.targets import is_target, own_folders
from gilscope.workloads.texts import shallow

if TYPE_CHECKING:
    from collections.abc import Sequence


def statement(lines: Sequence[str], setup: Sequence[str]) -> Probe:
    """The workload that these lines are, after these lines of setup, with the working directory's modules.

    Raises:
        UsageError: there is no statement, it cannot be parsed, or it names a callable.
    """
    code, prepared = "\n".join(lines), "\n".join(setup)
    if not code.strip():
        raise UsageError("there is no statement: write it behind the setup, as with python -m timeit -s SETUP STMT")
    if is_target(code) and ".py:" in code:
        raise UsageError(
            f"with -s or --statement, {code} is taken for a statement: leave them out to measure that callable "
            f"(--setup makes its first argument)"
        )
    _check("setup", prepared)
    _check("statement", code if not prepared else f"{prepared}\n{code}")
    identifier = _one_line(code) if not prepared else shlex.join(["-s", _one_line(prepared), _one_line(code)])
    return Probe(
        id=identifier,
        path="",
        statement=Statement(code=code, setup=prepared, search=tuple(map(str, own_folders()))),
        question=f"What does {_one_line(code)} cost, and how does it scale?",
        kind="own",
    )


def looks_like_one(text: str) -> bool:
    """Whether a text that names no probe is rather a statement: no name and no glob has these characters."""
    return any(character in text for character in "()=+ ;'\"")


def _check(what: str, text: str) -> None:
    try:
        with shallow():
            compile(text, f"<{what}>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:  # text with a null byte is a ValueError
        raise UsageError(f"the {what} cannot be parsed: {getattr(error, 'msg', error)}: {_one_line(text)}") from error


def _one_line(text: str) -> str:
    return "; ".join(line.strip() for line in text.splitlines() if line.strip())
