"""Findings of an audit as SARIF 2.1.0, which code hosts show beside the line that imports.

The format is OASIS' Static Analysis Results Interchange Format; only what such hosts read is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

from gilscope import __version__
from gilscope.audit.values import UNGRAVE, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gilscope.audit.values import Finding, Step

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
    outermost = finding.chain[-1] if finding.chain else None
    return {
        "ruleId": _rule(finding.kind),
        "level": "note" if finding.kind in NOTES else "warning",
        "message": {"text": f"{whose} {finding.kind} {where}{finding.runtime}: {finding.reason}"},
        "locations": [] if outermost is None else [{"physicalLocation": _place(outermost, root)}],
        "partialFingerprints": {"finding/v1": f"{finding.kind}|{finding.subject}|{finding.module}|{finding.runtime}"},
    }


def _place(step: Step, root: Path) -> dict[str, object]:
    path = Path(step.path)
    inside = path.is_relative_to(root)
    uri = path.relative_to(root).as_posix() if inside else path.as_uri() if path.is_absolute() else path.as_posix()
    return {"artifactLocation": {"uri": uri}, "region": {"startLine": max(1, step.line)}}


def _rule(kind: str) -> str:
    return kind.replace(" ", "-").lower()
