"""The results folder: one file of JSON lines per run, to which records are appended and which is never edited.

Format history (``RunHeader.schema``):
    1   run, contest, skip, calibration, trial, finding, contest end.
    2   memory; lanes have ways, probes cases, trials observations.
    3   trials count switches, faults and collections; contests have capacity lanes, lanes may be too large, host
        cards know cores; memory is resident, no longer PSS, with its peak.
    4   code; facts have the interpreter's commit and a digest of its binary; results may be not repeatable; probes may
        be programs, or spread their work themselves.
    5   watched; lanes may have interventions, and contests lanes that are watched.
    6   warming.
    7   contests' ends say when the contest began.
"""

from __future__ import annotations

import contextlib
import stat
from pathlib import Path

import msgspec

from gilscope.errors import ResultsError, UsageError
from gilscope.interchange import decoded
from gilscope.store.reading import SCHEMA, read
from gilscope.store.writing import RunCopy, RunWriter, cannot_write

__all__ = ["SCHEMA", "SUFFIX", "RunCopy", "RunWriter", "find", "is_stored", "read", "run_path", "runs"]

SUFFIX = ".jsonl"


class _Start(msgspec.Struct, tag="run"):
    """The part of a header by which runs are put in order."""

    started: str


_start_decoder = msgspec.json.Decoder(_Start)


def run_path(folder: Path, run_id: str) -> Path:
    """The file of a run with this id.

    Raises:
        UsageError: the id is no name of a file in the folder.
    """
    if run_id in {"", ".", ".."} or Path(run_id).name != run_id or not run_id.isprintable():
        raise UsageError(f"{run_id!r} cannot be the id of a run: it is to be the name of a file in {folder}")
    return folder / (run_id + SUFFIX)


def is_stored(path: Path) -> bool:
    """Whether a run's file is there, with something in it.

    Raises:
        ResultsError: the path cannot be looked at.
    """
    try:
        status = path.stat()  # from 3.14 on, Path.is_file() says False where it cannot look
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise ResultsError(cannot_write(path, error)) from error
    return stat.S_ISREG(status.st_mode) and status.st_size > 0


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
    for path in (Path(run), folder / (run + SUFFIX)):
        with contextlib.suppress(OSError, ValueError):  # a name that no file can have, a folder that may not be entered
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
            return decoded(lines.readline(), _start_decoder).started
    except (OSError, msgspec.DecodeError):
        return ""
