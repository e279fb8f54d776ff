"""An audit as text: the answer, a row for each package, and each finding with its chain."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Literal

from gilscope.render.names import listed
from gilscope.render.sheet import NOT_MEASURED, Column, Lines, Sheet, tabulate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gilscope.audit.values import Audit, Finding, Row, Step
    from gilscope.render.sheet import Block

MOST_NAMES = 8
"""The most packages that a sentence names."""
MOST_STEPS = 8
"""The most steps of a chain that a line shows."""
CLEAN = "clean"
FORETOLD = "would "
"""How kinds begin that are foretold and not seen."""
UNGRAVE = ("forks", "prints")


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
    subjects: dict[str, dict[str, None]] = defaultdict(dict)
    for finding in audit.findings:
        if finding.kind not in UNGRAVE:
            subjects[_words(finding)].setdefault(finding.subject)
    count = len(audit.rows)
    whole = f"{count} {'package' if count == 1 else 'packages'} on {listed(list(audit.builds), MOST_NAMES)}"
    if not subjects:
        return f"{whole}: nothing was found."
    parts = [f"{len(names)} {kind} ({listed(list(names), MOST_NAMES)})" for kind, names in subjects.items()]
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
    return tabulate("Imports", columns, audit.rows, notes)


def finding_lines(found: Iterable[Finding]) -> Iterator[str]:
    """A line for each module and what it does, on all runtimes alike, with the chain of imports."""
    groups: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for finding in found:
        groups[_words(finding), finding.subject, finding.module, finding.reason].append(finding)
    for (words, subject, module, reason), alike in groups.items():
        first = alike[0]
        whose = first.distribution + (f" {first.version}" if first.version else "")
        via = "" if first.distribution in {subject, ""} else f", imported by {subject}"
        runtimes = ", ".join(dict.fromkeys(finding.runtime for finding in alike))
        newer = f" {first.newer}." if first.newer else ""
        yield f"{module or subject} of {whose}{via} {words} ({runtimes}): {reason}.{newer}{chain(module, first.chain)}"


def chain(module: str, steps: Sequence[Step]) -> str:
    """A chain of imports from the module outwards, each with its file's name and line; empty without one."""
    if not steps:
        return ""
    shown = [f"{step.module or step.path}:{step.line}" for step in steps[:MOST_STEPS]]
    more = [] if len(steps) <= MOST_STEPS else [f"{len(steps) - MOST_STEPS} more"]
    last = steps[-1]
    return f"\n  {' <- '.join([module, *shown, *more])}\n  begins at {last.path}:{last.line}"


def _words(finding: Finding) -> str:
    return f"{finding.kind} in interpreters" if finding.in_interpreter else finding.kind


def _verdict(runtime: str, of: Literal["threads", "interpreters"], row: Row) -> str:
    return (row.threads if of == "threads" else row.interpreters).get(runtime, NOT_MEASURED)


def _versions(row: Row) -> str:
    versions = dict.fromkeys(row.versions.values())
    if len(versions) <= 1:
        return next(iter(versions), "")
    return ", ".join(f"{version} on {runtime}" for runtime, version in row.versions.items())
