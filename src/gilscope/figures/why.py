"""Why threads do not scale, as values: what they lose, because of what, and what would help; pure.

All figures are in workers. A lane that gets as much done as 1.3 serial ones has gained 1.3, and loses what is left to
the CPUs that the machine gave.

    because of     the cost is more than `WORTH` of every worker, beyond its interval
    not because    it is less than twice that
    cannot be told everything else
"""

from __future__ import annotations

from typing import Literal

import msgspec

from gilscope.figures.cores import Shares
from gilscope.figures.tried import Tried
from gilscope.stats.estimate import Estimate
from gilscope.values.elimination import is_namespace
from gilscope.values.watching import Suspect, Watched

WORTH = 0.05
"""A loss of this part of every worker is worth a word."""

SHORT = 0.75
"""Below this share of the workers, the machine gave too little to say what else was lost."""

MOST_CAUSES = 3
"""Causes whose remedies are measured."""

Ending = Literal["scales", "machine", "busy", "gil", "uneven", "open", "causes"]
"""How the question ends: nothing is lost; by the machine, its neighbours, a GIL, or uneven work; unknown; by causes."""

RemedyKind = Literal["own", "deferred", "collector"]
Judgement = Literal["because of", "not because", "cannot be told"]
Kind = Literal["counts", "lock", "object", "own lock", "imports", "collector", "heap", "machine"]


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was looked into: what it costs in workers, and whether something is lost because of that."""

    kind: Kind
    cost: Estimate
    judgement: Judgement
    suspect: Suspect | None = None


class Remedy(msgspec.Struct, frozen=True, kw_only=True):
    """A change that helps, with its gain.

    ``own`` is an own copy of ``path`` for each worker, ``deferred`` ends the counting of references to it from threads'
    stacks, and ``collector`` is what its path says.
    """

    kind: RemedyKind
    path: str
    gain: Estimate


class Ceiling(msgspec.Struct, frozen=True, kw_only=True):
    """The gain of another model, by the name of its lane's work."""

    work: str
    gain: Estimate


class Shortfall(msgspec.Struct, frozen=True, kw_only=True):
    """What interpreters gain ``less`` than processes beside them, and where their cores went."""

    less: Estimate
    shares: Shares | None


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """The answer as far as it is known: a lane's gain and loss, suspects, and causes.

    ``rest`` is what nothing explains, None before anything was removed. ``regained`` is what came back once all
    suspects were removed. ``tried`` begins with the lane as it stands and ends with the other model that gains most.
    """

    contest: str
    lane: str
    workers: int
    gain: Estimate
    given: Estimate
    lost: Estimate
    ending: Ending
    ceilings: tuple[Ceiling, ...] = ()
    interpreters: Shortfall | None = None
    shares: Shares | None = None
    watched: Watched | None = None
    gil_module: str | None = None
    tried: tuple[Tried, ...] = ()
    regained: Estimate | None = None
    causes: tuple[Cause, ...] = ()
    rest: Estimate | None = None
    remedies: tuple[Remedy, ...] = ()
    dropped: tuple[str, ...] = ()


def judgement(cost: Estimate, workers: int) -> Judgement:
    """Whether a cost is a reason, is none, or leaves that open."""
    if cost.low > WORTH * workers:
        return "because of"
    return "not because" if cost.high < 2 * WORTH * workers else "cannot be told"


def is_impossible(why: Why) -> bool:
    """Whether a lane gains more than the machine gave, beyond the interval and what is worth a word."""
    return why.lost.high < 0 and why.lost.value < -WORTH * why.workers


def is_undecided(why: Why) -> bool:
    """Whether a further look at everything removed could decide if anything is lost, and to the suspects."""
    if why.ending not in {"causes", "open"}:
        return False
    regained = "cannot be told" if why.regained is None else judgement(why.regained, why.workers)
    return regained == "cannot be told" or (why.ending == "open" and regained == "not because")


def is_regained(why: Why) -> bool:
    """Whether something comes back once all suspects are removed, so that they are worth a look one by one."""
    return why.regained is not None and judgement(why.regained, why.workers) == "because of"


def causes_to_mend(why: Why) -> tuple[Suspect, ...]:
    """The suspects for whom something is lost, the dearest first."""
    suspects = [cause.suspect for cause in why.causes if cause.judgement == "because of"]
    return tuple(suspect for suspect in suspects if suspect is not None and not is_namespace(suspect))[:MOST_CAUSES]
