"""The files under ``matrix/`` as values; every mistake in one is told at once, with its file and key."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from gilscope.claims.statements import Claim
from gilscope.claims.statements import mistakes as claim_mistakes
from gilscope.errors import MatrixError, UsageError
from gilscope.model import Rules
from gilscope.validation import Table, convert, unknown_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path


class Suite(msgspec.Struct, frozen=True, kw_only=True):
    """One table of ``matrix/suites.toml``.

    ``lanes`` and ``without`` are globs over lane ids ``probe@arm:model-workers`` (``cpu/*@3.1[34]t:threads-*``).
    ``source`` is where its probes come from: the project's own, or an installed pyperformance; those that fit
    ``probes`` are measured where none is named. Workers are planned up to ``oversubscription`` times the usable CPUs;
    those above the CPUs are marked in every table.
    """

    description: str
    source: Literal["probes", "pyperformance"] = "probes"
    lanes: tuple[str, ...]
    without: tuple[str, ...] = ()
    workers: tuple[int, ...]
    min_launches: int
    max_launches: int
    rounds: int
    trial_ms: int
    precision: float
    budget_s: float
    timeout_s: float
    probes: tuple[str, ...] = ("*",)
    oversubscription: float = 2

    @property
    def rules(self) -> Rules:
        """When a contest of this suite has measured enough."""
        return Rules(**{name: getattr(self, name) for name in Rules.__struct_fields__ if name != "pin"})


class RuntimesFile(msgspec.Struct, frozen=True):
    """``matrix/runtimes.toml``: the runtimes wished for, by name, and the free-threaded ones to install, best first."""

    wishes: tuple[str, ...]
    install: tuple[str, ...]


def suites(path: Path) -> dict[str, Suite]:
    """All suites by name.

    Raises:
        MatrixError: the file has mistakes.
    """
    return _tables(path, Suite, _nonsense)


def claims(path: Path) -> dict[str, Claim]:
    """All published statements by id.

    Raises:
        MatrixError: the file has mistakes.
    """
    return _tables(path, Claim, claim_mistakes)


def suite(path: Path, name: str) -> Suite:
    """One suite.

    Raises:
        MatrixError: the file has mistakes.
        UsageError: there is no such suite.
    """
    known = suites(path)
    if name not in known:
        raise UsageError(unknown_name(path.name, "suite", name, known))
    return known[name]


def runtimes_file(path: Path) -> RuntimesFile:
    """The wishes.

    Raises:
        MatrixError: the file has mistakes.
    """
    value, mistakes = convert(_toml(path), RuntimesFile, path.name)
    if value is None:
        raise MatrixError(mistakes)
    return value


def _tables(path: Path, kind: type[Table], nonsense: Callable[[Table], Iterable[str]]) -> dict[str, Table]:
    """Every table of a file by its name; ``nonsense`` says what is wrong with one whose keys are of their types."""
    found: dict[str, Table] = {}
    mistakes: list[str] = []
    for name, table in _toml(path).items():
        where = f"{path.name}: [{name}]"
        value, told = convert(table, kind, where)
        mistakes += told
        if value is not None:
            found[name] = value
            mistakes += [f"{where}: {mistake}" for mistake in nonsense(value)]
    if mistakes:
        raise MatrixError(tuple(mistakes))
    return found


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MatrixError((f"{path}: {error.strerror}",)) from error
    except ValueError as error:  # no TOML, or no UTF-8
        raise MatrixError((f"{path.name}: {error}",)) from error


def _nonsense(suite: Suite) -> Iterator[str]:
    if not 1 <= suite.min_launches <= suite.max_launches:
        yield "min_launches must be at least 1 and at most max_launches"
    if not suite.workers or min(suite.workers) < 1:
        yield "workers must hold at least one count, each at least 1"
    for name in ("rounds", "trial_ms", "precision", "budget_s", "timeout_s"):
        if getattr(suite, name) <= 0:
            yield f"{name} must be greater than 0"
