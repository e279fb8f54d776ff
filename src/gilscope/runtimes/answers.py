"""Answers of interpreters, cached on disk so that a second census starts none of them.

An answer is valid while the file (real path, inode, size, time of change) and the script that asked are unchanged. A
failure, or an answer that another file gave (a wrapper's), may change while neither does: it is valid for ten minutes.
A cache that cannot be read is empty, and one that cannot be written is not an error.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import msgspec

from gilscope import cached
from gilscope.interchange import decoded, encoded
from gilscope.places import FACTS_SCRIPT, SMALL_FACTS_SCRIPT
from gilscope.runtimes.candidates import Candidate
from gilscope.values.runtimes import Facts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE_NAME = "runtimes.json"
SHORT_S = 600
DISCOVERY_S = 86_400

FileIdentity = tuple[int, int, int]


class FactsAnswer(msgspec.Struct, frozen=True):
    """The facts an interpreter gave, or else the reason why it gave none, in words."""

    facts: Facts | None = None
    reason: str | None = None


class Remembered(msgspec.Struct, frozen=True):
    """An answer, the identity of the file that gave it, and the time of asking in seconds of the epoch."""

    identity: FileIdentity
    asked_at_s: float
    answer: FactsAnswer


class Discovery(msgspec.Struct, frozen=True):
    """What python-discovery found when the listed files were those that ``fingerprint`` stands for."""

    fingerprint: str
    asked_at_s: float
    found: tuple[Candidate, ...]


class AnswerCache(msgspec.Struct):
    """The whole cache; ``script`` is the hash of the scripts whose answers these are."""

    script: str
    answers: dict[str, Remembered] = {}
    discovery: Discovery | None = None

    def recall(self, path: str, now_s: float) -> FactsAnswer | None:
        """Return the remembered answer of the file at ``path``, or None where it has to be asked."""
        remembered = self.answers.get(os.path.realpath(path))
        if remembered is None or remembered.identity != identity(path):
            return None
        is_own = remembered.answer.facts is not None and remembered.answer.facts.executable == os.path.realpath(path)
        return remembered.answer if is_own or 0 <= now_s - remembered.asked_at_s < SHORT_S else None

    def remember(self, path: str, answer: FactsAnswer, now_s: float) -> None:
        """Remember the answer of the file at ``path``, if there is one."""
        file = identity(path)
        if file is not None:
            self.answers[os.path.realpath(path)] = Remembered(file, now_s, answer)

    def recall_discovery(self, fingerprint: str, now_s: float) -> tuple[Candidate, ...] | None:
        """Return what python-discovery found, or None where it has to look again."""
        discovery = self.discovery
        if (
            discovery is None
            or discovery.fingerprint != fingerprint
            or not 0 <= now_s - discovery.asked_at_s < DISCOVERY_S
        ):
            return None
        return discovery.found


def identity(path: str) -> FileIdentity | None:
    """Return the identity of the file behind ``path``, which changes when it is replaced; None without a file."""
    try:
        status = os.stat(path)  # noqa: PTH116 -- a str already, and there are dozens
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


@contextlib.contextmanager
def lent(cache_dir: Path) -> Iterator[AnswerCache]:
    """Lend the cache, and write it back if something was added to it."""
    memory = load(cache_dir)
    before = encoded(memory)
    yield memory
    if encoded(memory) != before:
        save(cache_dir, memory)


def load(cache_dir: Path) -> AnswerCache:
    """Return the cache, empty where there is none, it is damaged, or another version of the script filled it."""
    script = cached.fingerprint([script.read_text("utf-8") for script in (FACTS_SCRIPT, SMALL_FACTS_SCRIPT)])
    try:
        memory = decoded((cache_dir / FILE_NAME).read_bytes(), msgspec.json.Decoder(AnswerCache))
    except (OSError, msgspec.MsgspecError):
        return AnswerCache(script)
    return memory if memory.script == script else AnswerCache(script)


def save(cache_dir: Path, memory: AnswerCache) -> None:
    """Replace the cache in one step, without the files that are gone."""
    memory.answers = {
        path: remembered for path, remembered in memory.answers.items() if identity(path) == remembered.identity
    }
    with contextlib.suppress(OSError):
        cached.replace(cache_dir / FILE_NAME, encoded(memory))
