"""Evidence for and against clauses with a bound, look after look, over all of them; pure.

    p         the chance of a figure at least that far beyond the bound, where the truth is the bound: one-sided, by
              Student's distribution, once the noise floor is taken off in quadrature
    at a look  p * 2**k at the k-th look; the least of them over all looks is kept
    over all  Holm (1979), once for what is refuted and once for what is held

Looking again and again finds chance in the end. Spending half of the error at the first look, a quarter at the second
and so on keeps it bounded whatever the figures of different looks have to do with each other, by the union bound, and
needs no number of looks set beforehand (the spending of Lan and DeMets, 1983, in its crudest form). The least adjusted
p over looks is then a p-value itself, which Holm takes.

- Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6.
- Lan and DeMets (1983), "Discrete sequential boundaries for clinical trials", Biometrika 70, 659-663.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from gilscope.expectations.judgements import Judgement
from gilscope.expectations.proofs import MACHINE
from gilscope.figures.verdict import LOUD
from gilscope.stats.significance import holm, noise_floor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gilscope.expectations.clauses import Clause
    from gilscope.figures.lanes import ContestLanes
    from gilscope.figures.yardsticks import Yardsticks
    from gilscope.stats.estimate import Estimate

ERROR_RATE = 0.01
"""How often a check may refute, or hold, anything wrongly, over all its clauses."""


class Figure(NamedTuple):
    """What was measured of a clause: a log ratio with the noise floor, or what is lacking.

    Work that ``fails`` where it shall be measured does not do what is expected.
    """

    log_ratio: Estimate | None
    floor: float = 0.0
    lacking: str = ""
    advice: str = ""
    fails: bool = False


class Chances(NamedTuple):
    """The chances of what was measured where a clause is true, and where it is false."""

    if_true: float
    if_false: float


def figure(clause: Clause, contest_lanes: ContestLanes, yardsticks: Yardsticks) -> Figure:
    """What was measured of a clause so far."""
    (name,) = clause.lanes
    lane, other = contest_lanes.by_name.get(name), contest_lanes.by_name.get(clause.against)
    if lane is None or other is None:
        return _not_measured(clause, contest_lanes, name if lane is None else clause.against)
    if clause.kind == "memory":
        return _memory(contest_lanes, name, clause.against)
    serial_floor = LOUD if yardsticks.floor is None else yardsticks.floor
    floor = serial_floor if lane.workers == other.workers == 1 else max(serial_floor, yardsticks.floor_of_parallel)
    if clause.bound is not None and clause.bound.of_machine:
        capacity = yardsticks.short.get(lane.workers)
        of_capacity = contest_lanes.spinning.log_of_capacity(lane, other)
        if capacity is not None or of_capacity is None:
            gave = "nobody knows what the machine gave" if capacity is None else f"it gave {capacity.cpus.value:.2f}"
            return Figure(of_capacity, lacking=f"{gave} of {lane.workers} CPUs", advice="a machine with free CPUs")
        return Figure(of_capacity, floor)
    if clause.kind == "scaling":
        return Figure(contest_lanes.log_throughput_ratio(lane, other), floor)
    return Figure(contest_lanes.log_time_ratio(lane, other), floor)


def _not_measured(clause: Clause, contest_lanes: ContestLanes, name: str) -> Figure:
    if not name:
        return Figure(None, lacking=f"{clause.runtime} has no twin here", advice="`gilscope runtimes install`")
    failed = [finding for finding in contest_lanes.findings if finding.lane == name and finding.fails_lane]
    why = f": {' '.join(failed[0].reason.split())}" if failed else ""
    fails = name in clause.lanes and any(finding.kind not in MACHINE for finding in failed)
    return Figure(None, lacking=f"{name} was not measured{why}", advice="work that runs there", fails=fails)


def _memory(contest_lanes: ContestLanes, name: str, against: str) -> Figure:
    weights = contest_lanes.weights
    held, theirs = weights.of_lane(name), weights.of_lane(against)
    if held is None or theirs is None:
        return Figure(None, lacking="the memory of lanes is not known here", advice="a system that tells it")
    copy = contest_lanes.control
    copied = None if copy is None else weights.of_lane(copy.name)
    original = None if copy is None else weights.of_lane(copy.original)
    known = copied is not None and original is not None
    floor = noise_floor(copied.best.over(original.best).log()) if known else LOUD  # type: ignore[union-attr]  # known
    return Figure(held.best.over(theirs.best).log(), floor)


def chances(clause: Clause, seen: Figure) -> Chances:
    """The chances of what was measured at one look, where the clause is true and where it is false."""
    if seen.fails:
        return Chances(0.0, 1.0)
    if seen.log_ratio is None or clause.bound is None or seen.lacking:
        return Chances(1.0, 1.0)
    beyond = seen.log_ratio.value - clause.bound.log
    beyond = -beyond if clause.bound.at_least else beyond
    p = _one_sided(abs(beyond), seen.log_ratio, seen.floor)
    return Chances(p, 1.0) if beyond > 0 else Chances(1.0, p)


def _one_sided(distance: float, log_ratio: Estimate, floor: float) -> float:
    """The chance of a value at least that far beyond a bound, of which the noise floor explains a part."""
    from scipy.special import stdtr  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to load; scipy is untyped

    unexplained = math.sqrt(max(0.0, distance**2 - math.log1p(floor) ** 2))
    if not unexplained or log_ratio.freedom <= 0:
        return 1.0
    if not log_ratio.standard_error:
        return 0.0
    return float(stdtr(log_ratio.freedom, -unexplained / log_ratio.standard_error))


class Looks:
    """The looks at the clauses of one check: the least adjusted chances so far, by the clause's name."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self._clauses = clauses
        self._looks: dict[str, int] = {}
        self._least = {clause.name: Chances(1.0, 1.0) for clause in clauses}
        self._figures = {clause.name: Figure(None, lacking="it was not measured") for clause in clauses}

    def look(self, contest: str, figure_of: Callable[[Clause], Figure]) -> None:
        """Look at all clauses about a contest."""
        self._looks[contest] = number = self._looks.get(contest, 0) + 1
        for clause in self._of(contest):
            seen = figure_of(clause)
            now, before = chances(clause, seen), self._least[clause.name]
            self._figures[clause.name] = seen
            self._least[clause.name] = Chances(
                min(before.if_true, now.if_true * 2**number), min(before.if_false, now.if_false * 2**number)
            )

    def are_clear(self, contest: str) -> bool:
        """Whether each clause about a contest is decided whatever becomes of all others, or cannot be."""
        limit = ERROR_RATE / max(1, len(self._clauses))
        return all(
            min(self._least[clause.name]) <= limit or self._figures[clause.name].log_ratio is None
            for clause in self._of(contest)
        )

    def judgements(self) -> list[Judgement]:
        """What became of all clauses together."""
        least = [self._least[clause.name] for clause in self._clauses]
        refuted = holm([each.if_true for each in least], ERROR_RATE)
        held = holm([each.if_false for each in least], ERROR_RATE)
        return [
            _judged(clause, self._figures[clause.name], is_refuted=is_refuted, is_held=is_held)
            for clause, is_refuted, is_held in zip(self._clauses, refuted, held, strict=True)
        ]

    def _of(self, contest: str) -> list[Clause]:
        return [clause for clause in self._clauses if clause.contest == contest]


def _judged(clause: Clause, seen: Figure, *, is_refuted: bool, is_held: bool) -> Judgement:
    ratio = None if seen.log_ratio is None else seen.log_ratio.exp()
    if is_refuted is not is_held:
        reason = seen.lacking if seen.fails else ""
        return Judgement(clause=clause, verdict="refuted" if is_refuted else "held", reason=reason, ratio=ratio)
    reason = seen.lacking or "the bound lies within what is possible"
    advice = seen.advice or "a larger --budget, or a machine with less to do"
    return Judgement(clause=clause, verdict="undecided", reason=reason, ratio=ratio, advice=advice)
