"""A version that a user asks for, such as ``3.13t`` or ``3.14.2``, and which versions answer it."""

from __future__ import annotations

import re

import msgspec
from packaging.version import Version

from gilscope.errors import UsageError

FIRST_FREE_THREADED = Version("3.13")
SPELLING = re.compile(r"(?P<language>\d+\.\d+)(?P<rest>\.\d+(?:(?:a|b|rc)\d+)?)?t?", re.ASCII)


class Wish(msgspec.Struct, frozen=True):
    """A pair of builds to bring: of a language version (``3.13``), and of one release (``3.13.5``) where named."""

    language: str
    release: str | None = None

    @property
    def text(self) -> str:
        """The most exact version known."""
        return self.release or self.language

    def allows(self, version: str) -> bool:
        """Whether this version is what was asked for."""
        if self.release is not None:
            return Version(version) == Version(self.release)
        return version.startswith(f"{self.language}.")


def parse(version: str) -> Wish:
    """Read a version as a user writes it; the ``t`` may be left out, since pairs are brought.

    Raises:
        UsageError: it is no version, or one that has no free-threaded build.
    """
    match = SPELLING.fullmatch(version.strip())
    if match is None:
        raise UsageError(f"{version!r} is not a version that can be installed; write it like 3.14t or 3.13.5t")
    language, rest = match["language"], match["rest"]
    if Version(language) < FIRST_FREE_THREADED:
        raise UsageError(f"{version} cannot be installed: free-threaded builds begin with CPython 3.13")
    return Wish(language, f"{language}{rest}" if rest else None)
