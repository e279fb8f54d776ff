"""The protocol of installers, which fill environments: uv, and pip."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

VENV_LIMIT_S = 120.0
ASK_LIMIT_S = 60.0
WHEELS_LIMIT_S = 900.0
BUILD_LIMIT_S = 600.0

_FAILURE = re.compile(r"\w*error: ", re.IGNORECASE)
"""How the line begins that says why a build failed; others that follow give advice."""


class UnreachableIndexError(Exception):
    """The installer, or the index that it asks, cannot be reached; another installer may reach one."""


class Installation(NamedTuple):
    """An environment and what goes into it.

    ``wanted`` is a file of requirements, ``sources`` names the packages that are built anyway. The versions in ``like``
    are preferred. ``heard`` is called several times a second while something goes on.
    """

    environment: Path
    wanted: Path
    sources: tuple[str, ...]
    like: Mapping[str, str]
    heard: Callable[[str], None]

    @property
    def wheels_only(self) -> tuple[str, ...]:
        """The options, uv's and pip's alike, by which nothing else is built."""
        return ("--only-binary", ":all:", *(option for name in self.sources for option in ("--no-binary", name)))


class Installer(Protocol):
    """An installer makes environments and fills them; ``name`` is what people call it."""

    name: str

    def make(self, executable: str, environment: Path) -> None:
        """Make an empty environment.

        Raises:
            InstallError: it cannot be made.
        """

    def install(self, job: Installation, *, build: bool) -> None:
        """Install what is wanted: wheels only, or built from source where there are none.

        Raises:
            UnreachableIndexError: the index cannot be reached.
            InstallError: it cannot be had; the text says why.
        """

    def version_with_wheel(self, environment: Path, requirement: str) -> str | None:
        """Return the newest version that has a wheel for an environment and answers a requirement; None without one."""


def of_build(printed: Sequence[str]) -> str:
    """Why a build failed, by the lines that it printed: the last that names an error, or else the last."""
    lines = [line.strip() for line in printed if line.strip()]
    return next(filter(_FAILURE.match, reversed(lines)), lines[-1] if lines else "")


def pins(like: Mapping[str, str]) -> str:
    """The text of a file that holds packages to these versions."""
    return "".join(f"{name}=={version}\n" for name, version in like.items())
