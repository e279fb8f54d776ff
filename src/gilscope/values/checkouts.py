"""Checkouts as values: where the files of a person's git repository lie at another revision."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Checkout(msgspec.Struct, frozen=True, kw_only=True):
    """A copy of a git repository at one revision: what lies below ``repository`` is taken from ``folder``."""

    repository: str
    folder: str

    def place(self, path: str) -> str:
        """Where a file or a folder lies in the copy; what is not in the repository stays where it is."""
        return _moved(path, self.repository, self.folder)

    def original(self, path: str) -> str:
        """What a file or folder of the copy is one of; all else is its own."""
        return _moved(path, self.folder, self.repository)


def _moved(path: str, below: str, to: str) -> str:
    try:
        return str(Path(to) / Path(path).relative_to(below))
    except ValueError:
        return path
