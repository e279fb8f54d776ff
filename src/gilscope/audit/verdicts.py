"""What was seen of a subject, as findings, and these as a verdict; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gilscope.audit.values import LIBRARY, Finding, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from gilscope.audit.values import Called, Error, Load, Loaded, Seen, Subject

CLEAN = "clean"
PURE = "clean, pure Python"
REFUSAL = "does not support loading in subinterpreters"
"""How Python refuses a module in an interpreter that owns its GIL."""
GRAVEST: tuple[Kind, ...] = (
    "has no wheel",
    "crashes",
    "hangs",
    "cannot be imported",
    "is refused",
    "turns the GIL on",
    "falls back",
    "fails in threads",
    "differs in threads",
    "would be refused",
    "would turn the GIL on",
)
"""Kinds that make a verdict, the gravest first; that something prints or forks makes none."""
MULTIPLE_GILS, NO_GIL, NOT_SUPPORTED = 2, 1, 0
"""What slots hold: Py_MOD_PER_INTERPRETER_GIL_SUPPORTED, Py_MOD_GIL_NOT_USED, no support of other interpreters."""


class Place(NamedTuple):
    """A subject in the environment of one runtime, with what was seen there.

    ``foretells_gil`` is whether a default build is asked what a free-threaded one would do. ``owner`` tells the
    distribution, and its version, that a file belongs to.
    """

    runtime: str
    is_free_threaded: bool
    foretells_gil: bool
    subject: Subject
    owner: Callable[[str], tuple[str, str]]
    main: Seen
    interpreter: Seen | None
    threads: Seen | None


def findings(place: Place, default: Place | None) -> Iterator[Finding]:
    """What is to be said of a subject on a runtime; ``default`` is it on the default build."""
    yield from _odd(place, place.main, in_interpreter=False)
    yield from _not_imported(place, default)
    yield from _turning_the_gil_on(place)
    if default is not None and place.is_free_threaded:
        yield from _built_otherwise(place, default)
    if place.threads is not None:
        yield from _in_threads(place, place.threads)
    if place.interpreter is not None and not place.interpreter.lacking:
        yield from _odd(place, place.interpreter, in_interpreter=True)
        yield from _in_interpreter(place, place.interpreter)
    elif place.interpreter is None:
        yield from _foretold_refusals(place)


def verdict(subject: Subject, found: Iterable[Finding], *, in_interpreter: bool) -> str:
    """The gravest of what was found of a subject on a runtime."""
    kinds = {
        finding.kind
        for finding in found
        if finding.in_interpreter == in_interpreter or finding.kind in {"has no wheel", "cannot be imported"}
    }
    for kind in GRAVEST:
        if kind in kinds:
            return kind
    return CLEAN if subject.extensions else PURE


def _odd(place: Place, seen: Seen, *, in_interpreter: bool) -> Iterator[Finding]:
    """Ends of the process, forks and what was printed."""
    for target, words in seen.ends.items():
        load = next((load for load in reversed(seen.loads) if load.target == target), None)
        blamed = load is not None and load.loaded is None and load.error is None
        kind: Kind = "hangs" if "did not end" in words else "crashes"
        yield _finding(place, kind, load if blamed else None, words, module=target, in_interpreter=in_interpreter)
    if seen.forked:
        yield _finding(place, "forks", None, "an import forked", in_interpreter=in_interpreter)
    if seen.printed:
        yield _finding(place, "prints", None, seen.printed, in_interpreter=in_interpreter)


def _not_imported(place: Place, default: Place | None) -> Iterator[Finding]:
    """What people import and cannot, unless that is one of several modules and fails on the default build too.

    One of several may need what is not installed.
    """
    failed = _failed(place.subject.modules, place.main)
    for target, error in failed:
        can_elsewhere = default is not None and default.main.errors.get(target, _MISSING) is None
        if can_elsewhere or len(failed) == len(place.subject.modules):
            yield _finding(place, "cannot be imported", None, f"{error.type}: {error.root}", module=target)


def _turning_the_gil_on(place: Place) -> Iterator[Finding]:
    for load in place.main.loads:
        loaded = load.loaded
        if loaded is None or place.owner(load.path)[0] == LIBRARY:
            continue
        if place.is_free_threaded:
            if loaded.needs_gil:
                yield _finding(place, "turns the GIL on", load, "it does not declare that it does without the GIL")
        elif place.foretells_gil and loaded.single_phase is not None and loaded.gil_slot != NO_GIL:
            how = "is initialised in a single phase" if loaded.single_phase else "has no slot Py_mod_gil"
            words = f"on this build it {how}; a free-threaded build's own wheel may declare itself"
            yield _finding(place, "would turn the GIL on", load, words)


def _built_otherwise(place: Place, default: Place) -> Iterator[Finding]:
    """Extensions of a subject that the default build loads and this one does not, though all can be imported."""
    if _failed(place.subject.modules, place.main) or place.main.ends:
        return
    is_alike = place.subject.version == default.subject.version  # versions may differ in what they are made of
    there = {load.module for load in place.main.loads if load.loaded is not None}
    tried = {load.module: load for load in place.main.loads if load.error is not None}
    for load in default.main.loads:
        is_missing = is_alike and load.module not in place.subject.extensions
        if load.loaded is None or load.module in there or default.owner(load.path)[0] != place.subject.name:
            continue
        theirs = f"{default.runtime} loads this extension of {default.subject.name} {default.subject.version}"
        attempt = tried.get(load.module)
        if attempt is not None and place.main.errors.get(attempt.target, _MISSING) is None:
            yield _finding(place, "falls back", attempt, f"{theirs}, and here: {_words(attempt)}")
        elif attempt is None and (is_missing or not place.subject.extensions):
            reason = f"{theirs}, and what is installed here is without it"
            yield msgspec.structs.replace(
                _finding(place, "falls back", None, reason, module=load.module), chain=load.chain
            )


def _in_threads(place: Place, threads: Seen) -> Iterator[Finding]:
    for target, error in threads.errors.items():
        if error is not None and place.main.errors.get(target, _MISSING) is None:
            words = f"imported from many threads at once: {error.type}: {error.root}"
            yield _finding(place, "fails in threads", None, words, module=target)
    if threads.called is not None:
        yield from _called(place, threads.called)
    for words in (*threads.ends.values(), *([threads.lacking] if threads.lacking else [])):
        yield _finding(place, "fails in threads", None, f"imported from many threads at once: {words}")


def _called(place: Place, called: Called) -> Iterator[Finding]:
    """What the calls of a person's function show; that all results are alike proves nothing."""
    function = f"{place.subject.function}()"
    if called.error is not None:
        words = f"{called.error.type}: {called.error.root}"
        if called.alone:
            yield _finding(place, "fails in threads", None, f"{function} called from many threads at once: {words}")
        else:
            yield _finding(place, "says nothing of threads", None, f"{function} fails when it is called alone: {words}")
    elif len(set(called.alone)) > 1:
        words = f"{function} gives another result each time, {' and then '.join(called.alone)}"
        yield _finding(place, "says nothing of threads", None, words)
    elif called.other is not None:
        words = f"{function} gives {called.alone[0]} alone, and {called.other} in a thread beside others"
        yield _finding(place, "differs in threads", None, words)


