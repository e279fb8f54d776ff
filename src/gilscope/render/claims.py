"""Claims as sheets: what was said and by whom, and what the stored runs say to it."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from functools import partial
from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.cells import if_measured
from gilscope.render.sheet import NOT_MEASURED, Column, Sheet, tabulate
from gilscope.stats.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gilscope.claims.statements import Claim, Judgement

HOW_TO_READ = (
    "Held: the whole 95 % interval of our figure lies within the bounds. Not held: all of it lies outside. Cannot be "
    "told: a bound lies within the interval."
)


def sheets(judgements: Sequence[Judgement]) -> tuple[Sheet, Sheet]:
    """The statements with their sources, and the verdicts."""
    return _statements(judgements), _verdicts(judgements)


def _statements(judgements: Iterable[Judgement]) -> Sheet:
    columns: list[Column[Judgement]] = [
        Column("claim", lambda item: item.id),
        Column("statement", lambda item: item.claim.statement),
        Column("source", lambda item: ", ".join(filter(None, (item.claim.source, item.claim.date, item.claim.url)))),
        Column("measured on", lambda item: item.claim.machine, wide=True),
        Column("judged by", lambda item: _judges(item.claim)),
        Column("held if", lambda item: _bounds(item.claim)),
    ]
    return tabulate("What was said", columns, judgements)


def _verdicts(judgements: Sequence[Judgement]) -> Sheet:
    columns: list[Column[Judgement]] = [
        Column("claim", lambda item: item.id),
        Column("theirs", lambda item: item.claim.theirs),
        Column("ours", lambda item: if_measured(item.ours, partial(_ours, item))),
        Column("verdict", _verdict),
        Column("run", lambda item: item.run or NOT_MEASURED, wide=True),
    ]
    notes = (_tally(judgements), HOW_TO_READ, *_commands(judgements))
    return tabulate("What the stored runs say", columns, judgements, notes)


def _verdict(judgement: Judgement) -> str:
    """The verdict with its reason, and by which version where the claim speaks of another."""
    reason = f": {judgement.reason}" if judgement.reason else ""
    other = "" if judgement.claim.said_of is None else f" (by {_judges(judgement.claim)})"
    return f"{judgement.verdict}{reason}{other}"


def _judges(claim: Claim) -> str:
    """The arms that judge a claim, and the version that it speaks of where that is another."""
    said_of = "" if claim.said_of is None else f", said of {claim.said_of}"
    return " and ".join(claim.judges) + said_of


def _ours(judgement: Judgement, ours: Estimate) -> str:
    mean = f", mean of {judgement.probes} probes" if judgement.probes > 1 else ""
    quantity = f" ({judgement.quantity})" if judgement.quantity is not None else ""
    return _figure(judgement.claim, ours) + quantity + mean


def _figure(claim: Claim, estimate: Estimate) -> str:
    if claim.figure == "penalty":
        return numbers.signed_percent(estimate)
    if claim.is_ratio:
        return numbers.ratio(estimate, "x")
    if claim.figure == "observed":
        return f"{claim.observation} {numbers.ratio(estimate)}"
    return numbers.seconds(estimate) if claim.figure == "time" else numbers.memory(estimate)


def _bounds(claim: Claim) -> str:
    """The bounds of a claim, in its figure's unit."""
    least, most = (None if bound is None else _exact(claim, bound) for bound in (claim.at_least, claim.at_most))
    if least is None or most is None:
        return f"{_name(claim)} at most {most}" if least is None else f"{_name(claim)} at least {least}"
    return f"{_name(claim)} {least} to {most}"


def _name(claim: Claim) -> str:
    against = "" if claim.against is None else f" against {claim.against}"
    return f"{claim.observation or claim.figure} of {claim.lane}{against}, {claim.probe}:"


def _exact(claim: Claim, bound: float) -> str:
    """A bound as text: it has no interval."""
    return _figure(claim, Estimate(bound, bound, bound)).replace(" ±0", "")


def _tally(judgements: Iterable[Judgement]) -> str:
    counts = Counter(judgement.verdict for judgement in judgements)
    return ", ".join(f"{verdict}: {count}" for verdict, count in counts.items()) + "."


def _commands(judgements: Iterable[Judgement]) -> Iterator[str]:
    """Commands that would measure the claims that no run has measured, one per suite and runtimes."""
    missing: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for judgement in judgements:
        if judgement.verdict == "not measured yet":
            claim = judgement.claim
            runtimes = (word for name in _runtimes(claim) for word in ("--on", name))
            missing["gilscope", "run", "--suite", claim.suite, *runtimes].append(claim.probe)
    for words, probes in missing.items():
        yield f"Not measured yet, and what would: {shlex.join([*words, *dict.fromkeys(probes)])}"


def _runtimes(claim: Claim) -> Iterator[str]:
    """Names of the runtimes to ask for; twins are measured beside their free-threaded builds unasked."""
    names = {arm.removesuffix("+gil") for arm in claim.judges}
    yield from sorted(name for name in names if f"{name}t" not in names)
