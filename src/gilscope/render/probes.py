"""The catalogue as a sheet: probes by kind, each with its question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.render.sheets import Column, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gilscope.values.contests import Probe


def sheet(probes: Iterable[Probe]) -> Sheet:
    """A row per probe; the cases of one are told together."""
    by_file: dict[str, list[Probe]] = {}
    for probe in sorted(probes, key=lambda probe: (probe.kind, probe.path)):
        by_file.setdefault(probe.path, []).append(probe)
    return Sheet(
        title="Probes",
        columns=(Column("probe"), Column("kind"), Column("question")),
        rows=tuple((_name(cases), cases[0].kind, _question(cases)) for cases in by_file.values()),
        notes=("Measure one with `gilscope run PROBE`, or several by a glob, such as `gilscope run 'shared/*'`.",),
    )


def _name(cases: list[Probe]) -> str:
    first = cases[0]
    return first.id if first.case is None else first.id.removesuffix(str(first.case)) + "*"


def _question(cases: list[Probe]) -> str:
    if cases[0].case is None:
        return cases[0].question
    return f"{cases[0].question} (cases: {', '.join(str(case.case) for case in cases)})"
