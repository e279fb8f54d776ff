"""What the files in the user's cache have in common: a fingerprint of what made them, and that they are whole."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from gilscope.places import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def fingerprint(parts: Iterable[str]) -> str:
    """What changes with any of some texts, or with their order: 64 hexadecimal digits."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def of_code(package: Path = PACKAGE) -> str:
    """A fingerprint of all code of gilscope: what was derived by other code may differ, whichever module changed."""
    modules = sorted(package.rglob("*.py"))
    return fingerprint(text for path in modules for text in (str(path.relative_to(package)), path.read_text("utf-8")))


def replace(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there, so that nobody reads half of it.

    Raises:
        OSError: it cannot be written; nothing of it is left, and what was in its place still is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
