"""The page's content as values that its script reads: the sheets' strings, and the numbers drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from gilscope.page import headlines, observed, points
from gilscope.page.labels import group, places
from gilscope.page.rounds import Rounds, Walls
from gilscope.render import findings, machine, numbers
from gilscope.render.builds import build
from gilscope.render.notes import comparabilities
from gilscope.render.report import of_contest
from gilscope.render.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gilscope.figures.values import ContestFigures, LaneFigures
    from gilscope.render.report import Report
    from gilscope.stats.estimate import Estimate
    from gilscope.values.records import RunHeader, Trial


class PageLane(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One lane of the contest at the index ``contest``.

    ``gain`` is value, low and high, or None where work was not spread, or where the contest asks what is to blame;
    ``text`` is the gain as the tables have it. ``rounds`` is None where trials were looks at something, whose length
    says nothing. ``shares`` are those of its workers' time, in the order of `Content.parts`, and ``share_texts`` their
    texts; both are empty where nothing is drawn of them. With ``own_copy``, it is shown and no candidate.
    """

    contest: int
    name: str
    arm: str
    build: str
    model: str
    workers: int
    gain: tuple[float, float, float] | None
    rounds: Rounds | None
    text: str = ""
    own_copy: bool = False
    shares: tuple[float, ...] = ()
    share_texts: tuple[str, ...] = ()


class PageContest(msgspec.Struct, frozen=True, kw_only=True):
    """One contest with the sheets that the terminal shows.

    ``group`` names its pair or its arm, ``label`` is its id in short, and ``given`` how many CPUs the machine gave to
    as many workers as its largest lanes have, None where that was not measured.
    """

    id: str
    probe: str
    group: str
    label: str
    reference: str
    given: float | None
    sheets: tuple[Sheet, ...]


class WorkersChart(msgspec.Struct, frozen=True, kw_only=True):
    """A chart of births or of memory with its data, as Vega-Lite's specification, and its table."""

    probe: str
    title: str
    specification: dict[str, Any]
    table: Sheet


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """The whole content of a page: its headline, then sheets and points by the part that shows them.

    ``made`` says when and where all of it was measured. ``why`` is what the run says of threads that do not scale,
    ``tried`` are the points of its chart, and ``evidence`` what it rests on; ``of_run`` are further sheets about the
    whole run, ``about`` those about machine and builds. ``parts`` are the names of the shares of all lanes.
    """

    title: str
    answer: tuple[str, ...]
    made: str
    why: tuple[Sheet, ...] = ()
    tried: tuple[points.TriedPoint, ...] = ()
    evidence: tuple[Sheet, ...] = ()
    contests: tuple[PageContest, ...] = ()
    lanes: tuple[PageLane, ...] = ()
    parts: tuple[str, ...] = ()
    predictions: tuple[points.Prediction, ...] = ()
    penalties: tuple[points.PenaltyPoint, ...] = ()
    variants: tuple[points.VariantPoint, ...] = ()
    changes: tuple[points.ChangePoint, ...] = ()
    levels: tuple[points.LevelPoint, ...] = ()
    hosts: tuple[points.HostPoint, ...] = ()
    scalings: tuple[points.ScalingPoint, ...] = ()
    requests: tuple[observed.RequestPoint, ...] = ()
    seen: tuple[observed.SeenPoint, ...] = ()
    trips: tuple[observed.TripPoint, ...] = ()
    workers: tuple[WorkersChart, ...] = ()
    of_run: tuple[Sheet, ...] = ()
    claims: tuple[Sheet, ...] = ()
    findings: tuple[Sheet, ...] = ()
    about: tuple[Sheet, ...] = ()
    comparability: tuple[str, ...] = ()


def content(report: Report, trials: Sequence[Trial], claims: Sequence[Sheet] = ()) -> Content:
    """Arrange a report, the raw trials that it was made from, and what they say of published claims."""
    run = report.run
    contests = run.contests
    headline = headlines.of_run(run)
    return Content(
        title=headline.title,
        answer=headline.answer,
        made=_made(run.header),
        why=filled(report.answers),
        tried=points.tried(run.answers),
        evidence=filled(map(undrawn, report.evidence)),
        contests=tuple(_contests(contests)),
        lanes=tuple(_lanes(contests, Walls(trials))),
        parts=_parts(contests),
        predictions=points.predictions(contests),
        penalties=points.penalties(contests),
        variants=points.variants(contests),
        requests=observed.requests(contests),
        seen=observed.seen(contests),
        trips=observed.trips(contests, run.means),
        workers=tuple(_of_workers(contests)),
        of_run=filled(report.summaries),
        claims=filled(claims),
        findings=filled([*report.closing, findings.details(contests)]),
        about=(machine.host(run.header.host, run.cpus_used), machine.builds(contests)),
        comparability=tuple(comparabilities(contest.contest for contest in contests)),
    )


