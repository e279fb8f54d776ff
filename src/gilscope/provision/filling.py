"""Environments are filled with wheels first, and with what is built from source where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from gilscope.errors import InstallError
from gilscope.provision import requirements
from gilscope.provision.installer import BUILD_LIMIT_S, Installation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gilscope.provision.installer import Installer
    from gilscope.provision.progress import Progress
    from gilscope.values.packages import Packages


def fill(  # noqa: PLR0913, PLR0917 - each is one thing that an environment depends on
    installer: Installer, folder: Path, runtime: str, wanted: Packages, like: Mapping[str, str], progress: Progress
) -> None:
    """Install packages into an empty environment.

    Args:
        installer: what does it.
        folder: the environment.
        runtime: the name of the runtime that it is for.
        wanted: the packages.
        like: versions that are preferred, by name.
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
        lacking = _without_wheel(installer, folder, wanted, str(error))
        what = ", ".join(lacking) or "all that is needed"
        minutes = BUILD_LIMIT_S / 60
        progress.note(f"no wheel of {what} for {runtime}: trying to build from source, for at most {minutes:.0f} min")
        _build(installer, job, runtime, lacking)


def _build(installer: Installer, job: Installation, runtime: str, lacking: Sequence[str]) -> None:
    try:
        installer.install(job, build=True)
    except InstallError as error:
        newest = {text: installer.version_with_wheel(job.environment, Requirement(text).name) for text in lacking}
        named = [f"{text} (the newest version with one: {version})" for text, version in newest.items() if version]
        if not named:
            raise
        raise InstallError(f"no wheel for {runtime} of {', '.join(named)}, and no build of it: {error}") from error


def _without_wheel(installer: Installer, folder: Path, wanted: Packages, reason: str) -> list[str]:
    """The requirements that a reason speaks of and that no version with a wheel answers."""
    return [
        text
        for text in requirements.by_name(wanted)
        if Requirement(text).name.lower() in reason.lower() and installer.version_with_wheel(folder, text) is None
    ]
