"""What was seen of a subject, as findings, and these as a verdict; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
from packaging.utils import canonicalize_name

from gilscope.audit.values import LIBRARY, OWN, Finding, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from gilscope.audit.values import Called, Declares, Error, Load, Seen, Subject

CLEAN = "clean"
PURE = "clean, pure Python"
NOTHING = "nothing to import"
REFUSAL = "does not support loading in subinterpreters"
"""How Python refuses a module in an interpreter that owns its GIL."""
NOT_THERE = "ModuleNotFoundError"
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
    "not looked at",
    "would be refused",
    "would turn the GIL on",
)
"""Kinds that make a verdict, the gravest first; that something prints or forks makes none."""
EVERYWHERE: tuple[Kind, ...] = ("has no wheel", "crashes", "hangs", "cannot be imported", "not looked at")
"""Kinds that leave nothing to be said of interpreters either, where the main interpreter has them."""
MULTIPLE_GILS, NO_GIL, NOT_SUPPORTED = 2, 1, 0
"""What slots hold: Py_MOD_PER_INTERPRETER_GIL_SUPPORTED, Py_MOD_GIL_NOT_USED, no support of other interpreters."""
MOST_NAMES = 3


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

    def is_of_the_library(self, load: Load) -> bool:
        """Whether an extension belongs to Python."""
        return self.owner(load.path)[0] == LIBRARY


def findings(place: Place, default: Place | None) -> Iterator[Finding]:
    """What is to be said of a subject on a runtime; ``default`` is it on the default build."""
    yield from _odd(place, place.main, in_interpreter=False)
    yield from _not_imported(place, default)
    yield from _turning_the_gil_on(place)
    if default is not None and place.is_free_threaded:
        yield from _built_otherwise(place, default)
    if place.threads is not None:
        yield from _in_threads(place, place.threads)
    if place.interpreter is not None:
        yield from _odd(place, place.interpreter, in_interpreter=True)
        yield from _in_interpreter(place, place.interpreter)
    else:
        yield from _foretold_refusals(place)


def verdict(place: Place, found: Iterable[Finding], *, in_interpreter: bool) -> str:
    """The gravest of what was found of a subject on a runtime."""
    kinds = {
        finding.kind for finding in found if finding.in_interpreter == in_interpreter or finding.kind in EVERYWHERE
    }
    for kind in GRAVEST:
        if kind in kinds:
            return kind
    if not place.subject.modules and not place.subject.extensions:
        return NOTHING
    has_extension = any(load.is_loaded and not place.is_of_the_library(load) for load in place.main.loads)
    return CLEAN if place.subject.extensions or has_extension else PURE


def _odd(place: Place, seen: Seen, *, in_interpreter: bool) -> Iterator[Finding]:
    """Ends of the process, forks, what was printed, and what nobody came to."""
    for target, end in seen.ends.items():
        load = next((load for load in reversed(seen.loads) if load.target == target), None)
        blamed = load is not None and not load.is_over
        yield _finding(
            place, end.kind, load if blamed else None, end.words, module=target, in_interpreter=in_interpreter
        )
    if seen.lacking:
        yield _finding(place, "not looked at", None, seen.lacking, in_interpreter=in_interpreter)
    if seen.untried:
        words = f"its process ended {len(seen.ends)} times before these were imported"
        named = _named(seen.untried)
        yield _finding(place, "not looked at", None, words, module=named, in_interpreter=in_interpreter)
    if seen.forked:
        yield _finding(place, "forks", None, "an import forked", in_interpreter=in_interpreter)
    if seen.printed:
        yield _finding(place, "prints", None, seen.printed, in_interpreter=in_interpreter)


def _not_imported(place: Place, default: Place | None) -> Iterator[Finding]:
    """What people import and cannot, and extensions of which nothing is known for that reason.

    One of several modules may need what is not installed: that is a finding where it has the distribution's name, or
    the default build can import it, and otherwise a note.
    """
    subject = place.subject
    failed = _failed(subject.modules, place.main)
    left_out: dict[str, Error] = {}
    for target, error in failed:
        can_elsewhere = default is not None and _was_imported(default.main, target)
        if can_elsewhere or len(failed) == len(subject.modules) or canonicalize_name(target) == subject.name:
            is_no_guess = not (subject.is_guessed and error.type == NOT_THERE)
            kind: Kind = "cannot be imported" if is_no_guess else "not looked at"
            yield _finding(place, kind, None, f"{error.type}: {error.root}", module=target)
        else:
            left_out[target] = error
    tried = [name for name in subject.extensions if name in place.main.errors]
    loaded = {load.module for load in place.main.loads if load.is_loaded}
    errors = {name: error for name, error in _failed(tried, place.main) if name not in loaded}
    if errors and len(errors) == len(tried) and len(failed) < max(1, len(subject.modules)):
        words = f"none of its extensions could be loaded by its own name: {_first(errors)}"
        yield _finding(place, "not looked at", None, words, module=_named(tuple(errors)))
    elif left_out | errors:
        words = f"nothing is known of what cannot be imported by its own name: {_first(left_out | errors)}"
        yield _finding(place, "not all looked at", None, words, module=_named(tuple(left_out | errors)))


def _turning_the_gil_on(place: Place) -> Iterator[Finding]:
    """Every extension that does not declare to do without the GIL; or that there was one afterwards."""
    blamed: dict[str, Load] = {}
    was_on = False
    for load in place.main.loads:
        declared = load.declared
        if declared is not None:
            if _turns_the_gil_on(place, load, declared, was_on=was_on):
                blamed.setdefault(load.module, load)
            was_on = was_on or declared.gil_on
    for load in blamed.values():
        declared = load.declared
        if place.is_free_threaded:
            yield _finding(place, "turns the GIL on", load, "it does not declare that it does without the GIL")
        elif declared is not None:
            words = f"on this build it {_why_foretold(declared)}; a free-threaded build's own wheel may declare itself"
            yield _finding(place, "would turn the GIL on", load, words)
    if place.is_free_threaded and place.main.gil_on and not blamed:
        words = "there was a GIL after it was imported, and no extension was seen to turn it on"
        yield _finding(place, "turns the GIL on", None, words, module=place.main.gil_on)


def _turns_the_gil_on(place: Place, load: Load, declared: Declares, *, was_on: bool) -> bool:
    """Whether an extension turns the GIL on, or would on a free-threaded build, for which Python's own are ready."""
    if place.is_free_threaded:
        return declared.needs_gil or (declared.needs_gil is None and declared.gil_on and not was_on)
    is_open = declared.single_phase is not None and declared.gil_slot != NO_GIL
    return place.foretells_gil and bool(declared.needs_gil or is_open) and not place.is_of_the_library(load)


