"""What a person's ``pyproject.toml`` says for gilscope: workloads by name, suites, and defaults of the command line."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from gilscope.declared import Table, convert, named_tables, toml
from gilscope.errors import MatrixError
from gilscope.values.bounds import PositiveSeconds
from gilscope.values.expectations import Expectation
from gilscope.values.expectations import nonsense as nonsense_of_expectation
from gilscope.workloads.suites import Suite, Workers, nonsense, unknown_models

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

FILE = "pyproject.toml"
TABLE = "tool.gilscope"
END = ".git"
"""What lies in the folder above which no file is looked for."""

_NAME = re.compile(r"\w[\w-]*")
BAD_NAME = "a workload's name has letters, digits, _ and - only, so that no probe and no file is called so"


class NamedWorkload(msgspec.Struct, frozen=True, kw_only=True):
    """A table ``[tool.gilscope.workloads.NAME]``: what ``gilscope run NAME`` measures, and how.

    ``target`` and ``setup`` are callables as the command line takes them, such as ``work.py:resize(512)``; paths begin
    at the file's folder. ``args`` are further arguments by their names. With ``share``, threads share what the setup
    makes. ``models`` and ``workers`` are measured instead of the suite's, and ``with`` names packages that it needs.
    """

    target: str
    setup: str | None = None
    args: dict[str, Any] = {}
    share: bool = False
    models: tuple[str, ...] = ()
    workers: tuple[Workers, ...] = ()
    packages: tuple[str, ...] = msgspec.field(default=(), name="with")


class ProjectTable(msgspec.Struct, frozen=True, kw_only=True):
    """The table ``[tool.gilscope]`` of a ``pyproject.toml``; any key may be left out.

    ``results`` is the folder of stored runs, beside the file. ``on``, ``suite`` and ``budget_s`` hold where the command
    line says nothing of runtimes, suite and budget. ``with`` names packages that all workloads need. ``workloads`` and
    ``suites`` are tables by name, ``expect`` is a list of tables.
    """

    results: str | None = None
    on: tuple[str, ...] = ()
    suite: str | None = None
    budget_s: PositiveSeconds | None = None
    packages: tuple[str, ...] = msgspec.field(default=(), name="with")
    workloads: dict[str, Any] = {}
    suites: dict[str, Any] = {}
    expect: list[Any] = []


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """A person's project: the folder of its file, and what that declares; all but the folder is empty without one."""

    folder: Path
    results: Path | None = None
    on: tuple[str, ...] = ()
    suite: str | None = None
    budget_s: float | None = None
    packages: tuple[str, ...] = ()
    workloads: dict[str, NamedWorkload] = {}
    suites: dict[str, Suite] = {}
    expectations: tuple[Expectation, ...] = ()


def project(start: Path) -> Project:
    """The project that a folder belongs to, by the nearest file with a table of ours.

    Raises:
        MatrixError: the file has mistakes.
    """
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            tool = toml(folder / FILE).get("tool")
            if isinstance(tool, dict) and "gilscope" in tool:
                return _project(folder, tool["gilscope"])
        if (folder / END).exists():
            break
    return Project(folder=start)


def _project(folder: Path, raw_table: object) -> Project:
    table, mistakes = convert(raw_table, ProjectTable, f"{FILE}: [{TABLE}]")
    workloads, of_workloads = _tables(raw_table, "workloads", NamedWorkload, _nonsense_of_workload)
    suites, of_suites = _tables(raw_table, "suites", Suite, nonsense)
    of_names = tuple(f"{FILE}: [{TABLE}.workloads.{name}]: {BAD_NAME}" for name in workloads if not is_name(name))
    expectations, of_expectations = _expectations(table)
    mistakes += of_workloads + of_suites + of_names + of_expectations
    if table is None or mistakes:
        raise MatrixError(mistakes)
    return Project(
        folder=folder,
        results=None if table.results is None else folder / table.results,
        on=table.on,
        suite=table.suite,
        budget_s=table.budget_s,
        packages=table.packages,
        workloads=workloads,
        suites=suites,
        expectations=expectations,
    )


def _expectations(table: ProjectTable | None) -> tuple[tuple[Expectation, ...], tuple[str, ...]]:
    """What the project expects of its work, and the mistakes in that; tables go by their place in the list."""
    numbered = {str(number): raw for number, raw in enumerate([] if table is None else table.expect, 1)}
    found, mistakes = named_tables(numbered, Expectation, f"{FILE}: [[{TABLE}.expect]] number [", _unmeant)
    return tuple(found.values()), mistakes


def _unmeant(expectation: Expectation) -> Iterator[str]:
    """What is wrong with an expectation whose keys all have the right type."""
    yield from unknown_models(expectation.models)
    yield from nonsense_of_expectation(expectation)


def _tables(
    raw_table: object, key: str, kind: type[Table], mistakes_in: Callable[[Table], Iterable[str]]
) -> tuple[dict[str, Table], tuple[str, ...]]:
    """The tables by name below a key, and their mistakes; none where there is no table."""
    below = raw_table.get(key) if isinstance(raw_table, Mapping) else None
    if not isinstance(below, Mapping):
        return {}, ()
    return named_tables(below, kind, f"{FILE}: [{TABLE}.{key}.", mistakes_in)


def is_name(text: str) -> bool:
    """Whether a text can be the name of a workload."""
    return _NAME.fullmatch(text) is not None


def _nonsense_of_workload(workload: NamedWorkload) -> Iterator[str]:
    """What is wrong with a workload whose keys all have the right type, but for its target."""
    yield from unknown_models(workload.models)
    for name, value in workload.args.items():
        try:
            ast.literal_eval(repr(value))
        except (ValueError, SyntaxError):
            yield f"args: {name} = {value} is no number, string, truth value, list or table of these"
