"""The answers of a run to why threads do not scale, formed launch by launch within rounds; pure.

A cause costs what a lane loses in which it is the only thing that was put back (see `gilscope.values.elimination`).
With an object, locks of what it holds come back too: they cost what a lane loses in which they alone came back, and the
object the rest. Several causes may cost more together than is lost, since each of them would be enough.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from gilscope.figures.cores import Shares, shares
from gilscope.figures.gains import Gains
from gilscope.figures.tried import Tried, interventions
from gilscope.figures.why import (
    WORTH,
    Cause,
    Ceiling,
    Ending,
    Kind,
    Remedy,
    RemedyKind,
    Shortfall,
    Why,
    judgement,
)
from gilscope.values.contests import lane_name
from gilscope.values.elimination import (
    COLLECTOR_CHANGES,
    Elimination,
    deferral,
    is_namespace,
    is_step,
    root,
    suspects_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gilscope.figures.lanes import ContestLanes
    from gilscope.stats.estimate import Estimate
    from gilscope.values.contests import LaneSpec
    from gilscope.values.interventions import Intervention
    from gilscope.values.watching import Suspect, Watched

SHORT = 0.75
"""Below this share of the workers, the machine gave too little to say what else was lost."""

BUSY = 0.1
"""The share of looks from which an object is busy that should have been removed."""

PAUSED = 0.02
"""The share of a trial from which pauses of the collector make it a suspect."""

MODULES, MODULE_SPEC = "sys.modules", "ModuleSpec"
"""Where an import finds a module that is there already, and the type of what it asks that for."""

IMPORTERS = ("_ModuleLock", "_find_and_load", "_lock_unlock_module")
"""What functions of importlib begin with in which one import waits for another."""

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
    serial = None if plain is None else first.by_name.get(f"{plain.arm.name}:serial")
    if plain is None or serial is None or first.spinning.trials(plain.workers) is None:
        return None
    return _Question(first, steps, plain, serial, watched).answer()


def plain_lane(lanes: ContestLanes) -> LaneSpec | None:
    """The lane of threads that is asked about."""
    candidates = (lane for lane in lanes.lanes if lane.model == "threads" and not lane.control)
    return next((lane for lane in candidates if not lane.interventions), None)


def elimination(why: Why, contests: Sequence[ContestLanes]) -> Elimination:
    """What is removed in the next steps: no path that a fresh process lacks, and copies while they work."""
    collects = _paused(contests[0], why.lane) >= PAUSED
    failures = [finding for lanes in contests for finding in lanes.findings if finding.kind == "missing"]
    missing = {path for finding in failures for path in finding.detail.splitlines()}
    suspects = tuple(suspect for suspect in suspects_of(why.watched) if suspect.path not in missing)
    whole = Elimination(suspects=suspects, collector=collects)
    planned = (lane for lanes in contests for lane in lanes.contest.lanes if lane.interventions == whole.removed)
    failed = any(planned) and _altered(contests, whole.removed) is None
    return msgspec.structs.replace(whole, copies=not failed)


def _paused(lanes: ContestLanes, name: str) -> float:
    """The share of a lane's time for which the collector stopped all threads."""
    trials = [trial for launch in lanes.paired.warm(name) for trial in launch]
    return sum(trial.paused_ns or 0 for trial in trials) / max(1, sum(trial.wall_ns for trial in trials))


def _altered(contests: Iterable[ContestLanes], changes: Sequence[Intervention]) -> LaneSpec | None:
    """The lane with these changes, None where it is in no contest or failed."""
    lanes = (lane for contest in contests for lane in contest.lanes)
    return next((lane for lane in lanes if lane.interventions == tuple(changes)), None)


def _is_of_imports(suspect: Suspect) -> bool:
    """Whether an object is what each import asks for a module that is there already."""
    return suspect.path == MODULES or suspect.kind.rpartition(".")[2] == MODULE_SPEC


