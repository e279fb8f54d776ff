"""The first way to install: uv downloads a pair of ready builds, where its downloads can be reached.

The environment is passed on, so that a mirror set for uv (``UV_PYTHON_DOWNLOADS_JSON_URL``,
``UV_PYTHON_INSTALL_MIRROR``) holds here too. uv keeps its interpreters in a store of its own.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from packaging.version import Version

from gilscope.errors import InstallError
from gilscope.interchange import decoded
from gilscope.processes import child
from gilscope.processes.environment import without_python
from gilscope.processes.guardian import Guardian

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gilscope.provision.progress import Progress
    from gilscope.provision.wish import Wish

LIST_LIMIT_S = 60.0
DOWNLOAD_LIMIT_S = 900.0
IMPATIENCE = {"UV_HTTP_CONNECT_TIMEOUT": "5", "UV_HTTP_TIMEOUT": "15", "UV_HTTP_RETRIES": "1"}
SETTINGS = {"UV_PYTHON_PREFERENCE": "only-managed", "UV_PYTHON_INSTALL_BIN": "0", "UV_PYTHON_INSTALL_REGISTRY": "0"}


class ListedBuild(msgspec.Struct, frozen=True):
    """One row of ``uv python list``; ``path`` is set where the build is installed."""

    key: str
    version: str
    path: str | None = None

    @property
    def free_threaded(self) -> bool:
        """Whether the key names a free-threaded build."""
        return "+freethreaded" in self.key


Pair = tuple[ListedBuild, ListedBuild]


def installed(wish: Wish) -> tuple[Path, Path] | None:
    """Return the newest pair that uv's store has already, the free-threaded build first; None without one."""
    try:
        pair = newest_pair(_list(wish, "--only-installed"), wish)
    except InstallError:
        return None
    return pair and _paths(pair)


def bring(wish: Wish, progress: Progress) -> tuple[Path, Path]:
    """Download the newest pair of one version; the free-threaded build comes first.

    Raises:
        InstallError: there is no uv, it knows no such pair, or the download did not succeed.
    """
    progress.step(f"Downloading CPython {wish.text}, free-threaded and default, with uv")
    pair = newest_pair(_list(wish, "--only-downloads", "--all-versions"), wish)
    if pair is None:
        raise InstallError(f"knows no CPython {wish.text} as both a free-threaded and a default build")
    ended = _uv("install", *(build.key for build in pair), limit_s=DOWNLOAD_LIMIT_S)
    if not ended.succeeded:
        raise InstallError(f"the download of {pair[0].version} failed: {_reason(ended)}")
    keys = {build.key for build in pair}
    here = newest_pair([build for build in _list(wish, "--only-installed") if build.key in keys], wish)
    if here is None:
        raise InstallError(f"said that it installed {' and '.join(sorted(keys))}, but does not list them")
    return _paths(here)


def newest_pair(builds: Iterable[ListedBuild], wish: Wish) -> Pair | None:
    """Return the newest version that has a free-threaded build and its twin; a final release before any other."""
    by_version: dict[str, dict[bool, ListedBuild]] = {}
    for build in builds:
        if build.key.startswith("cpython-") and "debug" not in build.key and wish.allows(build.version):
            by_version.setdefault(build.version, {})[build.free_threaded] = build
    whole = [version for version, pair in by_version.items() if len(pair) == len(("free-threaded", "default"))]
    if not whole:
        return None
    pair = by_version[max(whole, key=lambda version: (not Version(version).is_prerelease, Version(version)))]
    return pair[True], pair[False]


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return uv's environment: unreachable hosts are given up soon, and nothing is put on the user's PATH."""
    return IMPATIENCE | without_python(environ) | SETTINGS


def _list(wish: Wish, *options: str) -> list[ListedBuild]:
    """List the builds that uv has or knows; a request for ``3.13`` leaves out the free-threaded ones."""
    builds: list[ListedBuild] = []
    for request in (f"{wish.language}t", wish.language):
        ended = _uv("list", *options, "--output-format", "json", request, limit_s=LIST_LIMIT_S)
        if not ended.succeeded:
            raise InstallError(_reason(ended))
        try:
            builds += decoded(ended.output.encode(), msgspec.json.Decoder(list[ListedBuild]))
        except msgspec.DecodeError as error:
            raise InstallError(f"answered what could not be read ({error}); `uv self update` may help") from error
    return builds


def _uv(action: str, *arguments: str, limit_s: float) -> child.Ended:
    command = [binary(), "python", action, "--no-progress", "--color", "never", *arguments]
    try:
        return child.run(command, environ=environment(os.environ), limit_s=limit_s, guardian=Guardian())
    except OSError as error:
        raise InstallError(f"could not be started: {error}") from error


def binary() -> str:
    """Return gilscope's own uv, else PATH's: that may be the shim of an inactive Python.

    Raises:
        InstallError: there is none.
    """
    try:
        import uv  # noqa: PLC0415 - it may be missing, for instance where a distribution packages gilscope

        return os.fsdecode(uv.find_uv_bin())
    except (ImportError, FileNotFoundError):
        found = shutil.which("uv")
    if found is None:
        raise InstallError("is not installed")
    return found


def _reason(ended: child.Ended) -> str:
    """Return uv's own words: the outermost statement and the root cause."""
    if ended.cut_short:
        return ended.cut_short
    lines = [line.strip() for line in ended.errors.splitlines() if line.strip()]
    causes = [line.removeprefix("cause: ").removeprefix("Caused by: ") for line in lines if "ause" in line]
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return ": ".join(dict.fromkeys([*errors[:1], *causes[-1:]])) or ended.last_words()


def _paths(pair: Pair) -> tuple[Path, Path]:
    free_threaded, default = (Path(build.path or "").resolve() for build in pair)
    return free_threaded, default
