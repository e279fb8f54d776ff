"""Verdicts as sheets: a small table for one workload, a row each for several."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from gilscope.figures.outcome import Better, CannotBeTold, NotBetter
from gilscope.figures.run import most_used
from gilscope.render import numbers
from gilscope.render.cells import if_measured, penalty
from gilscope.render.in_words import TIMES, alone, paragraph, possible, ruled_out
from gilscope.render.names import listed
from gilscope.render.notes import cpus_used
from gilscope.render.scaling import overtakes_from
from gilscope.render.sheet import Column, Sheet, tabulate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.break_even import BreakEven
    from gilscope.figures.outcome import Choice, Outcome
    from gilscope.figures.values import ContestFigures, Penalty
    from gilscope.figures.verdict import Objection, Verdict
    from gilscope.stats.estimate import Estimate

AGAINST = {
    "fails": "does not run",
    "not thread-safe": "not safe in threads here",
    "not repeatable": "results differ without threads too",
    "GIL turned on": "the GIL came back",
    "fell back": "Python code instead of an extension",
    "not comparable": "builds not comparable",
    "capacity": "too few CPUs",
    "noise": "noise",
}

TIES = "Lanes joined by = cannot be told apart here; the interval is one for the highest of them."


class _Line(NamedTuple):
    """One answer for a workload with the figure that it rests on; the fields are the headings of its sheet."""

    asked: str
    answer: str
    figure: str


def sheet(contest: ContestFigures, verdict: Verdict) -> Sheet:
    """The answers for one workload; every line has the figure that it rests on."""
    columns: list[Column[_Line]] = [Column(name, attrgetter(name)) for name in _Line._fields]
    title = f"What to run {contest.contest.probe.id} on"
    notes = (paragraph(contest, verdict), f"{TIES} {_against(contest)}", *_heap(contest))
    return tabulate(title, columns, _lines(contest, verdict), notes)


def _against(contest: ContestFigures) -> str:
    memory = "" if contest.quantity is None else f" and memory ({contest.quantity} of all processes)"
    return f"Throughput{memory} {'are' if memory else 'is'} against {contest.contest.reference}."


def overview(contests: Sequence[ContestFigures]) -> Sheet:
    """The verdicts on several workloads, a row each."""
    columns: list[Column[tuple[ContestFigures, Verdict]]] = [
        Column("contest", lambda row: row[0].contest.id),
        Column("most throughput", lambda row: _most_throughput(row[1].outcome, row[0].contest.reference)),
        Column("most per memory", lambda row: if_measured(row[1].per_memory, _named), wide=True),
        Column("against", lambda row: "; ".join(_kinds(row[1])) or "nothing seen"),
    ]
    rows = [(contest, contest.verdict) for contest in contests if contest.verdict is not None]
    note = "Throughput is against each contest's reference lane; lanes joined by = cannot be told apart here."
    return tabulate("What to run on", columns, rows, [note, *cpus_used(most_used(contests))])


def _most_throughput(outcome: Outcome, reference: str) -> str:
    return f"{_lanes_of(outcome, reference)}, {_figure_of(outcome)}"


def _heap(contest: ContestFigures) -> Iterator[str]:
    """What the memory of lanes holds beside the work."""
    heap = contest.contest.probe.heap
    if heap:
        yield f"Each interpreter that works also holds {heap:,} live objects, as a program would: memory has them too."


def _kinds(verdict: Verdict) -> list[str]:
    """Kinds of objections to a verdict, each once."""
    return list(dict.fromkeys(AGAINST[item.kind] for item in verdict.objections))


def _lines(contest: ContestFigures, verdict: Verdict) -> Iterator[_Line]:
    outcome = verdict.outcome
    yield _Line("most throughput", _lanes_of(outcome, contest.contest.reference), _figure_of(outcome))
    if verdict.per_memory is not None:
        yield _Line("most per memory", _named(verdict.per_memory), numbers.ratio(verdict.per_memory.figure, TIMES))
    for item in contest.penalties:
        yield _Line(f"{item.arm} {alone(contest)}", _slower(item), penalty(item))
    for even in contest.break_evens:
        yield _Line(f"{even.model} against {even.against}", _overtaking(even), _gain(even.gain, even.within))
    for objection in verdict.objections:
        yield _Line(AGAINST[objection.kind], _lanes(objection), objection.reason)


def _lanes_of(outcome: Outcome, reference: str) -> str:
    """The lanes to run on, the reference's where none is better."""
    match outcome:
        case Better() as better:
            return _named(better)
        case NotBetter():
            return reference
        case CannotBeTold():
            return numbers.OPEN


def _figure_of(outcome: Outcome) -> str:
    """The figure that an outcome rests on."""
    match outcome:
        case Better() as better:
            return numbers.ratio(better.figure, TIMES)
        case NotBetter() as equal:
            return ruled_out(equal.closest)
        case CannotBeTold() as unknown:
            return "no other lane was measured" if unknown.likeliest is None else possible(unknown.likeliest)


def _slower(item: Penalty) -> str:
    if not item.distinguishable:
        return numbers.OPEN
    return f"slower than {item.twin}" if item.penalty.value > 0 else f"faster than {item.twin}"


def _overtaking(even: BreakEven) -> str:
    if even.is_open:
        return numbers.OPEN
    return f"not ahead within {even.within}" if even.workers is None else f"overtakes from {overtakes_from(even)}"


def _gain(gain: Estimate, workers: int) -> str:
    return f"{numbers.ratio(gain, TIMES)} with {workers}"


def _lanes(objection: Objection) -> str:
    return listed(objection.lanes) or "the comparison"


def _named(choice: Choice) -> str:
    return listed((choice.best, *choice.ties), mark=" = ")
