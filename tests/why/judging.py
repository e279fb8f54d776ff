"""Answers of ``gilscope why`` held against what the catalogue declares; pure.

An answer is right where it names every cause and asserts nothing untrue, and wrong where it asserts anything untrue.
All else cannot be told: it names too little, or a kind of cause without its object, or an object without saying whether
its count or its lock is to blame. That the machine gave no more is never untrue, since processes were seen to gain no
more; it is a name only where the machine is the cause. That work scales which does so on some machines is neither right
nor wrong, since nobody knows it beforehand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from why.catalogue import Cause, Workload

Verdict = Literal["right", "wrong", "cannot be told"]

UNTOLD = "object"
"""The kind of a cause of which nobody knows yet whether its count or its lock is to blame."""

GROUP = re.compile(r"^the values of ")
"""What the path of things begins with that a container holds."""


class Blamed(NamedTuple):
    """What an answer asserts to be a cause: its kind, and the path of its object or the name of a module."""

    kind: str
    path: str | None = None


class Said(NamedTuple):
    """An answer as far as it is judged: all that it blames, and whether it says that the work scales."""

    blamed: tuple[Blamed, ...] = ()
    scales: bool = False


class Judged(NamedTuple):
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
    truths, causes = workload.truths(runtime), workload.causes(runtime)
    untrue = tuple(shown(*blamed) for blamed in said.blamed if not _is_true(blamed, truths))
    unnamed = tuple(
        shown(cause.kind, cause.object) for cause in causes if not any(_names(blamed, cause) for blamed in said.blamed)
    )
    if said.scales and causes and not workload.declaration.may_scale:
        untrue = ("it scales",)
    if untrue:
        return Judged("wrong", untrue, unnamed)
    is_complete = not unnamed if causes else said.scales
    return Judged("right" if is_complete else "cannot be told", unnamed=unnamed)


def shown(kind: str, path: str | None) -> str:
    """A cause in a few words."""
    return kind if path is None else f"{kind} {path}"


def _is_true(blamed: Blamed, truths: tuple[Cause, ...]) -> bool:
    """Whether an assertion is nothing but the truth, though it may be less than that."""
    alike = [cause for cause in truths if blamed.kind in {cause.kind, UNTOLD}]
    return blamed.kind == "machine" or any(not blamed.path or _leads_to(blamed.path, cause) for cause in alike)


def _names(blamed: Blamed, cause: Cause) -> bool:
    """Whether an assertion names a cause by its kind, and by its object where it has one."""
    return blamed.kind == cause.kind and _leads_to(blamed.path, cause)


def _leads_to(path: str | None, cause: Cause) -> bool:
    """Whether a path leads to a cause's object; it may leave out packages and modules that the code imports from."""
    if cause.object is None or not path:
        return cause.object is None
    core, whole = GROUP.sub("", path), GROUP.sub("", cause.object)
    if whole.endswith("*"):
        return core.startswith(whole.removesuffix("*"))
    short, long = sorted((core, whole), key=len)
    return bool(GROUP.match(path)) == bool(GROUP.match(cause.object)) and f".{long}".endswith(f".{short}")
