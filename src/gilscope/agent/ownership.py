"""Ownership: what only one worker has is made to belong to the thread in which that worker runs next.

A free-threaded build counts references for less in the thread that made an object (Choi, Shull and Torrellas: "Biased
reference counting", PACT 2018; PEP 703). Copies for workers are made before any worker has a thread, so that counting
references to them would be dear, where a program's own copies, made by the thread that uses them, are cheap. The
collector of such a build changes owners as well, between two of its steps, so that the interpreter expects it.
"""

from __future__ import annotations

import gc
from collections import Counter
from types import ModuleType

from .watching import header

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Sequence, Set

MOST = 200_000
"""Objects of one copy that are looked at."""


def adopters(roots: Sequence[Sequence[object]], modules: Sequence[Dict[str, Any]]) -> List[Callable[[], None]]:
    """Return for each copy what makes the calling thread the owner of all that no other copy leads to.

    Args:
        roots: what each copy begins at, beside its modules.
        modules: those of each copy, by name; what several copies have is nobody's.
    """
    first, last = modules[0], modules[-1]
    names = {name for name, module in first.items() if last.get(name, module) is not module}
    shared = [module for of_copy in modules for name, module in of_copy.items() if name not in names]
    common = {id(module) for module in shared}
    common |= {id(module.__dict__) for module in shared if isinstance(module, ModuleType)}
    own = [[of_copy[name] for name in names] for of_copy in modules]
    reached = [_reached([*start, *mine], common) for start, mine in zip(roots, own)]
    copies = Counter(key for of_copy in reached for key in of_copy)
    return [_adopter([thing for key, thing in of_copy.items() if copies[key] == 1]) for of_copy in reached]


def _reached(start: Sequence[object], common: Set[int]) -> Dict[int, object]:
    """Return all that a copy leads to, by id, without what is ``common`` to all."""
    found: Dict[int, object] = {}
    following = list(start)
    while following and len(found) < MOST:
        things = [thing for thing in following if id(thing) not in found and id(thing) not in common]
        found.update((id(thing), thing) for thing in things)
        following = gc.get_referents(*things)
    return found


def _adopter(things: Sequence[object]) -> Callable[[], None]:
    """Return what makes the calling thread the owner of these; what has no owner keeps none."""
    heads = [header.of(thing) for thing in things]

    def adopt() -> None:
        made_here = [things]
        owner = header.of(made_here).owner
        for head in heads:
            if head.owner:
                head.owner = owner

    return adopt
