"""Observations of ways as sheets: a contest's lanes, the convoy by switch interval, isolation by version."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from gilscope.figures.observations import LONGEST, request_times
from gilscope.render import numbers
from gilscope.render.findings import failures, in_short
from gilscope.render.notes import comparability
from gilscope.render.sheet import NOT_MEASURED, Column, Sheet, tabulate
from gilscope.values.lanes import is_control

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.observations import Observation
    from gilscope.figures.values import ContestFigures

HOW_TO_READ = (
    "Numbers are means over launches with their 95 % interval; words are those that any trial told. What no trial saw "
    "may still be there, up to the number in brackets (three by the number of trials). Lanes are not compared by what "
    "they saw."
)
OF_PERCENTILES = (
    "A percentile is told where every trial had requests beyond it (p99: more than 100); elsewhere the longest stands "
    "for it."
)


class _Seen(NamedTuple):
    """A row of observations: their texts, each under the name of its column."""

    name: str
    texts: dict[str, str]


def sheet(contest: ContestFigures) -> Sheet:
    """Every lane of one contest, a column per name.

    Lanes that saw nothing, since they hang in a deadlock, say, have their reason in the first column.
    """
    probe = contest.contest.probe
    headings = {name: f"{name} ({unit})" if unit and unit != "s" else name for name, unit in probe.observes.items()}
    by_lane = _by_lane(contest)
    lanes = [_Seen(lane.name, by_lane[lane.name]) for lane in contest.contest.lanes if lane.name in by_lane]
    first = next(iter(headings))
    absent = [_Seen(lane, {first: in_short(failure)}) for lane, failure in failures(contest).items()]
    return tabulate(
        f"{contest.contest.id}: {probe.question}",
        _columns("way", headings),
        [*lanes, *absent],
        [HOW_TO_READ, *([OF_PERCENTILES] if probe.times_requests else []), *comparability(contest.contest.pair)],
    )


def sheets(contests: Sequence[ContestFigures]) -> Iterator[Sheet]:
    """The sheets over several contests: the convoy by switch interval, isolation by version."""
    convoys = [contest for contest in contests if contest.contest.probe.times_requests]
    if convoys:
        yield _convoy(convoys)
    kinds = dict.fromkeys(contest.contest.probe.id for contest in contests if contest.contest.probe.shows_isolation)
    for probe in kinds:
        yield _isolation([contest for contest in contests if contest.contest.probe.id == probe])


def _convoy(contests: Sequence[ContestFigures]) -> Sheet:
    """A sheet with a row per kind of worker and lane, and a column per switch interval."""
    rows: dict[str, _Seen] = {}
    for contest in contests:
        probe = contest.contest.probe
        for lane, seen in request_times(contest.observations).items():
            if not is_control(lane):
                name = f"{lane} ({probe.id.split('/')[1]})"
                rows.setdefault(name, _Seen(name, {})).texts[_interval(contest)] = request_time(seen)
    intervals = sorted(map(_interval, contests), key=float)
    return tabulate(
        "How long 99 of 100 requests take at most beside CPU-bound workers, by switch interval",
        _columns("workers", {interval: f"{interval} s" for interval in intervals}),
        rows.values(),
        [HOW_TO_READ, OF_PERCENTILES],
    )


def request_time(seen: Observation) -> str:
    """How long requests took, and whether that is the longest of them."""
    return f"{LONGEST} {_text(seen)}" if seen.name == LONGEST else _text(seen)


def _interval(contest: ContestFigures) -> str:
    """The switch interval in seconds."""
    return f"{float(contest.contest.probe.case or 0):g}"


def _isolation(contests: Sequence[ContestFigures]) -> Sheet:
    """A sheet with a row per thing, and a column per version and kind of interpreter."""
    probe = contests[0].contest.probe
    by_lane = _by_lane(*contests)
    columns = _columns("thing", {lane: lane for lane in by_lane})
    rows = [
        _Seen(name, {lane: texts[name] for lane, texts in by_lane.items() if name in texts}) for name in probe.observes
    ]
    return tabulate(f"{probe.id}: {probe.question}", columns, rows, [HOW_TO_READ])


def _columns(first: str, headings: dict[str, str]) -> list[Column[_Seen]]:
    """A column for the names of rows, and one per heading for what was seen under its key."""

    def cell(key: str, row: _Seen) -> str:
        return row.texts.get(key, NOT_MEASURED)

    return [
        Column(first, lambda row: row.name),
        *(Column(heading, partial(cell, key)) for key, heading in headings.items()),
    ]


def _by_lane(*contests: ContestFigures) -> dict[str, dict[str, str]]:
    """Texts of what each lane saw, by name; the control lane is left out."""
    by_lane: dict[str, dict[str, str]] = defaultdict(dict)
    for item in (item for contest in contests for item in contest.observations):
        if not is_control(item.lane):
            by_lane[item.lane][item.name] = _text(item)
    return by_lane


def _text(item: Observation) -> str:
    if item.estimate is None:
        return ", ".join(item.words)
    return numbers.seconds(item.estimate) if item.unit == "s" else numbers.amount(item.estimate)
