"""Elimination: all suspects are removed, then put back one at a time, since causes mask each other.

Where several things are fought over at once, removing one of them changes nothing. So each is judged by what it costs
alone: by the difference between a lane without any of them and one in which it is back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from gilscope.values.interventions import Intervention
from gilscope.values.watching import Suspect

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gilscope.values.contests import Contest
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.watching import Watched

MOST_SUSPECTS = 6
LEAST_SHARE = 0.01
"""The share of looks from which an object that moved is a suspect."""

APART, PUT_BACK, REMEDIES = "everything apart", "put back", "remedies"
"""The steps of an elimination, as they stand behind the name of the contest that asked for it."""

HELD = re.compile(r"^the (?:values|keys) of ")
"""What the path of things begins with that a container holds."""

NAMESPACE = re.compile(r"^(?:globals\(\)|vars\()")
"""What the path of a module's namespace begins with."""

COLLECTOR_OFF = Intervention("collector off")
COLLECTOR_CHANGES = (COLLECTOR_OFF, Intervention("collector frozen"))
"""What can be done about the collector alone."""


class Elimination(msgspec.Struct, frozen=True, kw_only=True):
    """What is removed to see whether the loss goes with it, and how each part of it is put back.

    Nobody counts references to the suspects, and with ``copies``, each worker runs its own copy of the modules. Copies
    alone would not do: another thread than the worker makes them, so that counting references to them is slow.
    ``collector`` says whether the collector is switched off too.
    """

    suspects: tuple[Suspect, ...]
    copies: bool = True
    collector: bool = False

    @property
    def divisible(self) -> tuple[Suspect, ...]:
        """The suspects that can be put back alone."""
        return tuple(suspect for suspect in self.suspects if not is_namespace(suspect))

    @property
    def is_divisible(self) -> bool:
        """Whether there is anything that could be put back alone."""
        return bool(self.divisible) or self.collector

    @property
    def removed(self) -> tuple[Intervention, ...]:
        """The changes that remove all suspects."""
        return (*self.copied, *self.immortal, *((COLLECTOR_OFF,) if self.collector else ()))

    @property
    def copied(self) -> tuple[Intervention, ...]:
        """The change that gives each worker its own copy of the modules."""
        of_paths = {suspect.module for suspect in self.suspects}
        of_classes = {suspect.class_module for suspect in self.suspects}  # which may keep their instances
        modules = sorted((of_paths | of_classes) - {""})
        return (Intervention("own modules", " ".join(modules)),) if self.copies else ()

    @property
    def immortal(self) -> tuple[Intervention, ...]:
        """The changes after which nobody counts references to any suspect."""
        return tuple(Intervention("immortal", suspect.path) for suspect in self.suspects)

    def without(self, suspect: Suspect) -> tuple[Intervention, ...]:
        """The changes with one suspect put back: all share it and count references to it."""
        counted = Intervention("immortal", suspect.path)
        return tuple(change for change in self.uncounted(suspect) if change != counted)

    def uncounted(self, suspect: Suspect) -> tuple[Intervention, ...]:
        """The changes with one suspect put back, to which nobody counts references: only its lock is back."""
        shared = (Intervention("shared", suspect.path),) if self.copies and suspect.has_place else ()
        return (*self.removed, *shared)

    def apart(self) -> tuple[tuple[Intervention, ...], ...]:
        """All changes of the step that removes everything, and the collector alone where it is suspected."""
        uncounted = (self.immortal,) if self.suspects else ()
        return (self.removed, *uncounted, *((change,) for change in COLLECTOR_CHANGES if self.collector))

    def mended(self, causes: Sequence[Suspect], *, can_defer: bool) -> tuple[tuple[Intervention, ...], ...]:
        """All changes of the step that parts counts from locks and tries remedies; none without a cause."""
        back = [change for cause in causes for change in (self.without(cause), self.uncounted(cause))]
        own = [self.only(cause) for cause in causes if self.copies and cause.has_place]
        deferred = [deferral(cause) for cause in causes if can_defer and not HELD.match(cause.path)]
        return (self.removed, *back, *own, *deferred) if causes else ()

    def one_by_one(self) -> tuple[tuple[Intervention, ...], ...]:
        """All changes of the step that puts back suspects, and locks of what they hold, one by one."""
        back = (self.without(suspect) for suspect in self.divisible)
        locks = (self.uncounted(held) for suspect in self.divisible for held in self.inside(suspect))
        return (self.removed, *back, *locks, *((self.without_collector(),) if self.collector else ()))

    def without_collector(self) -> tuple[Intervention, ...]:
        """The changes with the collector on again."""
        return tuple(item for item in self.removed if item != COLLECTOR_OFF)

    def only(self, cause: Suspect) -> tuple[Intervention, ...]:
        """The changes that give each worker its own copy of what holds one cause, and share all else."""
        others = dict.fromkeys(root(other) for other in self.suspects if other.has_place and root(other) != root(cause))
        return (*self.copied, *(Intervention("shared", path) for path in others))

    def inside(self, suspect: Suspect) -> tuple[Suspect, ...]:
        """The suspects that another one holds, directly or not."""
        whole = HELD.sub("", suspect.path)
        begins = (f"{whole}[",) if HELD.match(suspect.path) else (f"{whole}.", f"{whole}[")
        paths = {other.path: HELD.sub("", other.path) for other in self.suspects if other != suspect}
        held = {path for path, core in paths.items() if core.startswith(begins) or core == suspect.path != path}
        return tuple(other for other in self.suspects if other.path in held)


