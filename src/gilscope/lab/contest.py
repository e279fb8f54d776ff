"""Runs a contest: stages of launches, until the estimates are good enough or the time is up.

Interleaving is what makes ratios trustworthy on a machine that drifts (randomised multiple interleaved trials: Abedi
and Brecht, 2017); fresh processes per launch average over hash seeds and memory layout (Kalibera and Jones, 2013).
"""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from gilscope.lab import forecast, host, sources, topology
from gilscope.lab.comparisons import Comparisons
from gilscope.lab.forecast import Ahead
from gilscope.lab.launch import Launch, Surroundings
from gilscope.lab.protocol import Imports
from gilscope.lab.stopping import Costs, Stage, budget_is_spent, next_stage
from gilscope.stats.intervals import log_ratio_interval
from gilscope.values.progress import Progress
from gilscope.values.records import CANNOT_BE_COMPARED, Calibration, ContestEnd, Fault, Finding, Record
from gilscope.values.rules import PAIR
from gilscope.values.watching import Watched
from gilscope.workloads.targets import label

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path
    from random import Random

    from gilscope.lab.forecast import Ends
    from gilscope.lab.launch import LaneOpener
    from gilscope.lab.sources import Revision
    from gilscope.values.contests import Contest
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.rules import Rules

    IsDecided = Callable[[Contest], bool]
    """Whether what a contest is measured for is known by what was recorded of it so far."""


MOST_HUNG = 2
"""Lanes that may hang before it is taken for granted that all of them would."""
WATCHED_MS = 700
"""How long one worker alone would take for the trial in which objects are watched."""


class Observer(Protocol):
    """A display that follows a contest while it runs; the lab itself prints nothing."""

    def waits(self, holder: int | None) -> None:
        """Somebody else measures on this machine, a process of this number if it is known."""

    def contest_begins(self, contest: Contest, rules: Rules) -> None:
        """Lanes are about to open."""

    def progress(self, progress: Progress) -> None:
        """A trial begins."""

    def watched(self, record: Watched) -> None:
        """Objects were watched while a lane worked."""

    def contest_ends(self, end: ContestEnd) -> None:
        """All lanes are closed."""


class Lab:
    """Measures the contests of a run, one after the other; ``revisions`` are those of workloads' folders.

    A contest ends, between two stages, where ``is_decided`` says so of it.
    """

    def __init__(  # noqa: PLR0913 - each is one thing that a run has of its own
        self,
        *,
        environ: Mapping[str, str],
        open_lane: LaneOpener,
        record: Callable[[Record], None],
        observer: Observer,
        random: Random,
        revisions: Mapping[Path, Revision] = MappingProxyType({}),
        is_decided: IsDecided | None = None,
    ) -> None:
        self.around = Surroundings(environ, open_lane, record, random)
        self.observer = observer
        self.revisions = revisions
        self.is_decided = is_decided

    def run(self, contest: Contest, rules: Rules) -> ContestEnd:
        """Measure one contest; every record is handed on as it comes.

        Lanes that fail become findings and are left out of later launches. Whatever happens, no lane outlives this.
        """
        self.observer.contest_begins(contest, rules)
        self.around.record(contest)
        end = _Running(self.around, self.observer, contest, rules, self.revisions, self.is_decided).run()
        self.around.record(end)
        self.observer.contest_ends(end)
        return end


