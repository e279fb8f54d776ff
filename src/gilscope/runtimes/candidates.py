"""Files that may be interpreters, and where they were found; none of them is started here.

Folders are listed by a look of our own, so that an executable that does not start is still named.
python-discovery starts what it finds, one after the other, and drops what fails; so it is asked only for what
no listing shows: Windows' registry, uv's store wherever this platform keeps it, the interpreter that runs
gilscope, and the active versions behind the shims of managers other than pyenv.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

EXPLICIT = "--python"
SHIMS = "shims"
DISCOVERY_TIMEOUT_S = "5"
MOST_SELECTED = 1000
"""Descriptors below which those of a few pipes are still within select's reach, which is 1,024."""

NAME = re.compile(
    r"(python|pypy|graalpy|jython|micropython|ipy|rustpython)(\d(\.\d+)?)?t?(d|-dbg|-debug)?(\.exe)?", re.IGNORECASE
)
"""What interpreters are called by those who ship them: ``ipy`` is IronPython."""


class Candidate(NamedTuple):
    """A file that may be an interpreter.

    ``label`` is what to call it while nothing else is known: its version's folder, or the file's name.
    """

    path: str
    origin: str
    label: str


class Place(NamedTuple):
    """A folder that may hold interpreters; ``label`` is the version it claims to hold, if it claims one."""

    folder: Path
    origin: str
    label: str | None


def candidates(environ: Mapping[str, str], explicit: Sequence[str], builds: Path) -> tuple[Candidate, ...]:
    """Return what can be found by looking at folders, the most deliberate origin first.

    Args:
        environ: holds PATH, HOME, PYENV_ROOT and UV_PYTHON_INSTALL_DIR.
        explicit: paths or command names that the user gave; kept whether or not they exist.
        builds: the folder that holds the interpreters built here.
    """
    files = list(_explicit(explicit, environ))
    for place in _places(environ, builds):
        files += _executables(place)
    return tuple(without_aliases(files))


def discovered(environ: Mapping[str, str], cache_dir: Path) -> tuple[Candidate, ...]:
    """Return the interpreters that only python-discovery knows how to find; cold, that takes a second.

    It waits by select(2), which cannot be had where very many files are open.
    """
    if _next_descriptor() >= MOST_SELECTED:
        return ()
    from python_discovery import DiskCache, iter_interpreters  # noqa: PLC0415 -- 50 ms, and seldom needed

    logging.getLogger("python_discovery").addHandler(logging.NullHandler())  # it warns of every old Python
    environ = {
        "PY_DISCOVERY_TIMEOUT": DISCOVERY_TIMEOUT_S,
        **environ,
        "PATH": os.pathsep.join(_foreign_shims(environ)),
    }
    try:
        interpreters = list(iter_interpreters(cache=DiskCache(cache_dir / "python-discovery"), env=environ))
    except (OSError, RuntimeError):  # it could not make out some interpreter; what folders show is still known
        return ()
    paths = (interpreter.system_executable or interpreter.executable for interpreter in interpreters)
    return tuple(Candidate(path, "system", Path(path).name) for path in paths if path)


def _next_descriptor() -> int:
    """The number that the next file to be opened gets."""
    descriptor = os.open(os.devnull, os.O_RDONLY)
    os.close(descriptor)
    return descriptor


def explicit_path(name: str, environ: Mapping[str, str]) -> str:
    """Return the absolute path of what the user named: a path, also a relative one, or a command on PATH."""
    if os.path.dirname(name) == "":  # noqa: PTH120 -- Path("./x") and Path("x") are the same, here they are not
        name = shutil.which(name, path=environ.get("PATH", "")) or name
    return os.path.abspath(name)  # noqa: PTH100 -- Path.absolute keeps ".."


def without_aliases(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """Yield each file by one of its names, but every link to a dispatcher, which acts by its name."""
    keys = set()
    for candidate in candidates:
        real = os.path.realpath(candidate.path)
        key = real if NAME.fullmatch(os.path.basename(real)) else candidate.path  # noqa: PTH119 -- a str already
        if key not in keys:
            keys.add(key)
            yield candidate


def _explicit(names: Iterable[str], environ: Mapping[str, str]) -> Iterator[Candidate]:
    for name in names:
        yield Candidate(explicit_path(name, environ), EXPLICIT, name)


def _places(environ: Mapping[str, str], builds: Path) -> Iterator[Place]:
    yield from _versions(builds, "gilscope")
    yield from _versions(_pyenv_root(environ) / "versions", "pyenv")
    data = Path(environ.get("XDG_DATA_HOME") or environ.get("APPDATA") or _home(environ) / ".local" / "share")
    yield from _versions(Path(environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python"), "uv")
    for folder in _path_folders(environ):
        if folder.name != SHIMS:
            yield Place(folder, "PATH", None)


def _versions(root: Path, origin: str) -> Iterator[Place]:
    """Yield the folder of executables of every version below ``root``."""
    try:
        entries = sorted(entry for entry in root.iterdir() if entry.name[0] != ".")
    except OSError:
        return
    for version in filter(_is_folder, entries):
        yield Place(version if sys.platform == "win32" else version / "bin", origin, version.name)


def _is_folder(entry: Path | os.DirEntry[str]) -> bool:
    """Whether an entry is a folder; a link that leads nowhere, or where nobody may look, is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _path_folders(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield PATH's folders without the relative ones: those mean whatever lies in the working directory."""
    for entry in environ.get("PATH", "").split(os.pathsep):
        folder = Path(entry)
        if entry and folder.is_absolute():
            yield folder


def _foreign_shims(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield PATH's folders of shims but pyenv's, all of whose versions are listed without them."""
    pyenv = _pyenv_root(environ)
    for folder in _path_folders(environ):
        if folder.name == SHIMS and pyenv not in folder.parents:
            yield str(folder)


def _pyenv_root(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("PYENV_ROOT") or _home(environ) / ".pyenv")


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or environ.get("USERPROFILE") or os.devnull)


def _executables(place: Place) -> Iterator[Candidate]:
    """Yield the files in a folder that are called as an interpreter is, also links that lead nowhere."""
    try:
        with os.scandir(place.folder) as entries:
            files = [entry for entry in entries if NAME.fullmatch(entry.name) and not _is_folder(entry)]
    except OSError:
        return
    for file in sorted(files, key=lambda entry: entry.name):
        yield Candidate(file.path, place.origin, place.label or file.name)
