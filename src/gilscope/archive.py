"""The summaries of all stored runs, kept in the user's cache so that a history need not analyse each run again.

A summary is derived by `summary` and can be made again at any time: deleting the cache costs time only. It holds as
long as the run's file is the same (path, size, time of change), and so is the code that made it. Summaries are JSON
lines, appended whole, so several processes may add theirs and an interruption loses none. DuckDB reads the lines in
place and picks the few figures that are asked for.
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
from gilscope.summary import FigureName, Observation, Summary, summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

MADE_BY = ("analysis", "effort", "paired", "stats", "store", "summary", "workers")
"""The modules whose change makes every summary obsolete."""

COLUMNS = {
    "path": "VARCHAR",
    "size": "BIGINT",
    "mtime_ns": "BIGINT",
    "run": "VARCHAR",
    "started": "VARCHAR",
    "host": "VARCHAR",
    "torn": "BIGINT",
    "figures": "STRUCT(name VARCHAR, probe VARCHAR, arm VARCHAR, work VARCHAR, version VARCHAR, build VARCHAR, "
    "recipe VARCHAR, circumstances MAP(VARCHAR, VARCHAR), twin_differs VARCHAR, center DOUBLE, half_width DOUBLE, "
    "freedom DOUBLE, floor DOUBLE)[]",
}
LINES = f"read_json($lines, format = 'newline_delimited', ignore_errors = true, columns = {COLUMNS})"
"""The cache as a table; a torn line is a run without a summary."""

RUNS = f"""
    WITH runs AS (
        SELECT * FROM {LINES}
        SEMI JOIN (SELECT unnest($paths) AS path, unnest($sizes) AS size, unnest($times) AS mtime_ns)
            USING (path, size, mtime_ns)
        QUALIFY row_number() OVER (PARTITION BY host, run, started ORDER BY size DESC, path) = 1
    ), told AS (SELECT started, host, unnest(figures) AS figure FROM runs)
"""
"""Each run once, though a copy of its file may lie in another folder, or an earlier state of it; and their figures."""


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
            ResultsError: there is no run in any of them.
        """
        folders = list(folders)
        self.files = tuple(file for folder in folders for file in _files(folder))
        if not self.files:
            places = ", ".join(map(str, folders))
            raise ResultsError(f"no runs are stored in {places}: measure one with `gilscope run`")
        self._lines = cache_dir / "summaries" / f"{_code_version()}{store.SUFFIX}"
        self._database = duckdb.connect()

    def fill(self, watched: Callable[[Sequence[RunFile]], Iterable[RunFile]]) -> tuple[str, ...]:
        """Summarise the runs that have no summary yet.

        Args:
            watched: shows how far it is, as it hands through the files to be summarised.

        Returns:
            What could not be read, file by file; those files are left out, and tried again the next time.

        Raises:
            ResultsError: the cache cannot be written.
        """
        known = self._known()
        missing = [file for file in self.files if file not in known]
        problems = []
        for file in watched(missing) if missing else ():
            try:
                made = summary(store.read(Path(file.path)))
            except ResultsError as error:
                problems.append(f"left out: {error}")
            else:
                self._append(Kept(**file._asdict(), **msgspec.structs.asdict(made)))
        return tuple(problems)

    def torn(self) -> tuple[tuple[str, int], ...]:
        """The files that hold lines that cannot be read, and how many: a run that was cut off, or a damaged file."""
        return tuple(self._rows(f"{RUNS} SELECT path, torn FROM runs WHERE torn > 0 ORDER BY path"))

    def probes(self, name: FigureName) -> tuple[str, ...]:
        """The probes that have this figure in some run."""
        query = f"{RUNS} SELECT DISTINCT figure.probe FROM told WHERE figure.name = $name ORDER BY 1"
        return tuple(probe for (probe,) in self._rows(query, name=name))

    def observations(self, name: FigureName, probe: str, work: str) -> tuple[Observation, ...]:
        """One figure of every run, of the probes and lanes that these globs mean."""
        query = f"""
            {RUNS} SELECT figure, started, host FROM told
            WHERE figure.name = $name AND figure.probe GLOB $probe AND figure.work GLOB $work
        """
        rows = self._rows(query, name=name, probe=probe, work=work)
        return tuple(Observation(**figure, started=started, host=host) for figure, started, host in rows)

    def _known(self) -> set[RunFile]:
        if not self._lines.exists():
            return set()
        query = f"SELECT path, size, mtime_ns FROM {LINES}"
        return {RunFile(*row) for row in self._database.execute(query, {"lines": str(self._lines)}).fetchall()}

    def _rows(self, query: str, **asked: str) -> list[tuple[Any, ...]]:
        if not self._lines.exists():
            return []
        paths, sizes, times = (list(column) for column in zip(*self.files, strict=True))
        values = {"lines": str(self._lines), "paths": paths, "sizes": sizes, "times": times, **asked}
        return self._database.execute(query, values).fetchall()

    def _append(self, kept: Kept) -> None:
        try:
            if not self._lines.exists():
                self._begin()
            with self._lines.open("ab", buffering=0) as lines:
                lines.write(msgspec.json.encode(kept) + b"\n")
        except OSError as error:
            raise ResultsError(f"summaries cannot be kept in {self._lines.parent}: {error.strerror}") from error

    def _begin(self) -> None:
        """An empty cache; what earlier versions of the code derived is of no use any more."""
        self._lines.parent.mkdir(parents=True, exist_ok=True)
        for old in self._lines.parent.glob("*" + store.SUFFIX):
            old.unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[RunFile]:
    try:
        with os.scandir(folder.resolve()) as entries:
            found = [(entry.path, entry.stat()) for entry in entries if entry.name.endswith(store.SUFFIX)]
    except OSError as error:
        raise ResultsError(f"cannot look into {folder}: {error.strerror}; measure with `gilscope run`") from error
    return (RunFile(path, status.st_size, status.st_mtime_ns) for path, status in sorted(found))


def _code_version() -> str:
    """A fingerprint of the code that summaries are made by."""
    code = hashlib.sha256()
    for module in MADE_BY:
        code.update((Path(__file__).parent / f"{module}.py").read_bytes())
    return code.hexdigest()[:16]