def _why_foretold(declared: Declares) -> str:
    if declared.single_phase is None:
        return "gives Python an object that is no module, and can declare nothing"
    return "is initialised in a single phase" if declared.single_phase else "has no slot Py_mod_gil"


def _built_otherwise(place: Place, default: Place) -> Iterator[Finding]:
    """Extensions of a subject that the default build loads and this one does not, though all can be imported.

    Versions may differ in what they are made of.
    """
    subject = place.subject
    if _failed(subject.modules, place.main) or place.main.ends:
        return
    is_alike = subject.version == default.subject.version
    tried = {load.module: load for load in place.main.loads if load.error is not None}
    for load in _first_of_each(default.main.loads):
        as_imported = load.target in subject.modules
        if _has(place.main, load.module, subject.modules if as_imported else None):
            continue
        if default.owner(load.path)[0] != subject.name:
            continue
        is_left_out = is_alike and (as_imported or load.module not in subject.extensions)
        theirs = f"{default.runtime} loads this extension of {default.subject.name} {default.subject.version}"
        attempt = tried.get(load.module)
        if attempt is not None and _was_imported(place.main, attempt.target):
            yield _finding(place, "falls back", attempt, f"{theirs}, and here: {_words(attempt)}")
        elif attempt is None and (is_left_out or not subject.extensions):
            here = "is not loaded" if load.module in subject.extensions else "is not in what is installed"
            found = _finding(place, "falls back", None, f"{theirs}, and here it {here}", module=load.module)
            yield msgspec.structs.replace(found, chain=load.chain)


