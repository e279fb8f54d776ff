"""The answers of a run to why threads do not scale, formed launch by launch within rounds; pure.

An answer has an ending by the question's own contest; where that is causes, they come from what an elimination removed
and put back (`gilscope.figures.causes`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from gilscope.figures.causes import Costs, Evidence
from gilscope.figures.cores import Shares, shares
from gilscope.figures.eliminating import altered, elimination
from gilscope.figures.gains import Gains
from gilscope.figures.tried import Tried, interventions
from gilscope.figures.why import SHORT, WORTH, Ceiling, Ending, Shortfall, Why, is_impossible, judgement
from gilscope.values.elimination import is_step
from gilscope.values.lanes import lane_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.lanes import ContestLanes
    from gilscope.stats.estimate import Estimate
    from gilscope.values.interventions import Intervention
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.watching import Watched

TURNED_ON = re.compile(r"load module '([^']+)'")


def answers(contests: Sequence[ContestLanes], watched: Sequence[Watched]) -> tuple[Why, ...]:
    """The answer to each question of a run; threads with a GIL are not watched, and have none."""
    found = (
        _of_question(question, contests, watched)
        for question in contests
        if question.contest.watched and not any(is_step(question.contest, other.contest) for other in contests)
    )
    return tuple(why for why in found if why is not None)


def _of_question(question: ContestLanes, contests: Sequence[ContestLanes], watched: Sequence[Watched]) -> Why | None:
    """The answer by all of a run that belongs to one question."""
    steps = [lanes for lanes in contests if is_step(lanes.contest, question.contest)]
    return answer([question, *steps], watched)


def answer(contests: Sequence[ContestLanes], watched: Sequence[Watched]) -> Why | None:
    """What the contests of one question say so far; None where a lane failed that it needs.

    Args:
        contests: the first one, and those of an elimination that were measured.
        watched: trials of a run in which objects were watched.
    """
    first, *steps = contests
    plain = plain_lane(first)
    serial = None if plain is None else first.find(plain.arm.name)
    if plain is None or serial is None or first.spinning.trials(plain.workers) is None:
        return None
    return _Question(first, steps, plain, serial, watched).answer()


def plain_lane(lanes: ContestLanes) -> LaneSpec | None:
    """The lane of threads that is asked about."""
    candidates = (lane for lane in lanes.lanes if lane.model == "threads" and not lane.control)
    return next((lane for lane in candidates if not lane.interventions and lane.name not in lanes.failed), None)


class _Question:
    """One lane of threads, and all that was measured to see why it does not scale."""

    def __init__(
        self,
        first: ContestLanes,
        steps: Sequence[ContestLanes],
        plain: LaneSpec,
        serial: LaneSpec,
        watched: Sequence[Watched],
    ) -> None:
        self.first = first
        self.contests = [first, *steps]
        self.plain = plain
        self.serial = serial
        seen = {record.contest: record for record in reversed(watched)}
        self.watched = seen.get(first.contest.id)
        self.left = next((seen[step.contest.id] for step in steps if step.contest.id in seen), None)
        self.gains = Gains(self.contests, serial)
        self.workers = plain.workers

    def answer(self) -> Why:
        """Say what is known."""
        base = Why(
            contest=self.first.contest.id,
            lane=self.plain.name,
            workers=self.workers,
            gain=self.gains.of(self.plain),
            given=self.gains.given(self.workers),
            lost=self.gains.lost(self.plain),
            ending="open",
            ceilings=tuple(self._ceilings()),
            interpreters=self._interpreters(),
            shares=self._shares(self.plain),
            watched=self.watched,
            gil_module=self._gil_module(),
            dropped=tuple(
                finding.reason for step in self.contests[1:] for finding in step.findings if finding.fails_lane
            ),
        )
        base = msgspec.structs.replace(base, tried=tuple(self._tried(base)))
        ending = self._ending(base)
        if ending not in {"causes", "open"}:
            return msgspec.structs.replace(base, ending=ending)
        known = self._with_causes(base)
        found = any(cause.judgement == "because of" and cause.kind != "machine" for cause in known.causes)
        return msgspec.structs.replace(known, ending="causes" if found else ending)

    def _ceilings(self) -> Iterator[Ceiling]:
        for lane in self.first.lanes:
            if lane.model in {"interpreters", "processes"} and lane.workers == self.workers and not lane.control:
                yield Ceiling(work=lane.work, gain=self.gains.of(lane))

    @property
    def best(self) -> LaneSpec | None:
        """The lane of interpreters or processes that gains most in the first contest: the steps go on with that one."""
        lanes = [lane for lane in self.first.lanes if lane.model in {"interpreters", "processes"} and not lane.control]
        gains = Gains([self.first], self.serial)
        return max(lanes, key=lambda lane: gains.of(lane).value, default=None)

    def _interpreters(self) -> Shortfall | None:
        """What interpreters lose beside processes, None where they do not."""
        arm = self.plain.arm.name
        names = (lane_name(arm, f"{model}-{self.workers}") for model in ("interpreters", "processes"))
        interpreters, processes = map(self.first.by_name.get, names)
        if interpreters is None or processes is None:
            return None
        less = self.gains.difference(processes, interpreters)
        is_less = judgement(less, self.workers) == "because of"
        return Shortfall(less=less, shares=self._shares(interpreters)) if is_less else None

    def _tried(self, why: Why) -> Iterator[Tried]:
        """The lane as it stands, all that was done to it, and the other model that gains most."""
        yield Tried(kind="as it stands", gain=why.gain)
        yield from interventions(elimination(why, self.contests), self._gain_with)
        if self.best is not None:
            yield Tried(kind="other model", path=self.best.work, gain=self.gains.of(self.best))

    def _gain_with(self, changes: Sequence[Intervention]) -> Estimate | None:
        """The gain of the lane with these changes, None where no step measured it or it failed."""
        lane = altered(self.contests, changes)
        return None if lane is None else self.gains.of(lane)

    def _shares(self, lane: LaneSpec) -> Shares | None:
        by_launch = self.first.paired.by_launch
        return shares(by_launch(lane.name), by_launch(self.serial.name))

    def _gil_module(self) -> str | None:
        """The module that turned the GIL on; empty for an unknown one, None where it is off."""
        if not any(trial.gil_after for launch in self.first.paired.trials[self.plain.name] for trial in launch):
            return None
        details = (finding.detail for finding in self.first.findings if finding.kind == "GIL turned on")
        found = next(filter(None, map(TURNED_ON.search, details)), None)
        return "" if found is None else found.group(1)

    def _ending(self, why: Why) -> Ending:
        """How the first contest ends the question, ``causes`` where it has to be asked further.

        On a busy machine, only what other models gain in the very same rounds says that threads lose something. A gain
        beyond what the machine gave is no gain of theirs: one of the two was mismeasured, and nothing is said by it.
        """
        is_busy = why.given.value < SHORT * self.workers
        loses = judgement(why.lost, self.workers)
        beside = why.lost if self.best is None else self.gains.difference(self.best, self.plain)
        shared = judgement(beside, self.workers)
        if why.gil_module is not None:
            return "gil"
        if loses == "not because" and not is_busy:
            return "open" if is_impossible(why) else "scales"
        if not is_busy and loses == "because of" and self._is_uneven(why):
            return "uneven"
        if shared == "because of":
            return "causes"
        if is_busy:
            return "busy"
        return "machine" if loses == "because of" and shared == "not because" else "open"

    def _is_uneven(self, why: Why) -> bool:
        """Whether workers wait for the last one to end, beyond those that spin, for most of what is lost."""
        spinning = self.first.spinning.trials(self.workers)
        unavoidable = None if spinning is None else shares(*spinning)
        if why.shares is None or unavoidable is None:
            return False
        waited = (why.shares.end.low - unavoidable.end.value) * self.workers
        return waited > max(why.lost.value / 2, 2 * WORTH * self.workers)

    def _with_causes(self, why: Why) -> Why:
        """What is known with causes, as far as the steps of the elimination were measured."""
        removal = elimination(why, self.contests)
        removed = altered(self.contests, removal.removed)
        if removed is None:
            return why
        evidence = Evidence(self.contests, self.gains, self.plain, self.best, self.watched, self.left)
        costs = Costs(evidence, removal, removed)
        causes = sorted(costs.causes(), key=lambda cause: -cause.cost.value)
        return msgspec.structs.replace(
            why,
            regained=self.gains.difference(removed, self.plain),
            causes=tuple(causes),
            rest=costs.rest(causes),
            remedies=tuple(sorted(costs.remedies(), key=lambda remedy: -remedy.gain.value)),
        )
