"""The installer where only pip knows the person's index, or where uv cannot reach any."""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
from typing import TYPE_CHECKING

import msgspec

from gilscope.errors import InstallError
from gilscope.interchange import decoded
from gilscope.processes import child
from gilscope.processes.environment import without_python
from gilscope.processes.guardian import Guardian
from gilscope.provision import installed
from gilscope.provision.installer import (
    ASK_LIMIT_S,
    BUILD_LIMIT_S,
    VENV_LIMIT_S,
    WHEELS_LIMIT_S,
    UnreachableIndexError,
    of_build,
    pins,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from gilscope.provision.installer import Installation

IMPATIENCE = {"PIP_RETRIES": "1"}
SETTINGS = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_USER": "0"}
QUIET = ("--quiet", "--progress-bar", "off")
LONGEST_REASON = 300
RETRYING = "WARNING: Retrying ("
"""What pip says where an index does not answer; its error is then that there is no package."""

_ERROR = re.compile(r"^ERROR: (?P<text>.+)$", re.MULTILINE)
_PRINTED = re.compile(r"^ {6}(?!\[end of output\])(.*)$", re.MULTILINE)
"""What a build printed, in pip's box."""


class _Metadata(msgspec.Struct):
    version: str


class _Found(msgspec.Struct):
    metadata: _Metadata


class _Report(msgspec.Struct):
    """What ``pip install --report`` writes: the packages that would be installed."""

    install: tuple[_Found, ...]


class Pip:
    """pip, as the interpreter or gilscope has it, with the person's own settings."""

    name = "pip"

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = IMPATIENCE | without_python(environ) | SETTINGS

    def make(self, executable: str, environment: Path) -> None:
        """Make an environment with a pip, or an empty one where the interpreter cannot bring any.

        Raises:
            InstallError: it cannot be made.
        """
        try:
            self._run([executable, "-m", "venv", str(environment)], VENV_LIMIT_S)
        except InstallError:  # no ensurepip: a build without it, or a system that packages it apart
            shutil.rmtree(environment, ignore_errors=True)
            self._run([executable, "-m", "venv", "--without-pip", str(environment)], VENV_LIMIT_S)

    def install(self, job: Installation, *, build: bool) -> None:
        """Install what is wanted, in the preferred versions if all of them can be had.

        Raises:
            UnreachableIndexError: the index cannot be reached.
            InstallError: it cannot be had; the text says why.
        """
        formats = () if build else job.wheels_only
        limit_s = BUILD_LIMIT_S if build else WHEELS_LIMIT_S
        install = [*_pip(job.environment), "install", *QUIET, "--requirement", str(job.wanted), *formats]
        if job.like:
            pinned = job.environment / "pins.txt"
            pinned.write_text(pins(job.like), "utf-8")
            with contextlib.suppress(InstallError):
                self._run([*install, "--constraint", str(pinned)], limit_s, job.heard)
                return
        self._run(install, limit_s, job.heard)

    def version_with_wheel(self, environment: Path, requirement: str) -> str | None:
        """Return the newest version that has a wheel for an environment and answers a requirement; None without one."""
        report = ("install", *QUIET, "--dry-run", "--ignore-installed", "--report", "-")
        command = [*_pip(environment), *report, "--no-deps", "--only-binary", ":all:", requirement]
        try:
            ended = self._run(command, ASK_LIMIT_S)
            return decoded(ended.output.encode(), msgspec.json.Decoder(_Report)).install[0].metadata.version
        except (InstallError, UnreachableIndexError, msgspec.MsgspecError, IndexError):
            return None

    def _run(self, command: list[str], limit_s: float, heard: Callable[[str], None] | None = None) -> child.Ended:
        try:
            ended = child.run(command, environ=self._environ, limit_s=limit_s, on_line=heard, guardian=Guardian())
        except OSError as error:
            raise InstallError(f"{command[0]} could not be started: {error}") from error
        if not ended.succeeded:
            errors = [match["text"] for match in _ERROR.finditer(ended.errors)]
            parts = (errors[-1] if errors else ended.last_words(), of_build(_PRINTED.findall(ended.errors)))
            reason = ended.cut_short or ": ".join(filter(None, parts))[:LONGEST_REASON]
            raise (UnreachableIndexError if RETRYING in ended.errors else InstallError)(reason)
        return ended


def _pip(environment: Path) -> list[str]:
    """What starts a pip for an environment: its own, or else that of gilscope's interpreter, for it."""
    python = str(installed.python(environment))
    if any((site / "pip").is_dir() for site in installed.sites(environment)):
        return [python, "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", python]
