"""The figures of lanes, contests and pairs as values; `gilscope.figures.contest` defines and makes them."""

from __future__ import annotations

import msgspec

from gilscope.figures.break_even import BreakEven
from gilscope.figures.capacity import Capacity
from gilscope.figures.cores import PerUnit, Shares
from gilscope.figures.observations import Observation
from gilscope.figures.roles import RoleFigures
from gilscope.figures.scales import scales
from gilscope.figures.scaling_law import Fit, Refusal
from gilscope.figures.trends import Trend
from gilscope.figures.variants import VariantFigures
from gilscope.figures.verdict import Verdict
from gilscope.figures.warming import WarmLane
from gilscope.figures.workers import LaneMemory, Order, WorkerMemory
from gilscope.stats.estimate import Estimate
from gilscope.stats.significance import simultaneous
from gilscope.values.contests import Contest
from gilscope.values.lanes import LaneSpec
from gilscope.values.records import Code, ContestEnd, Finding, Quantity

LOST = 0.2
"""From this share of its workers' time on, what a lane loses to inflation and blocking is called contention."""

SUPER_LINEAR = 1.05
"""An efficiency above this wants an explanation: workers share a machine, and give each other nothing."""

COLLECTED = 0.01
"""Collections per unit below which lanes may differ: one in a hundred units is no part of a unit's time."""


class LaneFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a contest's table; ``time_per_unit`` in seconds, the other figures are ratios.

    ``gain`` is None for the reference lane itself, ``scaling`` and ``efficiency`` for serial lanes, and each of them
    where the lane that it is formed with was not measured. ``of_capacity`` is its scaling over what the machine gave to
    as many processes that share nothing, and ``is_short`` says that this was too little to judge by. ``shares`` is
    where its cores went and ``per_unit`` what a unit takes of the system. ``cores`` are the host's usable ones,
    ``cores_of_a_kind`` those of its fastest kind where it has several.
    ``trials`` are those counted, in ``launches`` launches; before them, ``cold_rounds`` trials of every launch were
    left out, since the lane was still warming. ``over_one_worker`` is the throughput over that of one worker of the
    same model and arm, whose thread owns as little of what is shared as every other worker's. With ``has_own_copy``,
    its workers share nothing: each has a copy of what threads share. ``of_first_way`` is for lanes that are ways,
    ``memory`` None in runs that weighed no lanes. One that ``has_failed`` did so later: its figures are those of the
    launches before. One that ``fell_back`` has Python code where an extension works elsewhere.
    """

    lane: LaneSpec
    oversubscribed: bool
    cores: float
    cores_of_a_kind: float
    has_own_copy: bool
    has_failed: bool
    fell_back: bool
    time_per_unit: Estimate
    gain: Estimate | None
    scaling: Estimate | None
    over_one_worker: Estimate | None
    efficiency: Estimate | None
    of_capacity: Estimate | None
    is_short: bool
    cores_busy: Estimate
    shares: Shares | None
    per_unit: PerUnit
    of_first_way: Estimate | None
    memory: LaneMemory | None
    launches: int
    trials: int
    cold_rounds: int

    @property
    def has_own_cores(self) -> bool:
        """Whether each of its workers had a core: two CPUs of one core do not get twice as much done."""
        return self.lane.workers <= self.cores

    @property
    def mixes_kinds(self) -> bool:
        """Whether its workers cannot all have cores of the fastest kind."""
        return self.lane.workers > self.cores_of_a_kind

    @property
    def scales(self) -> bool | None:
        """Whether it scales; None where that cannot be decided, or there is nothing to compare it with."""
        if self.of_capacity is not None:
            does = scales(self.of_capacity, of=1)
        else:
            does = None if self.scaling is None else scales(self.scaling, of=self.lane.workers)
        return None if self.is_short and not does else does

    @property
    def is_contended(self) -> bool:
        """Whether its workers lose more than a fifth of their time to each other, beyond the interval.

        Time in which the machine had no CPU for them does not count, nor what two CPUs of one core take from each
        other: that much time is the core's.
        """
        if self.scaling is None or self.shares is None:
            return False
        of_siblings = max(0.0, 1 - self.cores / self.lane.workers)
        return self.shares.lost.low > of_siblings + LOST * (1 - of_siblings)

    @property
    def is_super_linear(self) -> bool:
        """Whether its efficiency is above `SUPER_LINEAR`, beyond the interval."""
        return self.efficiency is not None and self.efficiency.low > SUPER_LINEAR


class CpusUsed(msgspec.Struct, frozen=True, kw_only=True):
    """The workers of the most parallel lane beside the host's usable CPUs, which share ``cores`` cores."""

    workers: int
    cpus: float
    cores: float

    @property
    def used(self) -> float:
        """The CPUs that the workers could keep busy."""
        return min(self.workers, self.cpus)

    @property
    def leaves_some(self) -> bool:
        """Whether there was a whole CPU that no worker could use."""
        return self.workers + 1 <= self.cpus


class Penalty(msgspec.Struct, frozen=True, kw_only=True):
    """What an arm of the free-threaded build costs on one thread, or by one way, over its twin.

    ``ratio`` is its time over the twin's, of which `penalty` is what exceeds one.
    """

    arm: str
    twin: str
    way: str | None
    ratio: Estimate
    distinguishable: bool
    differences: tuple[str, ...]

    @property
    def penalty(self) -> Estimate:
        """The relative difference."""
        return self.ratio.relative()


