"""Verdicts as sheets: a paragraph and a small table for one workload, a row each for several."""

from __future__ import annotations

import math
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from gilscope.figures.outcome import Better, CannotBeTold, NotBetter
from gilscope.figures.run import most_used
from gilscope.render import numbers
from gilscope.render.cells import if_measured, penalty
from gilscope.render.notes import cpus_used
from gilscope.render.scaling import overtakes_from
from gilscope.render.sheet import Column, Sheet, tabulate
from gilscope.values.contests import arm_and_work

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.break_even import BreakEven
    from gilscope.figures.further import Further
    from gilscope.figures.outcome import Choice, Outcome, Rival
    from gilscope.figures.values import ContestFigures, Penalty
    from gilscope.figures.verdict import Kind, Objection, Verdict
    from gilscope.stats.estimate import Estimate

MOST_NAMED = 3
"""The most lanes that are named; further ones are counted."""

LONG_S = 120
"""Seconds from which a time is given in minutes."""

AGAINST = {
    "fails": "does not run",
    "not thread-safe": "not safe in threads here",
    "not repeatable": "results differ without threads too",
    "GIL turned on": "the GIL came back",
    "not comparable": "builds not comparable",
    "capacity": "too few CPUs",
    "noise": "noise",
}
OF_LANES: dict[Kind, str] = {
    "fails": "the work does not run in {}",
    "not thread-safe": "the work is not safe in threads here ({})",
    "not repeatable": "the work gives another result each time ({})",
    "GIL turned on": "the GIL came back in {}",
}
"""What stands against lanes, as a part of a sentence; other kinds of objection have their reason there."""

TIES = "Lanes joined by = cannot be told apart here; the interval is one for the highest of them."
TIMES = " times"


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


def paragraph(contest: ContestFigures, verdict: Verdict) -> str:
    """The answer in one to four sentences, for a reader who looks at nothing else."""
    base = f"{arm_and_work(contest.contest.reference)[0]} {_alone(contest)}"
    return " ".join([*_answer(contest, verdict, base), *_mind(contest, verdict), *_not_tried(contest)])


def _answer(contest: ContestFigures, verdict: Verdict, base: str) -> Iterator[str]:
    """What came out, and what it costs or what would decide it."""
    match verdict.outcome:
        case Better() as better:
            yield _better(better, base)
            yield from _price(contest)
        case NotBetter() as equal:
            yield _not_better(equal.closest, base)
            yield from _price(contest)
        case CannotBeTold() as unknown:
            yield _cannot_be_told(contest, verdict, unknown, base)
            yield from _what_would_tell(contest, unknown)


def _alone(contest: ContestFigures) -> str:
    """What its serial lanes are, in words: not all work is on one thread there."""
    if contest.contest.probe.takes_workers:
        return "with one worker"
    return "as it is" if contest.own_workers else "on one thread"


def _better(better: Better, base: str) -> str:
    ties = ", which cannot be told apart" if better.ties else ""
    gain = numbers.ratio(better.figure, TIMES)
    undecided = f"; whether {_either(better.undecided)} is better still cannot be told" if better.undecided else ""
    return f"Run it on {_either(better.lanes)}{ties}: {gain} the throughput of {base}{undecided}."


def _not_better(closest: Rival, base: str) -> str:
    near = f"{closest.lane}, {numbers.ratio(closest.gain, TIMES)} its throughput"
    if closest.gain.high <= 1:
        return f"Nothing that was tried is as fast as {base}: the closest is {near}."
    return f"Nothing that was tried is worth leaving {base}: {_ruled_out(closest)} (the closest is {near})."