def _locked(suspect: Suspect) -> Suspect:
    """The suspect whose own lock is meant: a method has none but its object's."""
    return msgspec.structs.replace(suspect, path=suspect.owner, owner="") if suspect.owner else suspect


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
        lane = self._altered(changes)
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

        On a busy machine, only what other models gain in the very same rounds says that threads lose something.
        """
        is_busy = why.given.value < SHORT * self.workers
        loses = judgement(why.lost, self.workers)
        beside = why.lost if self.best is None else self.gains.difference(self.best, self.plain)
        shared = judgement(beside, self.workers)
        if why.gil_module is not None:
            return "gil"
        if loses == "not because" and not is_busy:
            return "scales"
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
        removed = self._altered(removal.removed)
        if removed is None:
            return why
        found = list(self._causes(removal, removed))
        imports = any(cause.kind == "imports" and cause.judgement == "because of" for cause in found)
        causes = [*found, *self._beyond_objects(removed, imports=imports)]
        return msgspec.structs.replace(
            why,
            regained=self.gains.difference(removed, self.plain),
            causes=tuple(sorted(causes, key=lambda cause: -cause.cost.value)),
            rest=self._rest(self.gains.lost(removed), causes),
            remedies=tuple(sorted(self._remedies(removal), key=lambda remedy: -remedy.gain.value)),
        )

    def _altered(self, changes: Sequence[Intervention]) -> LaneSpec | None:
        """The lane with these changes, None where no step measured it or it failed."""
        return _altered(self.contests, changes) if changes else None

    def _rest(self, left: Estimate, causes: Sequence[Cause]) -> Estimate:
        """What is lost with everything removed, without what is known of it."""
        for cause in causes:
            if cause.kind in {"heap", "machine"} and cause.judgement == "because of":
                left = left.less(cause.cost)
        return left

    def _causes(self, removal: Elimination, removed: LaneSpec) -> Iterator[Cause]:
        """Each suspect with its cost, once it was put back, and the collector."""
        found = list(self._put_back(removal, removed))
        yield from found
        judged = [cause.judgement for cause in found if cause.suspect is not None]
        if judged == ["not because"] * len(removal.divisible):
            yield from self._not_put_back(removal, removed)

    def _not_put_back(self, removal: Elimination, removed: LaneSpec) -> Iterator[Cause]:
        """What is parted by own modules and cannot be put back alone: a busy namespace, or what nobody saw."""
        regained = self.gains.difference(removed, self.plain)
        busy = [suspect for suspect in removal.suspects if is_namespace(suspect) and suspect.share >= BUSY]
        if len(busy) == 1:
            yield self._cause("own lock" if busy[0].held else "object", regained, busy[0])
        elif not removal.suspects and not removal.collector:
            yield self._cause("object", regained)

    def _put_back(self, removal: Elimination, removed: LaneSpec) -> Iterator[Cause]:
        gains = self.gains
        for suspect in removal.divisible:
            lane = self._altered(removal.without(suspect))
            if lane is not None:
                locks = (self._altered(removal.uncounted(held)) for held in removal.inside(suspect))
                came_back = [lock for lock in locks if lock is not None]
                least = min(came_back, key=lambda lock: gains.of(lock).value, default=removed)
                kind = self._kind(suspect, removal, removed)
                yield self._cause(
                    kind, gains.difference(least, lane), _locked(suspect) if kind == "own lock" else suspect
                )
        on = self._altered(removal.without_collector()) if removal.collector else None
        if on is not None:
            yield self._cause("collector", gains.difference(removed, on))

    def _cause(self, kind: Kind, cost: Estimate, suspect: Suspect | None = None) -> Cause:
        return Cause(kind=kind, cost=cost, judgement=judgement(cost, self.workers), suspect=suspect)

    def _kind(self, suspect: Suspect, removal: Elimination, removed: LaneSpec) -> Kind:
        """Whether references to a suspect are to blame or its lock: which costs more, beyond the intervals.

        The lock alone comes back where nobody counts the references.
        """
        if suspect.kind.rpartition(".")[2].lower() in {"lock", "rlock"}:
            return "lock"
        if _is_of_imports(suspect):
            return "imports"
        uncounted, back = self._altered(removal.uncounted(suspect)), self._altered(removal.without(suspect))
        if uncounted is None or back is None:
            return "object"
        of_lock, of_counts = self.gains.difference(removed, uncounted), self.gains.difference(uncounted, back)
        if of_counts.low > max(0.0, of_lock.high) or judgement(of_lock, self.workers) == "not because":
            return "counts"
        return "own lock" if of_lock.low > max(0.0, of_counts.high) else "object"

    def _beyond_objects(self, removed: LaneSpec, *, imports: bool) -> Iterator[Cause]:
        """What processes or interpreters gain beyond threads that share no suspect, and what even these lose.

        Whoever is busy with everything removed was not removed, and may be what they gain it by. So may ``imports``:
        no copy parts what importlib keeps in C.
        """
        if self.best is None:
            return
        beyond = self.gains.difference(self.best, removed)
        busy = [suspect for suspect in suspects_of(self.left) if suspect.share >= BUSY]
        if self._waits_for_imports() or any(map(_is_of_imports, busy)):
            yield self._cause("imports", beyond)
        elif (busy or imports) and judgement(beyond, self.workers) != "not because":
            busiest = busy[0] if busy else None
            yield Cause(kind="object", cost=beyond, judgement="cannot be told", suspect=busiest)
        else:
            yield self._cause("heap", beyond)
        yield self._cause("machine", self.gains.lost(self.best))

    def _waits_for_imports(self) -> bool:
        """Whether imports are where workers are blocked, for most of the time in which they are."""
        lines = () if self.watched is None else self.watched.lines
        importing = sum(line.share for line in lines if line.within.startswith(IMPORTERS))
        return importing >= WORTH and importing > sum(line.share for line in lines) / 2

    def _remedies(self, removal: Elimination) -> Iterator[Remedy]:
        """The gains of what can be done about causes and the collector, as far as it helps."""
        places = {root(suspect): suspect for suspect in removal.suspects if suspect.has_place and removal.copies}
        tried: list[tuple[RemedyKind, str, tuple[Intervention, ...]]] = [
            *(("own", path, removal.only(suspect)) for path, suspect in places.items()),
            *(("deferred", suspect.path, deferral(suspect)) for suspect in removal.suspects),
            *(("collector", change.kind, (change,)) for change in COLLECTOR_CHANGES if removal.collector),
        ]
        for kind, path, changes in tried:
            lane = self._altered(changes)
            if lane is not None and self.gains.difference(lane, self.plain).low > 0:
                yield Remedy(kind=kind, path=path, gain=self.gains.of(lane))
