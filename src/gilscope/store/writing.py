"""Records are appended to a run's file by one writer, each on its way to the disk at once.

A file that is removed or moved away meanwhile is written anew, with all that it held.
"""

from __future__ import annotations

import contextlib
import errno
import os
from typing import TYPE_CHECKING

import msgspec

from gilscope import locks
from gilscope.errors import ResultsError
from gilscope.interchange import encoded
from gilscope.values.records import ContestEnd

if TYPE_CHECKING:
    from io import FileIO
    from pathlib import Path

    from gilscope.values.records import Record, RunHeader

MOST_NAMESAKES = 1000
"""Runs of one second for which a name of their own is looked for."""


class _RunFile:
    """A run's file with one writer, from its opening to `close`; ``path`` is where the run is kept."""

    def __init__(self, path: Path, *, anew: bool = False) -> None:
        """Open, making the folder where needed; one that exists is continued.

        Where one is begun ``anew`` and its name is taken, it gets the next one that is free: ``RUN-2``.

        Raises:
            ResultsError: the folder or the file cannot be written, or another process writes this run.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.path, self._file = _created(path) if anew else (path, path.open("a+b", buffering=0))
        except OSError as error:
            raise ResultsError(cannot_write(path, error)) from error
        try:
            self._lock()
        except BaseException:
            self._file.close()
            raise

    @property
    def size(self) -> int:
        """How many bytes the file has."""
        return os.fstat(self._file.fileno()).st_size

    def close(self) -> None:
        """Make sure that all is on the disk, as far as the file is on one.

        Raises:
            ResultsError: it is not.
        """
        try:
            self._sync()
        finally:
            self._file.close()

    def _write(self, line: bytes) -> None:
        try:
            if not os.fstat(self._file.fileno()).st_nlink:
                self._restore()
            while line:
                line = line[self._file.write(line) :]
        except OSError as error:
            raise ResultsError(cannot_write(self.path, error)) from error

    def _sync(self) -> None:
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise ResultsError(cannot_write(self.path, error)) from error

    def _lock(self) -> None:
        """Be the only writer, where the file's system has locks.

        Raises:
            ResultsError: another process is.
        """
        try:
            locks.take(self._file.fileno())
        except locks.TakenError as by:
            text = f"run {self.path.stem} is being written by {by}: wait for its end, or leave out --run for a new run"
            raise ResultsError(text) from by

    def _restore(self) -> None:
        """Write all that was written into a new file: the old one was removed while it was open."""
        self._file.seek(0)
        held = self._file.readall()
        self._file.close()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self._file = _created(self.path)
        self._lock()
        self._write(held)


class RunWriter(_RunFile):
    """The writer of a run that is measured here."""

    def __init__(self, path: Path, header: RunHeader | None = None, *, anew: bool = False) -> None:
        """Open as any run's file.

        A run that is begun here has its header at once, with the name that it has got: nobody meets a file that holds
        nothing.

        Raises:
            ResultsError: as for any run's file.
        """
        super().__init__(path, anew=anew)
        try:
            if self.size and not self._ends_with_newline():
                self._write(b"\n")
            if header is not None and not self.size:
                self.append(msgspec.structs.replace(header, id=self.path.stem))
        except BaseException:
            self._file.close()
            raise

    def append(self, record: Record) -> None:
        """Write one record as one line; the end of a contest is waited for until it is on the disk.

        Raises:
            ResultsError: it could not be written; what was written before stays readable.
        """
        self._write(encoded(record) + b"\n")
        if isinstance(record, ContestEnd):
            self._sync()

    def _ends_with_newline(self) -> bool:
        self._file.seek(-1, os.SEEK_END)
        return self._file.read(1) == b"\n"


class RunCopy(_RunFile):
    """The copy of a run that is measured elsewhere, byte by byte: it holds the beginning of the other file.

    So ``size`` says from where on it lacks something, also where a full disk has cut it off within a line.
    """

    def append(self, content: bytes) -> None:
        """Write what follows in the other file, and wait until it is on the disk.

        Raises:
            ResultsError: it could not be written; what was written before stays readable.
        """
        self._write(content)
        self._sync()

    def content(self) -> bytes:
        """All that was copied."""
        self._file.seek(0)
        return self._file.readall()


def _created(path: Path) -> tuple[Path, FileIO]:
    """A file that nobody had before, by this name or the next one that is free."""
    for number in range(1, MOST_NAMESAKES):
        namesake = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        with contextlib.suppress(FileExistsError):
            return namesake, namesake.open("x+b", buffering=0)
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))


def cannot_write(path: Path, error: OSError) -> str:
    """What is said where a file of results cannot be written."""
    return (
        f"results cannot be written to {path}: {error.strerror}. "
        "Choose another folder with --results, or make room; what was measured before is kept."
    )
