"""Rules as values: how much of a contest is measured, and when it ends."""

from __future__ import annotations

import msgspec

from gilscope.values.bounds import Launches, Positive, PositiveSeconds, Precision

PAIR = 2
"""Rounds that belong together: an order of the lanes and its reverse."""

FIRST_LOOK = 9
"""Launches before which no interval's width may end a contest: earlier, those that are narrow by chance stop it, and
hold the truth less often than they say (``docs/explanation/statistics.md``, how much to measure)."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a contest is measured at least and at most.

    ``precision`` is the half width asked of every interval, as a fraction; ``budget_s`` the seconds after which no
    further launch is begun. At least ``min_launches`` and at most ``max_launches`` of ``rounds`` rounds are run.
    """

    min_launches: Launches
    max_launches: Launches
    rounds: Launches
    trial_ms: Positive
    precision: Precision
    budget_s: PositiveSeconds
    timeout_s: PositiveSeconds


class Rules(Limits, frozen=True, kw_only=True):
    """When a contest has measured enough, and whether its lanes are pinned.

    With ``pin``, all lanes of one worker stay on one CPU throughout a launch, but for work that starts workers itself.
    """

    pin: bool = True
