"""The page's content as values that its script reads: the sheets' strings, and the numbers drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gilscope.page.points import (
    CorePoint,
    PenaltyPoint,
    Prediction,
    TriedPoint,
    TripPoint,
    cores,
    drawn,
    penalties,
    predictions,
    tried,
    trips,
)
from gilscope.page.rounds import Rounds, Walls
from gilscope.render import findings, machine
from gilscope.render.builds import build
from gilscope.render.notes import comparabilities
from gilscope.render.report import of_contest
from gilscope.render.sheet import Sheet
from gilscope.values.contests import arm_and_work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gilscope.figures.values import ContestFigures, LaneFigures
    from gilscope.render.report import Report
    from gilscope.values.records import Trial


class PageLane(msgspec.Struct, frozen=True, kw_only=True):
    """One lane of the contest at the index ``contest``.

    ``gain`` is value, low and high, or None where work was not spread, or where the contest asks what is to blame.
    ``rounds`` is None where trials were looks at something, whose length says nothing.
    """

    contest: int
    name: str
    arm: str
    build: str
    model: str
    workers: int
    gain: tuple[float, float, float] | None
    rounds: Rounds | None


class PageContest(msgspec.Struct, frozen=True, kw_only=True):
    """One contest with the sheets that the terminal shows; ``group`` names its pair or its arm."""

    id: str
    probe: str
    group: str
    reference: str
    sheets: tuple[Sheet, ...]


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """The whole content: sheets and points by the part of the page that shows them.

    ``why`` is what the run says of threads that do not scale, ``tried`` are the points of its chart, and ``evidence``
    what it rests on; ``of_run`` are further sheets about the whole run, ``about`` those about machine and builds.
    """

    why: tuple[Sheet, ...]
    tried: tuple[TriedPoint, ...]
    evidence: tuple[Sheet, ...]
    contests: tuple[PageContest, ...]
    lanes: tuple[PageLane, ...]
    predictions: tuple[Prediction, ...]
    penalties: tuple[PenaltyPoint, ...]
    cores: tuple[CorePoint, ...]
    trips: tuple[TripPoint, ...]
    of_run: tuple[Sheet, ...]
    claims: tuple[Sheet, ...]
    findings: tuple[Sheet, ...]
    about: tuple[Sheet, ...]
    comparability: tuple[str, ...]


def content(report: Report, trials: Sequence[Trial], claims: Sequence[Sheet] = ()) -> Content:
    """Arrange a report, the raw trials that it was made from, and what they say of published claims."""
    contests = report.run.contests
    return Content(
        why=_filled(report.answers),
        tried=tried(report.run.answers),
        evidence=_filled(map(_undrawn, report.evidence)),
        contests=tuple(map(_contest, contests)),
        lanes=tuple(_lanes(contests, Walls(trials))),
        predictions=predictions(contests),
        penalties=penalties(contests),
        cores=cores(contests),
        trips=trips(report.run.means),
        of_run=_filled(report.summaries),
        claims=_filled(claims),
        findings=_filled([*report.closing, findings.details(contests)]),
        about=(machine.host(report.run.header.host, report.run.cpus_used), machine.builds(contests)),
        comparability=tuple(comparabilities(contest.contest for contest in contests)),
    )


def _filled(sheets: Iterable[Sheet]) -> tuple[Sheet, ...]:
    """The sheets that have rows."""
    return tuple(sheet for sheet in sheets if sheet.rows)


def _contest(figures: ContestFigures) -> PageContest:
    contest = figures.contest
    return PageContest(
        id=contest.id,
        probe=contest.probe.id,
        group=arm_and_work(contest.reference)[0] if contest.pair is None else contest.pair.free_threaded.name,
        reference=contest.reference,
        sheets=_filled(map(_undrawn, of_contest(figures))),
    )


def _undrawn(sheet: Sheet) -> Sheet:
    """A sheet without its bars: the page draws better ones."""
    kept = [place for place, column in enumerate(sheet.columns) if not column.drawn]
    return msgspec.structs.replace(
        sheet,
        columns=tuple(sheet.columns[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in sheet.rows),
    )


def _lanes(contests: Sequence[ContestFigures], walls: Walls) -> Iterator[PageLane]:
    for place, figures in enumerate(contests):
        for row in figures.lanes:
            yield PageLane(
                contest=place,
                name=row.lane.name,
                arm=row.lane.arm.name,
                build=build(row.lane.arm),
                model=row.lane.way or row.lane.model,
                workers=row.lane.workers,
                gain=_gain(row, figures.contest.reference) if _shows_gains(figures) else None,
                rounds=walls.rounds(figures, row) if figures.contest.probe.is_timed else None,
            )


def _shows_gains(figures: ContestFigures) -> bool:
    """Whether gains are those of work as it is: over workers, and without anything changed."""
    return not (figures.asks_about_workers or figures.contest.has_interventions)


def _gain(row: LaneFigures, reference: str) -> tuple[float, float, float] | None:
    """A lane's gain as it is drawn; the reference lane's is one."""
    if row.gain is not None:
        return drawn(row.gain)
    return (1, 1, 1) if row.lane.name == reference else None
