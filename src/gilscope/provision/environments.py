"""Environments with what workloads need, one for each runtime, kept in the cache by what is in them.

A whole environment has a manifest beside its folder, written last, which says what is installed: where it stands,
nothing is started. Folders are not renamed, since environments cannot be moved, and none is filled a second time.
What nobody has used for a month is removed when another one is made.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gilscope import cached
from gilscope.errors import InstallError, NoWheelError
from gilscope.interchange import decoded, encoded
from gilscope.provision import contents, filling, index, installed, requirements
from gilscope.provision.installer import UnreachableIndexError
from gilscope.provision.pip_packages import Pip
from gilscope.provision.uv_packages import Uv

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from gilscope.provision.active import Active
    from gilscope.provision.installer import Installer
    from gilscope.provision.progress import Progress
    from gilscope.values.packages import Packages
    from gilscope.values.runtimes import Runtime

NO_VERSIONS: Mapping[str, str] = {}
MOST_NAMES = 4
NO_INDEX = "connect to the network, or name another index (UV_DEFAULT_INDEX) or a folder of wheels (UV_FIND_LINKS)"
KEPT_S = 30 * 86_400


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """An interpreter with packages beside it, whose versions it has by name."""

    python: str
    versions: dict[str, str]


class Provided(NamedTuple):
    """Environments by the names of their runtimes, and for the others the reason why there is none.

    ``without_wheel`` has the requirements that were to blame where they have no wheel.
    """

    environments: dict[str, Environment]
    reasons: dict[str, str]
    without_wheel: dict[str, tuple[str, ...]]


def installers(environ: Mapping[str, str], executable: str) -> tuple[Installer, ...]:
    """The installers that know the person's index, the first to be tried first; ``executable`` may have a pip."""
    pip = Pip(environ)
    return (pip,) if index.only_pip_knows(environ, executable) else (Uv(environ), pip)


