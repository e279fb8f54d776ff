"""Figures of one contest from its raw trials: time per unit, gain, scaling, penalty, break-even; pure.

Definitions (T is a lane's median makespan, W its workers, all lanes run the same number of loops; U is how many units a
loop is, one for each worker, or a single one where the work divides itself over its workers):

    time per unit   T / (loops x U), and where one unit does it several times over, divided by that number too
    gain            throughput / throughput(reference)        = U x T(reference) / T
    scaling         throughput / throughput(own arm, serial)  = U x T(own serial) / T
    over one worker throughput / throughput(own arm, own model, one worker)
    efficiency      scaling / W
    of capacity     scaling over the CPUs that the machine gave (see `gilscope.figures.capacity`), within rounds
    cores busy      CPU time of all workers / time from the gate to the last worker's end
    shares          where the workers' cores went (see `gilscope.figures.cores`)
    penalty         T(free-threaded, serial) / T(twin, serial) - 1
    of which        T(GIL forced on, serial) / T(twin, serial) - 1 is the build's, and
                    T(free-threaded, serial) / T(GIL forced on, serial) - 1 is what turning the GIL off costs
    break-even      the number of workers from which a model is faster (see `gilscope.figures.break_even`)
    contention      workers lose much of their time to each other, by more CPU time per unit or by being blocked
    verdict         whether any lane is better than the reference, or what is possible (see `gilscope.figures.verdict`)
    interventions   a contest in whose lanes something was changed asks what is to blame, not what to run on: it has no
                    verdict, no break-even and no curve
    own copy        several workers that have a copy each of what threads share: they do not do the work that is asked
                    about, so that no verdict, no break-even and no best lane is theirs
    of first way    T(way) / T(first way of the same arm), where a probe has ways
    roles           see `gilscope.figures.roles`; the makespans of their lanes say nothing, and have no figures

Ratios are formed within rounds, so that what disturbs the machine for a while falls on both sides.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from gilscope.figures import variants, verdict
from gilscope.figures.break_even import BreakEven, RatioPoint, crossing, may_gain
from gilscope.figures.cores import Shares, per_unit, shares
from gilscope.figures.further import further_of_lanes
from gilscope.figures.observations import observations
from gilscope.figures.outcome import CannotBeTold, Outcome, Scarcity, choose, outcome
from gilscope.figures.roles import role_control, role_figures
from gilscope.figures.scaling_law import fit
from gilscope.figures.trends import Trend, trends
from gilscope.figures.values import ContestFigures, CpusUsed, LaneFigures, Penalty, ScalingLaw
from gilscope.figures.verdict import Verdict
from gilscope.figures.workers import orders_of_ways
from gilscope.models import works_on_copies
from gilscope.stats.estimate import SAME, Estimate
from gilscope.stats.significance import distinguishable, noise_floor
from gilscope.values.contests import arm_and_work, lane_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.capacity import Capacity
    from gilscope.figures.lanes import ContestLanes
    from gilscope.values.contests import LaneSpec
    from gilscope.values.records import HostCard


def figures(contest_lanes: ContestLanes, host: HostCard) -> ContestFigures:
    """The figures of one contest, measured on this host."""
    return _of_roles(contest_lanes) if contest_lanes.contest.probe.roles else _Contest(contest_lanes, host).figures()


def _of_roles(contest_lanes: ContestLanes) -> ContestFigures:
    """The figures of a contest whose workers have roles, none of which is a lane's as a whole."""
    control = role_control(contest_lanes)
    return ContestFigures(
        contest=contest_lanes.contest,
        loops=contest_lanes.loops,
        inner_loops=contest_lanes.inner_loops,
        control=None if control is None else control.exp(),
        noise_floor=None if control is None else noise_floor(control),
        findings=tuple(contest_lanes.findings),
        end=contest_lanes.end,
        roles=tuple(role_figures(contest_lanes)),
    )