def _in_interpreter(place: Place, inside: Seen) -> Iterator[Finding]:
    """Refusals and silent fallbacks: an extension that the main interpreter loads, and this one does not."""
    in_main = {load.module: load for load in place.main.loads if load.loaded is not None}
    loaded = {load.module for load in inside.loads if load.loaded is not None}
    tried = {load.module: load for load in inside.loads if load.error is not None}
    explained = {load.target for load in tried.values()}
    for module, load in in_main.items():
        if module in loaded or place.owner(load.path)[0] == LIBRARY:
            continue
        attempt = tried.get(module)
        target = load.target if attempt is None else attempt.target
        error = inside.errors.get(target, _MISSING)
        if error is _MISSING or (attempt is None and (error is not None or target in explained)):
            continue  # the process died on the way there, or another extension was refused before
        reason = _why_refused(load.loaded) if attempt is not None and _is_refusal(attempt.error) else _words(attempt)
        kind: Kind = "falls back" if error is None else "is refused"
        yield _finding(place, kind, attempt or load, reason, in_interpreter=True)
    for target, error in _failed(place.subject.modules, inside):
        if place.main.errors.get(target, _MISSING) is None and not (explained and REFUSAL in error.root):
            words = f"{error.type}: {error.root}"
            yield _finding(place, "is refused", None, words, module=target, in_interpreter=True)


def _foretold_refusals(place: Place) -> Iterator[Finding]:
    for load in place.main.loads:
        loaded = load.loaded
        if loaded is None or loaded.single_phase is None or place.owner(load.path)[0] == LIBRARY:
            continue
        if loaded.single_phase or loaded.interpreters != MULTIPLE_GILS:
            yield _finding(place, "would be refused", load, _why_refused(loaded), in_interpreter=True)


def _why_refused(loaded: Loaded | None) -> str:
    if loaded is None or loaded.single_phase is None:
        return "it does not support interpreters that own their GIL"
    if loaded.single_phase:
        return "it is initialised in a single phase"
    if loaded.interpreters == NOT_SUPPORTED:
        return "it declares that it supports no other interpreters"
    return "it supports interpreters only that share the GIL"


def _words(attempt: Load | None) -> str:
    if attempt is None or attempt.error is None:
        return "its importer did not try to load it there"
    return f"{attempt.error.type}: {attempt.error.root}"


def _is_refusal(error: Error | None) -> bool:
    return error is not None and REFUSAL in error.root


def _failed(targets: Sequence[str], seen: Seen) -> list[tuple[str, Error]]:
    return [(target, error) for target in targets if (error := seen.errors.get(target)) is not None]


def _finding(  # noqa: PLR0913 - a finding has as many parts
    place: Place, kind: Kind, load: Load | None, reason: str, *, module: str = "", in_interpreter: bool = False
) -> Finding:
    distribution, version = (place.subject.name, place.subject.version) if load is None else place.owner(load.path)
    return Finding(
        subject=place.subject.name,
        runtime=place.runtime,
        kind=kind,
        module=module if load is None else load.module,
        reason=reason,
        distribution=distribution,
        version=version,
        chain=() if load is None else load.chain,
        in_interpreter=in_interpreter,
    )


class _Missing:
    """Stands for the outcome of a target that never came to one."""


_MISSING = _Missing()
