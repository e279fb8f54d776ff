"""Findings of an audit as SARIF 2.1.0, which code hosts show beside the line that imports.

The format is OASIS' Static Analysis Results Interchange Format; only what such hosts read is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args
from urllib.parse import quote

from gilscope import __version__
from gilscope.audit.values import OWN, UNGRAVE, Kind, Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gilscope.audit.values import Finding

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
NOTES = ("would turn the GIL on", "would be refused", *UNGRAVE)
"""Kinds that are worth a note; all others are warnings."""


def log(findings: Iterable[Finding], root: Path) -> dict[str, object]:
    """A whole log: files below ``root`` are named from there, so that a host finds them in its checkout."""
    rules = [{"id": _rule(kind), "shortDescription": {"text": f"An import {kind}"}} for kind in get_args(Kind)]
    driver = {"name": "gilscope", "version": __version__, "rules": rules}
    results = [_result(finding, root) for finding in findings]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _result(finding: Finding, root: Path) -> dict[str, object]:
    whose = f"{finding.module or finding.subject} of {finding.distribution} {finding.version}".strip()
    where = "in interpreters of " if finding.in_interpreter else "on "
    parts = (finding.kind, where.strip(), finding.subject, finding.module, finding.runtime)
    place = finding.chain[-1] if finding.chain else None
    if place is None and finding.distribution == OWN:
        place = Step(path=str(root / finding.subject), line=1, module="")
    return {
        "ruleId": _rule(finding.kind),
        "level": "note" if finding.kind in NOTES else "warning",
        "message": {"text": f"{whose} {finding.kind} {where}{finding.runtime}: {finding.reason}"},
        "locations": [] if place is None else [{"physicalLocation": _place(place, root)}],
        "partialFingerprints": {"finding/v2": "|".join(parts)},
    }


def _place(step: Step, root: Path) -> dict[str, object]:
    path = Path(step.path)
    shown = path.relative_to(root) if path.is_relative_to(root) else path
    uri = shown.as_uri() if shown.is_absolute() else quote(shown.as_posix())
    return {"artifactLocation": {"uri": uri}, "region": {"startLine": max(1, step.line)}}


def _rule(kind: str) -> str:
    return kind.replace(" ", "-").lower()
