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
from typing import TYPE_CHECKING

from gilscope.figures import curves, variants, verdict
from gilscope.figures.cores import Shares, per_unit, shares
from gilscope.figures.observations import observations
from gilscope.figures.roles import role_control, role_figures
from gilscope.figures.trends import Trend, trends
from gilscope.figures.values import ContestFigures, CpusUsed, LaneFigures, Penalty
from gilscope.figures.warming import warm_lanes
from gilscope.figures.workers import orders_of_ways
from gilscope.figures.yardsticks import Yardsticks
from gilscope.models import works_on_copies
from gilscope.stats.significance import distinguishable, noise_floor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gilscope.figures.lanes import ContestLanes
    from gilscope.stats.estimate import Estimate
    from gilscope.values.lanes import LaneSpec
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
        control=_exp(control),
        noise_floor=None if control is None else noise_floor(control),
        findings=tuple(contest_lanes.findings),
        end=contest_lanes.end,
        roles=tuple(role_figures(contest_lanes)),
    )


class _Contest:
    """One contest's lanes on their host, and the yardsticks for its figures."""

    def __init__(self, contest_lanes: ContestLanes, host: HostCard) -> None:
        self.contest_lanes = contest_lanes
        self.host = host
        self.contest = contest_lanes.contest
        self.reference = contest_lanes.reference
        self.pair = contest_lanes.contest.pair
        self.yardsticks = Yardsticks(contest_lanes, host)
        self.floor = self.yardsticks.floor or 0.0

    def figures(self) -> ContestFigures:
        contest_lanes, yardsticks = self.contest_lanes, self.yardsticks
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
            break_evens=tuple(curves.break_evens(contest_lanes, yardsticks)),
            scaling_laws=tuple(curves.scaling_laws(contest_lanes, self.host.usable_cores)),
            verdict=verdict.of_contest(contest_lanes, yardsticks),
            control=_exp(yardsticks.control),
            noise_floor=yardsticks.floor,
            parallel_control=_exp(yardsticks.parallel_control),
            parallel_floor=yardsticks.parallel_floor,
            capacities=yardsticks.capacities,
            headstart=math.exp(yardsticks.log_headstart),
            own_workers=contest_lanes.own_workers,
            worker_memory=tuple(contest_lanes.weights.per_worker()),
            orders=(
                *orders_of_ways(contest_lanes.lanes, contest_lanes.paired.log_ratio, self.floor),
                *contest_lanes.weights.orders(),
            ),
            findings=tuple(contest_lanes.findings),
            end=contest_lanes.end,
            observations=observations(trials, self.contest.probe.observes),
            cpus_used=self._cpus_used(),
            trends=tuple(self._trends()),
            code=tuple(contest_lanes.code.values()),
            variants=variants.figures(contest_lanes, self.floor, yardsticks.floor_of_parallel),
            instead_of=contest_lanes.instead_of,
            warm_lanes=tuple(warm_lanes(contest_lanes.warmings)),
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
            yield from trends(walls, self.floor)

    def _row(self, lane: LaneSpec) -> LaneFigures:
        own_serial = self.contest_lanes.find(lane.arm.name)
        scaling = None if lane.model == "serial" else self._throughput_ratio(lane, own_serial)
        one_worker = self.contest_lanes.find(lane.arm.name, f"{lane.model}-1")
        first_way = None if lane.way is None else self.contest_lanes.find(lane.arm.name, self.contest.probe.ways[0])
        warm = self.contest_lanes.paired.warm(lane.name)
        return LaneFigures(
            lane=lane,
            oversubscribed=lane.workers > self.host.cpus_usable,
            cores=self.host.usable_cores,
            cores_of_a_kind=self.host.cores_of_a_kind,
            has_own_copy=works_on_copies(self.contest.probe, lane),
            has_failed=lane.name in self.contest_lanes.failed,
            fell_back=lane.name in self.contest_lanes.fell_back,
            time_per_unit=self.contest_lanes.time_per_unit(lane),
            gain=None if lane is self.reference else self._throughput_ratio(lane, self.reference),
            scaling=scaling,
            over_one_worker=None if lane is one_worker else self._throughput_ratio(lane, one_worker),
            efficiency=None if scaling is None else scaling.scaled(1 / lane.workers),
            of_capacity=None if own_serial is None else self._of_capacity(lane, own_serial),
            is_short=lane.workers in self.yardsticks.short,
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

    def _penalties(self) -> Iterator[Penalty]:
        """The penalties of the free-threaded arms' serial lanes and ways against the twin's."""
        if self.pair is None or self.reference is None or not self.contest.is_of_twin(self.reference):
            return
        twin = self.reference.arm.name
        for lane in self.contest_lanes.lanes:
            other = self.contest_lanes.find(twin, lane.way or "serial")
            if lane.model == "serial" and lane.arm.name != twin and other is not None:
                yield self._penalty(lane, other, self.pair.differences)

    def _gil_off(self) -> Penalty | None:
        name = "" if self.pair is None else self.pair.free_threaded.name
        off, on = self.contest_lanes.find(name), self.contest_lanes.find(f"{name}+gil")
        return None if off is None or on is None else self._penalty(off, on, ())

    def _penalty(self, lane: LaneSpec, other: LaneSpec, differences: tuple[str, ...]) -> Penalty:
        slower = self.contest_lanes.log_time_ratio(lane, other)
        return Penalty(
            arm=lane.arm.name,
            twin=other.arm.name,
            way=lane.way,
            ratio=slower.exp(),
            distinguishable=distinguishable(slower, self.floor),
            differences=differences,
        )

    def _throughput_ratio(self, lane: LaneSpec, other: LaneSpec | None) -> Estimate | None:
        return None if other is None else self.contest_lanes.log_throughput_ratio(lane, other).exp()


def _exp(log_ratio: Estimate | None) -> Estimate | None:
    return None if log_ratio is None else log_ratio.exp()
