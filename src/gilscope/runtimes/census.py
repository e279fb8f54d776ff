"""The census of this machine's interpreters: find candidates, ask each for its facts, and sort out the usable ones."""

from __future__ import annotations

import os
import re
import sys
import time
from typing import TYPE_CHECKING, Literal

import platformdirs

from gilscope import cached
from gilscope.runtimes import answers
from gilscope.runtimes.answers import FactsAnswer
from gilscope.runtimes.candidates import EXPLICIT, Candidate, candidates, discovered, explicit_path, without_aliases
from gilscope.runtimes.names import full_name, minor_name, unique_names
from gilscope.values.runtimes import Census, Facts, Runtime, Unusable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from gilscope.runtimes.answers import AnswerCache

OLDEST = (3, 8)
TOO_OLD = "older than Python 3.8"
KINDS = ("broken", "too old", "absent")
WISH = re.compile(r"(\d+)\.(\d+)(\.\d+\w*)?t?d?")


def census(
    environ: Mapping[str, str],
    explicit: Sequence[str],
    wishes: Sequence[str],
    cache_dir: Path,
    *,
    builds: Path | None = None,
) -> Census:
    """Find all interpreters and ask each for its facts; earlier answers come from the cache.

    Args:
        environ: the environment to search by; interpreters are started in it, without its ``PYTHON...`` variables.
        explicit: paths or command names given by the user; each appears in the census, usable or not.
        wishes: names such as ``3.15t``; each that no runtime meets appears as absent.
        cache_dir: where answers are kept; it need not exist or be writable.
        builds: where the interpreters built here are, by default in the user's data folder.
    """
    builds = platformdirs.user_data_path("gilscope") / "pythons" if builds is None else builds
    with answers.lent(cache_dir) as memory:
        listed = candidates(environ, explicit, builds)
        files = tuple(without_aliases((*listed, *_discover(listed, environ, cache_dir, memory))))
        interviews = _interviews(files, environ, memory)
    return sort_out(interviews, wishes)


def asked(paths: Sequence[str], environ: Mapping[str, str], cache_dir: Path) -> tuple[Runtime | Unusable, ...]:
    """The interpreters at paths that a person named, in order; two paths to one interpreter are two.

    Args:
        paths: may be relative, or commands on PATH.
        environ: where to look for commands, and what interpreters are started in.
        cache_dir: where answers are kept; it need not exist or be writable.
    """
    files = [Candidate(explicit_path(path, environ), EXPLICIT, path) for path in paths]
    with answers.lent(cache_dir) as memory:
        interviews = _interviews(files, environ, memory)
    found: list[Runtime | Unusable] = []
    for candidate, answer in interviews:
        verdict = _verdict(candidate, answer)
        if verdict is not None:
            found.append(verdict)
        elif answer.facts is not None:
            found.append(_runtime(minor_name(answer.facts), candidate, answer.facts))
    return tuple(found)


def _discover(
    listed: Iterable[Candidate], environ: Mapping[str, str], cache_dir: Path, memory: AnswerCache
) -> tuple[Candidate, ...]:
    """Return what python-discovery adds; it is asked again only when the listed files change."""
    now_s = time.time()
    paths = [candidate.path for candidate in listed if candidate.origin != EXPLICIT]
    fingerprint = cached.fingerprint((sys.base_prefix, environ.get("PATH", ""), *paths))
    extra = memory.recall_discovery(fingerprint, now_s)
    if extra is None:
        extra = discovered(environ, cache_dir)
        memory.discovery = answers.Discovery(fingerprint, now_s, extra)
    return extra


def _interviews(
    files: Sequence[Candidate], environ: Mapping[str, str], memory: AnswerCache
) -> list[tuple[Candidate, FactsAnswer]]:
    """Pair candidates with their answers, asking only those of whom none is remembered."""
    now_s = time.time()
    answers_by_path = {candidate.path: memory.recall(candidate.path, now_s) for candidate in files}
    unknown = [path for path, answer in answers_by_path.items() if answer is None]
    if unknown:
        from gilscope.runtimes.interrogation import ask_all  # noqa: PLC0415 -- 20 ms that a warm census saves

        for path, answer in ask_all(unknown, environ).items():
            answers_by_path[path] = answer
            memory.remember(path, answer, now_s)
    return [(candidate, answers_by_path[candidate.path] or FactsAnswer()) for candidate in files]


