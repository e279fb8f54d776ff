"""What a contest's lanes are compared with while it runs: log ratios within rounds, which say whether it may end.

A lane is compared with the reference, or with the first variant's where there are variants. Where workers have roles,
each role beside the others is compared with itself alone, on the same arm.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from gilscope.stats import effort
from gilscope.stats.intervals import log_ratio_interval
from gilscope.values.lanes import lane_name
from gilscope.values.roles import ns_per_call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gilscope.values.contests import Contest
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.records import Timing

WHOLE = ""
"""The part of a lane that has no roles."""


class Comparisons:
    """The times of one contest so far, by launch and round, and the log ratios that they give."""

    def __init__(self, contest: Contest) -> None:
        self._contest = contest
        self._names = {spec.name for spec in contest.lanes}
        self._times: dict[tuple[str, str], dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
        self._launches = 0

    def begin_launch(self) -> None:
        """Count what comes from now on to a new launch."""
        self._launches += 1

    def add(self, lane: LaneSpec, timing: Timing) -> None:
        """Take in one trial of a lane."""
        parts = {role.name: ns_per_call(lane, role, timing) for role in lane.roles} or {WHOLE: timing.wall_ns}
        for part, time_ns in parts.items():
            self._times[lane.name, part][self._launches].append(time_ns)

    def others(self, lane: LaneSpec) -> Mapping[str, str]:
        """The names of lanes that a lane is compared with, by its parts; none where others are held against it."""
        if lane.shows_capacity or lane.name == self._contest.reference:
            return {}
        if not lane.roles or lane.control:
            rival = self._contest.rival(lane)
            other = rival if rival in self._names else self._contest.reference
            return dict.fromkeys([role.name for role in lane.roles] or [WHOLE], other)
        is_alone = len(lane.roles) == 1
        return {} if is_alone else {role.name: lane_name(lane.arm.name, role.label) for role in lane.roles}

    def log_ratios(self, lane: LaneSpec) -> list[list[float]]:
        """The log ratios of a lane by launch and round; of several roles, those with the widest interval."""
        of_parts = (self._log_ratios((lane.name, part), (other, part)) for part, other in self.others(lane).items())
        return max(filter(None, of_parts), key=lambda ratios: log_ratio_interval(ratios).half_width, default=[])

    def _log_ratios(self, mine: tuple[str, str], theirs: tuple[str, str]) -> list[list[float]]:
        lane, other = ([self._times[key][launch] for launch in range(1, self._launches + 1)] for key in (mine, theirs))
        return effort.warm_ratios(lane, other, max(effort.cold_rounds(lane), effort.cold_rounds(other)))
