"""Verdicts as sheets: a paragraph and a small table for one workload, a row each for several."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from gilscope.figures.run import most_used
from gilscope.render import numbers
from gilscope.render.cells import if_measured, penalty
from gilscope.render.notes import cpus_used
from gilscope.render.scaling import pays_from
from gilscope.render.sheet import Column, Sheet, tabulate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.break_even import BreakEven
    from gilscope.figures.values import ContestFigures
    from gilscope.figures.verdict import Choice, Objection, Verdict
    from gilscope.stats.estimate import Estimate

MOST_NAMED = 3
"""The most lanes that are named; further ones are counted."""

AGAINST = {
    "fails": "does not run",
    "not thread-safe": "not safe in threads here",
    "not repeatable": "results differ without threads too",
    "GIL turned on": "the GIL came back",
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
    notes = (
        paragraph(contest, verdict),
        f"{TIES} {_against(contest)}",
        *cpus_used(contest.cpus_used),
        *_heap(contest),
    )
    return tabulate(title, columns, _lines(contest, verdict), notes)


def _against(contest: ContestFigures) -> str:
    memory = "" if contest.quantity is None else f" and memory ({contest.quantity} of all processes)"
    return f"Throughput{memory} {'are' if memory else 'is'} against {contest.contest.reference}."


def overview(contests: Sequence[ContestFigures]) -> Sheet:
    """The verdicts on several workloads, a row each."""
    columns: list[Column[tuple[str, Verdict]]] = [
        Column("contest", lambda row: row[0]),
        Column("most throughput", lambda row: f"{numbers.ratio(row[1].throughput.figure)} {_named(row[1].throughput)}"),
        Column("most per memory", lambda row: if_measured(row[1].per_memory, _named), wide=True),
        Column("against", lambda row: "; ".join(_kinds(row[1])) or "nothing seen"),
    ]
    rows = [(contest.contest.id, contest.verdict) for contest in contests if contest.verdict is not None]
    note = "Throughput is against each contest's reference lane; lanes joined by = cannot be told apart here."
    return tabulate("What to run on", columns, rows, [note, *cpus_used(most_used(contests))])


def paragraph(contest: ContestFigures, verdict: Verdict) -> str:
    """The answer in sentences, for a reader who looks at nothing else."""
    answer = _answer(verdict, contest.contest.reference, _alone(contest))
    return " ".join([answer, *_price(contest), *_pays(contest), *_warning(verdict)])


def _alone(contest: ContestFigures) -> str:
    """What its serial lanes are, in words: not all work is on one thread there."""
    if contest.contest.probe.takes_workers:
        return "with one worker"
    return "as it is" if contest.own_workers else "on one thread"


def _answer(verdict: Verdict, reference: str, alone: str) -> str:
    choice = verdict.throughput
    if reference not in {choice.best, *choice.ties}:
        gain = numbers.ratio(choice.figure, " times")
        return f"For throughput, run it on {_named(choice)}: {gain} what {reference} gets done."
    short = next((item.reason for item in verdict.objections if item.kind == "capacity"), None)
    if short is not None:
        return f"Whether anything beats {reference} cannot be told here: {short}. Measure when nothing else runs."
    if any(item.kind == "noise" for item in verdict.objections):
        return f"It was too noisy to tell what beats {reference}: measure when nothing else runs, or longer (--budget)."
    return f"Nothing measured here beats {reference} beyond the noise: run it there, {alone}."


def _price(contest: ContestFigures) -> Iterator[str]:
    for item in contest.penalties:
        if item.arm == _measured(contest):
            much = numbers.signed_percent(item.penalty)
            how = f"costs {much} of time" if item.distinguishable else f"costs nothing that can be told ({much})"
            yield f"{_alone(contest).capitalize()}, {item.arm} {how} against {item.twin}."


def _pays(contest: ContestFigures) -> Iterator[str]:
    item = contest.break_even_of_threads
    if item is not None:
        count = item.whole_workers
        if item.is_open:
            yield f"Whether its threads pay (against {item.against}) cannot be told."
            return
        pays = f"do not pay within {item.within} workers" if count is None else f"pay from {pays_from(item)}"
        yield f"Its threads {pays} (against {item.against})."


def _warning(verdict: Verdict) -> Iterator[str]:
    if verdict.objections:
        yield f"Look before you leap: {', '.join(_kinds(verdict))}."


def _heap(contest: ContestFigures) -> Iterator[str]:
    """What the memory of lanes holds beside the work."""
    heap = contest.contest.probe.heap
    if heap:
        yield f"Each interpreter that works also holds {heap:,} live objects, as a program would: memory has them too."


def _kinds(verdict: Verdict) -> list[str]:
    """Kinds of objections to a verdict, each once."""
    return list(dict.fromkeys(AGAINST[item.kind] for item in verdict.objections))


def _lines(contest: ContestFigures, verdict: Verdict) -> Iterator[_Line]:
    yield _Line("most throughput", _named(verdict.throughput), numbers.ratio(verdict.throughput.figure, " times"))
    if verdict.per_memory is not None:
        yield _Line("most per memory", _named(verdict.per_memory), numbers.ratio(verdict.per_memory.figure, " times"))
    for item in contest.penalties:
        answer = "pays" if item.distinguishable else "cannot be told"
        yield _Line(f"{item.arm} {_alone(contest)}", answer, penalty(item))
    for even in contest.break_evens:
        yield _Line(f"{even.model} against {even.against}", _payment(even), _gain(even.gain, even.within))
    for objection in verdict.objections:
        yield _Line(AGAINST[objection.kind], _lanes(objection), objection.reason)


def _payment(even: BreakEven) -> str:
    if even.is_open:
        return "cannot be told"
    return f"does not pay within {even.within}" if even.workers is None else f"pays from {pays_from(even)}"


def _measured(contest: ContestFigures) -> str:
    """The name of the arm without its GIL."""
    return "" if contest.contest.pair is None else contest.contest.pair.free_threaded.name


def _gain(gain: Estimate, workers: int) -> str:
    return f"{numbers.ratio(gain, ' times')} with {workers}"


def _named(choice: Choice) -> str:
    return _listed((choice.best, *choice.ties), " = ")


def _lanes(objection: Objection) -> str:
    return _listed(objection.lanes, ", ") or "the comparison"


def _listed(lanes: Sequence[str], mark: str) -> str:
    more = len(lanes) - MOST_NAMED
    return mark.join([*lanes[:MOST_NAMED], *([f"{more} more"] if more > 0 else [])])
