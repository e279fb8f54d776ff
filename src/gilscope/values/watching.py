"""What a watched trial showed: objects that were busy while workers ran, and lines at which these were blocked."""

from __future__ import annotations

import msgspec

from gilscope.values.bounds import Amount, Fraction, Number, Positive


class Suspect(msgspec.Struct, frozen=True, kw_only=True):
    """An object, or the values of a container, that was busy in some of the ``looks`` at it.

    In ``moved`` looks the count of threads that do not own it was another than before; in ``held`` its own lock was
    held, in ``waited`` others waited for that lock. ``kind`` is its type, or what the values are (``64 ints``), and
    ``size`` the number of items of a built-in container. Where it ``has_place``, each worker can be given a copy of its
    own. ``module`` is the one in whose namespace the path begins, empty for none. ``owner`` is the path of a method's
    object, and ``class_module`` the module that defines its class in Python, empty for all else.
    """

    path: str
    kind: str
    size: Amount | None
    looks: Positive
    moved: Amount
    held: Amount
    waited: Amount
    has_place: bool
    module: str = ""
    owner: str = ""
    class_module: str = ""

    @property
    def share(self) -> float:
        """The share of looks in which a count moved or the lock was held."""
        return max(self.moved, self.held, self.waited) / self.looks


class BlockedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line at which workers were blocked for a ``share`` of their time; ``within`` is Python's function below it."""

    file: str
    line: Amount
    function: str
    within: str
    text: str
    share: Fraction


class WatchFields(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen in one watched trial, whose makespan was ``wall_ns``; looks took ``cpu_ns`` of CPU time.

    ``candidates`` objects were named beforehand, ``others`` are those that only the collector knew. Where headers
    cannot be read, ``unknown`` says why, and there are no suspects.
    """

    wall_ns: Amount
    cpu_ns: Amount
    looks: Amount
    candidates: Amount
    others: Amount
    unknown: str | None = None
    suspects: tuple[Suspect, ...] = ()
    lines: tuple[BlockedLine, ...] = ()


class Watched(WatchFields, frozen=True, kw_only=True, tag="watched"):
    """A watched trial of one lane."""

    contest: str
    lane: str
    launch: Number
