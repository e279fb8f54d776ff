"""The runtimes that the project wishes for, as ``matrix/runtimes.toml`` declares them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gilscope.declared import convert, toml
from gilscope.errors import MatrixError

if TYPE_CHECKING:
    from pathlib import Path


class RuntimesFile(msgspec.Struct, frozen=True):
    """``matrix/runtimes.toml``: the runtimes wished for, by name, and the free-threaded ones to install, best first."""

    wishes: tuple[str, ...]
    install: tuple[str, ...]


def runtimes_file(path: Path) -> RuntimesFile:
    """The wishes that the file declares.

    Raises:
        MatrixError: the file has mistakes.
    """
    value, mistakes = convert(toml(path), RuntimesFile, path.name)
    if value is None:
        raise MatrixError(mistakes)
    return value