class _Contest:
    """One contest's lanes, its noise floor, and what its figures are compared with."""

    def __init__(self, contest_lanes: ContestLanes, host: HostCard) -> None:
        self.contest_lanes = contest_lanes
        self.host = host
        self.contest = contest_lanes.contest
        self.reference = contest_lanes.reference
        self.pair = contest_lanes.contest.pair
        control = contest_lanes.control
        self.control = None if control is None else contest_lanes.paired.log_ratio(control.name, control.original)
        self.floor = None if self.control is None else noise_floor(self.control)
        copy = contest_lanes.parallel_control
        self.parallel_control = None if copy is None else contest_lanes.paired.log_ratio(copy.name, copy.original)
        self.parallel_floor = None if self.parallel_control is None else noise_floor(self.parallel_control)
        self.floor_of_parallel = max(self.floor or 0.0, self.parallel_floor or 0.0)

    def figures(self) -> ContestFigures:
        contest_lanes = self.contest_lanes
        trials = (
            trial
            for lane in contest_lanes.lanes
            for rounds in contest_lanes.paired.trials[lane.name]
            for trial in rounds
        )
        return ContestFigures(
            contest=self.contest,
            loops=contest_lanes.loops,
            inner_loops=contest_lanes.inner_loops,
            lanes=tuple(self._row(lane) for lane in contest_lanes.lanes if not lane.control),
            penalties=tuple(self._penalties()),
            gil_off=self._gil_off(),
            break_evens=tuple(self._break_evens()),
            scaling_laws=tuple(self._scaling_laws()),
            verdict=self._verdict(),
            control=None if self.control is None else self.control.exp(),
            noise_floor=self.floor,
            parallel_control=None if self.parallel_control is None else self.parallel_control.exp(),
            parallel_floor=self.parallel_floor,
            capacities=self._capacities,
            headstart=math.exp(self._log_headstart),
            own_workers=contest_lanes.own_workers,
            worker_memory=tuple(contest_lanes.weights.per_worker()),
            orders=(
                *orders_of_ways(contest_lanes.lanes, contest_lanes.paired.log_ratio, self.floor or 0.0),
                *contest_lanes.weights.orders(),
            ),
            findings=tuple(contest_lanes.findings),
            end=contest_lanes.end,
            observations=observations(trials, self.contest.probe.observes),
            cpus_used=self._cpus_used(),
            trends=tuple(self._trends()),
            code=tuple(contest_lanes.code.values()),
            variants=variants.figures(contest_lanes, self.floor or 0.0, self.floor_of_parallel),
            instead_of=contest_lanes.instead_of,
        )

    def _cpus_used(self) -> CpusUsed | None:
        most = max((lane.workers for lane in self.contest_lanes.lanes), default=1)
        if most == 1 or self.contest.probe.asks_about_workers:
            return None
        return CpusUsed(workers=most, cpus=self.host.cpus_usable, cores=self.host.usable_cores)

    def _trends(self) -> Iterator[Trend]:
        """The lanes that change from round to round; looks at something take as long as they take."""
        if self.contest.probe.is_timed:
            names = [lane.name for lane in self.contest_lanes.lanes if not lane.control]
            warm = self.contest_lanes.paired.warm
            walls = {name: [[trial.wall_ns for trial in rounds] for rounds in warm(name)] for name in names}
            yield from trends(walls, self.floor or 0.0)

    def _row(self, lane: LaneSpec) -> LaneFigures:
        own_serial = self._lane(lane.arm.name)
        scaling = None if lane.model == "serial" else self._throughput_ratio(lane, own_serial)
        one_worker = self._lane(lane.arm.name, f"{lane.model}-1")
        first_way = None if lane.way is None else self._lane(lane.arm.name, self.contest.probe.ways[0])
        warm = self.contest_lanes.paired.warm(lane.name)
        return LaneFigures(
            lane=lane,
            oversubscribed=lane.workers > self.host.cpus_usable,
            cores=self.host.usable_cores,
            cores_of_a_kind=self.host.cores_of_a_kind,
            has_own_copy=self._has_own_copy(lane),
            has_failed=lane.name in self.contest_lanes.failed,
            time_per_unit=self.contest_lanes.time_per_unit(lane),
            gain=None if lane is self.reference else self._throughput_ratio(lane, self.reference),
            scaling=scaling,
            over_one_worker=None if lane is one_worker else self._throughput_ratio(lane, one_worker),
            efficiency=None if scaling is None else scaling.scaled(1 / lane.workers),
            of_capacity=None if own_serial is None else self._of_capacity(lane, own_serial),
            is_short=lane.workers in self._short,
            shares=None if own_serial is None or lane.divides_work else self._shares(lane, own_serial),
            per_unit=per_unit(lane, self.contest_lanes.paired.by_launch(lane.name), self.contest_lanes.units),
            cores_busy=self.contest_lanes.cores_busy(lane),
            of_first_way=(
                None
                if first_way is None or first_way is lane
                else self.contest_lanes.log_time_ratio(lane, first_way).exp()
            ),
            memory=self.contest_lanes.weights.of_lane(lane.name),
            launches=len(warm),
            trials=sum(map(len, warm)),
            cold_rounds=self.contest_lanes.paired.cold[lane.name],
        )

    def _of_capacity(self, lane: LaneSpec, own_serial: LaneSpec) -> Estimate | None:
        log_ratio = self.contest_lanes.spinning.log_of_capacity(lane, own_serial)
        return None if log_ratio is None else log_ratio.exp()

    def _shares(self, lane: LaneSpec, own_serial: LaneSpec) -> Shares | None:
        spinning = self.contest_lanes.spinning.trials(lane.workers)
        of_machine = None if spinning is None else shares(*spinning)
        unavoidable = 0.0 if of_machine is None else of_machine.start.value + of_machine.end.value
        by_launch = self.contest_lanes.paired.by_launch
        return shares(by_launch(lane.name), by_launch(own_serial.name), unavoidable)

    @cached_property
    def _capacities(self) -> tuple[Capacity, ...]:
        """What the machine gave to each number of workers that there are CPUs for."""
        counts = sorted({lane.workers for lane in self.contest_lanes.lanes})
        of_counts = (self.contest_lanes.spinning.capacity(count) for count in counts if count <= self.host.cpus_usable)
        return tuple(capacity for capacity in of_counts if capacity is not None)

    @cached_property
    def _short(self) -> dict[int, Capacity]:
        """What the machine gave, where it was too little for as many workers."""
        return {capacity.workers: capacity for capacity in self._capacities if capacity.is_short}

    @cached_property
    def _log_headstart(self) -> float:
        """The log of what several workers may gain over one by waiting less for a CPU."""
        return self.contest_lanes.spinning.log_headstart()

    def _has_own_copy(self, lane: LaneSpec) -> bool:
        """Whether the workers of a lane have copies, so that it does not do the work that is asked about."""
        return works_on_copies(self.contest.probe, lane)

    def _can_be_run(self, lane: LaneSpec) -> bool:
        """Whether somebody could run the work in this lane: it did not fail, and does what is asked about."""
        return lane.name not in self.contest_lanes.failed and not self._has_own_copy(lane)

    def _lane(self, arm: str, work: str = "serial") -> LaneSpec | None:
        return self.contest_lanes.by_name.get(lane_name(arm, work))

    def _is_of_twin(self, lane: LaneSpec) -> bool:
        """Whether a lane is one of the default build that the free-threaded one is compared with."""
        return self.pair is not None and self.pair.twin is not None and lane.arm.name == self.pair.twin.name

    def _penalties(self) -> Iterator[Penalty]:
        """The penalties of the free-threaded arms' serial lanes and ways against the twin's."""
        if self.pair is None or self.reference is None or not self._is_of_twin(self.reference):
            return
        twin = self.reference.arm.name
        for lane in self.contest_lanes.lanes:
            other = self._lane(twin, lane.way or "serial")
            if lane.model == "serial" and lane.arm.name != twin and other is not None:
                yield self._penalty(lane, other, self.pair.differences)

    def _gil_off(self) -> Penalty | None:
        name = "" if self.pair is None else self.pair.free_threaded.name
        off, on = self._lane(name), self._lane(f"{name}+gil")
        return None if off is None or on is None else self._penalty(off, on, ())

    def _penalty(self, lane: LaneSpec, other: LaneSpec, differences: tuple[str, ...]) -> Penalty:
        slower = self.contest_lanes.log_time_ratio(lane, other)
        return Penalty(
            arm=lane.arm.name,
            twin=other.arm.name,
            way=lane.way,
            ratio=slower.exp(),
            distinguishable=distinguishable(slower, self.floor or 0.0),
            differences=differences,
        )

    def _break_evens(self) -> Iterator[BreakEven]:
        """The break-evens of every model: of the free-threaded arm where there is a pair, else of the only arm."""
        if self.contest.has_interventions:
            return
        arm = self.pair.free_threaded.name if self.pair is not None else self.arm_of_reference
        for model in dict.fromkeys(lane.model for lane in self.contest_lanes.lanes if lane.model != "serial"):
            lanes = self._curve(arm, model)
            if lanes and self.reference is not None and not any(map(self._has_own_copy, lanes)):
                yield self._break_even(lanes, "serial", [self.reference] * len(lanes))
                if self.pair is not None and self._is_of_twin(self.reference):
                    best = [self._best_of_twin(lane.workers, self.reference) for lane in lanes]
                    yield self._break_even(lanes, "best model", best)

    def _curve(self, arm: str, model: str) -> list[LaneSpec]:
        """A model's lanes in order of workers; the serial lane stands for one worker where no lane has just one."""
        spread = [lane for lane in self.contest_lanes.lanes if (lane.model, lane.arm.name) == (model, arm)]
        lanes = sorted(spread, key=lambda lane: lane.workers)
        serial = self._lane(arm)
        alone = [serial] if lanes and lanes[0].workers > 1 and serial is not None else []
        return alone + lanes

    @property
    def arm_of_reference(self) -> str:
        """The name of the arm that the reference lane belongs to."""
        return arm_and_work(self.contest.reference)[0]

    def _break_even(self, lanes: Sequence[LaneSpec], against: str, opponents: Sequence[LaneSpec]) -> BreakEven:
        points = [
            RatioPoint(
                lane.workers,
                self.contest_lanes.log_throughput_ratio(lane, opponent),
                self._log_headstart if lane.workers > opponent.workers == 1 else 0.0,
            )
            for lane, opponent in zip(lanes, opponents, strict=True)
            if lane is not opponent
        ]
        workers, within = crossing(points, self.floor_of_parallel), points[-1].workers
        is_short = any(count <= within for count in self._short)
        return BreakEven(
            arm=lanes[-1].arm.name,
            model=lanes[-1].model,
            against=f"{self.arm_of_reference} {against}",
            workers=workers,
            is_open=workers is None and (is_short or may_gain(points, self.floor_of_parallel)),
            within=within,
            gain=points[-1].log_ratio.exp(),
        )

    def _best_of_twin(self, workers: int, reference: LaneSpec) -> LaneSpec:
        """The fastest lane of the reference's arm with at most this many workers."""
        candidates = [
            lane
            for lane in self.contest_lanes.lanes
            if lane.arm.name == self.arm_of_reference
            and not lane.control
            and (self._can_be_run(lane) or lane is reference)
            and lane.workers <= workers
        ]
        return max(candidates, key=lambda lane: self.contest_lanes.log_throughput_ratio(lane, reference).value)

    def _scaling_laws(self) -> Iterator[ScalingLaw]:
        """The law of every model that was measured with several numbers of workers."""
        if self.contest.has_interventions:
            return
        spread = [lane for lane in self.contest_lanes.lanes if lane.model != "serial"]
        for arm, model in dict.fromkeys((lane.arm.name, lane.model) for lane in spread):
            curve = self._curve(arm, model)
            if curve[-1].workers > curve[0].workers:
                points = {lane.workers: self.contest_lanes.log_throughput_ratio(lane, curve[0]) for lane in curve}
                yield ScalingLaw(arm=arm, model=model, law=fit(points, self.host.usable_cores))

    def _verdict(self) -> Verdict | None:
        if self.reference is None or self.contest.probe.asks_about_workers:
            return None
        if self.contest.variants or self.contest.has_interventions:
            return None
        measured = [lane for lane in self.contest_lanes.lanes if not lane.control]
        lanes = [lane for lane in measured if self._can_be_run(lane) or lane is self.reference]
        weighed = [lane for lane in lanes if self.contest_lanes.weights.of_lane(lane.name) is not None]
        per_memory = None
        if self.reference in weighed:
            per_memory = choose(weighed, self.reference, self._log_ratio_per_memory, self.floor_of_parallel)
        return Verdict(
            outcome=self._outcome([lane for lane in lanes if lane is not self.reference], self.reference),
            per_memory=per_memory,
            objections=tuple(verdict.objections(self.contest, self.contest_lanes.findings, self.floor, self._short)),
        )

    def _outcome(self, candidates: Sequence[LaneSpec], reference: LaneSpec) -> Outcome:
        floor = verdict.LOUD if self.floor is None else self.floor_of_parallel
        log_ratio = self.contest_lanes.log_throughput_ratio
        found = outcome(candidates, reference, log_ratio, floor, Scarcity(self._short, self._log_headstart))
        if not isinstance(found, CannotBeTold):
            return found
        lacking = further_of_lanes(self.contest_lanes, found.unsettled, len(candidates))
        return msgspec.structs.replace(found, further=lacking)

    def _log_ratio_per_memory(self, lane: LaneSpec, other: LaneSpec) -> Estimate:
        """Log of throughput over memory, one lane's over the other's."""
        memory, other_memory = (self.contest_lanes.weights.of_lane(spec.name) for spec in (lane, other))
        if lane is other or memory is None or other_memory is None:
            return SAME
        return self.contest_lanes.log_throughput_ratio(lane, other).less(
            memory.best.log().less(other_memory.best.log())
        )

    def _throughput_ratio(self, lane: LaneSpec, other: LaneSpec | None) -> Estimate | None:
        return None if other is None else self.contest_lanes.log_throughput_ratio(lane, other).exp()
