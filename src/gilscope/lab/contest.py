"""Runs a contest: stages of launches, until the estimates are good enough or the time is up.

Interleaving is what makes ratios trustworthy on a machine that drifts (randomised multiple interleaved trials: Abedi
and Brecht, 2017); fresh processes per launch average over hash seeds and memory layout (Kalibera and Jones, 2013).
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Protocol

from gilscope.lab import host, topology
from gilscope.lab.launch import Launch, Surroundings
from gilscope.lab.stopping import FEWEST_ROUNDS, Costs, Stage, budget_is_spent, next_stage
from gilscope.stats import effort
from gilscope.stats.intervals import log_ratio_interval
from gilscope.values.records import ContestEnd, Finding, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from gilscope.lab.launch import LaneOpener
    from gilscope.values.contests import Contest, Rules


class Observer(Protocol):
    """A display that follows a contest while it runs; the lab itself prints nothing."""

    def contest_begins(self, contest: Contest, rules: Rules) -> None:
        """Lanes are about to open."""

    def progress(self, launch: int, elapsed_s: float, widest: float) -> None:
        """A round ended; ``widest`` is the widest half width at the last look, as a fraction (infinite at first)."""

    def contest_ends(self, end: ContestEnd) -> None:
        """All lanes are closed."""


class Lab:
    """Measures the contests of a run, one after the other."""

    def __init__(
        self,
        *,
        environ: Mapping[str, str],
        open_lane: LaneOpener,
        record: Callable[[Record], None],
        observer: Observer,
        random: Random,
    ) -> None:
        self.around = Surroundings(environ, open_lane, record, random)
        self.observer = observer

    def run(self, contest: Contest, rules: Rules) -> ContestEnd:
        """Measure one contest; every record is handed on as it comes.

        Lanes that fail become findings and are left out of later launches. Whatever happens, no lane outlives this.
        """
        self.observer.contest_begins(contest, rules)
        self.around.record(contest)
        end = _Running(self.around, self.observer, contest, rules).run()
        self.around.record(end)
        self.observer.contest_ends(end)
        return end


class _Running:
    """The state of one contest while it runs."""

    def __init__(self, around: Surroundings, observer: Observer, contest: Contest, rules: Rules) -> None:
        self.around = Surroundings(around.environ, around.open_lane, self._record, around.random)
        self.keep = around.record
        self.observer = observer
        self.contest = contest
        self.rules = rules
        self.cpus = topology.read(host.pinnable_cpus()) if rules.pin and not contest.probe.ways else ()
        self.began = time.monotonic()
        self.specs = {spec.name: spec for spec in contest.lanes}
        self.walls: dict[str, list[list[float]]] = {name: [] for name in self.specs}
        self.trial_s: dict[str, float] = {}
        self.trials_s = 0.0
        self.launches = 0
        self.loops: int | None = None
        self.results_vary = False
        self.widest = math.inf

    def run(self) -> ContestEnd:
        """Run stage after stage, until there is a reason to stop."""
        stage: Stage | str = Stage(self.rules.min_launches, self.rules.rounds, frozenset(self.specs))
        while isinstance(stage, Stage):
            ended = self._run_stage(stage)
            stage = ended or self._look()
        return ContestEnd(contest=self.contest.id, reason=stage, seconds=self._elapsed(), launches=self.launches)

    def _run_stage(self, stage: Stage) -> str | None:
        """Run all launches of a stage; return the reason if the contest ends in the middle of it."""
        for _ in range(stage.launches):
            self._run_launch(stage)
            if self.loops is None or not self.specs:
                return "no lane left"
            if budget_is_spent(self.launches, self._elapsed(), self.rules):
                return "budget"
        return None

    def _run_launch(self, stage: Stage) -> None:
        names = [name for name in self.specs if name in stage.lanes or name == self.contest.reference]
        for walls in self.walls.values():
            walls.append([])
        timeout_s = min(self.rules.timeout_s, self.contest.probe.timeout_s or math.inf)
        with Launch(self.around, self.contest, self.launches, timeout_s, self.cpus) as launch:
            launch.open([self.specs[name] for name in names])
            if self.loops is None:
                calibration = launch.calibrate(self.rules.trial_ms * 1_000_000)
                if calibration is not None:
                    self.loops = calibration.loops
                    self.keep(calibration)
            self._run_rounds(launch, stage.rounds)
            launch.weigh()
        self.launches += 1
        for name in launch.failed:
            self.specs.pop(name, None)

    def _run_rounds(self, launch: Launch, rounds: int) -> None:
        """Run the rounds of a launch, fewer where they exceed its share of the budget.

        More launches narrow an interval further than more rounds do.
        """
        if self.loops is None:
            return
        began_s = self._elapsed()
        for number in range(rounds):
            if number >= FEWEST_ROUNDS and self._elapsed() - began_s > self.rules.budget_s / self.rules.min_launches:
                return
            for name, wall_ns, seconds in launch.round(number, self.loops, compare=not self.results_vary):
                self.walls[name][-1].append(wall_ns)
                self.trial_s[name] = seconds
                self.trials_s += seconds
            self.observer.progress(self.launches, self._elapsed(), self.widest)

    def _look(self) -> Stage | str:
        """Form the ratios so far and decide what they ask for."""
        ratios = {name: self._ratios(name) for name in self.specs if name != self.contest.reference}
        widths = [log_ratio_interval(ratio).half_width for ratio in ratios.values() if ratio]
        self.widest = max(widths, default=math.inf)
        costs = Costs(
            elapsed_s=self._elapsed(),
            opening_s=(self._elapsed() - self.trials_s) / self.launches,
            trial_s={name: seconds for name, seconds in self.trial_s.items() if name in self.specs},
        )
        stage = next_stage(ratios, costs, self.rules)
        # A failed reference leaves no ratios to count launches by.
        further = self.rules.max_launches - self.launches
        if isinstance(stage, Stage):
            return Stage(min(stage.launches, further), stage.rounds, stage.lanes) if further > 0 else "launches"
        return stage

    def _ratios(self, name: str) -> list[list[float]]:
        lane, reference = self.walls[name], self.walls[self.contest.reference]
        cold = max(effort.cold_rounds(lane), effort.cold_rounds(reference))
        return effort.warm_ratios(lane, reference, cold)

    def _record(self, record: Record) -> None:
        """Keep a record, and heed what it says: results that vary cannot be compared."""
        self.keep(record)
        if isinstance(record, Finding) and record.kind == "varies":
            self.results_vary = True

    def _elapsed(self) -> float:
        return time.monotonic() - self.began
