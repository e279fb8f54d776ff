"""The catalogue as a sheet: probes by kind, each with its question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.render.sheet import Column, Sheet, tabulate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gilscope.values.probes import Probe


def sheet(probes: Iterable[Probe]) -> Sheet:
    """The probes; all cases of a probe share a row."""
    columns: list[Column[list[Probe]]] = [
        Column("probe", _name),
        Column("kind", lambda cases: cases[0].kind),
        Column("question", _question),
    ]
    by_file: dict[str, list[Probe]] = {}
    for probe in sorted(probes, key=lambda probe: (probe.kind, probe.path)):
        by_file.setdefault(probe.path, []).append(probe)
    note = "Measure one with `gilscope run PROBE`, or several by a glob, such as `gilscope run 'shared/*'`."
    return tabulate("Probes", columns, by_file.values(), [note])


def _name(cases: list[Probe]) -> str:
    first = cases[0]
    return first.id if first.case is None else first.id.removesuffix(str(first.case)) + "*"


def _question(cases: list[Probe]) -> str:
    if cases[0].case is None:
        return cases[0].question
    return f"{cases[0].question} (cases: {', '.join(str(case.case) for case in cases)})"
