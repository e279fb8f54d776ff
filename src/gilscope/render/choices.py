"""What could be run, as sheets: the project's workloads, callables in scripts, suites, and probes by kind."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

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
    yield _pairs("Workloads of this project", "gilscope run NAME", workloads)
    yield _pairs("In scripts here", "gilscope run TARGET", {script: _listed(of) for script, of in callables.items()})
    yield _pairs("Suites", "gilscope run --suite NAME", suites)
    probes = {f"{kind}/*": f"{count} {'probe' if count == 1 else 'probes'}" for kind, count in sorted(kinds.items())}
    yield _pairs("Probes", "gilscope run 'KIND/*'; gilscope probes lists each with its question", probes)


def _pairs(title: str, command: str, pairs: Mapping[str, str]) -> Sheet:
    columns: list[Column[tuple[str, str]]] = [Column("name", itemgetter(0)), Column("", itemgetter(1))]
    return tabulate(f"{title}: {command}", columns, pairs.items())


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join([*names[:MOST_NAMES], *([f"and {more} more"] if more > 0 else [])])
