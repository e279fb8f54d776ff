"""Environments are filled with wheels first, and with what is built from source where there is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from gilscope.errors import InstallError, NoWheelError
from gilscope.provision import requirements
from gilscope.provision.installer import BUILD_LIMIT_S, Installation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gilscope.provision.installer import Installer
    from gilscope.provision.progress import Progress
    from gilscope.values.packages import Packages

NOT_FOUND = ("No matching distribution found", "not found in the package registry")
"""What pip and uv say of a name that the index does not have."""
OTHER_NAME = "; a package may be called otherwise than what is imported of it: name it as pip installs it"


def fill(  # noqa: PLR0913 - each is one thing that an environment depends on
    installer: Installer,
    folder: Path,
    runtime: str,
    wanted: Packages,
    *,
    like: Mapping[str, str],
    may_build: bool,
    progress: Progress,
) -> None:
    """Install packages into an empty environment.

    Args:
        installer: what does it.
        folder: the environment.
        runtime: the name of the runtime that it is for.
        wanted: the packages.
        like: versions that are preferred, by name.
        may_build: whether what has no wheel is built from source.
        progress: is given a sign of life several times a second, and a note where something has to be built.

    Raises:
        UnreachableIndexError: the index cannot be reached.
        InstallError: there is neither a wheel nor a build; the text says of what, and which version has a wheel.
    """
    file = folder / "requirements.txt"
    file.write_text(requirements.as_file(wanted), "utf-8")
    job = Installation(
        folder, file, requirements.built_here(wanted), like, lambda _: progress.advance(0, None, runtime)
    )
    try:
        installer.install(job, build=False)
    except InstallError as error:
        named = requirements.by_name(wanted)
        asked = [text for text in named if speaks_of(str(error), Requirement(text).name)] if may_build else named
        lacking = _without_wheel(installer, folder, asked, progress)
        if may_build:
            _build(installer, job, runtime, [_with_newest(installer, folder, text) for text in lacking], progress)
        elif lacking:
            words = ", ".join(_with_newest(installer, folder, text) for text in lacking)
            raise NoWheelError(f"no wheel for {runtime} of {words}, and --no-build forbids a build", lacking) from error
        else:
            raise


def _build(installer: Installer, job: Installation, runtime: str, lacking: Sequence[str], progress: Progress) -> None:
    """Build what has no wheel, and say so before it takes its time."""
    progress.note(
        f"no wheel of {', '.join(lacking) or 'all that is needed'} for {runtime}: trying to build from source, "
        f"for at most {BUILD_LIMIT_S / 60:.0f} min (--no-build leaves it out)"
    )
    try:
        installer.install(job, build=True)
    except InstallError as error:
        if not lacking:
            raise
        hint = OTHER_NAME if any(words in str(error) for words in NOT_FOUND) else ""
        raise InstallError(
            f"no wheel for {runtime} of {', '.join(lacking)}, and no build of it: {error}{hint}"
        ) from error


def _without_wheel(installer: Installer, folder: Path, asked: Sequence[str], progress: Progress) -> tuple[str, ...]:
    """The requirements that no wheel answers; each is asked for."""
    lacking: list[str] = []
    for number, text in enumerate(asked):
        progress.advance(number, len(asked), f"looking for a wheel of {text}")
        if installer.version_with_wheel(folder, text) is None:
            lacking.append(text)
    return tuple(lacking)


def speaks_of(reason: str, name: str) -> bool:
    """Whether a reason has a package's name in any spelling, and not as a part of another."""
    spelled = r"[-_.]+".join(map(re.escape, canonicalize_name(name).split("-")))
    return re.search(rf"(?<![\w-])(?<!\w\.){spelled}(?!\w|[-_.]\w)", reason, re.IGNORECASE) is not None


def _with_newest(installer: Installer, folder: Path, text: str) -> str:
    """A requirement with the newest version of its package that has a wheel, where there is any."""
    newest = installer.version_with_wheel(folder, Requirement(text).name)
    return text if newest is None else f"{text} (the newest version with one: {newest})"
