"""What an elimination removes next, by what is known so far; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gilscope.values.elimination import Elimination, suspects_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gilscope.figures.lanes import ContestLanes
    from gilscope.figures.why import Why
    from gilscope.values.interventions import Intervention
    from gilscope.values.lanes import LaneSpec

PAUSED = 0.02
"""The share of a trial from which pauses of the collector make it a suspect."""


def elimination(why: Why, contests: Sequence[ContestLanes]) -> Elimination:
    """What is removed in the next steps: no path that a fresh process lacks, and copies while they work."""
    collects = _paused(contests[0], why.lane) >= PAUSED
    failures = [finding for lanes in contests for finding in lanes.findings if finding.kind == "missing"]
    missing = {path for finding in failures for path in finding.detail.splitlines()}
    suspects = tuple(suspect for suspect in suspects_of(why.watched) if suspect.path not in missing)
    whole = Elimination(suspects=suspects, collector=collects)
    planned = (lane for lanes in contests for lane in lanes.contest.lanes if lane.interventions == whole.removed)
    failed = any(planned) and altered(contests, whole.removed) is None
    return msgspec.structs.replace(whole, copies=not failed)


def altered(contests: Iterable[ContestLanes], changes: Sequence[Intervention]) -> LaneSpec | None:
    """The lane with these changes, None where there are none, where no contest has it, or where it failed."""
    return next((lane for lane in _changed(contests, changes) if lane.workers > 1), None)


def alone(contests: Iterable[ContestLanes], changes: Sequence[Intervention]) -> LaneSpec | None:
    """The lane of one worker with these changes, None where none was measured."""
    return next((lane for lane in _changed(contests, changes) if lane.workers == 1), None)


def _changed(contests: Iterable[ContestLanes], changes: Sequence[Intervention]) -> Iterator[LaneSpec]:
    for contest in contests:
        yield from (lane for lane in contest.lanes if changes and lane.interventions == tuple(changes))


def _paused(lanes: ContestLanes, name: str) -> float:
    """The share of a lane's time for which the collector stopped all threads."""
    trials = [trial for launch in lanes.paired.warm(name) for trial in launch]
    return sum(trial.paused_ns or 0 for trial in trials) / max(1, sum(trial.wall_ns for trial in trials))