def is_namespace(suspect: Suspect) -> bool:
    """Whether a suspect is the dict of a module's globals: own modules part it, and nothing puts it back alone."""
    return NAMESPACE.match(suspect.path) is not None


def deferral(cause: Suspect) -> tuple[Intervention, ...]:
    """The change after which references from threads' stacks to one cause are not counted, and nothing else."""
    return (Intervention("deferred", cause.path),)


def suspects_of(watched: Watched | None) -> tuple[Suspect, ...]:
    """The busiest objects of a watched trial, none where none was busy or nobody watched."""
    busy = [] if watched is None else [suspect for suspect in watched.suspects if suspect.share >= LEAST_SHARE]
    return tuple(sorted(busy, key=lambda suspect: -suspect.share)[:MOST_SUSPECTS])


def root(suspect: Suspect) -> str:
    """The global, or the argument, that a path begins with."""
    core = HELD.sub("", suspect.path)
    prefix = f"{suspect.module}." if suspect.module and core.startswith(f"{suspect.module}.") else ""
    first = re.match(r"closure of [^\[]*|default \S+ of [^.\[]*|[^.\[]*", core.removeprefix(prefix))
    return prefix + (first.group() if first else core)


def is_step(contest: Contest, question: Contest) -> bool:
    """Whether a contest is a step of the question that another one began."""
    return contest.id.startswith(f"{question.id}, ")


def step(
    base: Contest, name: str, plain: LaneSpec, changes: Iterable[Sequence[Intervention]], beside: Sequence[LaneSpec]
) -> Contest:
    """A contest of a lane with copies in which something was changed, the serial one, and some lanes beside them.

    The first copy of the first step is watched: in it, all suspects should be idle. Where everything is apart, one
    worker alone shows what that costs by itself.
    """
    altered = dict.fromkeys(msgspec.structs.replace(plain, interventions=tuple(change)) for change in changes)
    first = next(iter(altered))
    watched = (first.name,) if name == APART else ()
    if name.startswith(APART):
        altered[msgspec.structs.replace(first, workers=1)] = None
    others = [lane for lane in base.lanes if lane.shows_capacity or lane.name == base.reference]
    return msgspec.structs.replace(
        base, id=f"{base.id}, {name}", lanes=(*others, plain, *altered, *beside), watched=watched, pair=None
    )
