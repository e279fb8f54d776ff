"""The figures of lanes, contests and pairs as values; `gilscope.figures.contest` defines and makes them."""

from __future__ import annotations

import math

import msgspec

from gilscope.figures.break_even import BreakEven
from gilscope.figures.observations import Observation
from gilscope.figures.scaling_law import Fit, Refusal
from gilscope.figures.verdict import Verdict
from gilscope.figures.workers import LaneMemory, Order, WorkerMemory
from gilscope.stats.estimate import Estimate
from gilscope.values.contests import Contest, LaneSpec
from gilscope.values.records import ContestEnd, Finding

CONTENDED = 0.8
"""Below this share of speed-up per busy core, cores are busy with something else than the work."""


class LaneFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a contest's table; ``time_per_unit`` in seconds, the other figures are ratios.

    ``gain`` is None for the reference lane itself, ``scaling`` and ``efficiency`` for serial lanes, and each of them
    where the lane that it is formed with was not measured. ``trials`` are those counted, in ``launches`` launches;
    before them, ``cold_rounds`` trials of every launch were left out, since the lane was still warming.
    With ``has_own_copy``, its workers share nothing: each has a copy of what threads share. ``of_first_way`` is for
    lanes that are ways, ``memory`` None in runs that weighed no lanes.
    """

    lane: LaneSpec
    oversubscribed: bool
    has_own_copy: bool
    time_per_unit: Estimate
    gain: Estimate | None
    scaling: Estimate | None
    efficiency: Estimate | None
    cores_busy: Estimate
    of_first_way: Estimate | None
    memory: LaneMemory | None
    launches: int
    trials: int
    cold_rounds: int

    @property
    def is_contended(self) -> bool:
        """Whether it kept more cores busy than it got faster by, beyond both intervals."""
        return self.scaling is not None and self.scaling.high < CONTENDED * self.cores_busy.low


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


class ContestFigures(msgspec.Struct, frozen=True, kw_only=True):
    """All that one contest says; one unit does ``inner_loops`` times what the probe asks about.

    ``control`` is the ratio of the reference lane's second copy to the first, ``noise_floor`` the relative difference
    that it leaves open: a smaller one cannot be distinguished from none. Both are None without a control lane.
    ``gil_off`` is the penalty of the free-threaded arm against the same build with its GIL forced on: what is left of
    it without the build's own cost. ``verdict`` is None where workers themselves were measured, or no reference was.
    ``worker_memory`` is there where a model was weighed with several numbers of workers, and ``orders`` where kinds of
    workers were that are said to stand in one.
    """

    contest: Contest
    loops: int
    inner_loops: int
    lanes: tuple[LaneFigures, ...]
    penalties: tuple[Penalty, ...]
    gil_off: Penalty | None
    break_evens: tuple[BreakEven, ...]
    scaling_laws: tuple[ScalingLaw, ...]
    verdict: Verdict | None
    control: Estimate | None
    noise_floor: float | None
    worker_memory: tuple[WorkerMemory, ...]
    orders: tuple[Order, ...]
    findings: tuple[Finding, ...]
    end: ContestEnd | None
    observations: tuple[Observation, ...] = ()

    @property
    def asks_about_workers(self) -> bool:
        """Whether it measured workers themselves, and no work that is spread over them."""
        return self.contest.probe.asks_about_workers

    def best_lane(self, arm: str, model: str | None = None) -> LaneFigures | None:
        """The lane of an arm, or of one of its models, with the highest gain; own copies are no candidates.

        None where there is none with a gain.
        """
        rows = [row for row in self.lanes if row.lane.arm.name == arm and model in {None, row.lane.model}]
        return max((row for row in rows if row.gain is not None and not row.has_own_copy), key=_gain, default=None)

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


def _gain(row: LaneFigures) -> float:
    return -math.inf if row.gain is None else row.gain.value
