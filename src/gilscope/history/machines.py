"""Free-threaded builds from version to version, machine by machine: no mean holds figures of two machines; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gilscope.figures.standings import Standing, best_known, build_of, standings
from gilscope.history.summarise import described

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gilscope.figures.run import RunFigures


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """A machine with the standings that its runs give; ``first`` and ``last`` are the days of these runs."""

    host: str
    runs: int
    first: str
    last: str
    standings: tuple[Standing, ...]


def machines(runs: Iterable[RunFigures]) -> tuple[Machine, ...]:
    """Every machine that measured a free-threaded build beside its twin, the one that did so last first.

    Copies of a run, in whatever folders, count once.
    """
    by_host: dict[str, dict[tuple[str, str], RunFigures]] = {}
    for run in runs:
        if any(build_of(contest) is not None for contest in run.contests):
            of_host = by_host.setdefault(described(run.header.host), {})
            of_host[run.header.started, run.header.id] = run
    known = [_machine(host, [of_host[key] for key in sorted(of_host)]) for host, of_host in by_host.items()]
    return tuple(sorted(known, key=lambda machine: machine.last, reverse=True))


def _machine(host: str, runs: list[RunFigures]) -> Machine:
    """The machine of these runs, which stand in order of time."""
    first, last = (run.header.started[: len("2026-01-31")] for run in (runs[0], runs[-1]))
    contests = best_known(contest for run in runs for contest in run.contests)
    return Machine(host=host, runs=len(runs), first=first, last=last, standings=standings(contests))
