"""A check as text: the answer in a sentence, and a row for each thing that was expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gilscope.render import numbers
from gilscope.render.sheet import NOT_MEASURED, Column, Lines, tabulate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gilscope.expectations.judgements import Checked, Judgement
    from gilscope.render.sheet import Block

HOW_TO_READ = (
    "Held and refuted hold beyond the interval and the noise floor, for all of these together in 99 of 100 checks; "
    "undecided is no failure."
)
OF_SCALING = "of what the machine gave"


def blocks(checked: Checked) -> Iterator[Block]:
    """The answer, the table that it rests on, and why what is not held is not."""
    yield answer(checked)
    columns: list[Column[Judgement]] = [
        Column("expected", lambda row: row.clause.name),
        Column("verdict", _verdict),
    ]
    took = f"It took {checked.seconds:.0f} s. Trials: {', '.join(checked.results)}."
    yield tabulate("Expectations", columns, checked.judgements, [HOW_TO_READ, took])
    for title, verdict in (("Refuted", "refuted"), ("Undecided", "undecided")):
        lines = tuple(f"{each.clause.name}: {because(each)}" for each in checked.judgements if each.verdict == verdict)
        if lines:
            yield Lines(title, lines)


def listing(checked: Checked) -> dict[str, object]:
    """A check as values for programs, with the reason of each verdict in words."""
    judgements = [{**msgspec.structs.asdict(each), "because": because(each)} for each in checked.judgements]
    return {**msgspec.structs.asdict(checked), "judgements": judgements}


def answer(checked: Checked) -> str:
    """How many things were expected, and what became of them."""
    count = len(checked.judgements)
    counts = [(len(checked.of(verdict)), verdict) for verdict in ("refuted", "undecided", "held")]
    parts = ", ".join(f"{number} {verdict}" for number, verdict in counts if number)
    first = next(iter(checked.of("refuted")), None)
    named = f"; {first.clause.name} is refuted: {because(first)}" if first is not None else ""
    return f"Of {count} {'thing' if count == 1 else 'things'} expected: {parts}{named}."


def _verdict(judgement: Judgement) -> str:
    figure = measured(judgement)
    return judgement.verdict if figure == NOT_MEASURED else f"{judgement.verdict}: {figure}"


def measured(judgement: Judgement) -> str:
    """What was measured of a clause that has a bound, in the bound's own unit."""
    ratio, bound = judgement.ratio, judgement.clause.bound
    if ratio is None or bound is None:
        return NOT_MEASURED
    if not ratio.is_bounded:
        return numbers.OPEN
    if bound.of_machine:
        return f"{numbers.percent(ratio)} {OF_SCALING}"
    if bound.words.endswith("x"):
        return numbers.ratio(ratio, " times")
    return numbers.signed_percent(ratio.relative())


def because(judgement: Judgement) -> str:
    """Why a clause has its verdict, and what would decide it, in one sentence."""
    figure = measured(judgement)
    parts = [figure if figure != NOT_MEASURED else "", judgement.reason]
    said = ": ".join(filter(None, parts)) or judgement.verdict
    return f"{said}; {judgement.advice} would decide it" if judgement.advice else said
