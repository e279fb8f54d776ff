"""Raw trials become figures: time per unit, gain, scaling, penalty, break-even; pure, and repeatable at any time.

Definitions (T is a lane's median makespan, W its workers, all lanes run the same number of units per worker):

    time per unit   T / (loops x W), and where one unit does it several times over, divided by that number too
    gain            throughput / throughput(reference)        = W x T(reference) / T
    scaling         throughput / throughput(own arm, serial)  = W x T(own serial) / T
    efficiency      scaling / W
    cores busy      CPU time of all workers / time from the gate to the last worker's end
    penalty         T(free-threaded, serial) / T(twin, serial) - 1
    of which        T(GIL forced on, serial) / T(twin, serial) - 1 is the build's, and
                    T(free-threaded, serial) / T(GIL forced on, serial) - 1 is what turning the GIL off costs
    break-even      the number of workers from which a model is faster (see `gilscope.break_even`)
    contention      fewer times the throughput than cores busy: they wait for each other, or for the memory
    of first way    T(way) / T(first way of the same arm), where a probe has ways

Ratios are formed within rounds, so that what disturbs the machine for a while falls on both sides.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec

from gilscope import stats, verdict
from gilscope.break_even import BreakEven, Point, crossing
from gilscope.figures import ContestFigures, LaneFigures, PairFigures, Penalty, ScalingLaw
from gilscope.model import Calibration, Contest, ContestEnd, Estimate, Finding, HostCard, LaneSpec, Memory, Trial
from gilscope.observations import Observation, observations
from gilscope.paired import SAME, Paired
from gilscope.scalability import fit
from gilscope.verdict import Verdict
from gilscope.workers import Weights, orders_of_ways

Item = TypeVar("Item", Calibration, Finding, ContestEnd, Memory)


class RunRecords(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a stored run that figures are made from."""

    host: HostCard
    contests: Sequence[Contest]
    calibrations: Sequence[Calibration]
    trials: Sequence[Trial]
    findings: Sequence[Finding]
    ends: Sequence[ContestEnd]
    memory: Sequence[Memory] = ()


def figures(run: RunRecords) -> tuple[ContestFigures, ...]:
    """The figures of every contest that was begun, in the order they were run."""
    trials: dict[str, list[Trial]] = defaultdict(list)
    for trial in run.trials:
        trials[trial.contest].append(trial)
    return tuple(_Measured(contest, trials[contest.id], run).figures() for contest in run.contests)


def by_pair(contests: Iterable[ContestFigures]) -> tuple[PairFigures, ...]:
    """The contests that measured a free-threaded build, pair by pair."""
    groups: dict[str, list[ContestFigures]] = defaultdict(list)
    for contest in contests:
        if contest.contest.pair is not None and contest.lanes and not contest.asks_about_workers:
            groups[contest.contest.pair.free_threaded.name].append(contest)
    return tuple(
        PairFigures(
            name=name,
            contests=tuple(group),
            mean_penalties=_mean_penalties(group),
            mean_gil_off=_mean([contest.gil_off.log_ratio for contest in group if contest.gil_off is not None]),
        )
        for name, group in groups.items()
    )


def _mean_penalties(contests: Iterable[ContestFigures]) -> dict[str, Estimate]:
    ratios: dict[str, list[stats.Interval]] = defaultdict(list)
    for contest in contests:
        for penalty in contest.penalties:
            ratios[penalty.arm].append(penalty.log_ratio)
    means = {arm: _mean(logs) for arm, logs in ratios.items()}
    return {arm: mean for arm, mean in means.items() if mean is not None}


def _mean(log_ratios: Sequence[stats.Interval]) -> Estimate | None:
    """The geometric mean as a relative difference; one alone needs none."""
    return _relative(stats.geometric_mean(log_ratios)) if len(log_ratios) > 1 else None


