"""An audit as text: the answer, a row for each package, and each finding with its chain."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Literal

from gilscope.audit.values import LIBRARY, OWN, UNGRAVE
from gilscope.render.names import listed
from gilscope.render.sheet import NOT_MEASURED, Column, Lines, Sheet, tabulate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gilscope.audit.values import Audit, Finding, Row
    from gilscope.render.sheet import Block

MOST_NAMES = 8
"""The most packages that a sentence names."""
MOST_STEPS = 8
"""The most steps of a chain that a line shows."""
MOST_MODULES = 3
"""The most modules that a line names."""
PLURAL = {
    "turns the GIL on": "turn the GIL on",
    "is refused": "are refused",
    "falls back": "fall back",
    "has no wheel": "have no wheel",
    "crashes": "crash",
    "hangs": "hang",
    "fails in threads": "fail in threads",
    "differs in threads": "differ in threads",
}
"""Kinds as several packages do them, where that is said otherwise."""
SHORT = {
    "turns the GIL on": "GIL on",
    "would turn the GIL on": "GIL on, foretold",
    "is refused": "refused",
    "would be refused": "refused, foretold",
    "falls back": "fallback",
    "has no wheel": "no wheel",
    "cannot be imported": "no import",
}
"""Kinds as cells of the table have them, where they are shorter there."""


def blocks(audit: Audit, allowed: Sequence[Finding]) -> Iterator[Block]:
    """The answer in a sentence, the table that it rests on, and what was found."""
    yield answer(audit)
    yield table(audit)
    found = [finding for finding in audit.findings if finding not in allowed]
    for title, chosen in (("Found", found), ("Allowed by --allow", allowed)):
        lines = tuple(finding_lines(chosen))
        if lines:
            yield Lines(title, lines)


def answer(audit: Audit) -> str:
    """How many packages there are, and which are not clean in which way."""
    subjects: dict[tuple[str, bool], dict[str, None]] = defaultdict(dict)
    for finding in audit.findings:
        if finding.kind not in UNGRAVE:
            subjects[finding.kind, finding.in_interpreter].setdefault(finding.subject)
    files = [row.subject for row in audit.rows if row.subject.endswith(".py")]
    count = len(audit.rows) - len(files)
    packages = [f"{count} {'package' if count == 1 else 'packages'}"] if count or not files else []
    whole = f"{' and '.join([*packages, *files])} on {listed(list(audit.builds), MOST_NAMES)}"
    if not subjects:
        return f"{whole}: nothing was found."
    parts = [
        f"{len(names)} {kind if len(names) == 1 else PLURAL.get(kind, kind)}{' in interpreters' * inside} "
        f"({listed(list(names), MOST_NAMES)})"
        for (kind, inside), names in subjects.items()
    ]
    return f"{whole}: {'; '.join(parts)}."


def table(audit: Audit) -> Sheet:
    """A row for each package: its version, and what became of it on each build and in interpreters of each."""
    columns: list[Column[Row]] = [Column("package", lambda row: row.subject), Column("version", _versions)]
    columns += [
        Column(runtime, partial(_verdict, runtime, "threads"))
        for runtime in dict.fromkeys(name for row in audit.rows for name in row.threads)
    ]
    columns += [
        Column(f"interpreters of {runtime}", partial(_verdict, runtime, "interpreters"))
        for runtime in dict.fromkeys(name for row in audit.rows for name in row.interpreters)
    ]
    notes = [
        f"Builds: {', '.join(f'{name}: {build}' for name, build in audit.builds.items())}.",
        f"Seen on {audit.date}.",
        "That something is clean says that it declares itself, and proves nothing of its safety in threads.",
    ]
    if audit.apart:
        notes.append(
            f"On {listed(list(audit.apart), MOST_NAMES)} each package was installed alone, as they cannot all be had "
            "together: what one of them would do with another beside it is not seen there."
        )
    return tabulate("Imports", columns, audit.rows, notes)


def finding_lines(found: Iterable[Finding]) -> Iterator[str]:
    """A line for what extensions of one distribution do to a subject, with the chain to the first."""
    groups: dict[tuple[str | bool, ...], list[Finding]] = defaultdict(list)
    without_wheel: dict[str, list[str]] = defaultdict(list)
    for finding in found:
        if finding.kind == "has no wheel" and finding.reason.startswith("no wheel"):
            without_wheel[finding.runtime].append(finding.subject)
            continue
        whose = finding.subject if finding.distribution != LIBRARY else finding.module
        key = (finding.kind, finding.in_interpreter, whose, finding.distribution, finding.reason)
        groups[key].append(finding)
    yield from (f"No wheel on {runtime}: {', '.join(names)}." for runtime, names in without_wheel.items())
    for alike in groups.values():
        first = next((finding for finding in alike if finding.chain), alike[0])
        modules = list(dict.fromkeys(filter(None, (finding.module for finding in alike))))
        runtimes = ", ".join(dict.fromkeys(finding.runtime for finding in alike))
        where = f"interpreters of {runtimes}" if first.in_interpreter else runtimes
        newer = f" {first.newer}." if first.newer else ""
        whose = " ".join(filter(None, (first.distribution, first.version)))
        by = f"{whose}: {listed(modules, MOST_MODULES)}" if modules else whose
        if not modules and first.distribution == OWN:
            by = first.subject
        subjects = list(dict.fromkeys(finding.subject for finding in alike))
        is_itself = first.distribution in {first.subject, ""} or by == first.subject
        imports = "imports" if len(subjects) == 1 else "import"
        subject = "" if is_itself else f"{listed(subjects, MOST_NAMES)} {imports} "
        yield f"{subject}{by} {_kind(first, modules)} ({where}): {first.reason}.{newer}{chain(first)}"


def chain(finding: Finding) -> str:
    """The chain of imports from a module outwards, on a line of its own; empty without one."""
    if not finding.chain:
        return ""
    *inner, last = finding.chain
    steps = [f"{step.module or step.path}:{step.line}" for step in inner[:MOST_STEPS]]
    more = [] if len(inner) <= MOST_STEPS else [f"{len(inner) - MOST_STEPS} more"]
    is_own = finding.subject.endswith(".py")
    end = f"{last.path if is_own else last.module}:{last.line}"
    return f"\n  {' <- '.join([finding.module, *steps, *more, end])}"


def _kind(finding: Finding, modules: Sequence[str]) -> str:
    return finding.kind if len(modules) <= 1 else PLURAL.get(finding.kind, finding.kind)


def _verdict(runtime: str, of: Literal["threads", "interpreters"], row: Row) -> str:
    verdict = (row.threads if of == "threads" else row.interpreters).get(runtime, NOT_MEASURED)
    return SHORT.get(verdict, verdict)


def _versions(row: Row) -> str:
    versions = dict.fromkeys(row.versions.values())
    if len(versions) <= 1:
        return next(iter(versions), "")
    return ", ".join(f"{version} on {runtime}" for runtime, version in row.versions.items())
