"""The archive: summaries of all stored runs, cached since analysing every run takes long.

A summary is derived by `summarise` and can be made again at any time: deleting the cache costs time only. It is valid
while the run's file (path, size, time of change) and the code that made it are unchanged. Summaries are JSON
lines, appended whole, so several processes may add theirs and an interruption loses one at most. A line holds its
figures by name, and only those that are asked for are decoded: that makes ten thousand runs a matter of milliseconds.
"""

from __future__ import annotations

import contextlib
import os
from collections import defaultdict
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from gilscope import cached, store
from gilscope.errors import ResultsError
from gilscope.history.summary import DatedFigure, Figure, FigureName, Setting
from gilscope.interchange import decoded, encoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from gilscope.history.summary import Summary


class RunFile(NamedTuple):
    """A run's file, and what changes when it does."""

    path: str
    size: int
    mtime_ns: int


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the cache without its figures: a run's file, and what distinguishes the run from others."""

    path: str
    size: int
    mtime_ns: int
    run: str
    started: str
    host: str
    damaged: int

    @property
    def file(self) -> RunFile:
        """The run's file as it was when it was summarised."""
        return RunFile(self.path, self.size, self.mtime_ns)


class SummaryLine(Head, frozen=True, kw_only=True):
    """A line of the cache; the figures are kept by name, each name's as JSON still."""

    setting: Setting
    figures: dict[FigureName, msgspec.Raw]


Line = TypeVar("Line", bound=Head)

_head = msgspec.json.Decoder(Head)
_summary_line = msgspec.json.Decoder(SummaryLine)
_figures = msgspec.json.Decoder(tuple[Figure, ...])


class Archive:
    """The runs of some folders, with their summaries under ``cache_dir``."""

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
        self._lines = cache_dir / "summaries" / f"{cached.of_code()[:16]}{store.SUFFIX}"
        self._damaged: dict[RunFile, int] = {}
        self._unkept: list[bytes] = []

    def fill(
        self, summarised: Callable[[Path], Summary], watched: Callable[[Sequence[RunFile]], Iterable[RunFile]]
    ) -> tuple[str, ...]:
        """Summarise the runs that have no summary yet.

        Args:
            summarised: reads a run and summarises it.
            watched: shows how far it is, as it hands through the files to be summarised.

        Returns:
            What could not be read, in words: files are left out and tried again the next time, lines only left out.
        """
        heads = list(self._read_lines(_head))
        missing = sorted(self._files - {head.file for head in heads})
        problems = []
        for file in watched(missing) if missing else ():
            try:
                run_summary = summarised(Path(file.path))
            except ResultsError as error:
                problems.append(f"left out: {error}")
            else:
                self._append(_line(file, run_summary))
        self._damaged = self._files_to_read(self._read_lines(_head) if missing else heads)
        return (*problems, *(_damage(file, count) for file, count in sorted(self._damaged.items()) if count))

    def dated_figures(self, name: FigureName, probe: str, work: str) -> tuple[DatedFigure, ...]:
        """One figure of every run that is summarised, of the probes and lanes that these globs mean."""
        by_place = {}
        for line in self._read_lines(_summary_line):
            if line.file in self._damaged and name in line.figures:
                for figure in self._figures_of(line, name):
                    if fnmatchcase(figure.probe, probe) and fnmatchcase(figure.work, work):
                        key = (line.file, figure.probe, figure.arm, figure.work)
                        by_place[key] = DatedFigure(line.host, line.started, figure)
        return tuple(by_place.values())

    def settings(self) -> dict[str, list[Setting]]:
        """The setting of every run that is summarised, by the host's description, in order of time."""
        lines = {line.file: line for line in self._read_lines(_summary_line) if line.file in self._damaged}
        by_host: dict[str, list[Setting]] = defaultdict(list)
        for line in sorted(lines.values(), key=lambda line: line.started):
            by_host[line.host].append(line.setting)
        return dict(by_host)

    @staticmethod
    def _figures_of(line: SummaryLine, name: FigureName) -> tuple[Figure, ...]:
        """One kind of figures of a line; none where the cache is damaged there."""
        try:
            return decoded(line.figures[name], _figures)
        except msgspec.DecodeError:
            return ()

    def _files_to_read(self, heads: Iterable[Head]) -> dict[RunFile, int]:
        """The files to read: of several copies of a run, in whatever folders, the longest."""
        largest: dict[tuple[str, ...], Head] = {}
        for head in heads:
            if head.file in self._files:
                run = (head.host, head.run, head.started)
                largest[run] = max(head, largest.get(run, head), key=lambda copy: copy.size)
        return {head.file: head.damaged for head in largest.values()}

    def _read_lines(self, decoder: msgspec.json.Decoder[Line]) -> Iterator[Line]:
        """The lines of the cache, and those that it could not take; a damaged one is as good as none."""
        for line in chain(self._kept(), self._unkept):
            with contextlib.suppress(msgspec.DecodeError):
                yield decoded(line, decoder)

    def _kept(self) -> Iterator[bytes]:
        with contextlib.suppress(OSError), self._lines.open("rb") as lines:
            yield from lines

    def _append(self, line: SummaryLine) -> None:
        """Add a line, or keep it in mind where that cannot be.

        One that was cut off before spoils no other.
        """
        content = encoded(line)
        try:
            if not self._lines.exists():
                self._begin()
            with self._lines.open("ab", buffering=0) as lines:
                lines.write(b"\n" + content)
        except OSError:
            self._unkept.append(content)

    def _begin(self) -> None:
        """Begin an empty cache; summaries by other versions of the code are of no use any more."""
        self._lines.parent.mkdir(parents=True, exist_ok=True)
        for old in self._lines.parent.glob("*" + store.SUFFIX):
            old.unlink(missing_ok=True)


def _line(file: RunFile, run_summary: Summary) -> SummaryLine:
    names = dict.fromkeys(figure.name for figure in run_summary.figures)
    by_name = {name: [figure for figure in run_summary.figures if figure.name == name] for name in names}
    return SummaryLine(
        **file._asdict(),
        run=run_summary.run,
        started=run_summary.started,
        host=run_summary.host,
        damaged=run_summary.damaged,
        setting=run_summary.setting,
        figures={name: msgspec.Raw(encoded(figures)) for name, figures in by_name.items()},
    )


def _files(folder: Path) -> list[RunFile]:
    try:
        with os.scandir(folder.resolve()) as entries:
            files = [(entry.path, entry.stat()) for entry in entries if entry.name.endswith(store.SUFFIX)]
    except OSError as error:
        raise ResultsError(f"cannot look into {folder}: {error.strerror}; measure with `gilscope run`") from error
    return [RunFile(path, status.st_size, status.st_mtime_ns) for path, status in files]


def _damage(file: RunFile, count: int) -> str:
    return f"{file.path}: {count} {'line is' if count == 1 else 'lines are'} damaged or cut off, and left out"
