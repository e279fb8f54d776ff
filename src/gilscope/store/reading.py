"""A run's file as a run: each line is held against the records' types, and damaged ones are left out.

A run that was cut off (a killed controller, a full disk) is a shorter file; its last line may be torn.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, TypeVar

import msgspec

from gilscope.errors import ResultsError
from gilscope.interchange import decoded
from gilscope.values.contests import Contest, Skip
from gilscope.values.records import (
    Calibration,
    Code,
    ContestEnd,
    Damage,
    Finding,
    Memory,
    Record,
    Run,
    RunHeader,
    Trial,
    Warming,
)
from gilscope.values.watching import Watched

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

SCHEMA = 7
"""The format that is written, and the latest that is read."""

_decoder = msgspec.json.Decoder(Record)


class _Format(msgspec.Struct, tag="run"):
    """The part of a header that every format has."""

    schema: int


_format_decoder = msgspec.json.Decoder(_Format)


def read(path: Path) -> Run:
    """A stored run, without the records that are damaged.

    Of a contest that was cut off, and begun again when the run was continued, only the last attempt counts.

    Raises:
        ResultsError: the file is missing, holds no run, or was written by a later gilscope.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ResultsError(f"cannot read {path}: {error.strerror}") from error
    lines = [(number, line) for number, line in enumerate(content.split(b"\n"), start=1) if line.strip()]
    if not lines:
        raise ResultsError(f"{path} is empty: nothing was written to it, or its content was lost")
    _refuse_later_formats(path, lines[0][1])
    damages: list[Damage] = []
    numbered = list(_records(lines, damages))
    header = next((record for _, record in numbered if isinstance(record, RunHeader)), None)
    if header is None:
        reason = f" ({damages[0].reason})" if damages and damages[0].line == lines[0][0] else ""
        raise ResultsError(f"{path} holds no run: its first line is not a run's header{reason}")
    records = _last_attempts(_at_home(numbered, damages))
    return Run(
        path=path,
        header=header,
        contests=_of(Contest, records),
        skips=tuple(dict.fromkeys(_of(Skip, records))),
        code=_of(Code, records),
        calibrations=_of(Calibration, records),
        warmings=_of(Warming, records),
        trials=_of(Trial, records),
        memory=_of(Memory, records),
        watched=_of(Watched, records),
        findings=_of(Finding, records),
        ends=_of(ContestEnd, records),
        damages=tuple(damages),
    )


Kind = TypeVar("Kind", bound=Record)


def _of(kind: type[Kind], records: Iterable[Record]) -> tuple[Kind, ...]:
    return tuple(record for record in records if isinstance(record, kind))


def _refuse_later_formats(path: Path, first: bytes) -> None:
    """Look at the format alone, first of all: a later one may have another header.

    Raises:
        ResultsError: a later gilscope wrote the file.
    """
    with contextlib.suppress(msgspec.DecodeError):
        schema = decoded(first, _format_decoder).schema
        if schema > SCHEMA:
            raise ResultsError(f"{path} was written by a later gilscope (format {schema}, known: {SCHEMA})")


def _records(lines: Iterable[tuple[int, bytes]], damages: list[Damage]) -> Iterator[tuple[int, Record]]:
    """The records of numbered lines; what is none is noted as damaged."""
    for number, line in lines:
        try:
            record = decoded(line, _decoder)
            if isinstance(record, Trial):
                record.check()
        except (msgspec.DecodeError, ValueError) as error:
            damages.append(Damage(line=number, reason=str(error)))
        else:
            yield number, record


def _at_home(records: Sequence[tuple[int, Record]], damages: list[Damage]) -> Iterator[Record]:
    """The records that speak of contests, and trials of lanes, that the file has; others are noted as damaged."""
    contests = [record for _, record in records if isinstance(record, Contest) and not _strange_ways(record)]
    lanes = {contest.id: {lane.name for lane in contest.lanes} for contest in contests}
    for number, record in records:
        contest = _contest_of(record)
        if contest is None:
            yield record
        elif isinstance(record, Contest) and (ways := _strange_ways(record)):
            damages.append(Damage(line=number, reason=f"its probe does not have the way of a lane: {min(ways)}"))
        elif contest not in lanes:
            damages.append(Damage(line=number, reason=f"it is of a contest that the file does not have: {contest}"))
        elif isinstance(record, (Warming, Trial, Memory, Watched)) and record.lane not in lanes[contest]:
            damages.append(Damage(line=number, reason=f"it is of a lane that its contest does not have: {record.lane}"))
        else:
            yield record


def _strange_ways(contest: Contest) -> set[str]:
    """Ways of lanes that their probe does not have."""
    return {lane.way for lane in contest.lanes if lane.way is not None} - set(contest.probe.ways)


def _last_attempts(records: Iterable[Record]) -> list[Record]:
    """The records without those of earlier attempts at a contest.

    A new attempt counts its launches from 0 again, with other loops.
    """
    records = list(records)
    starts = {record.id: number for number, record in enumerate(records) if isinstance(record, Contest)}
    return [record for number, record in enumerate(records) if number >= starts.get(_contest_of(record) or "", 0)]


def _contest_of(record: Record) -> str | None:
    """The id of a record's contest; None for records that stand before the contests."""
    match record:
        case Contest():
            return record.id
        case RunHeader() | Skip():
            return None
        case _:
            return record.contest