def filled(sheets: Iterable[Sheet]) -> tuple[Sheet, ...]:
    """The sheets that have rows."""
    return tuple(sheet for sheet in sheets if sheet.rows)


def undrawn(sheet: Sheet) -> Sheet:
    """A sheet without its bars: the page draws better ones."""
    kept = [place for place, column in enumerate(sheet.columns) if not column.drawn]
    return msgspec.structs.replace(
        sheet,
        columns=tuple(sheet.columns[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in sheet.rows),
    )


def _made(header: RunHeader) -> str:
    """When and where a run was measured."""
    return (
        f"Run {header.id}, measured from {header.started} (UTC) with gilscope {header.gilscope}, suite "
        f"{header.suite}, on {header.host.cpu or header.host.machine}, {header.host.cpus_usable:g} usable CPUs."
    )


def _contests(contests: Sequence[ContestFigures]) -> Iterator[PageContest]:
    placed = places(contests)
    for figures in contests:
        contest = figures.contest
        yield PageContest(
            id=contest.id,
            probe=contest.probe.id,
            group=group(contest),
            label=placed[contest.id].label,
            reference=contest.reference,
            given=_given(figures),
            sheets=filled(map(undrawn, of_contest(figures))),
        )


def _given(figures: ContestFigures) -> float | None:
    """The CPUs that the machine gave to the most workers."""
    most = max(figures.capacities, key=lambda capacity: capacity.workers, default=None)
    return None if most is None else points.rounded(most.cpus.value)


def _lanes(contests: Sequence[ContestFigures], walls: Walls) -> Iterator[PageLane]:
    for place, figures in enumerate(contests):
        for row in figures.lanes:
            shares = _shares(figures, row)
            gain = _gain(row, figures.contest.reference) if _shows_gains(figures) else None
            yield PageLane(
                contest=place,
                name=row.lane.name,
                arm=row.lane.arm.name,
                build=build(row.lane.arm),
                model=row.lane.way or row.lane.model,
                workers=row.lane.workers,
                gain=gain,
                rounds=walls.rounds(figures, row) if figures.contest.probe.is_timed else None,
                text="" if gain is None else "reference" if row.gain is None else numbers.ratio(row.gain),
                own_copy=row.has_own_copy,
                shares=tuple(points.rounded(max(0.0, share.value)) for share in shares.values()),
                share_texts=tuple(map(numbers.percent, shares.values())),
            )


def _shows_gains(figures: ContestFigures) -> bool:
    """Whether gains are those of work as it is: over workers, and without anything changed."""
    return not (figures.asks_about_workers or figures.contest.has_interventions)


def _gain(row: LaneFigures, reference: str) -> tuple[float, float, float] | None:
    """A lane's gain as it is drawn; the reference lane's is one."""
    if row.gain is not None:
        return points.drawn(row.gain)
    return (1, 1, 1) if row.lane.name == reference else None


def _shares(figures: ContestFigures, row: LaneFigures) -> dict[str, Estimate]:
    """The shares of a lane's workers that are drawn; a share below zero is drawn as none.

    Contests in which something was changed have none: the names of their lanes leave no room for bars.
    """
    if row.shares is None or row.lane.workers == 1 or figures.contest.has_interventions:
        return {}
    return row.shares.parts


def _parts(contests: Iterable[ContestFigures]) -> tuple[str, ...]:
    """The names of shares, in order; none where no lane has any."""
    return next((tuple(parts) for figures in contests for row in figures.lanes if (parts := _shares(figures, row))), ())


def _of_workers(contests: Sequence[ContestFigures]) -> Iterator[WorkersChart]:
    """The charts of births and of memory, with their data."""
    if any(contest.asks_about_workers for contest in contests):
        from gilscope.render import charts  # noqa: PLC0415 - altair takes longer to load than a page to make

        for chart in charts.charts(contests):
            yield WorkersChart(
                probe=chart.probe,
                title=chart.title,
                specification=charts.specification(chart),
                table=charts.table(chart),
            )