def _in_threads(place: Place, threads: Seen) -> Iterator[Finding]:
    for target, error in threads.errors.items():
        if error is not None and _was_imported(place.main, target):
            words = f"imported from many threads at once: {error.type}: {error.root}"
            yield _finding(place, "fails in threads", None, words, module=target)
    if threads.called is not None:
        yield from _called(place, threads.called)
    for target, end in threads.ends.items():
        if target not in place.main.ends:
            yield _finding(place, "fails in threads", None, f"imported from many threads at once: {end.words}")
    if threads.lacking and not place.main.lacking:
        yield _finding(place, "not looked at", None, f"in many threads at once: {threads.lacking}")


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
    subject = place.subject
    failures = [load for load in inside.loads if load.error is not None]
    told: set[str] = set()
    for load in _first_of_each(place.main.loads):
        as_imported = load.target in subject.modules
        if _has(inside, load.module, subject.modules if as_imported else None):
            continue
        attempts = [attempt for attempt in failures if attempt.module == load.module]
        attempt = next((each for each in attempts if (each.target in subject.modules) == as_imported), None)
        attempt = attempt or next(iter(attempts), None)
        target = load.target if attempt is None else attempt.target
        if target not in inside.errors:
            continue  # the process died on the way there
        error = inside.errors[target]
        is_explained = error is not None or any(failure.target == target for failure in failures)
        if attempt is None and (is_explained or place.is_of_the_library(load)):
            continue  # another extension was refused before, or it was there from the beginning
        is_refusal = attempt is not None and attempt.error is not None and REFUSAL in attempt.error.root
        reason = _why_refused(load.declared) if is_refusal else _words(attempt)
        kind: Kind = "falls back" if error is None else "is refused"
        told.update(each.target for each in attempts)
        yield _finding(place, kind, attempt or load, reason, in_interpreter=True)
    for target, failed in _failed(subject.modules, inside):
        if target not in told and _was_imported(place.main, target):
            words = f"{failed.type}: {failed.root}"
            yield _finding(place, "is refused", None, words, module=target, in_interpreter=True)


def _foretold_refusals(place: Place) -> Iterator[Finding]:
    for load in _first_of_each(place.main.loads):
        declared = load.declared
        if declared is None or declared.single_phase is None:
            continue
        if declared.single_phase or declared.interpreters != MULTIPLE_GILS:
            yield _finding(place, "would be refused", load, _why_refused(declared), in_interpreter=True)


def _why_refused(declared: Declares | None) -> str:
    if declared is None or declared.single_phase is None:
        return "it does not support interpreters that own their GIL"
    if declared.single_phase:
        return "it is initialised in a single phase"
    if declared.interpreters == NOT_SUPPORTED:
        return "it declares that it supports no other interpreters"
    return "it supports interpreters only that share the GIL"


def _first_of_each(loads: Iterable[Load]) -> list[Load]:
    """The first time that each extension was loaded."""
    firsts: dict[str, Load] = {}
    for load in loads:
        if load.is_loaded:
            firsts.setdefault(load.module, load)
    return list(firsts.values())


def _has(seen: Seen, module: str, targets: Sequence[str] | None) -> bool:
    """Whether an extension was loaded, for one of these targets or (None) for any."""
    return any(
        load.is_loaded and load.module == module and (targets is None or load.target in targets) for load in seen.loads
    )


def _was_imported(seen: Seen, target: str) -> bool:
    return target in seen.errors and seen.errors[target] is None


def _words(attempt: Load | None) -> str:
    if attempt is None or attempt.error is None:
        return "its importer did not try to load it there"
    return f"{attempt.error.type}: {attempt.error.root}"


def _first(errors: dict[str, Error]) -> str:
    error = next(iter(errors.values()))
    return f"{error.type}: {error.root}"


def _named(names: Sequence[str]) -> str:
    """Some names of many."""
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _failed(targets: Sequence[str], seen: Seen) -> list[tuple[str, Error]]:
    return [(target, error) for target in targets if (error := seen.errors.get(target)) is not None]


def _finding(  # noqa: PLR0913 - a finding has as many parts
    place: Place, kind: Kind, load: Load | None, reason: str, *, module: str = "", in_interpreter: bool = False
) -> Finding:
    """A finding whose culprit is an extension, or else the subject itself."""
    subject = place.subject
    if load is not None:
        distribution, version = place.owner(load.path)
    else:
        distribution, version = (OWN, "") if subject.is_file else (subject.name, subject.version)
    return Finding(
        subject=subject.name,
        runtime=place.runtime,
        kind=kind,
        module="" if load is None and subject.is_file else module if load is None else load.module,
        reason=reason,
        distribution=distribution,
        version=version,
        chain=() if load is None else load.chain,
        in_interpreter=in_interpreter,
    )