class _Running:
    """The state of one contest while it runs."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it runs in, and what it is to do
        self,
        around: Surroundings,
        observer: Observer,
        contest: Contest,
        rules: Rules,
        revisions: Mapping[Path, Revision],
        is_decided: IsDecided | None,
    ) -> None:
        self.is_decided = is_decided
        self.around = Surroundings(around.environ, around.open_lane, self._record, around.random)
        self.keep = around.record
        self.observer = observer
        self.contest = contest
        self.rules = rules
        self.revisions = revisions
        self.cpus = topology.read(host.pinnable_cpus()) if rules.pin and not contest.probe.spreads_itself else ()
        self.timeout_s = min(rules.timeout_s, contest.probe.timeout_s or math.inf)
        self.began = time.monotonic()
        self.began_at = datetime.now(UTC)
        self.scouted_s = 0.0
        self.is_scouting = False
        self.specs = {spec.name: spec for spec in contest.lanes}
        self.comparisons = Comparisons(contest)
        self.opening_s = 0.0
        self.guessed_s: dict[str, float] = {}
        self.trial_s: dict[str, float] = {}
        self.trials_s = 0.0
        self.launches = 0
        self.calibration: Calibration | None = None
        self.results_vary = False
        self.held = sources.held(contest)
        self.is_changed = False
        self.widest = math.inf

    def run(self) -> ContestEnd:
        """Run stage after stage, until there is a reason to stop."""
        self._scout()
        stage: Stage | str = "no lane left"
        if self.calibration is None:
            self._record_code({})
        else:
            stage = Stage(self.rules.min_launches, self.rules.rounds, frozenset(self.specs))
        while isinstance(stage, Stage):
            ended = self._run_stage(stage)
            stage = ended or self._look()
        return ContestEnd(
            contest=self.contest.id,
            reason=stage,
            seconds=self._elapsed(),
            launches=self.launches,
            began=self.began_at.isoformat(sep=" ", timespec="milliseconds"),
        )

    def _scout(self) -> None:
        """Look at the work in one lane: how long it takes, what it holds, whether it starts workers.

        Nothing is pinned yet: what a program sees when it starts (how many CPUs it may use) decides how many threads it
        makes, so that this cannot be asked of a pinned one. The reference lane is asked, or the first that does not
        fail. Two that hang end the search: the others would hang too, each for as long.
        """
        self.is_scouting = True
        probed = [spec for spec in self.specs.values() if not spec.shows_capacity]
        hung = 0
        for spec in self._scouts(probed):
            began_s = self._elapsed()
            beside = [spec for spec in self.specs.values() if spec.shows_capacity and spec.workers == 1]
            with Launch(self.around, self.contest, 0, self.timeout_s, ()) as launch:
                launch.open([spec, *beside])
                self.opening_s = (self._elapsed() - began_s) / (1 + len(beside)) * len(self.specs)
                self.calibration = launch.calibrate(self.rules.trial_ms * 1_000_000)
                self._guess(launch.filled_s)
                launch.refuse_too_large(list(self.specs.values()))
            self._leave_out(launch.failed)
            hung += launch.has_hung
            if self.calibration is not None or hung == MOST_HUNG:
                break
        self.is_scouting = False
        if self.calibration is not None:
            self.keep(self.calibration)
            if self.calibration.own_workers:
                self.cpus = ()
        self.scouted_s = self._elapsed()

    def _scouts(self, probed: Sequence[LaneSpec]) -> list[LaneSpec]:
        """Order lanes for the search: the reference, then those of its model in other arms, then all others."""
        reference = next((spec for spec in probed if spec.name == self.contest.reference), None)

        def key(spec: LaneSpec) -> tuple[bool, bool]:
            is_like = reference is not None and (spec.arm == reference.arm or spec.model != reference.model)
            return spec is not reference, is_like

        return sorted(probed, key=key)

    def _guess(self, filled_s: Mapping[str, float]) -> None:
        """Guess what trials take before any was run, by those of the scout; what had no trial there fills one."""
        fills_s = self.rules.trial_ms / 1000
        work_s = next((filled_s[name] for name in filled_s if not self.specs[name].shows_capacity), fills_s)
        self.guessed_s = {
            name: forecast.turns(spec, host.usable_cpus()) * (fills_s if spec.shows_capacity else work_s)
            for name, spec in self.specs.items()
        }

    def _leave_out(self, failed: Collection[str]) -> None:
        for name in failed:
            self.specs.pop(name, None)

    def _run_stage(self, stage: Stage) -> str | None:
        """Run all launches of a stage; return the reason if the contest ends in the middle of it."""
        for further in reversed(range(stage.launches)):
            self._run_launch(stage, further)
            if self.is_changed:
                return "changed"
            if all(spec.shows_capacity for spec in self.specs.values()):
                return "no lane left"
            if budget_is_spent(self.launches, self._elapsed(), self.rules):
                return "budget"
        return None

    def _run_launch(self, stage: Stage, further: int) -> None:
        """Run one launch of a stage, which goes on with a number of further ones."""
        began_s = self._elapsed()
        names = self._with_company(stage.lanes)
        self.comparisons.begin_launch()
        with Launch(self.around, self.contest, self.launches, self.timeout_s, self.cpus) as launch:
            launch.open([self.specs[name] for name in names])
            self._look_for_changes(launch)
            if self.is_changed:
                return
            if self.calibration is not None:
                launch.warm(self.calibration)
            self._run_rounds(launch, stage.rounds, began_s, further)
            launch.weigh()
            if self.launches == 0:
                self._watch(launch)
                imports = launch.imports()
                self._record_code(imports)
                launch.find_fallbacks(imports)
        self.launches += 1
        self._leave_out(launch.failed)
        self.opening_s = (self._elapsed() - self.scouted_s - self.trials_s) / self.launches
        self._ratios()

    def _look_for_changes(self, launch: Launch) -> None:
        """Note that the person's code is another than the one measured so far: no lane is of two codes."""
        path = sources.changed(self.held)
        if path is not None:
            reason = f"{label(path)} was changed while it was measured: what was measured before counts"
            launch.find(self.contest.reference, Fault("load", "changed", reason))
            self.is_changed = True

    def _watch(self, launch: Launch) -> None:
        if self.calibration is not None:
            launch.watch(self.calibration.loops * max(1, WATCHED_MS // self.rules.trial_ms))

    def _record_code(self, imports: Mapping[str, Imports]) -> None:
        """Record what each arm ran, by what one of its lanes has imported."""
        arms = {spec.arm.name: spec.arm for spec in self.contest.lanes}
        codes = [
            sources.code(self.contest, arm, imports.get(name, Imports()), self.revisions) for name, arm in arms.items()
        ]
        for code in codes:
            self.keep(code)
        self.held = sources.of_modules(codes, arms)

    def _with_company(self, lanes: Collection[str]) -> list[str]:
        """Return lanes with what they are held against: the reference, others, a copy's original, the capacity.

        Every lane needs the capacity of one worker, and a parallel one that of its number of workers too.
        """
        chosen = [spec for name, spec in self.specs.items() if name in lanes]
        originals = {self.contest.reference, *(spec.original for spec in chosen)}
        originals.update(other for spec in chosen for other in self.comparisons.others(spec).values())
        counts = {1, *(spec.workers for spec in chosen)}
        return [
            name
            for name, spec in self.specs.items()
            if name in lanes or name in originals or (spec.shows_capacity and spec.workers in counts)
        ]

    def _run_rounds(self, launch: Launch, rounds: int, launch_began_s: float, further: int) -> None:
        """Run the rounds of a launch, fewer pairs of them where they exceed its share of the budget.

        More launches narrow an interval further than more rounds do.
        """
        if self.calibration is None:
            return
        began_s = self._elapsed()
        share_s = self.rules.budget_s / self.rules.min_launches
        for number in range(rounds):
            if number and number % PAIR == 0 and self._elapsed() - began_s > share_s:
                return
            round_s = sum(self.trial_s.get(name, self.guessed_s[name]) for name in launch.lanes)
            ahead = Ahead(launch_began_s, self.launches, further, self.opening_s, rounds, round_s)
            begins = partial(self._show, forecast.ends(ahead, self.rules), further)
            for name, timing, seconds in launch.round(
                number, self.calibration, compare=not self.results_vary, begins=begins
            ):
                self.comparisons.add(self.specs[name], timing)
                self.trial_s[name] = seconds
                self.trials_s += seconds
            if launch.has_slept:
                return

    def _show(self, ends: Ends, further: int, lane: str) -> None:
        """Show that a lane's trial begins, and when the contest will end."""
        launch = self.launches + 1
        self.observer.progress(
            Progress(
                lane=lane,
                launch=launch,
                launches=launch + further,
                elapsed_s=self._elapsed(),
                soonest_s=ends.soonest_s,
                latest_s=ends.latest_s,
                widest=self.widest,
            )
        )

    def _look(self) -> Stage | str:
        """Decide what the ratios so far ask for; nothing, where what was to be known by them is."""
        if self.is_decided is not None and self.is_decided(self.contest):
            return "decided"
        ratios = self._ratios()
        costs = Costs(
            elapsed_s=self._elapsed(),
            opening_s=self.opening_s,
            trial_s={name: seconds for name, seconds in self.trial_s.items() if name in self.specs},
        )
        stage = next_stage(ratios, costs, self.rules)
        # A failed reference leaves no ratios to count launches by.
        further = self.rules.max_launches - self.launches
        if isinstance(stage, Stage):
            return Stage(min(stage.launches, further), stage.rounds, stage.lanes) if further > 0 else "launches"
        return stage

    def _ratios(self) -> dict[str, list[list[float]]]:
        """Form the log ratios so far by lane, launch and round, and note the widest of their intervals."""
        ratios = {
            name: self.comparisons.log_ratios(spec)
            for name, spec in self.specs.items()
            if self.comparisons.others(spec)
        }
        widths = [log_ratio_interval(ratio).half_width for ratio in ratios.values() if ratio]
        self.widest = max(widths, default=math.inf)
        return ratios

    def _record(self, record: Record) -> None:
        """Keep a record, and heed what it says: results that vary cannot be compared.

        Notes of a scout's lane come again with the first launch's.
        """
        if isinstance(record, Finding) and record.kind in CANNOT_BE_COMPARED:
            self.results_vary = True
        elif self.is_scouting and isinstance(record, Finding) and not record.fails_lane:
            return
        self.keep(record)
        if isinstance(record, Watched):
            self.observer.watched(record)

    def _elapsed(self) -> float:
        return time.monotonic() - self.began
