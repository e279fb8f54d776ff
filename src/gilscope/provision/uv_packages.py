"""The installer of first choice: uv makes an environment in milliseconds, and keeps what it fetched for the next."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gilscope.errors import InstallError
from gilscope.processes import child
from gilscope.processes.environment import without_python
from gilscope.processes.guardian import Guardian
from gilscope.provision import installed, uv
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

SETTINGS = {"UV_PYTHON_DOWNLOADS": "never", "UV_HTTP_CONNECT_TIMEOUT": "5"}
QUIET = ("--quiet", "--no-progress", "--color", "never")
LONGEST_REASON = 300

_PIN = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)", re.MULTILINE)
_UNREACHABLE = re.compile(
    r"error sending request|Failed to fetch|Request failed|Connection|timed out|dns error|certificate", re.IGNORECASE
)
_STATEMENT = re.compile(r"\s*(?:\u00d7|[├╰]─▶|error:|cause:|Caused by:)\s+")
_FRAME = "│ "
_OUTPUT = ("[stdout]", "[stderr]")


class Uv:
    """uv, as gilscope brings it, with the person's own settings."""

    name = "uv"

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = SETTINGS | without_python(environ)

    def make(self, executable: str, environment: Path) -> None:
        """Make an empty environment.

        Raises:
            UnreachableIndexError: there is no uv.
            InstallError: it cannot be made.
        """
        self._run("venv", "--no-project", "--python", executable, str(environment), limit_s=VENV_LIMIT_S)

    def install(self, job: Installation, *, build: bool) -> None:
        """Install what is wanted, in the preferred versions as far as they can be had.

        Raises:
            UnreachableIndexError: the index cannot be reached.
            InstallError: it cannot be had; the text says why.
        """
        python = str(installed.python(job.environment))
        formats = () if build else job.wheels_only
        limit_s = BUILD_LIMIT_S if build else WHEELS_LIMIT_S
        constraints: tuple[str, ...] = ()
        if job.like:
            # The pins that uv finds in its output file are the versions that it tries first, and no more than that.
            pinned = job.environment / "pins.txt"
            pinned.write_text(pins(job.like), "utf-8")
            resolve = ("pip", "compile", str(job.wanted), "--output-file", str(pinned), "--no-annotate")
            self._run(*resolve, "--python", python, *formats, limit_s=limit_s, heard=job.heard)
            resolved = _PIN.finditer(pinned.read_text("utf-8"))
            pinned.write_text(pins({match["name"]: match["version"] for match in resolved}), "utf-8")
            constraints = ("--constraint", str(pinned))
        # What uv once built from a project it would take again, although the sources may be others now.
        anew = [option for name in job.sources for option in ("--reinstall-package", name)]
        install = ("pip", "install", "--python", python, "--requirement", str(job.wanted), *constraints, *formats)
        self._run(*install, *(["--reinstall"] if build else anew), limit_s=limit_s, heard=job.heard)

    def version_with_wheel(self, environment: Path, requirement: str) -> str | None:
        """Return the newest version that has a wheel for an environment and answers a requirement; None without one."""
        asked = environment / "asked.txt"
        asked.write_text(requirement, "utf-8")
        resolve = ("pip", "compile", str(asked), "--no-deps", "--no-annotate", "--no-header", "--only-binary", ":all:")
        try:
            ended = self._run(*resolve, "--python", str(installed.python(environment)), limit_s=ASK_LIMIT_S)
        except (InstallError, UnreachableIndexError):
            return None
        match = _PIN.search(ended.output)
        return None if match is None else match["version"]

    def _run(self, *arguments: str, limit_s: float, heard: Callable[[str], None] | None = None) -> child.Ended:
        try:
            binary = uv.binary()
        except InstallError as error:
            raise UnreachableIndexError(f"uv {error}") from error
        try:
            ended = child.run(
                [binary, *arguments, *QUIET], environ=self._environ, limit_s=limit_s, on_line=heard, guardian=Guardian()
            )
        except OSError as error:
            raise UnreachableIndexError(f"uv could not be started: {error}") from error
        if not ended.succeeded:
            statements, printed = _said(ended.errors)
            parts = dict.fromkeys(filter(None, (*statements[:1], *statements[-1:], printed)))
            reason = ended.cut_short or ": ".join(parts)[:LONGEST_REASON] or ended.last_words()
            raise (UnreachableIndexError if _UNREACHABLE.search(" ".join(statements)) else InstallError)(reason)
        return ended


def _said(errors: str) -> tuple[list[str], str]:
    """What uv says, statement and causes, and what a build printed of its failure; without hints."""
    statements: list[str] = []
    printed: list[str] = []
    is_printed = False
    for line in errors.splitlines():
        text = line.strip(_FRAME)
        if text.startswith("hint:"):
            break
        if text.startswith(_OUTPUT):
            is_printed = True
        elif is_printed:
            printed.append(text)
        elif match := _STATEMENT.match(line):
            statements.append(line[match.end() :].rstrip(":"))
        elif statements and text:  # the rest of a statement that is broken into lines
            statements[-1] += f" {text}"
    return statements, of_build(printed)
