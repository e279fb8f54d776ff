"""What each cause costs a lane of threads, by what was removed from it and put back; pure.

A cause costs what a lane loses in which it is the only thing that was put back (see `gilscope.values.elimination`).
With an object, locks of what it holds come back too: they cost what a lane loses in which they alone came back, and the
object the rest. Several causes may cost more together than is lost, since each of them would be enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gilscope.figures.eliminating import alone, altered
from gilscope.figures.why import SHORT, WORTH, Cause, Kind, Remedy, RemedyKind, judgement
from gilscope.values.elimination import COLLECTOR_CHANGES, deferral, is_namespace, root, suspects_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.gains import Gains
    from gilscope.figures.lanes import ContestLanes
    from gilscope.stats.estimate import Estimate
    from gilscope.values.elimination import Elimination
    from gilscope.values.interventions import Intervention
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.watching import Suspect, Watched

BUSY = 0.1
"""The share of looks from which an object is busy that should have been removed."""

MODULES, MODULE_SPEC = "sys.modules", "ModuleSpec"
"""Where an import finds a module that is there already, and the type of what it asks that for."""

IMPORTERS = ("_ModuleLock", "_find_and_load", "_lock_unlock_module")
"""What functions of importlib begin with in which one import waits for another."""


class Evidence(NamedTuple):
    """What was measured of one lane of threads: plain, with changes, and beside the ``best`` other model."""

    contests: Sequence[ContestLanes]
    gains: Gains
    plain: LaneSpec
    best: LaneSpec | None
    watched: Watched | None
    """The plain lane, watched."""
    left: Watched | None
    """The lane with everything removed, watched."""


class Costs:
    """What an elimination says of a lane: causes with their costs, what they leave open, and remedies."""

    def __init__(self, evidence: Evidence, removal: Elimination, removed: LaneSpec) -> None:
        """Take the lane from which everything in ``removal`` was ``removed``."""
        self.evidence = evidence
        self.removal = removal
        self.removed = removed
        self.gains = evidence.gains
        self.workers = evidence.plain.workers

    def causes(self) -> Iterator[Cause]:
        """Each suspect with its cost, once it was put back, the collector, and what lies beyond objects."""
        found = list(self._of_suspects())
        yield from found
        imports = any(cause.kind == "imports" and cause.judgement == "because of" for cause in found)
        yield from self._beyond_objects(imports=imports)

    def rest(self, causes: Sequence[Cause]) -> Estimate:
        """What is lost with everything removed, without what is known of it."""
        left = self.gains.lost(self.removed)
        for cause in causes:
            if cause.kind in {"heap", "machine"} and cause.judgement == "because of":
                left = left.less(cause.cost)
        return left

    def remedies(self) -> Iterator[Remedy]:
        """The gains of what can be done about causes and the collector, as far as it helps."""
        removal = self.removal
        places = {root(suspect): suspect for suspect in removal.suspects if suspect.has_place and removal.copies}
        tried: list[tuple[RemedyKind, str, tuple[Intervention, ...]]] = [
            *(("own", path, removal.only(suspect)) for path, suspect in places.items()),
            *(("deferred", suspect.path, deferral(suspect)) for suspect in removal.suspects),
            *(("collector", change.kind, (change,)) for change in COLLECTOR_CHANGES if removal.collector),
        ]
        for kind, path, changes in tried:
            lane = self._altered(changes)
            if lane is not None and self.gains.difference(lane, self.evidence.plain).low > 0:
                yield Remedy(kind=kind, path=path, gain=self.gains.of(lane))

    def _altered(self, changes: Sequence[Intervention]) -> LaneSpec | None:
        return altered(self.evidence.contests, changes)

    def _of_suspects(self) -> Iterator[Cause]:
        found = list(self._put_back())
        yield from found
        judged = [cause.judgement for cause in found if cause.suspect is not None]
        if judged == ["not because"] * len(self.removal.divisible):
            yield from self._not_put_back()

    def _not_put_back(self) -> Iterator[Cause]:
        """What is parted by own modules and cannot be put back alone: a busy namespace, or what nobody saw."""
        regained = self.gains.difference(self.removed, self.evidence.plain)
        busy = [suspect for suspect in self.removal.suspects if is_namespace(suspect) and suspect.share >= BUSY]
        if len(busy) == 1:
            yield self._cause("own lock" if busy[0].held else "object", regained, busy[0])
        elif not self.removal.suspects and not self.removal.collector:
            yield self._cause("object", regained)

    def _put_back(self) -> Iterator[Cause]:
        gains, removal = self.gains, self.removal
        for suspect in removal.divisible:
            lane = self._altered(removal.without(suspect))
            if lane is not None:
                locks = (self._altered(removal.uncounted(held)) for held in removal.inside(suspect))
                came_back = [lock for lock in locks if lock is not None]
                least = min(came_back, key=lambda lock: gains.of(lock).value, default=self.removed)
                kind = self._kind(suspect, lane)
                meant = _locked(suspect) if kind == "own lock" else suspect
                yield self._cause(kind, gains.difference(least, lane), meant)
        on = self._altered(removal.without_collector()) if removal.collector else None
        if on is not None:
            yield self._cause("collector", gains.difference(self.removed, on))

    def _cause(self, kind: Kind, cost: Estimate, suspect: Suspect | None = None) -> Cause:
        return Cause(kind=kind, cost=cost, judgement=judgement(cost, self.workers), suspect=suspect)

    def _kind(self, suspect: Suspect, back: LaneSpec) -> Kind:
        """Whether references to a suspect are to blame or its lock: which costs more, beyond the intervals.

        It is ``back`` alone in one lane. In another its lock is, since nobody counts the references, but so are the
        counts of what it holds, where no suspect was seen in it: a lock that was never seen held is not named.
        """
        if suspect.kind.rpartition(".")[2].lower() in {"lock", "rlock"}:
            return "lock"
        if _is_of_imports(suspect):
            return "imports"
        uncounted = self._altered(self.removal.uncounted(suspect))
        if uncounted is None:
            return "object"
        of_lock, of_counts = self.gains.difference(self.removed, uncounted), self.gains.difference(uncounted, back)
        if of_counts.low > max(0.0, of_lock.high) or judgement(of_lock, self.workers) == "not because":
            return "counts"
        is_lock = of_lock.low > max(0.0, of_counts.high) and _is_seen_locked(suspect)
        return "own lock" if is_lock else "object"

    def _beyond_objects(self, *, imports: bool) -> Iterator[Cause]:
        """What processes or interpreters gain beyond threads that share no suspect, and what even these lose.

        Whoever is busy with everything removed was not removed, and may be what they gain it by. So may ``imports``:
        no copy parts what importlib keeps in C. Copies are made by another thread, and what that costs a worker alone
        is lost to no other.
        """
        best = self.evidence.best
        if best is None:
            return
        one = alone(self.evidence.contests, self.removal.removed)
        beyond = (
            self.gains.difference(best, self.removed) if one is None else self.gains.beyond(best, self.removed, one)
        )
        busy = [suspect for suspect in suspects_of(self.evidence.left) if suspect.share >= BUSY]
        if self._waits_for_imports() or any(map(_is_of_imports, busy)):
            yield self._cause("imports", beyond)
        elif (busy or imports) and judgement(beyond, self.workers) != "not because":
            busiest = busy[0] if busy else None
            yield Cause(kind="object", cost=beyond, judgement="cannot be told", suspect=busiest)
        else:
            heap = self._cause("heap", beyond)
            yield msgspec.structs.replace(heap, judgement="cannot be told") if self._is_busy() else heap
        yield self._cause("machine", self.gains.lost(best))

    def _is_busy(self) -> bool:
        """Whether the machine may have given too little to hold lanes against each other that are started unlike."""
        return self.gains.given(self.workers).low < SHORT * self.workers

    def _waits_for_imports(self) -> bool:
        """Whether imports are where workers are blocked, for most of the time in which they are."""
        lines = () if self.evidence.watched is None else self.evidence.watched.lines
        importing = sum(line.share for line in lines if line.within.startswith(IMPORTERS))
        return importing >= WORTH and importing > sum(line.share for line in lines) / 2


def _is_of_imports(suspect: Suspect) -> bool:
    """Whether an object is what each import asks for a module that is there already."""
    return suspect.path == MODULES or suspect.kind.rpartition(".")[2] == MODULE_SPEC


def _is_seen_locked(suspect: Suspect) -> bool:
    """Whether its own lock was seen busy; nobody looks at that of the object that a method belongs to."""
    return bool(suspect.owner or suspect.held or suspect.waited)


def _locked(suspect: Suspect) -> Suspect:
    """The suspect whose own lock is meant: a method has none but its object's."""
    return msgspec.structs.replace(suspect, path=suspect.owner, owner="") if suspect.owner else suspect
