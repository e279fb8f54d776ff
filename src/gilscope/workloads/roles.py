"""Unlike work side by side: ``work.py:read*3,work.py:write*1`` becomes one workload of several roles."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from gilscope.errors import UsageError
from gilscope.values.probes import Probe, Role
from gilscope.workloads.probes import foreign

if TYPE_CHECKING:
    from gilscope.values.probes import Target
    from gilscope.workloads.targets import Given

_ROLE = re.compile(r"(?P<target>.+?)(?:\*(?P<workers>\d+))?", re.DOTALL)
_PLACE = re.compile(r"(?P<where>.+?\.py|[\w.]+):")
FEWEST = 2
"""Roles below which there is nobody to work beside."""

_EXAMPLE = "--roles work.py:read*3,work.py:write*1"


class _Asked(NamedTuple):
    """A role as it was typed; the place of its target may be that of the role before it."""

    target: str
    workers: int


def roles(text: str, given: Given) -> Probe:
    """The workload whose roles a text names, with their workers; a role without a file is in the last one.

    Raises:
        UsageError: it names fewer than two roles, one of them twice or without workers, or what is no callable.
    """
    if given.arguments:
        raise UsageError(f"--arg is for one callable: give each role its arguments in parentheses, as in {_EXAMPLE}")
    asked = _asked(text)
    works = [foreign(target, given) for target, _ in asked]
    names = Counter(map(_name, works))
    made = tuple(
        Role(name=_name(work) if names[_name(work)] == 1 else work.id, target=_target(work), workers=role.workers)
        for work, role in zip(works, asked, strict=True)
    )
    if len({role.name for role in made}) < max(FEWEST, len(made)):
        raise UsageError(f"{text}: name two roles or more, each of them once, with its workers: {_EXAMPLE}")
    label = ",".join(f"{work.id}*{role.workers}" for work, role in zip(works, made, strict=True))
    return Probe(
        id=label,
        path=works[0].path,
        roles=made,
        setup=works[0].setup,
        shared=given.share,
        loops=1,
        question=f"What do {' and '.join(role.label for role in made)} cost each other, side by side?",
        kind="own",
        requires_python=",".join(work.requires_python for work in works if work.requires_python) or None,
        dependencies=tuple(dict.fromkeys(name for work in works for name in work.dependencies)),
    )


def _target(work: Probe) -> Target:
    assert work.target is not None  # noqa: S101 - the work of a role is a callable
    return work.target


def _name(work: Probe) -> str:
    return _target(work).name


def _asked(text: str) -> list[_Asked]:
    asked: list[_Asked] = []
    where = ""
    for part in _parts(text):
        match = _ROLE.fullmatch(part)
        if match is None or match["workers"] == "0":
            raise UsageError(f"{text}: {part!r} is no role with workers, such as {_EXAMPLE}")
        place = _PLACE.match(match["target"])
        target = match["target"] if place is not None else where + match["target"]
        where = where if place is None else place[0]
        asked.append(_Asked(target, int(match["workers"] or 1)))
    return asked


def _parts(text: str) -> list[str]:
    """The roles of a text; a comma in brackets belongs to arguments."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]
