"""What matters to threads: who turns the GIL on, what falls back, and what fails in many of them; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gilscope.audit.place import Place
    from gilscope.audit.values import Called, Declares, Finding, Load, Seen

NO_GIL = 1
"""What the slot Py_mod_gil holds where a module does without the GIL: Py_MOD_GIL_NOT_USED."""


def turning_the_gil_on(place: Place) -> Iterator[Finding]:
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
            yield place.finding("turns the GIL on", load, "it does not declare that it does without the GIL")
        elif declared is not None:
            words = f"on this build it {_why_foretold(declared)}; a free-threaded build's own wheel may declare itself"
            yield place.finding("would turn the GIL on", load, words)
    if place.is_free_threaded and place.main.gil_on and not blamed:
        words = "there was a GIL after it was imported, and no extension was seen to turn it on"
        yield place.finding("turns the GIL on", None, words, module=place.main.gil_on)


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


def built_otherwise(place: Place, default: Place) -> Iterator[Finding]:
    """Extensions of a subject that the default build loads and this one does not, though all can be imported.

    Versions may differ in what they are made of.
    """
    subject = place.subject
    if place.main.failed(subject.modules) or place.main.ends:
        return
    is_alike = subject.version == default.subject.version
    tried = {load.module: load for load in place.main.loads if load.error is not None}
    for load in default.main.first_loads():
        as_imported = load.target in subject.modules
        if place.main.has(load.module, subject.modules if as_imported else None):
            continue
        if default.owner(load.path)[0] != subject.name:
            continue
        is_left_out = is_alike and (as_imported or load.module not in subject.extensions)
        theirs = f"{default.runtime} loads this extension of {default.subject.name} {default.subject.version}"
        attempt = tried.get(load.module)
        if attempt is not None and attempt.error is not None and place.main.was_imported(attempt.target):
            yield place.finding("falls back", attempt, f"{theirs}, and here: {attempt.error.line}")
        elif attempt is None and (is_left_out or not subject.extensions):
            here = "is not loaded" if load.module in subject.extensions else "is not in what is installed"
            found = place.finding("falls back", None, f"{theirs}, and here it {here}", module=load.module)
            yield msgspec.structs.replace(found, chain=load.chain)


def at_once(place: Place, threads: Seen) -> Iterator[Finding]:
    """What failed, or had another result, only when many threads did it at once."""
    for target, error in threads.errors.items():
        if error is not None and place.main.was_imported(target):
            words = f"imported from many threads at once: {error.line}"
            yield place.finding("fails in threads", None, words, module=target)
    if threads.called is not None:
        yield from _called(place, threads.called)
    for target, end in threads.ends.items():
        if target not in place.main.ends:
            yield place.finding("fails in threads", None, f"imported from many threads at once: {end.words}")
    if threads.lacking and not place.main.lacking:
        yield place.finding("not looked at", None, f"in many threads at once: {threads.lacking}")


def _called(place: Place, called: Called) -> Iterator[Finding]:
    """What the calls of a person's function show; that all results are alike proves nothing."""
    function = f"{place.subject.function}()"
    if called.error is not None:
        words = called.error.line
        if called.alone:
            yield place.finding("fails in threads", None, f"{function} called from many threads at once: {words}")
        else:
            yield place.finding("says nothing of threads", None, f"{function} fails when it is called alone: {words}")
    elif len(set(called.alone)) > 1:
        words = f"{function} gives another result each time, {' and then '.join(called.alone)}"
        yield place.finding("says nothing of threads", None, words)
    elif called.other is not None:
        words = f"{function} gives {called.alone[0]} alone, and {called.other} in a thread beside others"
        yield place.finding("differs in threads", None, words)
