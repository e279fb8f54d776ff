"""Recipes: one build of a version each, with or without a GIL, plain or optimised; its folder and flags."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from packaging.version import Version

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.provision.wish import Wish
    from gilscope.values.runtimes import Build

BUILDS: tuple[Build, ...] = ("free-threaded", "default")
FLAGS = (
    "--with-ensurepip=no",
    "--without-static-libpython",
    "CFLAGS=-g0",  # no debug information: the machine code is the same, and the build takes a fifth less time
)
PLAIN_FLAGS = ("--disable-test-modules",)  # the profiling run needs them, or its tests fail
OPTIMISED_FLAGS = ("--enable-optimizations", "--with-lto")


class Recipe(NamedTuple):
    """One build of a version, and where it goes."""

    version: str
    build: Build
    optimised: bool
    data_dir: Path

    @property
    def name(self) -> str:
        """The installation's folder, such as ``cpython-3.13.5-freethreaded-plain``."""
        build = self.build.replace("-", "")
        return f"cpython-{self.version}-{build}-{'optimised' if self.optimised else 'plain'}"

    @property
    def prefix(self) -> Path:
        """The folder of the installation."""
        return self.data_dir / self.name

    @property
    def executable(self) -> Path:
        """The interpreter in the installation."""
        language = ".".join(self.version.split(".")[:2])
        return self.prefix / "bin" / f"python{language}{'t' if self.build == 'free-threaded' else ''}"

    @property
    def configure_arguments(self) -> tuple[str, ...]:
        """The arguments of ``configure``, which differ within a pair only in the GIL and the prefix."""
        gil = ("--disable-gil",) if self.build == "free-threaded" else ()
        return (f"--prefix={self.prefix}", *FLAGS, *(OPTIMISED_FLAGS if self.optimised else PLAIN_FLAGS), *gil)


def recipes(version: str, *, optimised: bool, data_dir: Path) -> tuple[Recipe, Recipe]:
    """Return a pair's recipes, the free-threaded one first."""
    free_threaded, default = (Recipe(version, build, optimised, data_dir) for build in BUILDS)
    return free_threaded, default


def built(wish: Wish, *, optimised: bool, data_dir: Path) -> tuple[Path, Path] | None:
    """Return the newest whole pair that was built before; an optimised one answers a plain wish too."""
    for is_optimised in (True,) if optimised else (True, False):
        suffix = "optimised" if is_optimised else "plain"
        versions = {path.name.split("-")[1] for path in data_dir.glob(f"cpython-*-freethreaded-{suffix}")}
        for version in sorted(filter(wish.allows, versions), key=Version, reverse=True):
            pair = recipes(version, optimised=is_optimised, data_dir=data_dir)
            if all(recipe.executable.exists() for recipe in pair):
                return pair[0].executable, pair[1].executable
    return None
