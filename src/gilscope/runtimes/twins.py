"""Twins: the default build that a free-threaded one is compared with, and every fact in which the two differ."""

from __future__ import annotations

import os
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from gilscope.errors import NoRuntimeError, UsageError
from gilscope.runtimes.names import full_name
from gilscope.values.runtimes import Arm, Pair, in_a_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gilscope.values.runtimes import Census, Facts, Runtime, Unusable

    Packages = Mapping[str, str]
    """The versions of packages by name."""

# How much a difference in a fact can move a time, roughly: a debug build is several times slower, a profile is
# worth a tenth or more, a patch release next to nothing.
WEIGHTS = {
    "platform": 100,
    "debug": 50,
    "pgo": 10,
    "jit": 8,
    "lto": 5,
    "compiler": 2,
    "version": 1,
    "flags": 1,
}
GIL_FLAGS = {"--disable-gil", "--enable-gil", "--disable-gil=yes", "--disable-gil=no"}


def pairs(runtimes: Iterable[Runtime]) -> tuple[Pair, ...]:
    """Pair each free-threaded runtime with the default build of its minor version that is most like it."""
    runtimes = tuple(runtimes)
    free_threaded = [runtime for runtime in runtimes if runtime.facts.build == "free-threaded"]
    return tuple(_pair(runtime, runtimes) for runtime in free_threaded)


def differences(runtime: Runtime, twin: Runtime) -> tuple[str, ...]:
    """Say in words every fact in which two builds differ, the GIL aside; the first one's value comes first."""
    ours, theirs = runtime.facts, twin.facts
    fact_rows = (
        ("implementation {} against {}", ours.implementation, theirs.implementation),
        ("version {} against {}", ours.version_text, theirs.version_text),
        ("platform {} against {}", ours.platform, theirs.platform),
        ("compiler {} against {}", ours.compiler, theirs.compiler),
        ("PGO: {} against {}", in_a_word(ours.pgo), in_a_word(theirs.pgo)),
        ("LTO: {} against {}", in_a_word(ours.lto), in_a_word(theirs.lto)),
        ("debug: {} against {}", in_a_word(ours.debug), in_a_word(theirs.debug)),
        ("JIT: {} against {}", ours.jit, theirs.jit),
    )
    words = [text.format(our_fact, their_fact) for text, our_fact, their_fact in fact_rows if our_fact != their_fact]
    for holder, other in ((runtime, twin), (twin, runtime)):
        only = [flag for flag in _flags(holder.facts) if flag not in _flags(other.facts)]
        if only:
            words.append(f"flags: {' '.join(only)} only in {holder.name}")
    return tuple(words)


def package_differences(runtime: str, packages: Packages, twin: str, of_twin: Packages) -> Iterator[str]:
    """Say in words in which packages the environments of two runtimes differ; the first one's version comes first."""
    for name in sorted(packages.keys() | of_twin.keys()):
        ours, theirs = packages.get(name), of_twin.get(name)
        if ours is None or theirs is None:
            yield f"{name} {ours or theirs} only in {twin if ours is None else runtime}"
        elif ours != theirs:
            yield f"{name} {ours} against {theirs}"


def arms(runtime: Runtime) -> tuple[Arm, ...]:
    """Return the ways to start a runtime: a free-threaded build also with its GIL forced on."""
    as_built = Arm(name=runtime.name, runtime=runtime)
    if runtime.facts.build == "default":
        return (as_built,)
    return as_built, Arm(name=f"{runtime.name}+gil", runtime=runtime, gil_forced=True)


def select(census: Census, names: Sequence[str]) -> tuple[Runtime, ...]:
    """Return the runtimes that the names mean, in the census' order; no names mean all of them.

    A name is a runtime's own (``3.14t``), its full version (``3.14.6t``), its executable's path, or a pattern of
    names (``3.1[34]*``).

    Raises:
        NoRuntimeError: the census has no usable runtime at all.
        UsageError: a name means none of them; the text says why, what is nearest and what there is.
    """
    if not census.runtimes:
        raise NoRuntimeError(
            "No Python 3.8 or later was found on this machine; `gilscope runtimes install` brings a pair."
        )
    names_meant: set[str] = set()
    for name in names or ["*"]:
        matches = _matches(name, census.runtimes)
        if not matches:
            raise UsageError(_unknown(name, census))
        names_meant |= matches
    return tuple(runtime for runtime in census.runtimes if runtime.name in names_meant)


def _pair(runtime: Runtime, runtimes: Iterable[Runtime]) -> Pair:
    kind = (runtime.facts.implementation, runtime.facts.version[:2])
    default = (other for other in runtimes if other.facts.build == "default")
    eligible = [other for other in default if (other.facts.implementation, other.facts.version[:2]) == kind]
    if not eligible:
        return Pair(free_threaded=runtime, twin=None, differences=())
    twin = min(eligible, key=lambda other: (_distance(runtime.facts, other.facts), other.name))
    return Pair(free_threaded=runtime, twin=twin, differences=differences(runtime, twin))


def _distance(ours: Facts, theirs: Facts) -> tuple[int, int]:
    """Return how unlike two builds are, and how many patch releases lie between them."""
    unlike = {fact: getattr(ours, fact) != getattr(theirs, fact) for fact in WEIGHTS if fact != "flags"}
    unlike["version"] = ours.version_text != theirs.version_text
    unlike["flags"] = set(_flags(ours)) != set(_flags(theirs))
    return sum(WEIGHTS[fact] for fact, differs in unlike.items() if differs), abs(ours.version[2] - theirs.version[2])


def _flags(facts: Facts) -> list[str]:
    """Return what a build was configured with, without the flag that makes it free-threaded."""
    return [flag for flag in facts.config_args if flag not in GIL_FLAGS]


def _matches(name: str, runtimes: Sequence[Runtime]) -> set[str]:
    """Return the names of the runtimes that a name or pattern means; an exact name beats a full version."""
    exact = {runtime.name for runtime in runtimes if _names_interpreter(name, runtime)}
    full = {runtime.name for runtime in runtimes if name == full_name(runtime.facts)}
    return exact or full or {runtime.name for runtime in runtimes if fnmatchcase(runtime.name, name)}


def _names_interpreter(name: str, interpreter: Runtime | Unusable) -> bool:
    """Whether a name is an interpreter's own, or a path to it, also a relative one."""
    is_path = os.path.dirname(name) != ""  # noqa: PTH120 -- Path("./x") and Path("x") are the same, here they are not
    return name == interpreter.name or (is_path and os.path.abspath(name) == interpreter.executable)  # noqa: PTH100 -- keeps links


def _unknown(name: str, census: Census) -> str:
    """Say why a name means no runtime, what was probably meant and what there is."""
    names = [runtime.name for runtime in census.runtimes]
    causes = [
        f"{row.executable or row.name} is {row.kind}: {row.reason}."
        for row in census.unusable
        if _names_interpreter(name, row)
    ]
    near = [] if causes else [f"Did you mean {match!r}?" for match in get_close_matches(name.lower(), names, n=1)]
    return " ".join([f"No runtime is called {name!r}.", *causes, *near, f"There are: {', '.join(names)}."])