def sort_out(interviews: Iterable[tuple[Candidate, FactsAnswer]], wishes: Iterable[str]) -> Census:
    """Turn answers into a census: a row for each interpreter, named, and sorted by version.

    Args:
        interviews: candidates with what they answered; of several ways to one interpreter, the first is kept.
        wishes: names of runtimes that should be there.
    """
    usable: list[tuple[Candidate, Facts]] = []
    unusable: list[Unusable] = []
    for candidate, answer in _distinct(interviews):
        verdict = _verdict(candidate, answer)
        if verdict is not None:
            unusable.append(verdict)
        elif answer.facts is not None:
            usable.append((candidate, answer.facts))
    names = unique_names([(facts, candidate.origin) for candidate, facts in usable])
    runtimes = [_runtime(name, candidate, facts) for name, (candidate, facts) in zip(names, usable, strict=True)]
    unusable += _absent(runtimes, wishes)
    return Census(runtimes=tuple(sorted(runtimes, key=_by_version)), unusable=tuple(sorted(unusable, key=_by_kind)))


def _distinct(interviews: Iterable[tuple[Candidate, FactsAnswer]]) -> Iterator[tuple[Candidate, FactsAnswer]]:
    """Yield each interpreter once, whether it was found by links, copies, wrappers or virtual environments."""
    identities: set[object] = set()
    for candidate, answer in interviews:
        facts = answer.facts
        if facts is not None:
            build = (facts.base_prefix, facts.implementation, facts.version_text, facts.build, facts.debug)
            repeats = {build, facts.executable} & identities
            identities |= {build, facts.executable}
            if repeats:
                continue
        yield candidate, answer


def _verdict(candidate: Candidate, answer: FactsAnswer) -> Unusable | None:
    """Return why an interpreter cannot be measured, or None if it can."""
    facts = answer.facts
    kind: Literal["broken", "too old"]
    if facts is None:
        name, kind, reason = candidate.label, "broken", answer.reason or "it gave no facts"
    elif facts.runs_agent and facts.version < OLDEST:
        name, kind, reason = full_name(facts), "too old", TOO_OLD
    else:
        return None
    return Unusable(
        name=name, kind=kind, reason=reason, executable=candidate.path, origin=candidate.origin, facts=facts
    )


def _runtime(name: str, candidate: Candidate, facts: Facts) -> Runtime:
    return Runtime(name=name, executable=_executable(candidate, facts), origin=candidate.origin, facts=facts)


def _executable(candidate: Candidate, facts: Facts) -> str:
    """Return what to start: the interpreter itself, unless the user or a wrapper put something before it."""
    is_own = candidate.origin != EXPLICIT and facts.executable == os.path.realpath(candidate.path)
    return facts.executable if is_own else candidate.path


def _absent(runtimes: Iterable[Runtime], wishes: Iterable[str]) -> Iterator[Unusable]:
    """Yield the wishes that no runtime meets, by its name or by its version."""
    met = {name for runtime in runtimes for name in (runtime.name, minor_name(runtime.facts), full_name(runtime.facts))}
    for wish in dict.fromkeys(wishes):
        if wish not in met:
            yield Unusable(name=wish, kind="absent", reason=_why_absent(wish))


def _why_absent(wish: str) -> str:
    match = WISH.fullmatch(wish)
    if match is None:
        return "not a name of a CPython; those look like 3.14 or 3.14t"
    if (int(match[1]), int(match[2])) < OLDEST:
        return TOO_OLD
    return f"not found; `gilscope runtimes install {wish}` brings it"


def _by_version(runtime: Runtime) -> tuple[object, ...]:
    facts = runtime.facts
    return not facts.is_cpython, facts.implementation, facts.version, facts.build, facts.debug, runtime.name


def _by_kind(unusable: Unusable) -> tuple[object, ...]:
    version = unusable.facts.version if unusable.facts else ()
    return KINDS.index(unusable.kind), version, unusable.name, unusable.executable or ""
