"""The watcher: a thread that looks at the headers of many objects every few milliseconds, while workers run.

Looks are spread over time, since one that never sleeps on a full machine sees a single moment. Whoever was seen to move
is looked at each time, all others in turn: a look takes a small share of one CPU, however many objects there are.
"""

from __future__ import annotations

import threading
from time import thread_time, thread_time_ns

from . import header

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterable, List, Sequence

    from .candidates import Candidate

PAUSE_S = 0.003
"""The shortest time between two looks."""
LONGEST_S = 0.05
"""The longest."""
SHARE = 0.02
"""The share of one CPU that looks take at the most, where nobody says less."""
IN_TURN = 150
"""Objects of each kind that a look takes in turn."""


class Followed:
    """A candidate's headers, and in how many looks a count moved, its lock was held, or others waited for it."""

    __slots__ = ("_counts", "_headers", "candidate", "held", "looks", "moved", "waited")

    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate
        self._headers = [header.of(thing) for thing in candidate.objects]
        self._counts = [head.shared for head in self._headers]
        self.looks = self.moved = self.held = self.waited = 0

    def look(self) -> bool:
        """Look once; return whether anything was going on."""
        locks = 0
        for head in self._headers:
            locks |= head.lock
        counts = [head.shared for head in self._headers]
        is_moved = counts != self._counts
        self._counts = counts
        self.looks += 1
        self.moved += is_moved
        self.held += locks & header.HELD
        self.waited += bool(locks & header.WAITED_FOR)
        return is_moved or bool(locks)


class Watcher:
    """A context manager in which candidates are watched: the ``named``, and more slowly the ``others``."""

    def __init__(
        self,
        named: Iterable[Candidate],
        others: Iterable[Candidate],
        beside: Sequence[Callable[[], None]] = (),
        share: float = SHARE,
    ) -> None:
        """Get ready; what is called ``beside`` is called with every look, and all take this share of one CPU.

        In the end, ``busy`` has those that something was going on with, and ``cpu_ns`` the CPU time of all looks.
        """
        self._idle: List[List[Followed]] = [list(map(Followed, named)), list(map(Followed, others))]
        self._beside = beside
        self._share = share
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)
        self.busy: List[Followed] = []
        self.looks = self.cpu_ns = 0

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _live(self) -> None:
        turns = [0] * len(self._idle)
        pause_s = PAUSE_S
        while not self._end.wait(pause_s):
            began_s = thread_time()
            self.looks += 1
            for followed in self.busy:
                followed.look()
            for place, idle in enumerate(self._idle):
                turns[place] = self._look_in_turn(idle, turns[place])
            for call in self._beside:
                call()
            self.cpu_ns = thread_time_ns()
            pause_s = min(LONGEST_S, max(PAUSE_S, (thread_time() - began_s) / self._share))

    def _look_in_turn(self, idle: List[Followed], turn: int) -> int:
        """Look at the next of the idle, follow from now on who moved, and return whose turn it is."""
        chunk = idle[turn : turn + IN_TURN]
        moved = {id(followed) for followed in chunk if followed.look()}
        if moved:
            self.busy += [followed for followed in chunk if id(followed) in moved]
            idle[turn : turn + IN_TURN] = [followed for followed in chunk if id(followed) not in moved]
        turn += IN_TURN - len(moved)
        return turn if turn < len(idle) else 0