class Environments:
    """The environments in a folder, made where they are asked for and not there yet."""

    def __init__(
        self,
        folder: Path,
        environ: Mapping[str, str],
        display: Callable[[], AbstractContextManager[Progress]],
        chosen: Callable[[Mapping[str, str], str], Sequence[Installer]] = installers,
        *,
        may_build: bool = True,
    ) -> None:
        """Look at nothing yet.

        Args:
            folder: where they are kept.
            environ: the person's environment, with settings for installers in it.
            display: shows how the making of one goes; it is opened for that alone.
            chosen: the installers to try in turn, given the environment and an interpreter.
            may_build: whether what has no wheel is built from source.
        """
        self._folder = folder
        self._environ = environ
        self._display = display
        self._choose = chosen
        self._may_build = may_build
        self._chosen: Sequence[Installer] | None = None
        self._failures: dict[str, InstallError] = {}
        self._out_of_reach: dict[Packages, str] = {}

    def provided(self, runtimes: Sequence[Runtime], wanted: Packages, active: Active | None = None) -> Provided:
        """An environment with the packages for every runtime for which they can be had, in like versions.

        Free-threaded runtimes come first, which fewer versions have wheels for; the others follow them. An active
        environment adds its packages, in its versions where they can be had, and is itself the one for its runtime if
        it holds all that is wanted.
        """
        environments: dict[str, Environment] = {}
        reasons: dict[str, str] = {}
        without_wheel: dict[str, tuple[str, ...]] = {}
        whole = wanted if active is None else active.packages.joined(wanted)
        like = NO_VERSIONS if active is None else active.versions
        for runtime in sorted(runtimes, key=lambda runtime: runtime.facts.build == "default"):
            try:
                if active is not None and active.is_of(runtime) and active.satisfies(wanted):
                    environments[runtime.name] = Environment(python=active.python, versions=active.versions)
                else:
                    environments[runtime.name] = self._environment(runtime, whole, like)
            except InstallError as error:
                reasons[runtime.name] = str(error)
                if isinstance(error, NoWheelError):
                    without_wheel[runtime.name] = error.requirements
            else:
                like = environments[runtime.name].versions
        return Provided(environments, reasons, without_wheel)

    def newest(self, python: str, name: str) -> str | None:
        """The newest version of a package with a wheel for one of these environments; None where that is unknown."""
        if self._chosen is None:
            self._chosen = self._choose(self._environ, python)
        found = (installer.version_with_wheel(Path(python).parents[1], name) for installer in self._chosen)
        return next(filter(None, found), None)

    def _environment(self, runtime: Runtime, wanted: Packages, like: Mapping[str, str]) -> Environment:
        """The environment from the cache, or a new one.

        Raises:
            InstallError: there is none, and none can be made; that is heard by all who ask again in this run, and for
                any other runtime where it is because no index can be reached.
        """
        own = requirements.built_here(wanted)
        preferred = {name: version for name, version in like.items() if name not in own}
        key = contents.key(runtime, wanted, preferred, self._environ)
        ready = self._stored(key)
        if ready is not None:
            return ready
        if key in self._failures:
            raise self._failures[key]
        if wanted in self._out_of_reach:
            raise InstallError(self._out_of_reach[wanted])
        try:
            with self._display() as progress:
                environment = self._made(runtime, wanted, preferred, progress)
            # A build may have written into the project, so that its state is asked for again.
            self._store(contents.key(runtime, wanted, preferred, self._environ), environment)
        except InstallError as error:
            self._failures[key] = error
            raise
        except OSError as error:
            raise InstallError(f"{error.filename or self._folder}: {error.strerror or error}") from error
        return environment

    def _stored(self, key: str) -> Environment | None:
        """What the manifest says, where its interpreter is still there; the folder is marked as used."""
        try:
            environment = decoded((self._folder / f"{key}.json").read_bytes(), msgspec.json.Decoder(Environment))
        except (OSError, msgspec.MsgspecError):
            return None
        if shutil.which(environment.python) is None:
            return None
        with contextlib.suppress(OSError):
            os.utime(Path(environment.python).parents[1])
        return environment

    def _store(self, key: str, environment: Environment) -> None:
        cached.replace(self._folder / f"{key}.json", encoded(environment))

    def _sweep(self) -> None:
        """Remove the folders that nobody has used for a month, also those that were never whole."""
        oldest_s = time.time() - KEPT_S
        for folder in filter(Path.is_dir, self._folder.iterdir()):
            with contextlib.suppress(FileNotFoundError):  # another run sweeps too
                if folder.stat().st_mtime < oldest_s:
                    shutil.rmtree(folder, ignore_errors=True)

    def _made(self, runtime: Runtime, wanted: Packages, like: Mapping[str, str], progress: Progress) -> Environment:
        """A new environment, made by the first installer that can reach what it needs.

        Raises:
            InstallError: none can, or what is wanted cannot be had.
        """
        progress.step(f"Installing {in_short(wanted)} for {runtime.name}")
        self._folder.mkdir(parents=True, exist_ok=True)
        self._sweep()
        if self._chosen is None:
            self._chosen = self._choose(self._environ, runtime.executable)
        unreachable: list[str] = []
        for installer in self._chosen:
            folder = self._folder / f"{runtime.name}-{secrets.token_hex(6)}"
            try:
                installer.make(runtime.executable, folder)
                filling.fill(
                    *(installer, folder, runtime.name, wanted),
                    like=like,
                    may_build=self._may_build,
                    progress=progress,
                )
            except UnreachableIndexError as error:
                shutil.rmtree(folder, ignore_errors=True)
                unreachable.append(f"{installer.name}: {error}")
                progress.note(unreachable[-1])
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            else:
                return Environment(python=str(installed.python(folder)), versions=installed.versions(folder))
        self._out_of_reach[wanted] = f"{in_short(wanted)} cannot be fetched ({'; '.join(unreachable)}); {NO_INDEX}"
        raise InstallError(self._out_of_reach[wanted])


def in_short(wanted: Packages) -> str:
    """The packages in a few words."""
    paths = (Path(text).name for text in (*wanted.files, *wanted.editables))
    names = [*(Path(text).name if Path(text).is_absolute() else text for text in wanted.requirements), *paths]
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
