"""What the lanes of one contest gain and need, as one sheet: the highest gain first, the winners marked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gilscope.figures.outcome import Better, CannotBeTold
from gilscope.render import interval_bars, numbers, widths
from gilscope.render.cells import if_measured
from gilscope.render.notes import brief_notes, mark
from gilscope.render.sheet import NOT_MEASURED, Column, Sheet, tabulate
from gilscope.stats.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.values import ContestFigures, LaneFigures
    from gilscope.figures.verdict import Verdict
    from gilscope.render.interval_bars import Scale

SHORTEST_BAR, LONGEST_BAR = 14, 60
"""Characters of a bar: fewer show no interval, and more only part it from its lane's name."""

REFERENCE = Estimate(1.0, 1.0, 1.0)
"""The gain of the reference lane over itself."""

WINNER, TIE, UNDECIDED, NO_MARK = "> ", "= ", "? ", "  "
MEANINGS = {
    WINNER: "> better than the reference lane by most.",
    TIE: "= better than the reference lane by most; these cannot be told apart.",
    UNDECIDED: "? whether it is better cannot be told.",
}
"""What each mark before a lane's name means."""


def sheet(contest: ContestFigures, width: int) -> Sheet:
    """Every lane with its gain, drawn and as a number, and what it needs, for a terminal of this width."""
    marks = dict(_marks(contest.verdict))
    rows = sorted(contest.lanes, key=partial(_rank, contest.contest.reference), reverse=True)
    columns = list(_columns(contest, marks))
    drawn = [gain for row in rows if (gain := _drawn(contest.contest.reference, row)) is not None]
    scale = interval_bars.scale(drawn, _room(columns, rows, width))
    columns.insert(2, Column(interval_bars.axis(scale), partial(_bar, contest.contest.reference, scale), drawn=True))
    title = f"{contest.contest.id}: throughput against {contest.contest.reference}"
    notes = [*(MEANINGS[used] for used in MEANINGS if used in marks.values()), *brief_notes(contest)]
    return tabulate(title, columns, rows, notes)


def _room(columns: Sequence[Column[LaneFigures]], rows: Sequence[LaneFigures], width: int) -> int:
    """The characters for a bar beside all other columns, or beside those that every terminal shows."""
    for beside in (columns, [column for column in columns if not column.wide]):
        room = width - widths.whole(tabulate("", beside, rows), width) - widths.gap(width)
        if room >= SHORTEST_BAR:
            return min(room, LONGEST_BAR)
    return SHORTEST_BAR


def _columns(contest: ContestFigures, marks: dict[str, str]) -> Iterator[Column[LaneFigures]]:
    """All columns but the bars, in the order of their weight."""
    memory = "memory" if contest.quantity is None else f"memory ({contest.quantity})"
    no_mark = NO_MARK if marks else ""
    yield Column("lane", lambda row: f"{marks.get(row.lane.name, no_mark)}{_name(row)}")
    yield Column("gain", partial(_gain, contest.contest.reference))
    yield Column(memory, lambda row: if_measured(row.memory, lambda held: numbers.memory(held.best)))
    if any(row.of_capacity is not None for row in contest.lanes):
        yield Column("of capacity", lambda row: if_measured(row.of_capacity, numbers.percent))
    else:
        yield Column("efficiency", lambda row: if_measured(row.efficiency, numbers.percent))
    yield Column("time per unit", lambda row: numbers.seconds(row.time_per_unit), wide=True)


def _marks(verdict: Verdict | None) -> Iterator[tuple[str, str]]:
    """The mark of every lane that has one: the winners, and lanes that may gain as much."""
    if verdict is None:
        return
    mark_of_winner = WINNER if len(verdict.winners) == 1 else TIE
    yield from ((name, mark_of_winner) for name in verdict.winners)
    match verdict.outcome:
        case Better(undecided=names) | CannotBeTold(undecided=names):
            yield from ((name, UNDECIDED) for name in names)


def _name(row: LaneFigures) -> str:
    return f"{row.lane.name}{mark(row)}{' (own copy)' * row.has_own_copy}"


def _drawn(reference: str, row: LaneFigures) -> Estimate | None:
    """The gain of a lane as it is drawn."""
    return REFERENCE if row.lane.name == reference else row.gain


def _rank(reference: str, row: LaneFigures) -> float:
    gain = _drawn(reference, row)
    return -1.0 if gain is None else gain.value


def _gain(reference: str, row: LaneFigures) -> str:
    return "1 (reference)" if row.lane.name == reference else if_measured(row.gain, numbers.ratio)


def _bar(reference: str, scale: Scale, row: LaneFigures) -> str:
    gain = _drawn(reference, row)
    return NOT_MEASURED if gain is None else interval_bars.bar(gain, scale)
