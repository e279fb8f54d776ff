"""Answers of ``gilscope why`` held against what the catalogue declares: right, wrong, or cannot be told; pure.

An answer is right where it names every cause and asserts nothing untrue, and wrong where it asserts anything untrue.
All else cannot be told: it names too little, or a kind of cause without its object, or an object without saying whether
its count or its lock is to blame. That the machine gave no more is never untrue, since processes were seen to gain no
more; it is a name only where the machine is the cause.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from why.catalogue import Cause, Workload

Verdict = Literal["right", "wrong", "cannot be told"]

UNTOLD = "object"
"""The kind of a cause of which nobody knows yet whether its count or its lock is to blame."""

BECAUSE = "because of"
GROUP = re.compile(r"^the values of ")


class SaidSuspect(msgspec.Struct, frozen=True):
    """An object as an answer names it."""

    path: str


class SaidCause(msgspec.Struct, frozen=True):
    """A cause as an answer judges it; none but those that something is lost because of are asserted."""

    kind: str
    judgement: str
    suspect: SaidSuspect | None = None


class Said(msgspec.Struct, frozen=True):
    """An answer's JSON as far as it is judged: how the question ended, and the causes."""

    ending: Literal["scales", "machine", "busy", "gil", "open", "causes"]
    gil_module: str | None = None
    causes: tuple[SaidCause, ...] = ()

    @property
    def asserted(self) -> list[tuple[str, str | None]]:
        """What it asserts: kinds of cause, each with the path of its object or the name of its module."""
        if self.ending == "gil":
            return [("gil", self.gil_module or None)]
        if self.ending == "machine":
            return [("machine", None)]
        because = (cause for cause in self.causes if cause.judgement == BECAUSE)
        return [(cause.kind, None if cause.suspect is None else cause.suspect.path) for cause in because]


class Judged(msgspec.Struct, frozen=True):
    """A verdict, with what was asserted and is untrue, and what should have been named and was not."""

    verdict: Verdict
    untrue: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()

    def __str__(self) -> str:
        details = [f"untrue: {', '.join(self.untrue)}"] if self.untrue else []
        details += [f"unnamed: {', '.join(self.unnamed)}"] if self.unnamed else []
        return "; ".join([self.verdict, *details])


def judged(said: Said, workload: Workload, runtime: str) -> Judged:
    """The verdict on an answer about a workload on a runtime such as ``3.14t``."""
    true, causes = workload.true(runtime), workload.causes(runtime)
    untrue = tuple(shown(kind, path) for kind, path in said.asserted if not _is_true(kind, path, true))
    named = [cause for cause in causes if any(_names(kind, path, cause) for kind, path in said.asserted)]
    unnamed = tuple(shown(cause.kind, cause.object) for cause in causes if cause not in named)
    if said.ending == "scales" and causes:
        untrue = ("it scales",)
    if untrue:
        return Judged("wrong", untrue, unnamed)
    is_complete = not unnamed if causes else said.ending == "scales"
    return Judged("right" if is_complete else "cannot be told", unnamed=unnamed)


def shown(kind: str, path: str | None) -> str:
    """A cause in a few words."""
    return kind if path is None else f"{kind} {path}"


def _is_true(kind: str, path: str | None, true: tuple[Cause, ...]) -> bool:
    """Whether an assertion is nothing but the truth, though it may be less than that."""
    alike = [cause for cause in true if kind in {cause.kind, UNTOLD}]
    return kind == "machine" or any(not path or _is_path_of(path, cause.object) for cause in alike)


def _names(kind: str, path: str | None, cause: Cause) -> bool:
    return kind == cause.kind and (cause.object is None or _is_path_of(path, cause.object))


def _is_path_of(path: str | None, declared: str | None) -> bool:
    """Whether a path leads to what is declared: it may leave out packages and modules that the code imports from."""
    if path is None or declared is None:
        return False
    core, whole = GROUP.sub("", path), GROUP.sub("", declared)
    if whole.endswith("*"):
        return core.startswith(whole.removesuffix("*"))
    short, long = sorted((core, whole), key=len)
    return bool(GROUP.match(path)) == bool(GROUP.match(declared)) and f".{long}".endswith(f".{short}")
