"""When a contest will end, by what its trials have taken and the rules that end it; pure.

The budget alone would not do: a unit of two seconds fills a trial many times over, and the fewest launches are run all
the same. Before the first round, a lane's trial is said to take as long as that of the lane which was looked at
beforehand, times the turns that its workers take at a GIL or at too few CPUs; every round then puts in what it took.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gilscope.lab.stopping import budget_is_spent
from gilscope.models import model_of
from gilscope.values.rules import PAIR

if TYPE_CHECKING:
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.rules import Rules


class Ahead(NamedTuple):
    """What a contest does next: the launch that runs, the others of its stage, and what each of them takes.

    ``began_s`` is when the launch that runs began, in seconds since the contest did; ``ended`` launches were before it,
    and ``further`` follow in its stage. Each opens its lanes in ``opening_s`` and has ``rounds`` of ``round_s``.
    """

    began_s: float
    ended: int
    further: int
    opening_s: float
    rounds: int
    round_s: float


class Ends(NamedTuple):
    """The earliest and the latest end of a contest, in seconds since it began."""

    soonest_s: float
    latest_s: float


def ends(ahead: Ahead, rules: Rules) -> Ends:
    """The end if all intervals are narrow enough once the stage is over, and the end if they never are."""
    launch_s = ahead.opening_s + rounds_in_time(ahead.rounds, ahead.round_s, rules) * ahead.round_s
    launches, end_s = ahead.ended + 1, ahead.began_s + launch_s
    of_stage = min(launches + ahead.further, rules.max_launches)
    soonest_s = end_s
    while launches < rules.max_launches and not budget_is_spent(launches, end_s, rules):
        launches, end_s = launches + 1, end_s + launch_s
        if launches <= of_stage:
            soonest_s = end_s
    return Ends(soonest_s, end_s)


def rounds_in_time(rounds: int, round_s: float, rules: Rules) -> int:
    """The rounds that a launch has time for: pairs of them, until its share of the budget is used up."""
    share_s = rules.budget_s / rules.min_launches
    return next((number for number in range(PAIR, rounds, PAIR) if number * round_s > share_s), rounds)


def turns(lane: LaneSpec, cpus: float) -> float:
    """The length of a lane's trial over that of one worker, if the work keeps a CPU busy."""
    if lane.workers == 1 or lane.divides_work:
        return 1.0
    by_cpus = max(1.0, lane.workers / cpus)
    if lane.shows_capacity:
        return by_cpus
    model = model_of(lane)
    has_gil = lane.arm.gil_forced or lane.arm.runtime.facts.gil_enabled
    takes_turns = model.takes_turns or (has_gil and (model.shares_objects or model.name == "interpreters-shared"))
    return float(lane.workers) if takes_turns and not lane.roles else by_cpus
