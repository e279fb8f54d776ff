"""Runs a contest: launches of fresh lanes, rounds in random order, until the estimates are good enough.

Interleaving is what makes ratios trustworthy on a machine that drifts (randomised multiple interleaved trials: Abedi
and Brecht, 2017); fresh processes per launch average over hash seeds and memory layout (Kalibera and Jones, 2013).
"""

from __future__ import annotations

import contextlib
import math
import time
from typing import TYPE_CHECKING, Protocol

from gilscope import stats
from gilscope.lane import Lane, LaneFailedError, lane_environment
from gilscope.model import (
    Calibration,
    Contest,
    ContestEnd,
    Finding,
    LaneSpec,
    Record,
    Rules,
    Trial,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from random import Random

    from gilscope.guardian import Guardian
    from gilscope.protocol import Measured

MOST_LOOPS = 10_000_000
CALIBRATION_STEPS = 12


class Observer(Protocol):
    """What a display wants to know while a contest runs; the lab itself prints nothing."""

    def contest_begins(self, contest: Contest, rules: Rules) -> None:
        """Lanes are about to open."""

    def progress(self, launch: int, elapsed_s: float, widest: float) -> None:
        """A trial ended; ``widest`` is the widest half width so far, as a fraction (infinite at first)."""

    def contest_ends(self, end: ContestEnd) -> None:
        """All lanes are closed."""


class Lab:
    """What every contest of a run shares: where lanes run, who guards them, who keeps the records."""

    def __init__(
        self,
        *,
        environ: Mapping[str, str],
        guardian: Guardian,
        record: Callable[[Record], None],
        observer: Observer,
        random: Random,
    ) -> None:
        self.environ = environ
        self.guardian = guardian
        self.record = record
        self.observer = observer
        self.random = random

    def run(self, contest: Contest, rules: Rules) -> ContestEnd:
        """Measure one contest; every record is handed on as it comes.

        Lanes that fail become findings and are left out of later launches. Whatever happens, no lane outlives this.
        """
        self.observer.contest_begins(contest, rules)
        self.record(contest)
        end = _Running(self, contest, rules).run()
        self.record(end)
        self.observer.contest_ends(end)
        return end


class _Running:
    """The state of one contest while it runs."""

    def __init__(self, lab: Lab, contest: Contest, rules: Rules) -> None:
        self.lab = lab
        self.contest = contest
        self.rules = rules
        self.began = time.monotonic()
        self.launch = 0
        self.loops: int | None = None
        self.specs = {spec.name: spec for spec in contest.lanes}
        self.gil_told: set[str] = set()
        self.walls: dict[str, list[list[float]]] = {name: [] for name in self.specs}
        self.widest = math.inf
        self.compares_digests = True
        self.expected_digest: str | None = None

    def run(self) -> ContestEnd:
        """Launch after launch, until a reason to stop is found."""
        reason = None
        while reason is None:
            self._launch()
            self.launch += 1
            self.widest = self._widest()
            reason = self._reason_to_stop()
        return ContestEnd(
            contest=self.contest.id, reason=reason, seconds=time.monotonic() - self.began, launches=self.launch
        )

    def _reason_to_stop(self) -> str | None:
        elapsed = time.monotonic() - self.began
        if not self.specs:
            return "no lane left"
        if self.launch >= self.rules.max_launches:
            return "launches"
        if self.launch < self.rules.min_launches:
            return None
        if self.widest <= self.rules.precision:
            return "precise"
        if elapsed + elapsed / self.launch > self.rules.budget_s:
            return "budget"
        return None

    def _launch(self) -> None:
        """Fresh processes for every lane that is left, then all rounds."""
        with self._lanes() as lanes:
            self.expected_digest = None
            if self.loops is None and lanes:
                self._calibrate(lanes)
            for walls in self.walls.values():
                walls.append([])
            for number in range(-1, self.rules.rounds):
                self._round(lanes, number)

    @contextlib.contextmanager
    def _lanes(self) -> Iterator[dict[str, Lane]]:
        lanes: dict[str, Lane] = {}
        hash_seed = self.lab.random.randrange(1, 2**32)
        try:
            for spec in list(self.specs.values()):
                with self._finding(spec.name):
                    environ = lane_environment(self.lab.environ, spec.arm, hash_seed)
                    lanes[spec.name] = Lane(spec, self.contest.probe, environ, self.lab.guardian)
            for name, lane in list(lanes.items()):
                with self._finding(name, lanes):
                    self._note_gil(lane, is_on=lane.wait_ready(self.rules.timeout_s))
            yield lanes
            for name, lane in list(lanes.items()):
                with self._finding(name, lanes):
                    lane.close()
        finally:
            for lane in lanes.values():
                lane.kill()

    @contextlib.contextmanager
    def _finding(self, name: str, lanes: dict[str, Lane] | None = None) -> Iterator[None]:
        """Turn a lane's failure into a finding, and go on without the lane."""
        try:
            yield
        except LaneFailedError as error:
            finding = self._find(name, error)
            lane = lanes.pop(name, None) if lanes is not None else None
            if lane is not None:
                lane.kill()
            if finding.fails_lane:
                self.specs.pop(name, None)

    def _find(self, name: str, error: LaneFailedError) -> Finding:
        finding = Finding(
            contest=self.contest.id,
            lane=name,
            launch=self.launch,
            phase=error.phase,
            kind=error.kind,
            reason=error.reason,
            detail=error.detail,
        )
        self.lab.record(finding)
        return finding

    def _calibrate(self, lanes: dict[str, Lane]) -> None:
        """Find the loops that fill a trial in the reference lane (or in the first that lives); all lanes share them."""
        names = sorted(lanes, key=lambda name: name != self.contest.reference)
        for name in names:
            with self._finding(name, lanes):
                self.loops = self._loops_of(lanes[name])
                self.lab.record(Calibration(contest=self.contest.id, loops=self.loops))
                return
        self.loops = None

    def _loops_of(self, lane: Lane) -> int:
        target_ns = self.rules.trial_ms * 1_000_000
        loops = 1
        digests: set[str] = set()
        for _ in range(CALIBRATION_STEPS):
            measured = lane.trial(loops, self.rules.timeout_s)
            digests.update(measured.digests)
            if measured.wall_ns >= target_ns / 2:
                break
            growth = min(100.0, target_ns / max(1, measured.wall_ns))
            loops = min(MOST_LOOPS, max(loops + 1, math.ceil(loops * growth)))
        if len(digests) > 1:
            self.compares_digests = False
            self._find(lane.spec.name, LaneFailedError("work", "varies", "the result differs from call to call"))
        return loops

    def _round(self, lanes: dict[str, Lane], number: int) -> None:
        """One trial of every lane, in random order; round -1 warms up, and is kept but not counted."""
        order = list(lanes)
        self.lab.random.shuffle(order)
        if number < 0 and self.contest.reference in lanes:
            order.sort(key=lambda name: name != self.contest.reference)
        for name in order:
            if self.loops is None:
                return
            with self._finding(name, lanes):
                self._trial(lanes[name], number, self.loops)

    def _trial(self, lane: Lane, number: int, loops: int) -> None:
        measured = lane.trial(loops, self.rules.timeout_s)
        self._check_digests(measured)
        self._note_gil(lane, is_on=measured.gil_after)
        self.lab.record(self._record(lane.spec, number, measured))
        if number >= 0:
            self.walls[lane.spec.name][-1].append(measured.wall_ns)
        self.lab.observer.progress(self.launch, time.monotonic() - self.began, self.widest)

    def _record(self, spec: LaneSpec, number: int, measured: Measured) -> Trial:
        return Trial(
            contest=self.contest.id,
            lane=spec.name,
            launch=self.launch,
            round=number,
            warm_up=number < 0,
            loops=measured.loops,
            wall_ns=measured.wall_ns,
            starts_ns=measured.starts_ns,
            ends_ns=measured.ends_ns,
            cpu_ns=measured.cpu_ns,
            wait_ns=measured.wait_ns,
            digest=measured.digests[0],
            gil_before=measured.gil_before,
            gil_after=measured.gil_after,
        )

    def _check_digests(self, measured: Measured) -> None:
        """All workers of all lanes must get what the launch's first trial got (the reference's, where it lives)."""
        if not self.compares_digests:
            return
        if self.expected_digest is None:
            self.expected_digest = measured.digests[0]
        strange = [digest for digest in measured.digests if digest != self.expected_digest]
        if strange:
            reason = f"its result ({strange[0]}) is not the reference's ({self.expected_digest})"
            raise LaneFailedError("check", "disagreed", reason)

    def _note_gil(self, lane: Lane, *, is_on: bool) -> None:
        """Tell once of a lane that should run without the GIL and has it."""
        arm = lane.spec.arm
        if not is_on or arm.gil_forced or arm.runtime.facts.build == "default" or lane.spec.name in self.gil_told:
            return
        self.gil_told.add(lane.spec.name)
        reason = "a free-threaded build runs with its GIL on: a module that does not declare support turned it on"
        self._find(lane.spec.name, LaneFailedError("work", "GIL turned on", reason, lane.printed()))

    def _widest(self) -> float:
        """The widest half width among the ratios to the reference, as a fraction."""
        reference = self.walls[self.contest.reference]
        ratios = [paired_log_ratios(walls, reference) for name, walls in self.walls.items() if name in self.specs]
        return max((stats.log_ratio_interval(ratio).half_width for ratio in ratios if ratio), default=math.inf)


def paired_log_ratios(lane: list[list[float]], reference: list[list[float]]) -> list[list[float]]:
    """Per launch, the log ratio of each round that both lanes took part in."""
    return [
        [math.log(mine / theirs) for mine, theirs in zip(walls, others, strict=False)]
        for walls, others in zip(lane, reference, strict=True)
        if walls and others
    ]
