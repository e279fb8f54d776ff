"""What was tried to see why threads do not scale: each intervention with what the lane gained under it; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from gilscope.stats.estimate import Estimate
from gilscope.values.elimination import COLLECTOR_CHANGES, Elimination, deferral, root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gilscope.values.interventions import Intervention

    Changes = tuple[Intervention, ...]

TriedKind = Literal[
    "as it stands",
    "own copy",
    "deferred",
    "uncounted",
    "collector",
    "everything apart",
    "put back",
    "put back uncounted",
    "collector on",
    "other model",
]
"""What was done: nothing, one thing alone, all that could be removed, all but what was put back, or another model."""


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done to ``path``, and what the lane gained with it, in workers.

    The path is that of an object, the change to the collector, or the work of another model's lane; it is empty where
    all suspects were meant.
    """

    kind: TriedKind
    gain: Estimate
    path: str = ""


def interventions(
    removal: Elimination, gain_with: Callable[[tuple[Intervention, ...]], Estimate | None]
) -> Iterator[Tried]:
    """The interventions of an elimination that were measured; equal ones count once, by the first of their names.

    Args:
        removal: what is removed and put back.
        gain_with: the gain of the lane with these changes, None where it was not measured.
    """
    named: dict[Changes, tuple[TriedKind, str]] = {}
    for kind, path, changes in _all(removal):
        named.setdefault(changes, (kind, path))
    for changes, (kind, path) in named.items():
        gain = gain_with(changes)
        if gain is not None:
            yield Tried(kind=kind, path=path, gain=gain)


def _all(removal: Elimination) -> Iterator[tuple[TriedKind, str, Changes]]:
    """All changes that an elimination may try, with their names: from one alone to all but one."""
    for suspect in filter(lambda suspect: suspect.has_place, removal.suspects):
        yield "own copy", root(suspect), removal.only(suspect)
    for suspect in removal.suspects:
        yield "deferred", suspect.path, deferral(suspect)
    yield "uncounted", "", removal.immortal
    for change in COLLECTOR_CHANGES:
        yield "collector", change.kind, (change,)
    yield "everything apart", "", removal.removed
    for suspect in removal.suspects:
        yield "put back", suspect.path, removal.without(suspect)
        yield "put back uncounted", suspect.path, removal.uncounted(suspect)
    yield "collector on", "", removal.without_collector()
