"""The summaries of all stored runs, kept in the user's cache so that a history need not analyse each run again.

A summary is derived by `summarise` and can be made again at any time: deleting the cache costs time only. It holds as
long as the run's file is the same (path, size, time of change), and so is the code that made it. Summaries are JSON
lines, appended whole, so several processes may add theirs and an interruption loses one at most. DuckDB reads the lines
in place and picks the few figures that are asked for.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import msgspec

from gilscope import store
from gilscope.errors import ResultsError
from gilscope.summary import Figure, Observation, Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gilscope.summary import FigureName

MADE_BY = ("analysis", "effort", "figures", "paired", "stats", "store", "summarise", "summary", "workers")
"""The modules whose change makes every summary obsolete."""

COLUMNS = {
    "path": "VARCHAR",
    "size": "BIGINT",
    "mtime_ns": "BIGINT",
    "run": "VARCHAR",
    "started": "VARCHAR",
    "host": "VARCHAR",
    "torn": "BIGINT",
    "figures": "JSON[]",
}
LOAD = f"""
    CREATE OR REPLACE TEMP TABLE summaries AS
    FROM read_json($lines, format = 'newline_delimited', ignore_errors = true, columns = {COLUMNS})
"""
"""The cache as a table; a torn line is a run without a summary."""

INDEX = "SELECT path, size, mtime_ns, host, run, started, torn FROM summaries"
FIGURES = """
    SELECT path, size, mtime_ns, host, started, figure
    FROM (SELECT * EXCLUDE (figures), unnest(figures) AS figure FROM summaries)
    WHERE figure->>'name' = $name AND figure->>'probe' GLOB $probe AND figure->>'work' GLOB $work
"""

_decoder = msgspec.json.Decoder(Figure)


class RunFile(NamedTuple):
    """A run's file, and what changes when it does."""

    path: str
    size: int
    mtime_ns: int


class Kept(Summary, frozen=True, kw_only=True):
    """A line of the cache."""

    path: str
    size: int
    mtime_ns: int


class Archive:
    """The runs of some folders; what is derived from them is kept under ``cache_dir``."""

    def __init__(self, folders: Iterable[Path], cache_dir: Path) -> None:
        """Look at the folders: nothing is read but their files' names, sizes and times.

        Raises:
            ResultsError: a folder cannot be looked into, or there is no run in any of them.
        """
        folders = list(folders)
        self._files = {file for folder in folders for file in _files(folder)}
        if not self._files:
            places = ", ".join(map(str, folders))
            raise ResultsError(f"no runs are stored in {places}: measure one with `gilscope run`")
        self._lines = cache_dir / "summaries" / f"{_code_version()}{store.SUFFIX}"
        self._database = duckdb.connect()
        self._torn: dict[RunFile, int] = {}

    def fill(
        self, summarised: Callable[[Path], Summary], watched: Callable[[Sequence[RunFile]], Iterable[RunFile]]
    ) -> tuple[str, ...]:
        """Summarise the runs that have no summary yet.

        Args:
            summarised: reads a run and summarises it.
            watched: shows how far it is, as it hands through the files to be summarised.

        Returns:
            What could not be read, in words: files are left out and tried again the next time, lines only left out.

        Raises:
            ResultsError: the cache cannot be written.
        """
        index = self._index()
        missing = sorted(self._files - {RunFile(*row[:3]) for row in index})
        problems = []
        for file in watched(missing) if missing else ():
            try:
                made = summarised(Path(file.path))
            except ResultsError as error:
                problems.append(f"left out: {error}")
            else:
                self._append(Kept(**file._asdict(), **msgspec.structs.asdict(made)))
        self._torn = self._chosen(self._index() if missing else index)
        return (*problems, *(_damage(file, torn) for file, torn in sorted(self._torn.items()) if torn))

    def observations(self, name: FigureName, probe: str, work: str) -> tuple[Observation, ...]:
        """One figure of every run that is summarised, of the probes and lanes that these globs mean."""
        found = {}
        asked = {"name": name, "probe": probe, "work": work}
        rows = self._database.execute(FIGURES, asked).fetchall() if self._torn else ()
        for path, size, mtime_ns, host, started, told in rows:
            file = RunFile(path, size, mtime_ns)
            if file in self._torn:
                figure = _decoder.decode(told)
                found[file, figure.probe, figure.arm, figure.work] = Observation(host, started, figure)
        return tuple(found.values())

    def _chosen(self, index: Iterable[tuple[Any, ...]]) -> dict[RunFile, int]:
        """Each run once, though a copy of its file, or of an earlier state of it, may lie in another folder."""
        largest: dict[tuple[str, ...], tuple[RunFile, int]] = {}
        for path, size, mtime_ns, *run, torn in index:
            file = RunFile(path, size, mtime_ns)
            if file in self._files:
                largest[tuple(run)] = max(
                    (file, torn), largest.get(tuple(run), (file, torn)), key=lambda copy: copy[0].size
                )
        return dict(largest.values())

    def _index(self) -> list[tuple[Any, ...]]:
        """Read the cache, once for all questions that follow; which runs it holds."""
        if not self._lines.exists():
            return []
        self._database.execute(LOAD, {"lines": str(self._lines)})
        return self._database.execute(INDEX).fetchall()

    def _append(self, kept: Kept) -> None:
        """Add a line; the line break comes first, so that one that was cut off before spoils no other."""
        try:
            if not self._lines.exists():
                self._begin()
            with self._lines.open("ab", buffering=0) as lines:
                lines.write(b"\n" + msgspec.json.encode(kept))
        except OSError as error:
            raise ResultsError(f"summaries cannot be kept in {self._lines.parent}: {error.strerror}") from error

    def _begin(self) -> None:
        """An empty cache; what earlier versions of the code derived is of no use any more."""
        self._lines.parent.mkdir(parents=True, exist_ok=True)
        for old in self._lines.parent.glob("*" + store.SUFFIX):
            old.unlink(missing_ok=True)


def _files(folder: Path) -> list[RunFile]:
    try:
        with os.scandir(folder.resolve()) as entries:
            found = [(entry.path, entry.stat()) for entry in entries if entry.name.endswith(store.SUFFIX)]
    except OSError as error:
        raise ResultsError(f"cannot look into {folder}: {error.strerror}; measure with `gilscope run`") from error
    return [RunFile(path, status.st_size, status.st_mtime_ns) for path, status in found]


def _damage(file: RunFile, torn: int) -> str:
    return f"{file.path}: {torn} {'line is' if torn == 1 else 'lines are'} damaged or cut off, and left out"


def _code_version() -> str:
    """A fingerprint of the code that summaries are made by."""
    code = hashlib.sha256()
    for module in MADE_BY:
        code.update((Path(__file__).parent / f"{module}.py").read_bytes())
    return code.hexdigest()[:16]
