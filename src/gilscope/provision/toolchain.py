"""The needs of a build from source, checked before it starts and named as packages to install."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from typing import TYPE_CHECKING

from gilscope.errors import InstallError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NEEDED_BYTES = 700_000_000
NEEDED_OPTIMISED_BYTES = 1_500_000_000

PACKAGES = {
    "_bz2": "libbz2-dev",
    "_ctypes": "libffi-dev",
    "_curses": "libncurses-dev",
    "_curses_panel": "libncurses-dev",
    "_dbm": "libgdbm-compat-dev",
    "_gdbm": "libgdbm-dev",
    "_hashlib": "libssl-dev",
    "_lzma": "liblzma-dev",
    "_sqlite3": "libsqlite3-dev",
    "_ssl": "libssl-dev",
    "_tkinter": "tk-dev",
    "_uuid": "uuid-dev",
    "_zstd": "libzstd-dev",
    "readline": "libreadline-dev",
    "zlib": "zlib1g-dev",
}
BUILD_PACKAGES = (
    "build-essential pkg-config zlib1g-dev libffi-dev libssl-dev libsqlite3-dev libbz2-dev liblzma-dev libreadline-dev"
)
MODULE_CHECK = re.compile(r"checking for stdlib extension module (\S+?)\.\.\. missing")


def missing() -> list[str]:
    """Return the tools that no build can do without and that are not here, in words."""
    compilers = [shlex.split(os.environ["CC"])[0]] if os.environ.get("CC", "").strip() else ["gcc", "cc", "clang"]
    without = [] if any(map(shutil.which, compilers)) else ["a C compiler"]
    return without + ([] if shutil.which("make") else ["make"])


def check(data_dir: Path, *, optimised: bool) -> None:
    """Check that a build can begin.

    Raises:
        InstallError: a compiler, make or room on the disk is missing, or the folder's name is one that make mistakes.
    """
    without = missing()
    if without:
        command = f"sudo apt-get install {BUILD_PACKAGES}"
        raise InstallError(f"{' and '.join(without)} cannot be found; try: {command}")
    if re.search(r"[\s:#$%'\"\\]", str(data_dir)):
        raise InstallError(f"make does not understand the name of the folder {data_dir}")
    data_dir.mkdir(parents=True, exist_ok=True)
    needed_bytes = NEEDED_OPTIMISED_BYTES if optimised else NEEDED_BYTES
    free_bytes = shutil.disk_usage(data_dir).free
    if free_bytes < needed_bytes:
        raise InstallError(
            f"building needs {needed_bytes / 1e9:.1f} GB in {data_dir}, where {free_bytes / 1e9:.1f} GB are free"
        )


def missing_modules(configure_output: Iterable[str]) -> tuple[str, ...]:
    """Return the standard library's modules that ``configure`` says will not be built for want of a library."""
    return tuple(match[1] for line in configure_output if (match := MODULE_CHECK.match(line)))


def advice(modules: Iterable[str]) -> str:
    """Say which modules will be missing and what brings them."""
    modules = tuple(modules)
    packages = sorted({PACKAGES[module] for module in modules if module in PACKAGES})
    hint = f"; they need: sudo apt-get install {' '.join(packages)}" if packages else ""
    return f"without {', '.join(modules)}, whose libraries are not installed{hint}"
