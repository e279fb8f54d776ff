"""What an environment is known by: its runtime, what is asked of it, and the state of all files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from gilscope import cached
from gilscope.provision import requirements
from gilscope.provision.index import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gilscope.values.packages import Packages
    from gilscope.values.runtimes import Runtime

FORMAT = "1"
KEY_LENGTH = 20
MADE_BY_BUILDING = {"build", "dist", "__pycache__"}
"""Folders that a build writes into a project, which change nothing about what is built."""


def key(runtime: Runtime, wanted: Packages, like: Mapping[str, str], environ: Mapping[str, str]) -> str:
    """A short name for an environment that changes with anything that decides what is in it.

    Args:
        runtime: what the environment is for.
        wanted: the packages.
        like: versions that are preferred, by name.
        environ: the person's settings of indexes are in it.
    """
    parts = (FORMAT, *_runtime(runtime), *_packages(wanted), *_table(like), *_table(_settings(environ)))
    return cached.fingerprint(parts)[:KEY_LENGTH]


def _runtime(runtime: Runtime) -> Iterator[str]:
    yield runtime.facts.version_text
    yield from _file(os.path.realpath(runtime.executable))


def _packages(wanted: Packages) -> Iterator[str]:
    yield requirements.as_file(wanted)
    for file in wanted.files:
        for nested in requirements.nested_files(Path(file)):
            yield nested.read_text("utf-8", "replace")
    for project in requirements.editable_paths(wanted):
        for name in requirements.PROJECT_FILES:
            yield from _file(str(project / name))
    for path in requirements.local_paths(wanted):
        yield from _tree(path) if path.is_dir() else _file(str(path))


def _settings(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: environ[name] for name in SETTINGS if name in environ}


def _table(texts: Mapping[str, str]) -> Iterator[str]:
    return (f"{name}={text}" for name, text in sorted(texts.items()))


def _tree(project: Path) -> Iterator[str]:
    """The state of every file of a project that may go into a package."""
    for folder, names, files in os.walk(project):
        names[:] = sorted(name for name in names if not _is_left_out(folder, name))
        for file in sorted(files):
            yield from _file(os.path.join(folder, file))  # noqa: PTH118 - strs already, and there may be thousands


def _is_left_out(folder: str, name: str) -> bool:
    """Whether a folder holds no source: hidden, made by a build, or an environment."""
    is_environment = os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))  # noqa: PTH110, PTH118 - strs already
    return name.startswith(".") or name in MADE_BY_BUILDING or name.endswith(".egg-info") or is_environment


def _file(path: str) -> Iterator[str]:
    """The state of a file: path, size and last change; the path alone where it is missing."""
    yield path
    try:
        status = os.stat(path)  # noqa: PTH116 - a str already
    except OSError:
        return
    yield f"{status.st_size} {status.st_mtime_ns}"