def _cannot_be_told(contest: ContestFigures, verdict: Verdict, unknown: CannotBeTold, base: str) -> str:
    asked = f"Whether anything beats {base} cannot be told"
    if unknown.likeliest is None:
        return f"{asked}: no other lane could be measured."
    causes = " and ".join(_causes(contest, verdict, unknown))
    figure = f"{unknown.likeliest.lane}: {numbers.ratio(unknown.likeliest.gain, TIMES)} its throughput"
    where = f" ({figure})" if math.isfinite(unknown.likeliest.gain.high) else ""
    return f"{asked}: {causes}; {_possible(unknown.likeliest)}{where}."


def _possible(likeliest: Rival) -> str:
    """What is not ruled out of the lane that may gain most."""
    if math.isinf(likeliest.gain.high):
        return "no gain is ruled out"
    return f"a gain of up to {numbers.at_most(likeliest.gain.high - 1)} is possible"


def _causes(contest: ContestFigures, verdict: Verdict, unknown: CannotBeTold) -> Iterator[str]:
    """Why there is no answer, each cause with its figure."""
    for cause in unknown.causes:
        match cause:
            case "capacity":
                yield next(item.reason for item in verdict.objections if item.kind == "capacity")
            case "headstart":
                yield _waited_for(contest)
            case "launches":
                yield "there were too few launches for an interval"
            case "noise floor":
                yield _noise_floor(contest)
            case "interval":
                yield f"{unknown.unsettled[0]} differs too much from launch to launch"


def _waited_for(contest: ContestFigures) -> str:
    """How much of the time one process had no CPU, and what that gives to several."""
    had, gain = numbers.plain_percent(1 / contest.headstart), numbers.at_most(contest.headstart - 1)
    return f"one process alone had a CPU for {had} of its time, so that any two workers may gain {gain}"


def _noise_floor(contest: ContestFigures) -> str:
    if contest.noise_floor is None or math.isinf(contest.noise_floor):
        return "the noise floor was not measured"
    floor = numbers.plain_percent(max(contest.noise_floor, contest.parallel_floor or 0.0))
    return f"two copies of one lane may differ by {floor}"


def _what_would_tell(contest: ContestFigures, unknown: CannotBeTold) -> Iterator[str]:
    """The options that would decide it, and the time that they take."""
    if unknown.likeliest is None:
        return
    lacked_cpus = not {"capacity", "headstart"}.isdisjoint(unknown.causes)
    if contest.end is None:
        yield "To tell, let the measurement run to its end."
    elif unknown.further is not None:
        quiet = "measure when nothing else runs, and " if lacked_cpus else ""
        options, time = _options(unknown.further), _time(unknown.further.seconds)
        yield f"To tell, {quiet}add `{options}` to the command: about {time}."
    elif lacked_cpus:
        yield f"To tell, measure again when nothing else runs: about {_time(contest.end.seconds)}."
    else:
        yield "More launches alone would not tell: measure when nothing else runs."


def _options(further: Further) -> str:
    """What the command is given so that it measures as much."""
    if further.precision is None:
        return "--suite quick"
    return f"--precision {100 * further.precision:.2g}% --budget {math.ceil(further.seconds)}"


def _time(seconds: float) -> str:
    return f"{math.ceil(seconds)} s" if seconds < LONG_S else f"{math.ceil(seconds / 60)} min"


def _price(contest: ContestFigures) -> Iterator[str]:
    """What the free-threaded build costs without its parallelism."""
    for item in contest.penalties:
        if item.arm == _measured(contest):
            much = numbers.signed_percent(item.penalty)
            costs = f"takes {numbers.change(item.penalty, 'more time', 'less time')} than {item.twin}"
            tie = f"cannot be told apart from {item.twin} ({much} of time)"
            yield f"{_alone(contest).capitalize()}, {item.arm} {costs if item.distinguishable else tie}."


