"""When a contest has measured enough, and which lanes need more launches; pure.

Looking after every launch and stopping at the first narrow interval keeps those that are narrow by chance. So a contest
runs in stages (Stein 1945): a first look after enough launches, then as many more as the noise seen so far asks for.
Within a stage only the time budget, which knows nothing of the results, can end it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from gilscope.stats import effort
from gilscope.stats.intervals import log_ratio_interval
from gilscope.values.rules import PAIR

if TYPE_CHECKING:
    from gilscope.stats.intervals import Launches
    from gilscope.values.rules import Rules

FEWEST_LAUNCHES = 2
MOST_ROUNDS = 10
BUDGET_STRETCH = 3
"""How many budgets the first launches may take before even they are cut short."""


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """The time spent so far, in seconds.

    ``opening_s`` is what opening and closing one launch takes, ``trial_s`` what one trial of each lane takes.
    """

    elapsed_s: float
    opening_s: float
    trial_s: Mapping[str, float]


class Stage(msgspec.Struct, frozen=True):
    """The next launches, all alike: how many, of how many rounds, and with which lanes beside the reference."""

    launches: int
    rounds: int
    lanes: frozenset[str]


def next_stage(ratios: Mapping[str, Launches], costs: Costs, rules: Rules) -> Stage | str:
    """The next stage, or the reason why there is none.

    Args:
        ratios: per lane (but the reference) its paired log ratios to the reference, per launch and round.
        costs: what time went into.
        rules: the precision asked for, and the most launches and seconds.

    Returns:
        A stage, or ``precise`` (all intervals are narrow enough), ``launches`` (the most were run) or ``budget`` (the
        next launch would exceed it).
    """
    pending = frozenset(name for name, launches in ratios.items() if _half_width(launches) > rules.precision)
    done = max((len(launches) for launches in ratios.values()), default=0)
    if not pending:
        return "precise"
    if done >= rules.max_launches:
        return "launches"
    round_s = sum(seconds for name, seconds in costs.trial_s.items() if name in pending or name not in ratios)
    rounds = max(_rounds(ratios[name], costs.opening_s, round_s) for name in pending)
    launch_s = costs.opening_s + rounds * round_s
    affordable = int((rules.budget_s - costs.elapsed_s) / launch_s) if launch_s > 0 else rules.max_launches
    if affordable < 1:
        return "budget"
    launches_asked = max(_more_launches(ratios[name], rounds, rules) for name in pending)
    return Stage(max(1, min(launches_asked, rules.max_launches - done, affordable)), rounds, pending)


def budget_is_spent(launches: int, elapsed_s: float, rules: Rules) -> bool:
    """Whether one more launch like those so far would exceed the budget; the first ``min_launches`` may stretch it."""
    if launches < FEWEST_LAUNCHES:
        return False
    budget_s = rules.budget_s * (BUDGET_STRETCH if launches < rules.min_launches else 1)
    return elapsed_s + elapsed_s / launches > budget_s


def _half_width(launches: Launches) -> float:
    return log_ratio_interval(launches).half_width if launches else float("inf")


def _rounds(launches: Launches, opening_s: float, round_s: float) -> int:
    """The whole pairs of rounds that buy this lane the narrowest interval for the time (Kalibera and Jones 2013)."""
    if len(launches) < FEWEST_LAUNCHES:
        return effort.WARM_UP_TRIALS
    split = effort.split_variance(launches)
    rounds = effort.optimal_rounds(split, opening_s, max(1e-9, round_s), MOST_ROUNDS)
    return max(effort.WARM_UP_TRIALS, rounds + rounds % PAIR)


def _more_launches(launches: Launches, rounds: int, rules: Rules) -> int:
    """How many more launches the noise seen so far asks for, at most as many again as were run."""
    done = len(launches)
    if done < FEWEST_LAUNCHES:
        return 1
    limit = 2 * done
    needed = effort.launches_needed(effort.split_variance(launches), rounds, rules.precision, limit)
    return max(1, (needed or limit) - done)
