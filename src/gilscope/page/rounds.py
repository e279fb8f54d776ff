"""The raw trials behind a lane's figures: the launches that the page has room for."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import msgspec

from gilscope.page.points import DIGITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gilscope.figures.values import ContestFigures, LaneFigures
    from gilscope.values.records import Trial

BYTES_OF_ROUNDS = 250_000
"""Room for raw trials on the page: launches that do not fit are left out, and the page says so."""
BYTES_PER_ROUND = DIGITS + 1


class Rounds(msgspec.Struct, frozen=True, kw_only=True):
    """A lane's makespans in ``unit_ns``, by launch and round; the first ``cold`` of each launch do not count."""

    unit_ns: int
    cold: int
    launches: tuple[tuple[int, ...], ...]
    all_launches: int


class Walls:
    """The makespans of all trials, by contest and lane."""

    def __init__(self, trials: Sequence[Trial]) -> None:
        self._walls: dict[tuple[str, str], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for trial in sorted(trials, key=lambda trial: (trial.launch, trial.round)):
            self._walls[trial.contest, trial.lane][trial.launch].append(trial.wall_ns)
        self._most_launches = _launches_that_fit(trials)

    def rounds(self, figures: ContestFigures, row: LaneFigures) -> Rounds:
        """The rounds of one lane; the unit is the power of ten that leaves as many digits as are drawn."""
        launches = list(self._walls[figures.contest.id, row.lane.name].values())
        longest = max(wall for launch in launches for wall in launch)
        unit = 10 ** max(0, math.floor(math.log10(max(1, longest))) + 1 - DIGITS)
        return Rounds(
            unit_ns=unit,
            cold=row.cold_rounds,
            launches=tuple(tuple(round(wall / unit) for wall in launch) for launch in launches[: self._most_launches]),
            all_launches=len(launches),
        )


def _launches_that_fit(trials: Sequence[Trial]) -> int:
    """The number of launches that the page has room for; one at least."""
    room, launches = BYTES_OF_ROUNDS // BYTES_PER_ROUND, 0
    for launch, count in sorted(Counter(trial.launch for trial in trials).items()):
        room -= count
        if room < 0 < launches:
            break
        launches = launch + 1
    return launches
