"""What the page holds, as values that its script reads: the sheets' very strings, and the numbers that are drawn."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from gilscope.figures.scaling_law import Fit
from gilscope.render import machine, numbers, sheets
from gilscope.render import transport as transport_sheets
from gilscope.render.builds import build
from gilscope.render.report import of_contest
from gilscope.render.sheets import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.transport import Means
    from gilscope.figures.values import ContestFigures, LaneFigures
    from gilscope.render.report import Report
    from gilscope.stats.estimate import Estimate
    from gilscope.values.records import Trial

DRAWN_DIGITS = 5
"""More than a screen can show."""
PREDICTED = 2
"""Up to how many times the workers that were measured a law is drawn."""
BYTES_OF_ROUNDS = 250_000
"""How much of the page raw trials may take: more launches than fit are left out, and the page says so."""
BYTES_PER_ROUND = DRAWN_DIGITS + 1


class Rounds(msgspec.Struct, frozen=True, kw_only=True):
    """A lane's makespans in ``unit_ns``, by launch and round; the first ``cold`` of each launch do not count."""

    unit_ns: int
    cold: int
    launches: tuple[tuple[int, ...], ...]
    all_launches: int


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """One lane of the contest at this place; ``gain`` is value, low and high (None where work was not spread).

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


class Contest(msgspec.Struct, frozen=True, kw_only=True):
    """One contest with the sheet that the terminal shows; ``group`` names the pair or the arm that it is about."""

    id: str
    probe: str
    group: str
    reference: str
    sheets: tuple[Sheet, ...]


class Penalty(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the chart of penalties, and the band that cannot be told from none."""

    contest: str
    probe: str
    arm: str
    build: str
    value: float
    low: float
    high: float
    floor_low: float
    floor: float
    text: str


class Prediction(msgspec.Struct, frozen=True, kw_only=True):
    """A gain that the Universal Scalability Law tells, from the last number of workers that were measured upwards."""

    contest: int
    arm: str
    build: str
    model: str
    workers: int
    gain: float


