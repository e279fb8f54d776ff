"""The watcher: a thread that looks at the headers of many objects every few milliseconds, while workers run.

Looks are spread over time, since one that never sleeps on a full machine sees a single moment. Whoever was seen to move
is looked at each time, all others in turn: a look takes a small share of one CPU, however many objects there are.
"""

from __future__ import annotations

import threading
from time import thread_time, thread_time_ns

from . import header
from .candidates import Candidate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterable, List, Sequence, Tuple, Union

PAUSE_S = 0.003
"""The shortest time between two looks."""
LONGEST_S = 0.2
"""The longest."""
SHARE = 0.02
"""The share of one CPU that looks take at the most, where nobody says less."""
IN_TURN = 150
"""Objects of each kind that a look takes in turn."""


class Followed:
    """A candidate's headers, and in how many looks a count moved, its lock was held, or others waited for it."""

    __slots__ = ("_counts", "_headers", "candidate", "held", "looks", "moved", "waited")

    def __init__(self, candidate: Candidate, looks: int) -> None:
        """Follow what stood still in its ``looks`` so far."""
        self.candidate = candidate
        self.looks = looks
        self.moved = self.held = self.waited = 0
        self._headers = [header.of(thing) for thing in candidate.objects]
        self._counts: List[int] = []

    def begin(self) -> None:
        """Take the counts as they are, once whoever made this has let go of the objects."""
        self._counts = [head.shared for head in self._headers]

    def look(self) -> None:
        """Look once."""
        locks = 0
        for head in self._headers:
            locks |= head.lock
        counts = [head.shared for head in self._headers]
        self.count(int(counts != self._counts), locks)
        self._counts = counts

    def count(self, moved: int, locks: int) -> None:
        """Count what a look saw: whether a count moved, and the bits of all locks."""
        self.looks += 1
        self.moved += moved
        self.held += locks & header.HELD
        self.waited += bool(locks & header.WAITED_FOR)


class Idle:
    """Candidates of which nothing was seen yet, or objects without a name; they are looked at in turn.

    There are two numbers for each and no object: collections of the program's own pass by all that is there, with all
    threads stopped. Looks read where objects lie, and do not touch them.
    """

    def __init__(self, things: Iterable[object]) -> None:
        self._things = list(things)
        self._places = [_place(thing) for thing in self._things]
        self._states = [_state(place)[0] for place in self._places]
        self._turn = self._turns = 0

    def look(self) -> List[Followed]:
        """Look at the next of them, and return those that something is going on with: they are idle no more."""
        busy = []
        chunk = range(self._turn, min(self._turn + IN_TURN, len(self._things)))
        for number in reversed(chunk):
            state, locks = _state(self._places[number])
            is_moved = state != self._states[number]
            if is_moved or locks:
                followed = Followed(_candidate(self._things.pop(number)), self._turns)
                followed.count(int(is_moved), locks)
                followed.begin()
                busy.append(followed)
                del self._places[number], self._states[number]
        self._turn = chunk.stop - len(busy)
        if self._turn >= len(self._things):
            self._turn, self._turns = 0, self._turns + 1
        return busy


def _candidate(thing: object) -> Candidate:
    return thing if isinstance(thing, Candidate) else Candidate("", [thing])


def _place(thing: object) -> Union[int, Tuple[int, ...]]:
    """Return where an object lies, or the objects of a candidate: one number where it is one."""
    if not isinstance(thing, Candidate):
        return id(thing)
    return tuple(map(id, thing.objects)) if len(thing.objects) > 1 else id(thing.objects[0])


def _state(place: Union[int, Tuple[int, ...]]) -> Tuple[int, int]:
    """Return a number for the counts of the objects in a place, and their locks."""
    if isinstance(place, int):
        head = header.at(place)
        return head.shared, head.lock
    locks = 0
    counts = []
    for head in map(header.at, place):
        locks |= head.lock
        counts.append(head.shared)
    return hash(tuple(counts)), locks


class Watcher:
    """A context manager in which candidates are watched: the ``named``, and more slowly the ``others``."""

    def __init__(
        self,
        named: Iterable[Candidate],
        others: Iterable[object],
        beside: Sequence[Callable[[], None]] = (),
        share: float = SHARE,
    ) -> None:
        """Get ready; what is called ``beside`` is called with every look, and all take this share of one CPU.

        In the end, ``busy`` has those that something was going on with, and ``cpu_ns`` the CPU time of all looks.
        """
        self._idle = Idle(named), Idle(others)
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
        pause_s = PAUSE_S
        while not self._end.wait(pause_s):
            began_s = thread_time()
            self.looks += 1
            for followed in self.busy:
                followed.look()
            for idle in self._idle:
                self.busy += idle.look()
            for call in self._beside:
                call()
            self.cpu_ns = thread_time_ns()
            pause_s = min(LONGEST_S, max(PAUSE_S, (thread_time() - began_s) / self._share))
