"""Installs a free-threaded CPython and its twin: a pair that is there already, else uv's, else a build.

A pair comes from one source with one set of flags, since a penalty between unlike builds would be a lie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.errors import InstallError
from gilscope.provision import debian, recipe, toolchain, uv, wish

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from gilscope.provision.progress import Progress
    from gilscope.provision.wish import Wish

    Way = Callable[[Wish], tuple[Path, Path]]


def install(version: str, *, optimised: bool, progress: Progress, data_dir: Path) -> tuple[Path, Path]:
    """Bring one version, such as ``3.13t`` or ``3.14.2``; see ``install_first``."""
    return install_first([version], optimised=optimised, progress=progress, data_dir=data_dir)


def install_first(versions: Sequence[str], *, optimised: bool, progress: Progress, data_dir: Path) -> tuple[Path, Path]:
    """Bring the first of several versions that can be had, and return its executables, the free-threaded one first.

    What is on the machine is taken as it is; a ready build of any of the versions is preferred to building one.

    Args:
        versions: the best first; the ``t`` may be left out, since both builds are brought.
        optimised: build with PGO and LTO; what uv brings is built so anyway.
        progress: follows what goes on.
        data_dir: where builds are installed, each in a folder of its own.

    Raises:
        UsageError: one of the versions cannot be read, or is older than free-threaded builds are.
        InstallError: there was no way; the text says what was tried and what to try.
    """
    data_dir = data_dir.absolute()
    wishes = [wish.parse(version) for version in versions]
    here = _already_here(wishes, optimised=optimised, data_dir=data_dir)
    if here is not None:
        return here
    ways: tuple[tuple[str, Way], ...] = (
        ("uv", lambda candidate: uv.bring(candidate, progress)),
        ("building", lambda candidate: debian.bring(candidate, progress, optimised=optimised, data_dir=data_dir)),
    )
    failure = ""
    for name, way in ways:
        for candidate in wishes:
            if failure:
                progress.note(failure)
            try:
                return way(candidate)
            except InstallError as error:
                reason = str(error)
            except OSError as error:
                reason = f"{error.filename or name}: {error.strerror or error}"
            failure = f"{name}, {candidate.text}: {reason}"
    raise InstallError(no_way(wishes, failure))


def no_way(wishes: Sequence[Wish], last: str) -> str:
    """Return what is said when nothing helped: the last attempt with its reason, and the commands to try.

    The reasons of those before it were noted as they came.
    """
    texts = " or ".join(candidate.text for candidate in wishes) or "no version"
    first = wishes[0].text if wishes else "3.14"
    head = f"no free-threaded CPython {texts} could be brought to this machine"
    lines = [f"{head}; the last attempt was", f"  {last}"] if last else [head]
    lines += ["Commands to try, one or the other:", f"  uv python install {first}t {first}"]
    lines += [f"  pyenv install {first}t {first}"]
    if toolchain.missing():
        lines += [f"  sudo apt-get install {toolchain.BUILD_PACKAGES} && gilscope runtimes install {first}t"]
    return "\n".join([*lines, "Any other free-threaded build can be measured by its path: gilscope run --python PATH"])


def _already_here(wishes: Sequence[Wish], *, optimised: bool, data_dir: Path) -> tuple[Path, Path] | None:
    for candidate in wishes:
        pair = recipe.built(candidate, optimised=optimised, data_dir=data_dir) or uv.installed(candidate)
        if pair is not None:
            return pair
    return None
