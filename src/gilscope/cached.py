"""Files in the user's cache carry a fingerprint of what made them, and are replaced as a whole."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from gilscope.places import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def fingerprint(parts: Iterable[str]) -> str:
    """A fingerprint of texts, 64 hexadecimal digits; it changes with any of them and with their order."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def of_code(package: Path = PACKAGE) -> str:
    """A fingerprint of all of gilscope's code, since a change in any module may change what is derived."""
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
