"""Short names that are unique among the interpreters found together: ``3.14``, ``3.14t``, ``3.13.0``."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gilscope.values.runtimes import Facts


def minor_name(facts: Facts) -> str:
    """Return the name of the minor version and kind of build: ``3.14t``, ``3.14d`` (debug), ``pypy3.11``.

    That is the language's version, but for implementations that stay with one and tell themselves apart by their own
    (``micropython1.25``).
    """
    return _prefix(facts) + ".".join(_version(facts)[:2]) + _suffix(facts)


def full_name(facts: Facts) -> str:
    """Return the name of the whole version and kind of build: ``3.14.6t``, ``3.15.0a3`` or ``pypy3.11-8.0.1``."""
    if facts.release and facts.runs_agent:
        return f"{minor_name(facts)}-{facts.release}"
    if facts.release:
        return _prefix(facts) + facts.release
    return _prefix(facts) + facts.version_text.rstrip("+") + _suffix(facts)


KNOWN = (False, None, True)
"""What a build may say of how it was optimised, from the worst to the best."""


def preference(facts: Facts) -> tuple[int, bool, tuple[int, int, int], str, tuple[int, ...]]:
    """Return a sort key by which the best build of a minor version comes last: optimised first, then newest."""
    released = facts.version_text.rstrip("+").replace(".", "").isdigit()
    optimised = sum(KNOWN.index(holds) for holds in (facts.pgo, facts.lto))
    own = tuple(int(number) for number in facts.release.split(".") if number.isdigit())
    return optimised, released, facts.version, facts.version_text, own


def unique_names(builds: Sequence[tuple[Facts, str]]) -> tuple[str, ...]:
    """Return a name for each build and its origin: the best of a minor version gets the short one.

    The others are called by their full version, with their origin where two have the same (``3.13.5-pyenv``), and
    with a number where even that is not enough.
    """
    order = sorted(range(len(builds)), key=lambda index: minor_name(builds[index][0]))
    names = [""] * len(builds)
    for short, members in groupby(order, key=lambda index: minor_name(builds[index][0])):
        group = list(members)
        best = max(group, key=lambda index: (preference(builds[index][0]), -index))
        for index, name in zip(group, _long_names([builds[index] for index in group]), strict=True):
            names[index] = short if index == best else name
    return tuple(names)


def _long_names(group: Sequence[tuple[Facts, str]]) -> list[str]:
    """Return full versions, each made longer until no two are equal."""
    names = [full_name(facts) for facts, _ in group]
    shared = Counter(names)
    names = [
        f"{name}-{origin.strip('-').lower()}" if shared[name] > 1 else name
        for name, (_, origin) in zip(names, group, strict=True)
    ]
    seen: Counter[str] = Counter()
    for index, name in enumerate(names):
        seen[name] += 1
        if seen[name] > 1:
            names[index] = f"{name}-{seen[name]}"
    return names


def _version(facts: Facts) -> list[str]:
    return facts.release.split(".") if facts.release and not facts.runs_agent else list(map(str, facts.version))


def _prefix(facts: Facts) -> str:
    return "" if facts.is_cpython else facts.implementation.lower()


def _suffix(facts: Facts) -> str:
    return ("t" if facts.build == "free-threaded" else "") + ("d" if facts.debug else "")
