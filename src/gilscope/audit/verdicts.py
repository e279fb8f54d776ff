"""What was seen of a subject, as findings, and these as a verdict; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from gilscope.audit import in_interpreters, in_threads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gilscope.audit.place import Place
    from gilscope.audit.values import Error, Finding, Kind, Seen

CLEAN = "clean"
PURE = "clean, pure Python"
NOTHING = "nothing to import"
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
MOST_NAMES = 3


def findings(place: Place, default: Place | None) -> Iterator[Finding]:
    """What is to be said of a subject on a runtime; ``default`` is it on the default build."""
    yield from _odd(place, place.main, in_interpreter=False)
    yield from _not_imported(place, default)
    yield from in_threads.turning_the_gil_on(place)
    if default is not None and place.is_free_threaded:
        yield from in_threads.built_otherwise(place, default)
    if place.threads is not None:
        yield from in_threads.at_once(place, place.threads)
    if place.interpreter is not None:
        yield from _odd(place, place.interpreter, in_interpreter=True)
        yield from in_interpreters.refusals(place, place.interpreter)
    else:
        yield from in_interpreters.foretold_refusals(place)


def verdict(place: Place, found: Iterable[Finding], *, in_interpreter: bool) -> str:
    """The gravest of what was found of a subject on a runtime."""
    kinds = {
        finding.kind
        for finding in found
        if finding.in_interpreter == in_interpreter or (in_interpreter and finding.kind in EVERYWHERE)
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
        yield place.finding(end.kind, load if blamed else None, end.words, module=target, in_interpreter=in_interpreter)
    if seen.lacking:
        yield place.finding("not looked at", None, seen.lacking, in_interpreter=in_interpreter)
    if seen.untried:
        words = f"its process ended {len(seen.ends)} times before these were imported"
        named = _named(seen.untried)
        yield place.finding("not looked at", None, words, module=named, in_interpreter=in_interpreter)
    if seen.forked:
        yield place.finding("forks", None, "an import forked", in_interpreter=in_interpreter)
    if seen.printed:
        yield place.finding("prints", None, seen.printed, in_interpreter=in_interpreter)


def _not_imported(place: Place, default: Place | None) -> Iterator[Finding]:
    """What people import and cannot, and extensions of which nothing is known for that reason.

    One of several modules may need what is not installed: that is a finding where it has the distribution's name, or
    the default build can import it, and otherwise a note.
    """
    subject = place.subject
    failed = place.main.failed(subject.modules)
    left_out: dict[str, Error] = {}
    for target, error in failed:
        can_elsewhere = default is not None and default.main.was_imported(target)
        if can_elsewhere or len(failed) == len(subject.modules) or canonicalize_name(target) == subject.name:
            is_no_guess = not (subject.is_guessed and error.type == NOT_THERE)
            kind: Kind = "cannot be imported" if is_no_guess else "not looked at"
            yield place.finding(kind, None, error.line, module=target)
        else:
            left_out[target] = error
    tried = [name for name in subject.extensions if name in place.main.errors]
    loaded = {load.module for load in place.main.loads if load.is_loaded}
    errors = {name: error for name, error in place.main.failed(tried) if name not in loaded}
    if errors and len(errors) == len(tried) and len(failed) < max(1, len(subject.modules)):
        words = f"none of its extensions could be loaded by its own name: {_first(errors)}"
        yield place.finding("not looked at", None, words, module=_named(tuple(errors)))
    elif left_out | errors:
        words = f"nothing is known of what cannot be imported by its own name: {_first(left_out | errors)}"
        yield place.finding("not all looked at", None, words, module=_named(tuple(left_out | errors)))


def _first(errors: dict[str, Error]) -> str:
    error = next(iter(errors.values()))
    return error.line


def _named(names: Sequence[str]) -> str:
    """Some names of many."""
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more
