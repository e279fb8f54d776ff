"""Scripts written for ``pyperf.Runner``, read as text and not run."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from gilscope.workloads.texts import SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Iterable

_PYPERF = re.compile(r"pyperf(?![\w.-])")


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """A script written for pyperf; its benchmarks show when a runtime runs it (`gilscope.lab.inventory`).

    A benchmark whose name fits the glob ``pattern`` becomes a probe; its id is ``prefix`` and the name. Its
    ``dependencies`` are without pyperf, for which the agent stands in.
    """

    id: str
    path: str
    prefix: str
    question: str = ""
    argv: tuple[str, ...] = ()
    pattern: str = "*"
    requires_python: str | None = None
    dependencies: tuple[str, ...] = ()


@lru_cache(maxsize=SCRIPTS)
def is_for_pyperf(tree: ast.Module) -> bool:
    """Whether a script imports pyperf and uses its Runner."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | _attributes(tree)
    return "Runner" in names and any(
        module.partition(".")[0] == "pyperf" for node in ast.walk(tree) for module in _modules(node)
    )


def without_pyperf(dependencies: Iterable[str]) -> tuple[str, ...]:
    """The packages that a script needs besides pyperf."""
    return tuple(text for text in dependencies if not _PYPERF.match(text))


def _attributes(tree: ast.Module) -> set[str]:
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