class Trip(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the chart of round trips; ``panel`` names the shape of the payload and the arm."""

    panel: str
    arm: str
    way: str
    size: int
    time: float
    low: float
    high: float
    text: str


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """All of it; ``of_run`` are sheets about the whole run, ``about`` those about machine and builds."""

    contests: tuple[Contest, ...]
    lanes: tuple[Lane, ...]
    predictions: tuple[Prediction, ...]
    penalties: tuple[Penalty, ...]
    trips: tuple[Trip, ...]
    of_run: tuple[Sheet, ...]
    claims: tuple[Sheet, ...]
    findings: tuple[Sheet, ...]
    about: tuple[Sheet, ...]
    comparability: tuple[str, ...]


def content(report: Report, trials: Sequence[Trial], claims: Sequence[Sheet] = ()) -> Content:
    """Arrange a report, the raw trials that it was made from, and what they say of published claims."""
    contests = report.run.contests
    pairs = [contest.contest.pair for contest in contests]
    return Content(
        contests=tuple(map(_contest, contests)),
        lanes=tuple(_lanes(contests, trials)),
        predictions=tuple(item for place, figures in enumerate(contests) for item in _predictions(place, figures)),
        penalties=penalties(contests),
        trips=trips(report.run.means),
        of_run=_filled(report.summaries),
        claims=_filled(claims),
        findings=_filled([*report.closing, _details(contests)]),
        about=(machine.host(report.run.header.host), machine.builds(contests)),
        comparability=tuple(dict.fromkeys(line for pair in pairs for line in sheets.comparability(pair))),
    )


def _filled(several: Sequence[Sheet]) -> tuple[Sheet, ...]:
    return tuple(sheet for sheet in several if sheet.rows)


def _details(contests: Sequence[ContestFigures]) -> Sheet:
    """What lanes left behind when they failed: each text once."""
    seen = {item.detail: item for contest in contests for item in contest.findings if item.detail}
    return Sheet(
        title="Tracebacks and stacks",
        columns=(sheets.Column("lane"), sheets.Column("detail")),
        rows=tuple((f"{item.contest} {item.lane}", detail) for detail, item in seen.items()),
    )


def _contest(figures: ContestFigures) -> Contest:
    contest = figures.contest
    return Contest(
        id=contest.id,
        probe=contest.probe.id,
        group=contest.reference.partition(":")[0] if contest.pair is None else contest.pair.free_threaded.name,
        reference=contest.reference,
        sheets=_filled([_undrawn(sheet) for sheet in of_contest(figures)]),
    )


def _undrawn(sheet: Sheet) -> Sheet:
    """Without its bars: the page draws better ones."""
    kept = [place for place, column in enumerate(sheet.columns) if not column.drawn]
    return msgspec.structs.replace(
        sheet,
        columns=tuple(sheet.columns[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in sheet.rows),
    )


def _lanes(contests: Sequence[ContestFigures], trials: Sequence[Trial]) -> Iterator[Lane]:
    walls: dict[tuple[str, str], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for trial in sorted(trials, key=lambda trial: (trial.launch, trial.round)):
        walls[trial.contest, trial.lane][trial.launch].append(trial.wall_ns)
    most = _launches_that_fit(trials)
    for place, figures in enumerate(contests):
        for row in figures.lanes:
            launches = list(walls[figures.contest.id, row.lane.name].values())
            is_timed = figures.contest.probe.is_timed
            yield _lane(place, figures, row, _rounds(launches, row.cold_rounds, most) if is_timed else None)


def _launches_that_fit(trials: Sequence[Trial]) -> int:
    """How many launches of every lane the page has room for."""
    room, launches = BYTES_OF_ROUNDS // BYTES_PER_ROUND, 0
    counts: dict[int, int] = defaultdict(int)
    for trial in trials:
        counts[trial.launch] += 1
    for launch in sorted(counts):
        room -= counts[launch]
        if room < 0 < launches:
            break
        launches = launch + 1
    return launches


def _lane(place: int, figures: ContestFigures, row: LaneFigures, rounds: Rounds | None) -> Lane:
    spread = not figures.asks_about_workers
    is_reference = row.lane.name == figures.contest.reference
    return Lane(
        contest=place,
        name=row.lane.name,
        arm=row.lane.arm.name,
        build=build(row.lane.arm),
        model=row.lane.way or row.lane.model,
        workers=row.lane.workers,
        gain=_drawn(row.gain) if spread and row.gain is not None else (1, 1, 1) if spread and is_reference else None,
        rounds=rounds,
    )


def _rounds(launches: Sequence[Sequence[int]], cold: int, most: int) -> Rounds:
    """Whole numbers of a power of ten of nanoseconds, with as many digits as can be told apart."""
    longest = max(wall for launch in launches for wall in launch)
    unit = 10 ** max(0, math.floor(math.log10(max(1, longest))) + 1 - DRAWN_DIGITS)
    return Rounds(
        unit_ns=unit,
        cold=cold,
        launches=tuple(tuple(round(wall / unit) for wall in launch) for launch in launches[:most]),
        all_launches=len(launches),
    )


def _predictions(place: int, figures: ContestFigures) -> Iterator[Prediction]:
    """As far again as was measured; the law is told in units of the model's first lane."""
    rows = {row.lane.name: row for row in figures.lanes}
    for item in figures.scaling_laws:
        if isinstance(item.law, Fit):
            first = rows.get(f"{item.arm}:{item.model}-1", rows.get(f"{item.arm}:serial"))
            begun = 1.0 if first is None or first.gain is None else first.gain.value
            spread = [
                row.lane for row in rows.values() if (row.lane.arm.name, row.lane.model) == (item.arm, item.model)
            ]
            most = max(lane.workers for lane in spread)
            for count in range(most, PREDICTED * most + 1):
                yield Prediction(
                    contest=place,
                    arm=item.arm,
                    build=build(spread[0].arm),
                    model=item.model,
                    workers=count,
                    gain=float(f"{begun * item.law.throughput(count):.{DRAWN_DIGITS}g}"),
                )


def penalties(contests: Sequence[ContestFigures]) -> tuple[Penalty, ...]:
    """The points of the chart of penalties."""
    return tuple(point for contest in contests for point in _penalties(contest))


def _penalties(figures: ContestFigures) -> Iterator[Penalty]:
    """Of work only: what workers cost has charts of its own."""
    floor = figures.noise_floor if figures.noise_floor is not None and math.isfinite(figures.noise_floor) else 0.0
    builds = {lane.arm.name: build(lane.arm) for lane in figures.contest.lanes}
    for item in () if figures.asks_about_workers else figures.penalties:
        value, low, high = _drawn(item.penalty)
        yield Penalty(
            contest=figures.contest.id,
            probe=figures.contest.probe.id,
            arm=item.arm,
            build=builds[item.arm],
            value=value,
            low=low,
            high=high,
            floor_low=-floor,
            floor=floor,
            text=sheets.penalty(item),
        )


def trips(means: Sequence[Means]) -> tuple[Trip, ...]:
    """The points of the chart of round trips."""
    return tuple(_trips(means))


def _trips(means: Sequence[Means]) -> Iterator[Trip]:
    for one in means:
        for trip in one.trips:
            time, low, high = _drawn(trip.time)
            text = f"{transport_sheets.size_text(trip.size)}: {numbers.seconds(trip.time)}"
            yield Trip(
                panel=f"{one.shape}, {one.arm}",
                arm=one.arm,
                way=one.way,
                size=trip.size,
                time=time,
                low=low if low > 0 else time,
                high=high,
                text=text,
            )


def _drawn(estimate: Estimate) -> tuple[float, float, float]:
    """As a chart takes it: an end that is open is drawn at the value, and its text says ``±?``."""
    ends = (estimate.value, estimate.low, estimate.high)
    value, low, high = (float(f"{end:.{DRAWN_DIGITS}g}") if math.isfinite(end) else estimate.value for end in ends)
    return value, low, high
