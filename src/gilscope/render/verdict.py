"""What to run a workload on: a paragraph and a small table for one contest, a row each for several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.sheets import NOT_MEASURED, Column, Sheet, pays_from, penalty

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.break_even import BreakEven
    from gilscope.figures.values import ContestFigures
    from gilscope.figures.verdict import Choice, Objection, Verdict
    from gilscope.stats.estimate import Estimate

MOST_NAMED = 3
"""How many lanes are named before the rest is counted."""

AGAINST = {
    "fails": "does not run",
    "not thread-safe": "not safe in threads here",
    "GIL turned on": "the GIL came back",
    "not comparable": "builds not comparable",
    "noise": "noise",
}
TIES = "Lanes joined by = cannot be told apart here. Throughput and memory (PSS of all processes) are against {}."


def sheet(contest: ContestFigures, verdict: Verdict) -> Sheet:
    """The answer for one workload; every line has the figure that it rests on."""
    return Sheet(
        title=f"What to run {contest.contest.probe.id} on",
        columns=(Column("asked"), Column("answer"), Column("figure")),
        rows=tuple(_rows(contest, verdict)),
        notes=(paragraph(contest, verdict), TIES.format(contest.contest.reference)),
    )


def overview(contests: Sequence[ContestFigures]) -> Sheet:
    """A row for each of several workloads."""
    return Sheet(
        title="What to run on",
        columns=(Column("contest"), Column("most throughput"), Column("most per memory", wide=True), Column("against")),
        rows=tuple(
            (
                contest.contest.id,
                f"{numbers.ratio(contest.verdict.throughput.figure)} {_named(contest.verdict.throughput)}",
                NOT_MEASURED if contest.verdict.per_memory is None else _named(contest.verdict.per_memory),
                "; ".join(dict.fromkeys(AGAINST[item.kind] for item in contest.verdict.objections)) or "nothing seen",
            )
            for contest in contests
            if contest.verdict is not None
        ),
        notes=("Throughput is against each contest's reference lane; lanes joined by = cannot be told apart here.",),
    )


def paragraph(contest: ContestFigures, verdict: Verdict) -> str:
    """The same in sentences, for who reads nothing else."""
    choice, reference = verdict.throughput, contest.contest.reference
    is_tie = reference in {choice.best, *choice.ties}
    if is_tie and any(item.kind == "noise" for item in verdict.objections):
        told = f"It was too noisy to tell what beats {reference}: measure when nothing else runs, or longer (--budget)."
    elif is_tie:
        told = f"Nothing measured here beats {reference} beyond the noise: run it there, on one thread."
    else:
        gain = numbers.ratio(choice.figure)
        told = f"For throughput, run it on {_named(choice)}: {gain} times what {reference} gets done."
    return " ".join([told, *_price(contest), *_pays(contest), *_warning(verdict)])


def _price(contest: ContestFigures) -> Iterator[str]:
    for item in contest.penalties:
        if item.arm == _measured(contest):
            much = numbers.signed_percent(item.penalty)
            how = f"costs {much} of time" if item.distinguishable else f"costs nothing that can be told ({much})"
            yield f"On one thread, {item.arm} {how} against {item.twin}."


def _pays(contest: ContestFigures) -> Iterator[str]:
    for item in contest.break_evens:
        if item.model == "threads" and item.against.endswith("serial"):
            count = item.whole_workers
            pays = f"do not pay within {item.within} workers" if count is None else f"pay from {pays_from(item)}"
            yield f"Its threads {pays} (against {item.against})."


def _warning(verdict: Verdict) -> Iterator[str]:
    kinds = list(dict.fromkeys(AGAINST[item.kind] for item in verdict.objections))
    if kinds:
        yield f"Look before you leap: {', '.join(kinds)}."


def _rows(contest: ContestFigures, verdict: Verdict) -> Iterator[tuple[str, ...]]:
    yield ("most throughput", _named(verdict.throughput), f"{numbers.ratio(verdict.throughput.figure)} times")
    if verdict.per_memory is not None:
        yield ("most per memory", _named(verdict.per_memory), f"{numbers.ratio(verdict.per_memory.figure)} times")
    for item in contest.penalties:
        yield (f"{item.arm} on one thread", "pays" if item.distinguishable else "cannot be told", penalty(item))
    for even in contest.break_evens:
        yield (f"{even.model} against {even.against}", _payment(even), _gain(even.gain, even.within))
    for objection in verdict.objections:
        yield (AGAINST[objection.kind], _lanes(objection), objection.reason)


def _payment(even: BreakEven) -> str:
    return f"does not pay within {even.within}" if even.workers is None else f"pays from {pays_from(even)}"


def _measured(contest: ContestFigures) -> str:
    """The arm without its GIL."""
    return "" if contest.contest.pair is None else contest.contest.pair.free_threaded.name


def _gain(gain: Estimate, workers: int) -> str:
    return f"{numbers.ratio(gain)} times with {workers}"


def _named(choice: Choice) -> str:
    return _listed((choice.best, *choice.ties), " = ")


def _lanes(objection: Objection) -> str:
    return _listed(objection.lanes, ", ") or "the comparison"


def _listed(lanes: Sequence[str], mark: str) -> str:
    more = len(lanes) - MOST_NAMED
    return mark.join([*lanes[:MOST_NAMED], *([f"{more} more"] if more > 0 else [])])