class ScalingLaw(msgspec.Struct, frozen=True, kw_only=True):
    """The scaling law through one model's throughputs, against its arm's serial lane's, or why there is none."""

    arm: str
    model: str
    law: Fit | Refusal


class BestGain(msgspec.Struct, frozen=True, kw_only=True):
    """The highest of several gains, with an interval that holds for the highest, and the lane's work."""

    work: str
    gain: Estimate


class ContestFigures(msgspec.Struct, frozen=True, kw_only=True):
    """All that one contest says; one unit does ``inner_loops`` times what the probe asks about.

    ``control`` is the ratio of the reference lane's second copy to the first, ``noise_floor`` the relative difference
    that it leaves open: a smaller one cannot be distinguished from none. Both are None without a control lane.
    ``parallel_control`` and ``parallel_floor`` are the same of a parallel lane, whose noise is another. ``capacities``
    are by number of workers; those that there are no CPUs for are left out. ``headstart`` is the ratio of throughputs
    up to which several workers may gain by waiting less for a CPU than one. With ``own_workers``, the work was seen to
    start threads or processes itself, and nothing was pinned. ``gil_off`` is the penalty of the free-threaded arm
    against the same build with its GIL forced on: what is left of it without the build's own cost. ``verdict`` is None
    where workers themselves, variants or interventions were measured, or no reference was; ``cpus_used`` where no work
    was spread.
    ``worker_memory`` is there where a model was weighed with several numbers of workers, and ``orders`` where kinds of
    workers were that are said to stand in one. ``trends`` are lanes that change from round to round of a launch, and
    ``code`` what was run, arm by arm. ``instead_of`` names the lane that gains were to be held against, where it was
    not measured and another is the reference; ``warm_lanes`` were left to run before each launch's rounds. Where
    workers have ``roles``, all that is said is these and the control.
    """

    contest: Contest
    loops: int
    inner_loops: int
    findings: tuple[Finding, ...]
    end: ContestEnd | None
    control: Estimate | None
    noise_floor: float | None
    lanes: tuple[LaneFigures, ...] = ()
    penalties: tuple[Penalty, ...] = ()
    gil_off: Penalty | None = None
    break_evens: tuple[BreakEven, ...] = ()
    scaling_laws: tuple[ScalingLaw, ...] = ()
    verdict: Verdict | None = None
    parallel_control: Estimate | None = None
    parallel_floor: float | None = None
    capacities: tuple[Capacity, ...] = ()
    headstart: float = 1.0
    own_workers: bool = False
    worker_memory: tuple[WorkerMemory, ...] = ()
    orders: tuple[Order, ...] = ()
    observations: tuple[Observation, ...] = ()
    cpus_used: CpusUsed | None = None
    trends: tuple[Trend, ...] = ()
    code: tuple[Code, ...] = ()
    variants: VariantFigures | None = None
    roles: tuple[RoleFigures, ...] = ()
    instead_of: str | None = None
    warm_lanes: tuple[WarmLane, ...] = ()

    @property
    def quantity(self) -> Quantity | None:
        """What the memory of its lanes is counted in; None where none was weighed."""
        return next((row.memory.quantity for row in self.lanes if row.memory is not None), None)

    @property
    def asks_about_workers(self) -> bool:
        """Whether it measured workers themselves, and no work that is spread over them."""
        return self.contest.probe.asks_about_workers

    def best_gain(self, arm: str, model: str | None = None) -> BestGain | None:
        """The highest gain of an arm, or of one of its models; None where there is none.

        Own copies and lanes that failed are no candidates.
        """
        gains = [
            BestGain(work=row.lane.work, gain=row.gain)
            for row in self.lanes
            if row.lane.arm.name == arm and model in {None, row.lane.model}
            if row.gain is not None and not (row.has_own_copy or row.has_failed or row.lane.interventions)
        ]
        best = max(gains, key=lambda item: item.gain.value, default=None)
        if best is None:
            return None
        return BestGain(work=best.work, gain=simultaneous(best.gain.log(), len(gains)).exp())

    @property
    def collections_differ(self) -> tuple[LaneFigures, LaneFigures] | None:
        """The lanes whose units are collected least and most often, None where no two lanes differ."""
        counted = [(lane, lane.per_unit.collections) for lane in self.lanes]
        known = [(lane, count) for lane, count in counted if count is not None]
        if not known:
            return None
        least, fewest = min(known, key=lambda item: item[1].value)
        most, many = max(known, key=lambda item: item[1].value)
        return (least, most) if many.low > fewest.high + COLLECTED else None

    @property
    def break_even_of_threads(self) -> BreakEven | None:
        """The break-even of threads against the serial lane, None where no threads were measured."""
        return next((item for item in self.break_evens if item.is_of_threads_against_serial), None)


class PairFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The contests of one pair, and the geometric means of their penalties where there are several."""

    name: str
    contests: tuple[ContestFigures, ...]
    mean_penalties: dict[str, Estimate]
    mean_gil_off: Estimate | None
