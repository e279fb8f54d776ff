"""What a lane and its controller say to each other: JSON lines, each behind a record separator (RFC 7464).

Format history:
    1   hello, ready, trial, failed, closed; orders: the probe, then ``trial`` and ``close``.
"""

from __future__ import annotations

import msgspec

from gilscope.model import FindingKind, LaneSpec, Probe

SCHEMA = 1
SEPARATOR = b"\x1e"


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """The agent has taken over its descriptors; ``gil`` is the GIL's state before the probe was loaded."""

    schema: int
    pid: int
    gil: bool


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The probe is loaded and all workers wait at the gate."""

    gil: bool


class Measured(msgspec.Struct, frozen=True, tag="trial"):
    """One trial, as the agent timed it; the tuples have one entry per worker."""

    loops: int
    wall_ns: int
    starts_ns: tuple[int, ...]
    ends_ns: tuple[int, ...]
    cpu_ns: tuple[int, ...]
    wait_ns: tuple[int | None, ...]
    digests: tuple[str, ...]
    gil_before: bool
    gil_after: bool


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """The lane cannot go on."""

    phase: str
    kind: FindingKind
    reason: str
    detail: str = ""


class Closed(msgspec.Struct, frozen=True, tag="closed"):
    """All was done and the workers have ended."""


Answer = Hello | Ready | Measured | Failed | Closed

_decoder = msgspec.json.Decoder(Answer)
_encoder = msgspec.json.Encoder()


class GarbageError(Exception):
    """A line that the agent would never send."""


def order(probe: Probe, lane: LaneSpec) -> bytes:
    """The line that tells a fresh agent what to open."""
    return _line(
        {
            "path": probe.path,
            "function": probe.function,
            "shared": probe.shared,
            "model": lane.model,
            "workers": lane.workers,
        }
    )


def trial_order(loops: int) -> bytes:
    """The line that opens the gate: every worker runs the unit ``loops`` times."""
    return _line({"type": "trial", "loops": loops})


CLOSE = _encoder.encode({"type": "close"}) + b"\n"


def answer(line: bytes) -> Answer | None:
    """The record in one line, or None for a line that is not marked as a record (printed before the agent ran).

    Raises:
        GarbageError: the line is marked as a record but holds none.
    """
    if not line.startswith(SEPARATOR):
        return None
    try:
        record: Answer = _decoder.decode(line[1:])
    except msgspec.DecodeError as error:
        raise GarbageError(f"{error}: {line[1:80]!r}") from error
    return record


def _line(value: object) -> bytes:
    return _encoder.encode(value) + b"\n"
