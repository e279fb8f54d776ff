"""What travels between a client and its hosts: orders, what a host is, and where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import msgspec

from gilscope.values.bounds import Amount, Positive
from gilscope.values.records import HostCard

if TYPE_CHECKING:
    from collections.abc import Callable


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What a host is to measure: the words behind ``gilscope run``, as if they were typed there in a ``folder``.

    The folder lies in the content ``project``, where that is sent along; ``own`` is the content of gilscope's probes
    and suites, where the host has others. Of the plan that the words mean there, all ``contests`` are measured where
    none are named. By its ``number``, an order is told from others of its client.
    """

    number: int
    run: str
    host: str
    arguments: tuple[str, ...]
    project: str | None = None
    folder: str = "."
    own: str | None = None
    contests: tuple[str, ...] | None = None


class Planned(msgspec.Struct, frozen=True, kw_only=True, tag="planned"):
    """What the words of an order mean on a host: its contests that are not measured yet, and its builds.

    ``builds`` are digests of the interpreters' files by the names of the arms that take part.
    """

    contests: tuple[str, ...]
    builds: dict[str, str]


class Moment(msgspec.Struct, frozen=True, kw_only=True, tag="moment"):
    """A contest that runs, the ``number``-th of ``of``; ``left_s`` are the seconds left for all of them.

    ``widest`` is the half width of its widest interval so far, of which ``precision`` is asked, both as fractions; None
    while there is no interval.
    """

    contest: str
    number: Positive
    of: Positive
    launch: Amount
    launches: Amount
    precision: float
    left_s: float
    widest: float | None = None


class Waiting(msgspec.Struct, frozen=True, kw_only=True, tag="waiting"):
    """Somebody else measures on the machine, a process of this number if it is known."""

    holder: int | None = None


News: TypeAlias = Planned | Moment | Waiting
"""What a host says while it carries out an order."""


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How an order ended: the exit status of its command, and its last words where that is none of success."""

    status: int
    words: str = ""


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Where a host stands with an order: what is known of its plan, what it does, and how that ended."""

    run: str
    host: str
    number: int
    planned: Planned | None = None
    doing: Moment | Waiting | None = None
    ending: Ending | None = None


class HostFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker says of its host.

    ``machine`` is one for all hosts of one kernel that is running, such as containers; None where it is not known.
    ``code`` and ``own`` are digests of gilscope's code, and of its probes and suites.
    """

    card: HostCard
    machine: str | None
    versions: dict[str, str]
    code: str
    own: str


class Look(NamedTuple):
    """Whole lines of a host's records from an offset on, and its states as JSON."""

    lines: bytes
    state: bytes | None


class HostSide(NamedTuple):
    """The functions that a cluster calls on a host.

    All but ``measure`` take no time. Of a worker as such are ``describe`` (HostFacts as JSON), ``lacks`` (of some
    contents those that are not there), ``unpack`` (a content; in words what went wrong) and ``states`` (all that it
    does, as JSON). All others are given the run and the host's name first. ``size`` is that of the host's records,
    ``restore`` takes records that it has lost, ``look`` those from an offset on, ``stop`` ends an order and ``forget``
    removes the records. ``measure`` carries out an order, as JSON, to its end.
    """

    describe: Callable[[], bytes]
    lacks: Callable[[tuple[str, ...]], tuple[str, ...]]
    unpack: Callable[[str, bytes], str]
    size: Callable[[str, str], int]
    restore: Callable[[str, str, bytes], str]
    measure: Callable[[bytes], None]
    look: Callable[[str, str, int], Look]
    stop: Callable[[str, str], None]
    forget: Callable[[str, str], None]
    states: Callable[[], list[bytes]]
