"""The folder of a fleet's run: what was asked for, what is measured, and each host's records."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gilscope import cached
from gilscope.errors import ResultsError
from gilscope.fleet.content import Content
from gilscope.interchange import decoded, encoded
from gilscope.store import SUFFIX, run_path, runs
from gilscope.store.writing import cannot_write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = "fleet.json"
CONTENTS = "contents"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a fleet's run was begun with: the words behind ``gilscope run``, and digests of what they stand for.

    ``project`` is the digest of the person's files, None where none are needed, in whose ``folder`` the words were
    typed, and ``own`` that of gilscope's probes and suites. With ``split``, like hosts share the plan.
    """

    words: tuple[str, ...]
    split: bool
    project: str | None
    folder: str
    own: str


class Begun(NamedTuple):
    """A run that was begun: its folder, what was asked for, and the contents that this takes."""

    path: Path
    asked: Asked
    contents: list[Content]


_asked = msgspec.json.Decoder(Asked)


def folder_of(results: Path, run: str) -> Path:
    """Where a fleet's run lies among other results.

    Raises:
        UsageError: the id is no name of a folder.
    """
    return run_path(results, run).with_name(run)


def find(results: Path, run: str | None) -> Path:
    """The folder of a fleet's run, the latest where none is named.

    Raises:
        ResultsError: there is no such run.
    """
    known = sorted(path.parent for path in results.glob(f"*/{FILE}"))
    if run is None and known:
        return known[-1]
    if run is not None and folder_of(results, run) in known:
        return folder_of(results, run)
    named = "no run of a fleet is" if run is None else f"no run {run} of a fleet is"
    listed = ", ".join(path.name for path in known[-5:]) or "none"
    raise ResultsError(f"{named} stored in {results}; there are: {listed}. `gilscope fleet run` measures one.")


def begin(results: Path, run: str, asked: Asked, contents: list[Content]) -> Begun:
    """Begin a run, which gets the next name that is free: ``RUN-2``.

    It is one once all that it takes is kept.

    Raises:
        ResultsError: the folder cannot be written.
    """
    try:
        folder = next(filter(None, (_made(folder_of(results, name)) for name in _namesakes(run))))
        for content in contents:
            cached.replace(folder / CONTENTS / content.digest, content.packed)
        cached.replace(folder / FILE, encoded(asked))
    except OSError as error:
        raise ResultsError(cannot_write(results / run, error)) from error
    return Begun(folder, asked, contents)


def _namesakes(run: str) -> Iterator[str]:
    yield run
    yield from (f"{run}-{number}" for number in itertools.count(2))


def _made(folder: Path) -> Path | None:
    """A folder that nobody had before, None where somebody has."""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        return None
    return folder


def begun_in(folder: Path) -> Begun | None:
    """The run of a folder; None where there is none.

    Raises:
        ResultsError: its files cannot be read, or hold something else.
    """
    try:
        asked = decoded((folder / FILE).read_bytes(), _asked)
        digests = [digest for digest in (asked.own, asked.project) if digest is not None]
        contents = [Content(digest, (folder / CONTENTS / digest).read_bytes()) for digest in digests]
    except (OSError, ValueError, msgspec.DecodeError) as error:
        if not folder.exists():
            return None
        raise ResultsError(f"cannot read what run {folder} was begun with: {error}; measure in a new run") from error
    return Begun(folder, asked, contents)


def records_of(folder: Path, host: str) -> Path:
    """The file of a host's records.

    Raises:
        UsageError: the host's name is no name of a file.
    """
    return run_path(folder, host)


def files(folder: Path) -> list[Path]:
    """The files of all hosts that have measured something, by the hosts' names."""
    return sorted(path for path in runs(folder) if path.suffix == SUFFIX and path.stat().st_size)
