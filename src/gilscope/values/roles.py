"""Trials of lanes whose workers have roles: whose calls are whose, and how fast a role was."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.probes import Role
    from gilscope.values.records import Calls, Timing


def calls_of(lane: LaneSpec, role: Role, timing: Timing) -> tuple[Calls, ...]:
    """The calls of a role's workers in one trial; a lane's workers stand in the order of its roles."""
    first = sum(other.workers for other in lane.roles[: lane.roles.index(role)])
    return timing.calls[first : first + role.workers]


def ns_per_call(lane: LaneSpec, role: Role, timing: Timing) -> float:
    """The nanoseconds between two calls of a role that ended, over all its workers: the inverse of its throughput."""
    return 1 / sum(calls.count / calls.ns for calls in calls_of(lane, role, timing))
