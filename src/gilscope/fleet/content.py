"""Folders that travel by content: files as one archive, which goes by the digest of what it holds."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from gilscope.errors import UsageError
from gilscope.processes import child

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

DIGITS = 32
MOST_BYTES = 200_000_000
"""What a project may have that is sent to every host."""
GIT_LIMIT_S = 60.0


class Content(msgspec.Struct, frozen=True):
    """Files of a folder, packed; the ``digest`` is that of their names, modes and bytes."""

    digest: str
    packed: bytes


def pack(folder: Path, names: Iterable[str]) -> Content:
    """Pack files of a folder, which go by relative names; a link travels as what it leads to.

    Raises:
        UsageError: they are too many bytes, or one cannot be read.
    """
    buffer = io.BytesIO()
    sizes: dict[str, int] = {}
    total = 0
    try:
        with tarfile.open(fileobj=buffer, mode="w", dereference=True) as archive:
            for name in sorted(names):
                path = folder / name
                if path.is_file():
                    sizes[name] = path.stat().st_size
                    total += sizes[name]
                    if total > MOST_BYTES:
                        raise UsageError(_too_much(folder, sizes))
                    archive.add(path, name, recursive=False, filter=_plain)
    except OSError as error:
        raise UsageError(f"{error.filename or folder} cannot be sent along: {error.strerror}") from error
    content = buffer.getvalue()
    return Content(hashlib.sha256(content).hexdigest()[:DIGITS], zlib.compress(content, 1))


def unpack(content: Content, places: Path) -> Path:
    """Unpack a content below a folder, and return where it lies there; one that is there already stays.

    Raises:
        OSError: it cannot be written.
        ValueError: it is not what its digest says, is no archive, or has something else than files in that folder.
    """
    home = places / content.digest
    if home.is_dir():
        return home
    try:
        packed = zlib.decompress(content.packed)
    except zlib.error as error:
        raise ValueError("it is not packed as gilscope packs") from error
    if hashlib.sha256(packed).hexdigest()[:DIGITS] != content.digest:
        raise ValueError("it is not what its digest says")
    draft = places / f"{content.digest}.{os.getpid()}"
    draft.mkdir(parents=True)
    try:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            for member in archive.getmembers():
                _check(member)
            archive.extractall(draft)  # noqa: S202 - each of its members was checked
        if not home.is_dir():
            draft.rename(home)
    except tarfile.TarError as error:
        raise ValueError(str(error)) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return home


def _check(member: tarfile.TarInfo) -> None:
    """Raise ValueError unless it is a file in the folder: `tarfile.data_filter` refuses others from 3.11.4 on only."""
    path = PurePosixPath(member.name)
    if not member.isfile() or path.is_absolute() or ".." in path.parts:
        raise ValueError(f"{member.name} is no file in the folder that was sent")


def root_of(folder: Path, environ: Mapping[str, str]) -> Path | None:
    """The folder of the git repository that a folder belongs to, None without one."""
    answer = _git(folder, ("rev-parse", "--show-toplevel"), environ)
    return None if answer is None else Path(answer.rstrip("\n"))


def files_of(folder: Path, results: Path, environ: Mapping[str, str]) -> list[str]:
    """The files of a project: what git does not ignore, or all but hidden folders, environments and results."""
    listed = _git(folder, ("ls-files", "-z", "--cached", "--others", "--exclude-standard"), environ)
    names = _walked(folder) if listed is None else filter(None, listed.split("\0"))
    return [name for name in names if not (folder / name).is_relative_to(results)]


def _walked(folder: Path) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and name != "__pycache__" and not Path(place, name, "pyvenv.cfg").exists()
        ]
        yield from (str(Path(place, name).relative_to(folder)) for name in files)


def _git(folder: Path, words: Iterable[str], environ: Mapping[str, str]) -> str | None:
    """What git prints; None where there is no git, or no repository."""
    try:
        ended = child.run(["git", "-C", str(folder), *words], environ=environ, limit_s=GIT_LIMIT_S)
    except (OSError, ValueError):
        return None
    return ended.output if ended.succeeded else None


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """A member as it is on every machine: whose it is and when it was made is no content."""
    member.mtime = member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o755 if member.mode & 0o100 else 0o644
    return member


def _too_much(folder: Path, sizes: Mapping[str, int]) -> str:
    largest = sorted(sizes, key=lambda name: sizes[name], reverse=True)[:3]
    return (
        f"{folder} has more than {MOST_BYTES / 1e6:g} MB of files, which would be sent to every host; the largest are "
        f"{', '.join(largest)}. Name what is not needed in .gitignore, or measure from a smaller folder."
    )
