"""Makes one build: configure, make, install; what was interrupted goes on where it was.

A finished configuration carries a stamp with all that it depends on, make knows its own state, and an installation
is put together elsewhere and renamed into place, so that one which is there is whole.
"""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gilscope.errors import InstallError
from gilscope.processes import child
from gilscope.processes.guardian import Guardian
from gilscope.provision import toolchain
from gilscope.provision.tally import PROFILE_TESTS, compilations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from gilscope.provision.progress import Progress
    from gilscope.provision.recipe import Recipe
    from gilscope.provision.tally import Tally

STAMP = "gilscope-configured"
LOG = "gilscope.log"
PROFILED = "profile-run-stamp"

CONFIGURE_LIMIT_S = 900.0
DRY_RUN_LIMIT_S = 60.0
MAKE_LIMIT_S = 6 * 3600.0
INSTALL_LIMIT_S = 1800.0
CHECK_LIMIT_S = 60.0
SHOWN_LINES = 12

CHECK = "import sysconfig; print(bool(sysconfig.get_config_var('Py_GIL_DISABLED')))"
COMPILER_SETTINGS = (
    *("AR", "CC", "CPP", "CPPFLAGS", "LDFLAGS", "LIBS", "PKG_CONFIG", "PKG_CONFIG_PATH"),
    *("CPATH", "C_INCLUDE_PATH", "LIBRARY_PATH", "LD_LIBRARY_PATH"),
)
INHERITED = ("PATH", "HOME", "TMPDIR", "CCACHE_DIR", "CCACHE_DISABLE", *COMPILER_SETTINGS)


class Making(NamedTuple):
    """One build in the making.

    ``tree`` is the source tree, ``workshop`` the folder that holds the builds' folders, ``lock`` a file descriptor that
    children inherit.
    """

    recipe: Recipe
    tree: Path
    workshop: Path
    cpus: int
    lock: int

    @property
    def folder(self) -> Path:
        """Where configure and make work."""
        return self.workshop / "build" / self.recipe.name

    def is_configured(self) -> bool:
        """Whether an earlier configuration still holds: same flags, same sources, same compiler settings."""
        try:
            return (self.folder / STAMP).read_bytes() == self._stamp()
        except OSError:
            return False

    def forget(self) -> None:
        """Remove everything but the installation."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, tally: Tally, progress: Progress) -> None:
        """Do what is still to do.

        Raises:
            InstallError: a step failed; the log that it names is kept.
        """
        if not self.is_configured():
            tally.begin("configure")
            self._configure(tally, progress)
        tally.begin("make", self._make_weight(tally))
        self._step(["make", f"-j{self.cpus}"], tally.hear_make, MAKE_LIMIT_S)
        tally.begin("install")
        self._install(tally)
        tally.close()

    def _configure(self, tally: Tally, progress: Progress) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        output_lines: list[str] = []

        def hear(line: str) -> None:
            output_lines.append(line)
            tally.hear_configure(line)

        configure = os.path.relpath(self.tree / "configure", self.folder)
        self._step([configure, *self.recipe.configure_arguments], hear, CONFIGURE_LIMIT_S)
        missing = toolchain.missing_modules(output_lines)
        if missing:
            progress.note(f"{self.recipe.build}: {toolchain.advice(missing)}")
        (self.folder / STAMP).write_bytes(self._stamp())

    def _make_weight(self, tally: Tally) -> float:
        """The work left for make, counted from its dry run."""
        ended = child.run(["make", "-n"], environ=environment(os.environ), limit_s=DRY_RUN_LIMIT_S, folder=self.folder)
        profiling = self.recipe.optimised and not (self.folder / PROFILED).exists()
        return tally.make_weight(compilations(ended.output.splitlines()), PROFILE_TESTS if profiling else 0)

    def _install(self, tally: Tally) -> None:
        """Install below a folder of ours, see whether the interpreter starts, and move it to its place."""
        stage = self.folder / "stage"
        shutil.rmtree(stage, ignore_errors=True)
        self._step(["make", "altinstall", "TEST_MODULES=no", f"DESTDIR={stage}"], tally.hear_install, INSTALL_LIMIT_S)
        prefix = self.recipe.prefix
        staged = stage / prefix.relative_to(prefix.anchor)
        self._check(staged / self.recipe.executable.relative_to(prefix))
        shutil.rmtree(prefix, ignore_errors=True)
        staged.rename(prefix)

    def _check(self, executable: Path) -> None:
        ended = child.run([str(executable), "-I", "-c", CHECK], environ=environment(os.environ), limit_s=CHECK_LIMIT_S)
        if not ended.succeeded:
            raise InstallError(f"the {self.recipe.build} build does not start: {ended.last_words(SHOWN_LINES)}")
        if (ended.output.strip() == "True") != (self.recipe.build == "free-threaded"):
            raise InstallError(f"the build that was to be {self.recipe.build} is not")

    def _step(self, command: list[str], hear: Callable[[str], None], limit_s: float) -> None:
        """Run one command in the build's folder; what it prints is heard and goes into the log."""
        log = self.folder / LOG
        with log.open("a", encoding="utf-8") as file:

            def note(line: str) -> None:
                file.write(line)
                hear(line)

            ended = child.run(
                command,
                environ=environment(os.environ),
                limit_s=limit_s,
                folder=self.folder,
                on_line=note,
                inherit=(self.lock,),
                guardian=Guardian(),
            )
            file.write(ended.errors)
        if not ended.succeeded:
            what = "took too long" if ended.cut_short else "failed"
            last_lines = ended.last_words(SHOWN_LINES)
            raise InstallError(
                f"{' '.join(command[:2])} {what} for the {self.recipe.build} build ({log}):\n{last_lines}"
            )

    def _stamp(self) -> bytes:
        settings = {name: os.environ.get(name, "") for name in COMPILER_SETTINGS}
        compiler = str(shutil.which("gcc") or shutil.which("cc"))
        return msgspec.json.encode([self.recipe.configure_arguments, str(self.tree), settings, compiler])


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a build: little of the user's, since configure and make read variables such as OPT."""
    settings = {name: environ[name] for name in INHERITED if name in environ}
    return {**settings, "LC_ALL": "C", "PYTHON_FOR_REGEN": sys.executable}