def _mind(contest: ContestFigures, verdict: Verdict) -> Iterator[str]:
    """What stands against the answer, but for what it says itself."""
    is_said: set[str] = {"capacity", "noise"} if isinstance(verdict.outcome, CannotBeTold) else set()
    lanes: dict[Kind, list[str]] = {}
    for item in verdict.objections:
        if item.kind in OF_LANES:
            lanes.setdefault(item.kind, []).extend(item.lanes)
    parts = [
        *(OF_LANES[kind].format(_listed(tuple(dict.fromkeys(names)), ", ")) for kind, names in lanes.items()),
        *(item.reason for item in verdict.objections if item.kind not in {*OF_LANES, *is_said}),
        *_on_copies(contest, verdict.outcome),
    ]
    if parts:
        yield f"Mind that {'; '.join(parts)}."


def _on_copies(contest: ContestFigures, outcome: Outcome) -> Iterator[str]:
    """The lane that gains more than all candidates, and is none."""
    gains = [(row.lane.name, row.gain) for row in contest.lanes if row.has_own_copy and row.gain is not None]
    name, gain = max(gains, key=lambda item: item[1].value, default=("", None))
    least = outcome.figure.value if isinstance(outcome, Better) else 1.0
    if gain is not None and gain.low > least:
        yield f"{name} gains more ({numbers.ratio(gain, TIMES)}), but its workers have copies of what threads share"


def _not_tried(contest: ContestFigures) -> Iterator[str]:
    """What was not measured, and might have answered otherwise."""
    probe, used = contest.contest.probe, contest.cpus_used
    lanes = [lane for lane in contest.contest.lanes if not lane.shows_capacity]
    parts: list[str] = []
    if all(lane.workers == 1 for lane in lanes) and (probe.takes_workers or not probe.is_program):
        parts.append("more than one worker")
    if used is not None and used.leaves_some:
        parts.append(f"more than {used.used:g} of {used.cpus:g} CPUs (--workers {int(used.cpus)})")
    if probe.is_coroutine and not any(lane.model.startswith("asyncio") for lane in lanes):
        parts.append("asyncio (--models asyncio)")
    if parts:
        yield f"Not tried: {', '.join(parts)}."


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
        yield _Line(f"{item.arm} {_alone(contest)}", _slower(item), penalty(item))
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
            return _ruled_out(equal.closest)
        case CannotBeTold() as unknown:
            return "no other lane was measured" if unknown.likeliest is None else _possible(unknown.likeliest)


def _ruled_out(closest: Rival) -> str:
    if closest.gain.high <= 1:
        return "all others are slower"
    return f"gains above {numbers.at_most(closest.gain.high - 1)} are ruled out"


def _slower(item: Penalty) -> str:
    if not item.distinguishable:
        return numbers.OPEN
    return f"slower than {item.twin}" if item.penalty.value > 0 else f"faster than {item.twin}"


def _overtaking(even: BreakEven) -> str:
    if even.is_open:
        return numbers.OPEN
    return f"not ahead within {even.within}" if even.workers is None else f"overtakes from {overtakes_from(even)}"


def _measured(contest: ContestFigures) -> str:
    """The name of the arm without its GIL."""
    return "" if contest.contest.pair is None else contest.contest.pair.free_threaded.name


def _gain(gain: Estimate, workers: int) -> str:
    return f"{numbers.ratio(gain, TIMES)} with {workers}"


def _named(choice: Choice) -> str:
    return _listed((choice.best, *choice.ties), " = ")


def _either(lanes: Sequence[str]) -> str:
    """Lanes as alternatives: ``a, b or c``."""
    *others, last = _shortened(lanes)
    return f"{', '.join(others)} or {last}" if others else last


def _lanes(objection: Objection) -> str:
    return _listed(objection.lanes, ", ") or "the comparison"


def _listed(lanes: Sequence[str], mark: str) -> str:
    return mark.join(_shortened(lanes))


def _shortened(lanes: Sequence[str]) -> list[str]:
    """The first lanes, and how many more there are."""
    more = len(lanes) - MOST_NAMED
    return [*lanes[:MOST_NAMED], *([f"{more} more"] if more > 0 else [])]
