"""The results folder: one file of JSON lines per run, to which records are appended and which is never edited.

Format history (``RunHeader.schema``):
    1   run, contest, skip, calibration, trial, finding, contest end.
    2   memory; lanes have ways, probes cases, trials observations.
    3   trials count switches, faults and collections; contests have capacity lanes, lanes may be too large, host
        cards know cores; memory is resident, no longer PSS, with its peak.
    4   code; facts have the interpreter's commit and a digest of its binary; results may be not repeatable; probes may
        be programs, or spread their work themselves.
    5   watched; lanes may have interventions, and contests lanes that are watched.

A run that was cut off (a killed controller, a full disk) is a shorter file; a torn last line is left out on reading.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gilscope.errors import ResultsError
from gilscope.values.contests import Contest, Skip
from gilscope.values.records import Calibration, Code, ContestEnd, Finding, Memory, Record, Run, RunHeader, Trial
from gilscope.values.watching import Watched

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = 5
SUFFIX = ".jsonl"

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Record)


class _Start(msgspec.Struct, tag="run"):
    """The part of a header by which runs are put in order."""

    started: str


_start_decoder = msgspec.json.Decoder(_Start)


class RunWriter:
    """Appends records to a run's file; each is on its way to the disk before the next trial begins."""

    def __init__(self, path: Path) -> None:
        """Open, making the folder where needed; a run that exists is continued.

        Raises:
            ResultsError: the folder or the file cannot be written.
        """
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab", buffering=0)
            if self._file.tell() and not _ends_with_newline(path):
                self._file.write(b"\n")
        except OSError as error:
            raise ResultsError(_cannot_write(path, error)) from error

    def append(self, record: Record) -> None:
        """Write one record as one line.

        Raises:
            ResultsError: it could not be written; what was written before stays readable.
        """
        line = _encoder.encode(record) + b"\n"
        try:
            while line:
                line = line[self._file.write(line) :]
        except OSError as error:
            raise ResultsError(_cannot_write(self.path, error)) from error

    def close(self) -> None:
        """Make sure that all is on the disk, as far as the file is on one."""
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise ResultsError(_cannot_write(self.path, error)) from error
        finally:
            self._file.close()


def run_path(folder: Path, run_id: str) -> Path:
    """The file of a run with this id."""
    return folder / (run_id + SUFFIX)


def is_stored(path: Path) -> bool:
    """Whether a run's file is there to read.

    Raises:
        ResultsError: the path cannot be looked at.
    """
    try:
        return stat.S_ISREG(path.stat().st_mode)  # from 3.14 on, Path.is_file() says False where it cannot look
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise ResultsError(_cannot_write(path, error)) from error


def read(path: Path) -> Run:
    """A stored run.

    Of a contest that was cut off, and begun again when the run was continued, only the last attempt counts.

    Raises:
        ResultsError: the file is missing, holds no run, or was written by a later gilscope.
    """
    try:
        lines = list(_records(path))
    except OSError as error:
        raise ResultsError(f"cannot read {path}: {error.strerror}") from error
    records = [record for record in lines if record is not None]
    header = next((record for record in records if isinstance(record, RunHeader)), None)
    if header is None:
        raise ResultsError(f"{path} holds no run: its first line is not a run's header")
    records = _last_attempts(records)
    return Run(
        path=path,
        header=header,
        contests=tuple(record for record in records if isinstance(record, Contest)),
        skips=tuple(dict.fromkeys(record for record in records if isinstance(record, Skip))),
        code=tuple(record for record in records if isinstance(record, Code)),
        calibrations=tuple(record for record in records if isinstance(record, Calibration)),
        trials=tuple(record for record in records if isinstance(record, Trial)),
        memory=tuple(record for record in records if isinstance(record, Memory)),
        watched=tuple(record for record in records if isinstance(record, Watched)),
        findings=tuple(record for record in records if isinstance(record, Finding)),
        ends=tuple(record for record in records if isinstance(record, ContestEnd)),
        torn=lines.count(None),
    )


def find(folder: Path, run: str | None) -> Path:
    """The file of the run named by id or path; the latest one where none is named.

    Raises:
        ResultsError: there is no such run; the text lists the latest ones.
    """
    if run is None:
        stored = runs(folder)
        if not stored:
            raise ResultsError(f"no runs are stored in {folder}: measure one with `gilscope run`")
        return stored[-1]
    for path in (Path(run), run_path(folder, run)):
        with contextlib.suppress(OSError):  # a name that no file can have, a folder that may not be looked into
            if path.is_file():
                return path
    latest = ", ".join(path.stem for path in runs(folder)[-5:]) or "none"
    raise ResultsError(f"there is no run {run!r} in {folder}; the latest are: {latest}")


def runs(folder: Path, names: str = "*") -> list[Path]:
    """The runs of a folder whose ids fit a glob, oldest first by the start in their headers.

    Files without a readable header come first.
    """
    return sorted(folder.glob(names + SUFFIX), key=lambda path: (_started(path), path.name))


def _started(path: Path) -> str:
    """The start of a run from its first line; empty where that line holds none."""
    try:
        with path.open("rb") as lines:
            return _start_decoder.decode(lines.readline()).started
    except (OSError, msgspec.DecodeError):
        return ""


def _last_attempts(records: list[Record]) -> list[Record]:
    """The records without those of earlier attempts at a contest.

    A new attempt counts its launches from 0 again, with other loops.
    """
    starts = {record.id: number for number, record in enumerate(records) if isinstance(record, Contest)}
    return [record for number, record in enumerate(records) if number >= starts.get(_contest_of(record), 0)]


def _contest_of(record: Record) -> str:
    """The id of a record's contest; empty for records that stand before the contests."""
    match record:
        case Contest():
            return record.id
        case RunHeader() | Skip():
            return ""
        case _:
            return record.contest


def _records(path: Path) -> Iterator[Record | None]:
    """The records of a run's file, line by line; None for a torn line."""
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            record: Record = _decoder.decode(line)
        except msgspec.DecodeError as error:
            if _is_torn(line):
                yield None
                continue
            raise ResultsError(f"{path}, line {number}: {error}") from error
        if isinstance(record, RunHeader) and record.schema > SCHEMA:
            raise ResultsError(f"{path} was written by a later gilscope (format {record.schema}, known: {SCHEMA})")
        yield record


def _is_torn(line: bytes) -> bool:
    """Whether a line was cut off in the middle: it does not end the object it begins."""
    try:
        msgspec.json.decode(line)
    except msgspec.DecodeError:
        return True
    return False


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _cannot_write(path: Path, error: OSError) -> str:
    return (
        f"results cannot be written to {path}: {error.strerror}. "
        "Choose another folder with --results, or make room; what was measured before is kept."
    )
