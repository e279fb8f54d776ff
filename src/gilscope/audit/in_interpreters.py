"""What interpreters that own their GIL refuse, and where a subject goes on without it; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gilscope.audit.place import Place
    from gilscope.audit.values import Declares, Finding, Kind, Load, Seen

REFUSAL = "does not support loading in subinterpreters"
"""How Python refuses a module in an interpreter that owns its GIL."""
MULTIPLE_GILS, NOT_SUPPORTED = 2, 0
"""What the slot holds of a module that supports these (Py_MOD_PER_INTERPRETER_GIL_SUPPORTED), or no others at all."""


def refusals(place: Place, inside: Seen) -> Iterator[Finding]:
    """Refusals and silent fallbacks: an extension that the main interpreter loads, and this one does not."""
    subject = place.subject
    failures = [load for load in inside.loads if load.error is not None]
    told: set[str] = set()
    for load in place.main.first_loads():
        as_imported = load.target in subject.modules
        if inside.has(load.module, subject.modules if as_imported else None):
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
        yield place.finding(kind, attempt or load, reason, in_interpreter=True)
    for target, failed in inside.failed(subject.modules):
        if target not in told and place.main.was_imported(target):
            words = failed.line
            yield place.finding("is refused", None, words, module=target, in_interpreter=True)


def foretold_refusals(place: Place) -> Iterator[Finding]:
    """What these interpreters would refuse, by what modules say of themselves."""
    for load in place.main.first_loads():
        declared = load.declared
        if declared is None or declared.single_phase is None:
            continue
        if declared.single_phase or declared.interpreters != MULTIPLE_GILS:
            yield place.finding("would be refused", load, _why_refused(declared), in_interpreter=True)


def _why_refused(declared: Declares | None) -> str:
    if declared is None or declared.single_phase is None:
        return "it does not support interpreters that own their GIL"
    if declared.single_phase:
        return "it is initialised in a single phase"
    if declared.interpreters == NOT_SUPPORTED:
        return "it declares that it supports no other interpreters"
    return "it supports interpreters only that share the GIL"


def _words(attempt: Load | None) -> str:
    if attempt is None or attempt.error is None:
        return "its importer did not try to load it there"
    return attempt.error.line
