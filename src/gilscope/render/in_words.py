"""A verdict as a paragraph: what to run one workload on, in plain words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gilscope.figures.outcome import Better, CannotBeTold, NotBetter
from gilscope.render import numbers
from gilscope.render.names import either, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gilscope.figures.further import Further
    from gilscope.figures.outcome import Outcome, Rival
    from gilscope.figures.values import ContestFigures
    from gilscope.figures.verdict import Kind, Verdict

LONG_S = 120
"""Seconds from which a time is given in minutes."""

OF_LANES: dict[Kind, str] = {
    "fails": "the work does not run in {}",
    "not thread-safe": "the work is not safe in threads here ({})",
    "not repeatable": "the work gives another result each time ({})",
    "GIL turned on": "the GIL came back in {}",
    "fell back": "Python code did the work of an extension in {}",
}
"""What stands against lanes, as a part of a sentence; other kinds of objection have their reason there."""

TIMES = " times"

ANY_GAIN = 11.0
"""The ratio from which on the end of an interval is no figure to put into words: it leaves every gain open."""


def paragraph(contest: ContestFigures, verdict: Verdict) -> str:
    """The answer in one to four sentences, for a reader who looks at nothing else."""
    base = f"{contest.contest.arm_of_reference} {alone(contest)}"
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


def alone(contest: ContestFigures) -> str:
    """What its serial lanes are, in words: not all work is on one thread there."""
    if contest.contest.probe.takes_workers:
        return "with one worker"
    return "as it is" if contest.own_workers else "on one thread"


def _better(better: Better, base: str) -> str:
    ties = ", which cannot be told apart" if better.ties else ""
    gain = numbers.ratio(better.figure, TIMES)
    undecided = f"; whether {either(better.undecided)} is better still cannot be told" if better.undecided else ""
    return f"Run it on {either(better.lanes)}{ties}: {gain} the throughput of {base}{undecided}."


def _not_better(closest: Rival, base: str) -> str:
    near = f"{closest.lane}, {numbers.ratio(closest.gain, TIMES)} its throughput"
    if closest.gain.high <= 1:
        return f"Nothing that was tried is as fast as {base}: the closest is {near}."
    return f"Nothing that was tried is worth leaving {base}: {ruled_out(closest)} (the closest is {near})."


def _cannot_be_told(contest: ContestFigures, verdict: Verdict, unknown: CannotBeTold, base: str) -> str:
    asked = f"Whether anything beats {base} cannot be told"
    if unknown.likeliest is None:
        return f"{asked}: no other lane could be measured."
    causes = " and ".join(_causes(contest, verdict, unknown))
    figure = f"{unknown.likeliest.lane}: {numbers.ratio(unknown.likeliest.gain, TIMES)} its throughput"
    where = f" ({figure})" if unknown.likeliest.gain.high < ANY_GAIN else ""
    return f"{asked}: {causes}; {possible(unknown.likeliest)}{where}."


def possible(likeliest: Rival) -> str:
    """What is not ruled out of the lane that may gain most."""
    if likeliest.gain.high >= ANY_GAIN:
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
            yield f"{alone(contest).capitalize()}, {item.arm} {costs if item.distinguishable else tie}."


def _mind(contest: ContestFigures, verdict: Verdict) -> Iterator[str]:
    """What stands against the answer, but for what it says itself."""
    is_said: set[str] = {"capacity", "noise"} if isinstance(verdict.outcome, CannotBeTold) else set()
    lanes: dict[Kind, list[str]] = {}
    for item in verdict.objections:
        if item.kind in OF_LANES:
            lanes.setdefault(item.kind, []).extend(item.lanes)
    parts = [
        *(OF_LANES[kind].format(listed(tuple(dict.fromkeys(names)))) for kind, names in lanes.items()),
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


def ruled_out(closest: Rival) -> str:
    """What is ruled out of all lanes, by the one that may gain most."""
    if closest.gain.high <= 1:
        return "all others are slower"
    return f"gains above {numbers.at_most(closest.gain.high - 1)} are ruled out"


def _measured(contest: ContestFigures) -> str:
    """The name of the arm without its GIL."""
    return "" if contest.contest.pair is None else contest.contest.pair.free_threaded.name
