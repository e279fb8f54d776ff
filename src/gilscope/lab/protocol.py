"""The protocol between a lane and its controller: JSON lines, each behind a record separator (RFC 7464).

Agent and controller come from one installation, so what they say is of one format, which has no number. The agent sends
hello, ready, trial, watched, imports, failed, closed or benchmarks. The controller sends the probe to open, then
``trial``, ``watch``, ``imports`` and ``close``, or a script whose ``benchmarks`` are asked for.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated

import msgspec

from gilscope import places
from gilscope.interchange import decoded
from gilscope.models import model_of
from gilscope.values.probes import Probe, Target
from gilscope.values.records import Fault, Timing
from gilscope.values.watching import WatchFields
from gilscope.workloads import programs

if TYPE_CHECKING:
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.probes import Statement

SEPARATOR = b"\x1e"

SPINNING = Probe(id="capacity", path=str(places.SPINNING), question="How many CPUs does the machine give?", kind="own")
"""What the lanes do that show the machine's capacity."""


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """The agent has taken over its descriptors; ``gil`` is the GIL's state before the probe was loaded.

    ``version`` is that of the interpreter that it runs in.
    """

    gil: bool
    version: str


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The probe is loaded and all workers wait at the gate; one unit does ``inner_loops`` times what is asked about."""

    gil: bool
    inner_loops: int = 1


class Measured(Timing, frozen=True, kw_only=True, tag="trial"):
    """One trial, with the digest of every worker's last result, and the beginning of its text.

    ``children_peak_bytes`` is the most that any child of the lane which has ended ever had resident, None where the
    system does not report it, or none has ended. ``refused`` are the extensions that an interpreter of a worker refused
    to load so far, each with what Python said.
    """

    digests: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    shown: tuple[str, ...] = ()
    children_peak_bytes: int | None = None
    refused: dict[str, str] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what is not of one number of workers.

        Raises:
            ValueError: something has another number of entries, or there is no worker.
        """
        self.check()
        if len(self.digests) != len(self.ends_ns) or len(self.shown) not in {0, len(self.digests)}:
            raise ValueError(f"{len(self.digests)} and {len(self.shown)} results of {len(self.ends_ns)} workers")


class Imports(msgspec.Struct, frozen=True, tag="imports"):
    """What a lane has imported: files of the person's own modules, and versions of packages, by name.

    ``extensions`` are the names of all extension modules, Python's own too, and ``pure`` those of installed packages
    that loaded none.
    """

    modules: dict[str, str] = {}
    packages: dict[str, str] = {}
    extensions: tuple[str, ...] = ()
    pure: tuple[str, ...] = ()


class Watching(WatchFields, frozen=True, kw_only=True, tag="watched"):
    """One watched trial of a lane of threads."""


class Benchmarks(msgspec.Struct, frozen=True, tag="benchmarks"):
    """The benchmarks that a script holds, and those that cannot be measured, each with the reason.

    ``description`` is what the script says of itself, and ``programs`` are those benchmarks that start programs.
    """

    benchmarks: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    description: str | None = None
    programs: tuple[str, ...] = ()


class Failed(Fault, frozen=True, tag="failed"):
    """The fault because of which the lane cannot go on."""


class Closed(msgspec.Struct, frozen=True, tag="closed"):
    """All was done and the workers have ended."""


Answer = Hello | Ready | Measured | Watching | Imports | Benchmarks | Failed | Closed

_decoder = msgspec.json.Decoder(Answer)
_encoder = msgspec.json.Encoder()


class GarbageError(Exception):
    """A line that the agent would never send."""


def order(probe: Probe, lane: LaneSpec) -> bytes:
    """The first line to a fresh agent: the probe and the lane to open."""
    if lane.shows_capacity:
        arm = msgspec.structs.replace(lane.arm, checkout=None)
        return order(SPINNING, msgspec.structs.replace(lane, arm=arm, model="processes"))
    return _line(
        {
            "type": "open",
            "path": lane.arm.place(probe.path),
            "target": _placed(probe.target, lane),
            "setup": _placed(probe.setup, lane),
            "statement": _statement(probe.statement, lane),
            "roles": [msgspec.structs.replace(role, target=_placed(role.target, lane)) for role in lane.roles],
            "dependencies": probe.dependencies,
            "benchmark": probe.benchmark,
            "argv": probe.argv,
            "command": programs.filled(probe.command, lane),
            "shared": probe.shared,
            "heap": probe.heap,
            "way": lane.way,
            "case": probe.case,
            "self_timed": probe.self_timed,
            "observes": bool(probe.observes),
            "crew": model_of(lane).crew,
            "workers": lane.workers,
            "interventions": lane.interventions,
        }
    )


def _placed(target: Target | None, lane: LaneSpec) -> Target | None:
    """A callable where a lane's arm finds it, with the number of workers that it is given."""
    if target is None:
        return None
    path = None if target.path is None else lane.arm.place(target.path)
    search = tuple(map(lane.arm.place, target.search))
    return msgspec.structs.replace(target.given(lane.given_workers), path=path, search=search)


def _statement(statement: Statement | None, lane: LaneSpec) -> Statement | None:
    """A statement, whose modules are looked for where a lane's arm finds them."""
    return statement and msgspec.structs.replace(statement, search=tuple(map(lane.arm.place, statement.search)))


def benchmarks_order(path: str, argv: tuple[str, ...]) -> bytes:
    """The first line to a fresh agent that lists the benchmarks of a script written for pyperf."""
    return _line({"type": "benchmarks", "path": path, "argv": argv})


@cache
def trial_order(loops: int) -> bytes:
    """The line that opens the gate: every worker runs the unit ``loops`` times."""
    return _line({"type": "trial", "loops": loops})


def watch_order(loops: int) -> bytes:
    """The line that has one trial watched, in which every worker runs the unit ``loops`` times."""
    return _line({"type": "watch", "loops": loops})


IMPORTS = _encoder.encode({"type": "imports"}) + b"\n"
CLOSE = _encoder.encode({"type": "close"}) + b"\n"


def answer(line: bytes) -> Answer | None:
    """The record in one line; None for a line that is not marked as a record.

    Unmarked lines were printed before the agent took over the standard output.

    Raises:
        GarbageError: the line is marked as a record but holds none.
    """
    if not line.startswith(SEPARATOR):
        return None
    try:
        record: Answer = decoded(line[1:], _decoder)
    except msgspec.DecodeError as error:
        raise GarbageError(f"{error}: {line[1:80]!r}") from error
    return record


def _line(value: object) -> bytes:
    return _encoder.encode(value) + b"\n"
