"""A pair of builds from a person's own source tree of CPython, as it stands.

The tree is copied first, since a build beside the sources needs them clean, and nothing is written to it. A tree of
equal content is built once.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from gilscope.errors import InstallError, UsageError
from gilscope.processes import child
from gilscope.provision import build, recipe, toolchain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.provision.progress import Progress

PATCHLEVEL = Path("Include", "patchlevel.h")
VERSION = re.compile(r'^#define\s+PY_VERSION\s+"(\d+\.\d+\.\d+\w*)', re.MULTILINE)
MADE = ("*.o", "*.a", "*.so", "*.pyc")
DIGITS = 8
GIT_LIMIT_S = 60.0


def bring(tree: Path, progress: Progress, *, optimised: bool, data_dir: Path) -> tuple[Path, Path]:
    """Build a pair from a source tree; the free-threaded build comes first.

    Raises:
        UsageError: the folder holds no sources of CPython.
        InstallError: it has been built in, tools are missing, or it does not build.
    """
    release = version(tree)
    files = sources(tree)
    named = f"{release}+{_digest(tree, files)}"
    pair = recipe.recipes(named, optimised=optimised, data_dir=data_dir)
    if all(each.executable.exists() for each in pair):
        progress.note(f"{tree} is unchanged since it was built")
        return pair[0].executable, pair[1].executable
    toolchain.check(data_dir, optimised=optimised)
    with build.workshop(data_dir) as workshop:
        home = workshop.folder / "source" / f"own-{named}"
        progress.note(f"{tree} is CPython {release}, {len(files):,} files; its builds are called {named}")
        return workshop.build_pair(lambda: _copied(tree, files, home), named, optimised=optimised, progress=progress)


def version(tree: Path) -> str:
    """The version that a source tree says it is, such as ``3.16.0a2``.

    Raises:
        UsageError: the folder holds no sources of CPython.
    """
    try:
        found = VERSION.search((tree / PATCHLEVEL).read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise UsageError(f"--from {tree} is no source tree of CPython: {error.strerror}: {error.filename}") from error
    if found is None or not (tree / "configure").is_file():
        raise UsageError(f"--from {tree} is no source tree of CPython: it has no configure, or no version")
    return found[1]


def sources(tree: Path) -> tuple[Path, ...]:
    """The files of a tree: what git knows or would add, or all where it is no repository.

    Their paths are relative to it.

    Raises:
        InstallError: git cannot list them, or a tree without git has been built in.
    """
    if (tree / ".git").exists():
        return tuple(path for path in _listed_by_git(tree) if os.path.lexists(tree / path))
    if (tree / "Makefile").exists():
        raise InstallError(f"{tree} has been built in: `make distclean` there leaves the sources alone")
    return tuple(sorted(_all_files(tree)))


def _listed_by_git(tree: Path) -> list[Path]:
    command = ["git", "-c", "core.quotePath=off", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        ended = child.run(command, environ=os.environ, limit_s=GIT_LIMIT_S, folder=tree)
    except OSError as error:
        raise InstallError(f"git cannot be started, which knows the files of {tree}: {error}") from error
    if not ended.succeeded:
        raise InstallError(f"git cannot list the files of {tree}: {ended.last_words()}")
    return [Path(name) for name in ended.output.splitlines()]


def _all_files(tree: Path) -> Iterator[Path]:
    for path in tree.rglob("*"):
        if (path.is_file() or path.is_symlink()) and not any(path.match(pattern) for pattern in MADE):
            yield path.relative_to(tree)


def _digest(tree: Path, files: Sequence[Path]) -> str:
    """A digest of a tree's content, as the local part of a version."""
    whole = hashlib.sha256()
    for path in files:
        place = tree / path
        content = os.fsencode(os.readlink(place)) if place.is_symlink() else place.read_bytes()  # noqa: PTH115 - as text
        whole.update(os.fsencode(path) + b"\0" + hashlib.sha256(content).digest())
    return f"g{whole.hexdigest()[:DIGITS]}"


def _copied(tree: Path, files: Sequence[Path], home: Path) -> Path:
    """Copy a tree's sources below a folder, which has its name only once it is whole."""
    if not home.exists():
        partial = home.with_name(f"{home.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        for path in files:
            place = partial / "cpython" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(tree / path, place, follow_symlinks=False)
        partial.rename(home)
    return home / "cpython"
