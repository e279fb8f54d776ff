"""What ways observed, as sheets: a contest's lanes by name, the convoy by switch interval, isolation by version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.sheets import NOT_MEASURED, Column, Sheet, comparability

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gilscope.figures.observations import Observation
    from gilscope.figures.values import ContestFigures

HOW_TO_READ = (
    "Numbers are means over launches with their 95 % interval; words are those that any trial told. Lanes are not "
    "compared by what they saw."
)


def sheet(contest: ContestFigures) -> Sheet:
    """Every lane of one contest, a column per name."""
    probe = contest.contest.probe
    cells = _cells(contest)
    headings = (f"{name} ({unit})" if unit and unit != "s" else name for name, unit in probe.observes.items())
    return Sheet(
        title=f"{contest.contest.id}: {probe.question}",
        columns=(Column("way"), *map(Column, headings)),
        rows=(*_rows(cells, contest, tuple(probe.observes)), *_absent(contest, len(probe.observes))),
        notes=(HOW_TO_READ, *comparability(contest.contest.pair)),
    )


def sheets(contests: Sequence[ContestFigures]) -> Iterator[Sheet]:
    """The tables over several contests: the convoy by switch interval, isolation by version; only those with rows."""
    convoys = [contest for contest in contests if contest.contest.probe.kind == "latency"]
    if convoys:
        yield _convoy(convoys)
    kinds = dict.fromkeys(contest.contest.probe.id for contest in contests if contest.contest.probe.kind == "isolation")
    for probe in kinds:
        yield _isolation([contest for contest in contests if contest.contest.probe.id == probe])


def _convoy(contests: Sequence[ContestFigures]) -> Sheet:
    """A row per kind of worker and lane, a column per switch interval."""
    intervals = sorted({float(contest.contest.probe.case or 0) for contest in contests})
    cells: dict[str, dict[float, str]] = {}
    for contest in contests:
        kind = contest.contest.probe.id.split("/")[1]
        for (lane, name), told in _cells(contest).items():
            if name == "p99":
                cells.setdefault(f"{lane} ({kind})", {})[float(contest.contest.probe.case or 0)] = told
    return Sheet(
        title="How long 99 of 100 requests take at most beside CPU-bound workers, by switch interval",
        columns=(Column("workers"), *(Column(f"{interval:g} s") for interval in intervals)),
        rows=tuple((lane, *(told.get(each, NOT_MEASURED) for each in intervals)) for lane, told in cells.items()),
        notes=(HOW_TO_READ,),
    )


def _isolation(contests: Sequence[ContestFigures]) -> Sheet:
    """A row per thing, a column per version and kind of interpreter."""
    probe = contests[0].contest.probe
    cells = {key: told for contest in contests for key, told in _cells(contest).items()}
    lanes = list(dict.fromkeys(lane for lane, _ in cells))
    return Sheet(
        title=f"{probe.id}: {probe.question}",
        columns=(Column("thing"), *map(Column, lanes)),
        rows=tuple((name, *(cells.get((lane, name), NOT_MEASURED) for lane in lanes)) for name in probe.observes),
        notes=(HOW_TO_READ,),
    )


def _cells(contest: ContestFigures) -> dict[tuple[str, str], str]:
    """What each lane saw of each thing, but for the control's."""
    return {(item.lane, item.name): _told(item) for item in contest.observations if not item.lane.endswith("#control")}


def _told(item: Observation) -> str:
    if item.estimate is None:
        return ", ".join(item.words)
    return numbers.seconds(item.estimate) if item.unit == "s" else numbers.slope(item.estimate)


def _rows(
    cells: dict[tuple[str, str], str], contest: ContestFigures, names: Iterable[str]
) -> Iterator[tuple[str, ...]]:
    named = tuple(names)
    for lane in contest.contest.lanes:
        if any((lane.name, name) in cells for name in named):
            yield (lane.name, *(cells.get((lane.name, name), NOT_MEASURED) for name in named))


def _absent(contest: ContestFigures, width: int) -> Iterator[tuple[str, ...]]:
    """Lanes that saw nothing, and why: a deadlock is told here."""
    reasons = {
        finding.lane: f"{finding.kind}: {finding.reason}"
        for finding in contest.findings
        if finding.fails_lane and not finding.lane.endswith("#control")
    }
    for lane, reason in reasons.items():
        yield (lane, reason, *[NOT_MEASURED] * (width - 1))
