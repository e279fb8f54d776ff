"""One contest's trials arranged by lane, launch and round: which of them count, and ratios formed within rounds."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from gilscope.stats import effort
from gilscope.stats.estimate import SAME, UNKNOWN
from gilscope.stats.intervals import log_ratio_interval

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gilscope.stats.estimate import Estimate
    from gilscope.values.records import Trial


class Factor(NamedTuple):
    """A quantity of a lane's trials, above zero, in a product, or with ``power`` -1 under it."""

    lane: str
    of: Callable[[Trial], float]
    power: int = 1

    def log(self, trial: Trial) -> float:
        """The log of the factor in one trial."""
        return self.power * math.log(self.of(trial))


def makespan_ns(trial: Trial) -> float:
    """The time from the gate to the last worker's end, in nanoseconds."""
    return float(trial.wall_ns)


class Paired:
    """Trials by lane, launch and round; every lane has a list for every launch, empty where it took no part.

    The first ``cold[lane]`` trials of a launch are warm-up and are left out. A trial's time is its makespan, or what
    ``time_ns`` takes for it.
    """

    def __init__(self, trials: Sequence[Trial], time_ns: Callable[[Trial], float] = makespan_ns) -> None:
        launches = 1 + max((trial.launch for trial in trials), default=-1)
        self.trials: dict[str, list[list[Trial]]] = defaultdict(lambda: [[] for _ in range(launches)])
        for trial in sorted(trials, key=lambda trial: trial.round):
            self.trials[trial.lane][trial.launch].append(trial)
        self.walls = {
            name: [[time_ns(trial) for trial in rounds] for rounds in lane] for name, lane in self.trials.items()
        }
        self.cold = {name: effort.cold_rounds(walls) for name, walls in self.walls.items()}
        self._log_ratios: dict[tuple[str, str], Estimate] = {}

    def split(self, lane: str) -> list[tuple[list[Trial], list[Trial]]]:
        """The trials before the lane was warm and those that count, for every launch that it took part in."""
        cold = self.cold[lane]
        return [(rounds[:cold], rounds[cold:]) for rounds in self.trials[lane] if rounds]

    def warm(self, lane: str) -> list[list[Trial]]:
        """The trials that count, by launch; launches without any are left out."""
        return [counted for _, counted in self.split(lane) if counted]

    def log_ratios(self, lane: str, other: str) -> list[list[float]]:
        """Log ratios of one lane's makespan to another's, by launch, in the rounds in which both were warm."""
        if lane not in self.walls or other not in self.walls:
            return []
        cold = max(self.cold[lane], self.cold[other])
        return effort.warm_ratios(self.walls[lane], self.walls[other], cold)

    def by_launch(self, lane: str) -> dict[int, list[Trial]]:
        """The trials that count, by the number of their launch; launches without any are left out."""
        cold = self.cold[lane]
        return {launch: rounds[cold:] for launch, rounds in enumerate(self.trials[lane]) if rounds[cold:]}

    def log_product(self, *factors: Factor) -> Estimate:
        """The log of a product of quantities of trials, within rounds in which all their lanes were warm.

        Unbounded without common rounds.
        """
        names = [factor.lane for factor in factors]
        if not all(name in self.trials for name in names):
            return UNKNOWN
        cold = max(self.cold[name] for name in names)
        launches = [
            [
                sum(factor.log(trial) for factor, trial in zip(factors, of_round, strict=True))
                for of_round in list(zip(*of_launch, strict=False))[cold:]
            ]
            for of_launch in zip(*(self.trials[name] for name in names), strict=True)
        ]
        counted = [launch for launch in launches if launch]
        return log_ratio_interval(counted) if counted else UNKNOWN

    def log_ratio(self, lane: str, other: str) -> Estimate:
        """The log ratio of one lane's makespan to another's as an estimate; unbounded without common rounds."""
        if lane == other:
            return SAME
        if (lane, other) not in self._log_ratios:
            ratios = self.log_ratios(lane, other)
            self._log_ratios[lane, other] = log_ratio_interval(ratios) if ratios else UNKNOWN
        return self._log_ratios[lane, other]