class _Measured:
    """One contest's lanes that did not fail, and what their trials say."""

    def __init__(self, contest: Contest, trials: Sequence[Trial], run: RunRecords) -> None:
        self.contest = contest
        self.run = run
        self.paired = Paired(trials)
        failed = {finding.lane for finding in self._own(run.findings) if finding.fails_lane}
        self.lanes = [lane for lane in contest.lanes if lane.name in self.paired.trials and lane.name not in failed]
        self.by_name = {lane.name: lane for lane in self.lanes}
        control = next((lane for lane in self.lanes if lane.control), None)
        self.control = None if control is None else self.paired.log_ratio(control.name, contest.reference)
        self.floor = None if self.control is None else stats.noise_floor(self.control)
        self.weights = Weights(self.lanes, self._own(run.memory))
        calibration = next(iter(self._own(run.calibrations)), None)
        self.loops, self.inner_loops = (calibration.loops, calibration.inner_loops) if calibration else (0, 1)

    def figures(self) -> ContestFigures:
        return ContestFigures(
            contest=self.contest,
            loops=self.loops,
            inner_loops=self.inner_loops,
            lanes=tuple(self._row(lane) for lane in self.lanes if not lane.control),
            penalties=tuple(self._penalties()),
            gil_off=self._gil_off(),
            break_evens=tuple(self._break_evens()),
            scaling_laws=tuple(self._scaling_laws()),
            verdict=self._verdict(),
            control=None if self.control is None else _exp(self.control),
            noise_floor=self.floor,
            worker_memory=tuple(self.weights.per_worker()),
            orders=(
                *orders_of_ways(self.lanes, self.paired.log_ratio, self.floor or 0.0),
                *self.weights.orders(),
            ),
            findings=tuple(self._own(self.run.findings)),
            end=next(iter(self._own(self.run.ends)), None),
            observations=self._observations(),
        )

    def _observations(self) -> tuple[Observation, ...]:
        trials = (trial for lane in self.lanes for rounds in self.paired.trials[lane.name] for trial in rounds)
        return observations(trials, self.contest.probe.observes)

    def _own(self, items: Iterable[Item]) -> list[Item]:
        return [item for item in items if item.contest == self.contest.id]

    def _row(self, lane: LaneSpec) -> LaneFigures:
        serial = f"{lane.arm.name}:serial"
        scaling = None if lane.model == "serial" else self._throughput_ratio(lane, serial)
        first_way = None if lane.way is None else f"{lane.arm.name}:{self.contest.probe.ways[0]}"
        warm = self.paired.warm(lane.name)
        done = lane.workers * self.inner_loops
        return LaneFigures(
            lane=lane,
            oversubscribed=lane.workers > self.run.host.cpus_usable,
            time_per_unit=self._quantity(lane, lambda trial: trial.wall_ns / 1e9 / trial.loops / done),
            gain=None if lane.name == self.contest.reference else self._throughput_ratio(lane, self.contest.reference),
            scaling=scaling,
            efficiency=None if scaling is None else _scaled(scaling, 1 / lane.workers),
            cores_busy=self._quantity(lane, lambda trial: max(1, sum(trial.cpu_ns)) / max(trial.ends_ns)),
            of_first_way=None if first_way == lane.name else self._time_ratio(lane, first_way),
            memory=self.weights.of_lane(lane.name),
            launches=len(warm),
            trials=sum(map(len, warm)),
            cold_rounds=self.paired.cold[lane.name],
        )

    def _penalties(self) -> Iterator[Penalty]:
        """The free-threaded arms' serial lanes against the twin's."""
        pair = self.contest.pair
        twin = self.by_name.get(self.contest.reference)
        if pair is None or pair.twin is None or twin is None or twin.arm.name != pair.twin.name:
            return
        for lane in self.lanes:
            other = self.by_name.get(f"{twin.arm.name}:{lane.way or 'serial'}")
            if lane.model == "serial" and lane.arm.name != twin.arm.name and other is not None:
                yield self._penalty(lane, other, pair.differences)

    def _gil_off(self) -> Penalty | None:
        name = None if self.contest.pair is None else self.contest.pair.free_threaded.name
        off, on = (self.by_name.get(f"{name}{gil}:serial") for gil in ("", "+gil"))
        return None if off is None or on is None else self._penalty(off, on, ())

    def _penalty(self, lane: LaneSpec, other: LaneSpec, differences: tuple[str, ...]) -> Penalty:
        slower = self.paired.log_ratio(lane.name, other.name)
        return Penalty(
            arm=lane.arm.name,
            twin=other.arm.name,
            way=lane.way,
            penalty=_relative(slower),
            log_ratio=slower,
            distinguishable=self._distinguishable(slower),
            differences=differences,
        )

    def _break_evens(self) -> Iterator[BreakEven]:
        """Every model of the measured arm: the free-threaded build's where there is a pair, else the only one's."""
        measured = self.contest.pair.free_threaded.name if self.contest.pair is not None else self.lanes_of_reference
        for model in dict.fromkeys(lane.model for lane in self.lanes if lane.model != "serial"):
            lanes = self._curve(measured, model)
            if lanes and self.contest.reference in self.by_name:
                yield self._break_even(lanes, "serial", lambda _: self.by_name[self.contest.reference])
                if self.contest.pair is not None and self.contest.pair.twin is not None:
                    yield self._break_even(lanes, "best model", self._best_of_twin)

    def _curve(self, arm: str, model: str) -> list[LaneSpec]:
        """A model's lanes in order of workers; the serial lane stands for one worker where no lane has just one."""
        lanes = sorted(
            (lane for lane in self.lanes if (lane.model, lane.arm.name) == (model, arm)), key=lambda lane: lane.workers
        )
        serial = self.by_name.get(f"{arm}:serial")
        alone = [serial] if lanes and lanes[0].workers > 1 and serial is not None else []
        return alone + lanes

    @property
    def lanes_of_reference(self) -> str:
        """The name of the arm that the reference lane belongs to."""
        return self.contest.reference.partition(":")[0]

    def _break_even(self, lanes: Sequence[LaneSpec], against: str, opponent: Callable[[int], LaneSpec]) -> BreakEven:
        points = [
            Point(lane.workers, self._log_throughput_ratio(lane, opponent(lane.workers)))
            for lane in lanes
            if lane is not opponent(lane.workers)
        ]
        return BreakEven(
            arm=lanes[-1].arm.name,
            model=lanes[-1].model,
            against=f"{self.lanes_of_reference} {against}",
            workers=crossing(points, self.floor or 0.0),
            within=points[-1].workers,
            gain=_exp(points[-1].log_ratio),
        )

    def _best_of_twin(self, workers: int) -> LaneSpec:
        """The twin's fastest lane with at most so many workers."""
        candidates = [
            lane
            for lane in self.lanes
            if lane.arm.name == self.lanes_of_reference and not lane.control and lane.workers <= workers
        ]
        reference = self.by_name[self.contest.reference]
        return max(candidates, key=lambda lane: self._log_throughput_ratio(lane, reference).center)

    def _scaling_laws(self) -> Iterator[ScalingLaw]:
        """Of every model that was measured with several numbers of workers."""
        for arm, model in dict.fromkeys((lane.arm.name, lane.model) for lane in self.lanes if lane.model != "serial"):
            curve = self._curve(arm, model)
            if curve[-1].workers > curve[0].workers:
                points = {lane.workers: self._log_throughput_ratio(lane, curve[0]) for lane in curve}
                yield ScalingLaw(arm=arm, model=model, law=fit(points, self.run.host.usable_cores))

    def _verdict(self) -> Verdict | None:
        reference = self.by_name.get(self.contest.reference)
        if reference is None or self.contest.probe.ways or self.contest.probe.kind == "memory":
            return None
        lanes = [lane for lane in self.lanes if not lane.control]
        weighed = [lane for lane in lanes if self.weights.of_lane(lane.name) is not None]
        floor = self.floor or 0.0
        return Verdict(
            throughput=verdict.choose(lanes, reference, self._log_throughput_ratio, floor),
            per_memory=(
                verdict.choose(weighed, reference, self._log_ratio_per_memory, floor) if reference in weighed else None
            ),
            objections=tuple(verdict.objections(self.contest, self._own(self.run.findings), self.floor)),
        )

    def _log_ratio_per_memory(self, lane: LaneSpec, other: LaneSpec) -> stats.Interval:
        """Log of throughput over memory, one lane's over the other's."""
        if lane is other:
            return SAME
        heavier = stats.unpaired_log_ratio(self.weights.log_memory(lane.name), self.weights.log_memory(other.name))
        return stats.unpaired_log_ratio(self._log_throughput_ratio(lane, other), heavier)

    def _distinguishable(self, ratio: stats.Interval) -> bool:
        return stats.distinguishable(ratio, self.floor or 0.0)

    def _time_ratio(self, lane: LaneSpec, other: str | None) -> Estimate | None:
        return None if other not in self.by_name else _exp(self.paired.log_ratio(lane.name, other))

    def _throughput_ratio(self, lane: LaneSpec, other: str) -> Estimate | None:
        against = self.by_name.get(other)
        return None if against is None else _exp(self._log_throughput_ratio(lane, against))

    def _log_throughput_ratio(self, lane: LaneSpec, other: LaneSpec) -> stats.Interval:
        """Log of (W / T) over (W / T), since every worker of both lanes runs the same number of units."""
        slower = self.paired.log_ratio(lane.name, other.name)
        workers = math.log(lane.workers / other.workers)
        center, low, high = (workers - end for end in (slower.center, slower.high, slower.low))
        return stats.Interval(center, low, high, slower.freedom, slower.confidence)

    def _quantity(self, lane: LaneSpec, of: Callable[[Trial], float]) -> Estimate:
        interval = stats.quantity_interval([[of(trial) for trial in rounds] for rounds in self.paired.warm(lane.name)])
        return Estimate(interval.center, interval.low, interval.high)


def _exp(interval: stats.Interval) -> Estimate:
    """An interval on the log scale as the ratio, or quantity, that it stands for."""
    shown = interval.exp()
    return Estimate(shown.center, shown.low, shown.high)


def _relative(interval: stats.Interval) -> Estimate:
    """An interval on the log scale as a relative difference: 0.05 is five per cent more."""
    ratio = _exp(interval)
    return Estimate(ratio.value - 1, ratio.low - 1, ratio.high - 1)


def _scaled(estimate: Estimate, factor: float) -> Estimate:
    return Estimate(estimate.value * factor, estimate.low * factor, estimate.high * factor)
