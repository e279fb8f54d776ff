"""What could be run, as sheets: the project's workloads, callables in scripts, suites, and probes by kind."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from gilscope.render.names import listed
from gilscope.render.sheet import Column, Sheet, tabulate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_NAMES = 8
"""How many callables of a script are listed."""


def sheets(
    *,
    workloads: Mapping[str, str],
    callables: Mapping[str, Sequence[str]],
    suites: Mapping[str, str],
    kinds: Mapping[str, int],
) -> Iterator[Sheet]:
    """A sheet for each kind of choice.

    Args:
        workloads: the project's, each with its target.
        callables: what could be measured of each script here, as it would be typed.
        suites: each with its description.
        kinds: how many probes there are of each kind.
    """
    yield _pairs("Workloads of this project", "target", workloads, "Measure one: gilscope run NAME.")
    measurable = {script: listed(names, MOST_NAMES) for script, names in callables.items()}
    yield _pairs("In scripts here", "could be measured", measurable, "Measure one: gilscope run TARGET.")
    yield _pairs("Suites", "what it is for", suites, "Measure by one: gilscope run --suite NAME.")
    counts = {f"{kind}/*": f"{count} {'probe' if count == 1 else 'probes'}" for kind, count in sorted(kinds.items())}
    note = "Measure a kind: gilscope run 'KIND/*'. gilscope probes lists each probe with its question."
    yield _pairs("Probes", "of this kind", counts, note)


def _pairs(title: str, heading: str, pairs: Mapping[str, str], note: str) -> Sheet:
    columns: list[Column[tuple[str, str]]] = [Column("name", itemgetter(0)), Column(heading, itemgetter(1))]
    return tabulate(title, columns, pairs.items(), [note])
