"""Builds a free-threaded CPython and its twin from one source tree with one set of flags.

Only one workshop per data folder is open at a time. Every child inherits the lock, so that a build holds it to its end,
which is soon after that of a controller that is killed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tarfile
import time
from typing import TYPE_CHECKING

from gilscope import locks
from gilscope.errors import InstallError
from gilscope.provision.making import Making
from gilscope.provision.recipe import recipes
from gilscope.provision.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import IO

    from gilscope.provision.progress import Progress
    from gilscope.provision.recipe import Recipe

WORKSHOP = ".workshop"
LOCK_PATIENCE_S = 15.0


@contextlib.contextmanager
def workshop(data_dir: Path) -> Iterator[Workshop]:
    """Open the folder in which builds are made, for one process at a time.

    Raises:
        InstallError: another build goes on there.
    """
    folder = data_dir / WORKSHOP
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        _lock(lock, data_dir)
        yield Workshop(data_dir, lock.fileno())


class Workshop:
    """The folder in which builds are made, while its lock is held; ``folder`` is where sources go too."""

    def __init__(self, data_dir: Path, lock: int) -> None:
        self.folder = data_dir / WORKSHOP
        self._data_dir = data_dir
        self._lock = lock
        self._cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    def build_pair(
        self, sources: Callable[[], Path], version: str, *, optimised: bool, progress: Progress
    ) -> tuple[Path, Path]:
        """Build what is missing of a pair; the free-threaded executable comes first.

        ``sources`` is called where something is missing, and returns a source tree in a folder of its own, which is
        removed once the pair is whole.

        Raises:
            InstallError: a step failed; its log is kept, and named in the text.
        """
        pair = recipes(version, optimised=optimised, data_dir=self._data_dir)
        missing = [recipe for recipe in pair if not recipe.executable.exists()]
        if missing:
            tally = Tally(progress, len(missing), self._cpus, optimised=optimised)
            progress.step(self._title(missing, tally.expected_s))
            tree = sources()
            for recipe in missing:
                tally.begin_build(recipe.build)
                self._build(Making(recipe, tree, self.folder, self._cpus, self._lock), tally, progress)
            shutil.rmtree(tree.parent, ignore_errors=True)
        return pair[0].executable, pair[1].executable

    def _build(self, making: Making, tally: Tally, progress: Progress) -> None:
        """Build one interpreter; a resumed build that fails is tried once more from the beginning."""
        resumed = making.is_configured()
        try:
            making.run(tally, progress)
        except InstallError:
            if not resumed:
                raise
            progress.note("what an interrupted build left is of no use; it begins anew")
            making.forget()
            making.run(tally, progress)
        making.forget()

    def _title(self, missing: Sequence[Recipe], expected_s: float) -> str:
        builds = " and ".join(recipe.build for recipe in missing)
        how = " with PGO and LTO" if missing[0].optimised else ""
        cpus = f"{self._cpus} CPU{'s' if self._cpus > 1 else ''}"
        minutes = max(1, round(expected_s / 60))
        return f"Building CPython {missing[0].version}, {builds},{how} on {cpus}: about {minutes} min"

    def unpack(self, tarball: Path) -> Path:
        """Return the source tree; it has its name only once it is whole."""
        home = self.folder / "source" / tarball.name.partition(".orig.")[0]
        if not home.exists():
            partial = home.with_name(f"{home.name}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            try:
                with tarfile.open(tarball) as archive:
                    archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
                    archive.extractall(partial)  # noqa: S202 - signed by the distribution, and filtered from 3.11.4 on
            except (tarfile.TarError, EOFError, OSError) as error:
                raise InstallError(f"{tarball} cannot be unpacked: {error}") from error
            partial.rename(home)
        configure = next(home.glob("*/configure"), None)
        if configure is None:
            raise InstallError(f"{tarball} does not hold CPython's sources")
        return configure.parent


def _lock(lock: IO[str], data_dir: Path) -> None:
    """Take the lock, with patience enough for the children of a killed controller to end."""
    deadline_s = time.monotonic() + LOCK_PATIENCE_S
    while True:
        try:
            return locks.take(lock.fileno())
        except locks.TakenError as taken:
            if time.monotonic() > deadline_s:
                raise InstallError(f"another build goes on in {data_dir}; try again when it has ended") from taken
            time.sleep(0.5)
