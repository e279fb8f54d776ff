"""A run without what a person may not want to publish.

Left out are the host's name, the folders of all paths, the values of environment variables, credentials in addresses,
and what people's own code said when it failed. What was measured keeps the name that it was given.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING, TypeVar

import msgspec

from gilscope.values.records import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gilscope.values.contests import Contest
    from gilscope.values.records import Finding, Record

Value = TypeVar("Value")

NAME = "anonymous"
"""What the host is called."""
DIGITS = 6
"""Digits that stand for a folder: equal ones for one folder, others in every run that is written."""
_PATH = re.compile(
    r"(?<![\w.:/\\-])(?:[A-Za-z]:)?((?:[/\\][^\s/\\'\"`,;:()<>|\[\]]+)+)[/\\]([^\s/\\'\"`,;:()<>|\[\]]+)"
)
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


def anonymous(run: Run) -> Run:
    """The run, fit to be published as far as this can be seen from outside."""
    salt = secrets.token_bytes(16)

    def without_places(text: str) -> str:
        return _CREDENTIALS.sub("", _PATH.sub(lambda path: f"{_digest(path[1], salt)}/{path[2]}", text))

    host = msgspec.structs.replace(run.header.host, name=NAME)
    changed = msgspec.structs.replace(
        run,
        header=msgspec.structs.replace(run.header, host=host),
        contests=tuple(map(_without_environment, run.contests)),
        findings=tuple(map(_without_words, run.findings)),
    )
    kept = {name: _mapped(getattr(changed, name), without_places) for name in Run.__struct_fields__ if name != "path"}
    return Run(path=run.path, **kept)


def records(run: Run) -> Iterator[Record]:
    """The records of a run in the order in which a file has them."""
    yield run.header
    yield from run.skips
    for contest in run.contests:
        yield contest
        for of_kind in (run.calibrations, run.code, run.trials, run.memory, run.watched, run.findings, run.ends):
            yield from (record for record in of_kind if record.contest == contest.id)


def _without_environment(contest: Contest) -> Contest:
    """A contest whose arms have the names of their variables alone."""
    lanes = (
        msgspec.structs.replace(
            lane, arm=msgspec.structs.replace(lane.arm, environ=dict.fromkeys(lane.arm.environ, ""))
        )
        for lane in contest.lanes
    )
    return msgspec.structs.replace(contest, lanes=tuple(lanes))


def _without_words(finding: Finding) -> Finding:
    """A finding without what the code said: the name of an exception is kept."""
    return msgspec.structs.replace(finding, reason=finding.reason.partition(":")[0], detail="")


def _mapped(value: Value, change: Callable[[str], str]) -> Value:
    """A record, or several, with each text changed."""
    if isinstance(value, tuple):
        return type(value)(_mapped(item, change) for item in value)
    if isinstance(value, msgspec.Struct):
        return msgspec.convert(_texts(msgspec.to_builtins(value), change), type(value))
    return value


def _texts(value: object, change: Callable[[str], str]) -> object:
    match value:
        case str():
            return change(value)
        case dict():
            return {_texts(name, change): _texts(item, change) for name, item in value.items()}
        case list() | tuple():
            return [_texts(item, change) for item in value]
        case _:
            return value


def _digest(folder: str, salt: bytes) -> str:
    return hashlib.sha256(salt + folder.encode("utf-8", "surrogateescape")).hexdigest()[:DIGITS]
