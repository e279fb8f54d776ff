"""A heap like a program's: what a collector finds alive beside the work.

A collector weighs what is young against what is alive (free-threaded builds wait until the young are a quarter of the
living), and an agent holds far less than a program does: without a heap, how many objects a crew of the agent happens
to hold would decide whether a trial collects at all.
"""

from __future__ import annotations

import gc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List

_alive: List[object] = []


def hold(count: int) -> None:
    """Make up what this interpreter lacks of ``count`` live objects that its collector tracks, and keep them.

    The agent's own count among them, so that all interpreters of a contest hold equally many; in CPython 3.8, all
    interpreters of a process hold them together, as they have one collector.
    """
    if not count:
        return
    gc.collect()
    _alive.extend([None, None] for _ in range(count - len(gc.get_objects())))
    gc.collect()
