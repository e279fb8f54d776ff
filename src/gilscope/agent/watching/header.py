"""The header of every object in a free-threaded build: its counts and its lock, read where they lie.

A free-threaded build's object begins with the id of the thread that owns it, the owner's count, and a second count of
everybody else's, which only atomic operations move. The layout is no interface of CPython's, so it is checked on each
build before anybody relies on it, by counts and a lock that are moved on purpose.
"""

from __future__ import annotations

import ctypes
import sys
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Optional, Tuple

HELD, WAITED_FOR = 1, 2
"""Bits of an object's own lock: somebody holds it, and somebody waits for it."""

DEFERRED = 64
"""The collector's bit of an object whose references from threads' stacks are not counted."""

IMMORTAL = 0xFFFFFFFF
"""The owner's count of an object that nobody counts references to."""

SHIFT = 2
"""Bits below the count of all others, which are no part of it."""

MOVED = 3
"""References that a check makes and looks for."""


class Header(ctypes.Structure):
    """The beginning of an object; ``own`` is its owner's count, ``shared`` that of all others with two bits below."""

    _fields_ = (
        ("owner", ctypes.c_size_t),
        ("flags", ctypes.c_uint16),
        ("lock", ctypes.c_uint8),
        ("collector", ctypes.c_uint8),
        ("own", ctypes.c_uint32),
        ("shared", ctypes.c_ssize_t),
        ("type", ctypes.c_size_t),
    )


at = Header.from_address
"""Return the header of the object that lies there, as long as it does; it is asked for many."""


def of(thing: object) -> Header:
    """Return the header of an object, which must be kept alive for as long as anybody looks."""
    return at(id(thing))


def is_counted(thing: object) -> bool:
    """Return whether threads move a count of this object when they use it."""
    head = at(id(thing))
    return head.own != IMMORTAL and not head.collector & DEFERRED


def make_immortal(thing: object) -> None:
    """End the counting of references to an object, in this process and for good; its lock stays what it is."""
    of(thing).own = IMMORTAL


def unknown() -> Optional[str]:
    """Return why headers cannot be read in this build, None where every check finds what it moved."""
    if not hasattr(sys, "_is_gil_enabled") or "free-threading" not in sys.version:
        return "objects of a build with a GIL have no counts of other threads"
    if ctypes.sizeof(ctypes.c_void_p) * 8 != 64:  # noqa: PLR2004 - bits of an address
        return "the header of a build with addresses of 32 bits is not known"
    wrong = [name for name, is_found in _checks() if not is_found]
    return "this build keeps {} in another place than 3.13 and 3.14".format(" and ".join(wrong)) if wrong else None


def _checks() -> List[Tuple[str, bool]]:
    """Return each part of the header that is relied on, and whether it moved as it should."""
    thing, other = [0], [1]
    head = of(thing)
    return [
        ("the type", head.type == id(list)),
        ("the owner", head.owner != 0 and head.owner == of(other).owner),
        ("the owner's count", _own_moves(thing)),
        ("the count of other threads", _shared_moves(thing)),
        ("the lock", not head.lock & HELD and _lock_in_sort(thing) & HELD == HELD),
    ]


def _own_moves(thing: List[int]) -> bool:
    head = of(thing)
    before: int = head.own
    kept = [thing] * MOVED
    after: int = head.own
    return after - before == len(kept)


def _shared_moves(thing: List[int]) -> bool:
    """Make references in another thread, which keeps them while it looks."""
    seen: List[int] = []

    def refer() -> None:
        head = of(thing)
        before = head.shared
        kept = [thing] * MOVED
        seen.append((head.shared - before) >> SHIFT)
        kept.clear()

    thread = threading.Thread(target=refer)
    thread.start()
    thread.join()
    return seen == [MOVED]


def _lock_in_sort(thing: List[int]) -> int:
    """Return the lock of a list while it is sorted: that holds it, and calls a function in the middle."""
    head = of(thing)
    seen: List[int] = []

    def key(item: int) -> int:
        seen.append(head.lock)
        return item

    thing.sort(key=key)
    return seen[0]
