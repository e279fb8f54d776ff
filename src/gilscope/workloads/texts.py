"""Scripts as text: their encoding, their syntax tree, and the metadata in their PEP 723 block."""

from __future__ import annotations

import ast
import contextlib
import re
import tokenize
import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCRIPTS = 16
"""Scripts whose syntax trees are kept."""

# PEP 723's reference expression for a script's metadata block.
_BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")


def source(path: Path) -> str:
    """A script's text in the encoding that it declares (PEP 263).

    Raises:
        OSError: it cannot be read.
        SyntaxError: its encoding is unknown.
        ValueError: it is not in its encoding.
    """
    with tokenize.open(path) as file:
        return file.read()


@contextlib.contextmanager
def shallow() -> Iterator[None]:
    """Parse inside: what is nested deeper than a parser can follow is an error of its own there.

    Raises:
        ValueError: something is nested too deep.
    """
    try:
        yield
    except (RecursionError, MemoryError) as error:
        raise ValueError("it is nested too deep to be read") from error


def tree(path: Path) -> ast.Module:
    """A script's syntax tree.

    Raises:
        OSError: it cannot be read.
        SyntaxError: it is no Python, or its encoding is unknown.
        ValueError: it is not in its encoding, or nested too deep.
    """
    return parsed(source(path))


@lru_cache(maxsize=SCRIPTS)
def parsed(text: str) -> ast.Module:
    """The syntax tree of a script's text, which nobody changes: that of many functions of one script is made once.

    Raises:
        SyntaxError: it is no Python.
        ValueError: it is nested too deep, or has a null character.
    """
    with shallow():
        return ast.parse(text)


def metadata(text: str) -> dict[str, Any]:
    """The script's inline metadata (PEP 723), empty without a block.

    Raises:
        ValueError: the block holds no TOML, or is nested too deep.
    """
    for match in _BLOCK.finditer(text):
        if match["type"] == "script":
            lines = match["content"].splitlines(keepends=True)
            with shallow():
                return tomllib.loads("".join(line[2:] if line.startswith("# ") else line[1:] for line in lines))
    return {}


def requires_python(block: dict[str, Any]) -> str | None:
    """The version specifier in the block as text; the plan rejects text that is none."""
    specifier = block.get("requires-python")
    return None if specifier is None else str(specifier)


def dependencies(block: dict[str, Any]) -> tuple[str, ...]:
    """The packages that the block names."""
    names = block.get("dependencies", [])
    return tuple(map(str, names)) if isinstance(names, list) else ()
