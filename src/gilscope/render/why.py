"""Why threads do not scale, as text: each stage once it is known, and the answer."""

from __future__ import annotations

from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gilscope.render import numbers
from gilscope.render.sheet import Column, Sheet, tabulate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gilscope.figures.cores import Shares
    from gilscope.figures.gil_time import Turns
    from gilscope.figures.tried import Tried, TriedKind
    from gilscope.figures.why import Cause, Ending, Remedy, RemedyKind, Why
    from gilscope.values.watching import BlockedLine, Suspect, WatchFields

LEAST_BLOCKED = 0.02
"""The share of the workers' time from which a line is shown at which they were blocked."""

LEAST_SHARE = 0.005
"""A smaller share rounds to none."""

WIDTH_OF_BARS = 20

ONLY_SUSPECTS = (
    "How often a count of each was another than before, its own lock was held, and others waited for it, while the "
    "workers ran. Whoever moves is suspected, and nothing is proved yet."
)
BLOCKED = "Lines at which workers were blocked, with the part of all workers' time."
MASKED = "Causes can hide behind each other: each of these is what is lost where it is the only one."
IN_WORKERS = "Costs are in workers, of those that the machine gave."
APART = (
    "Gains are in workers, each from lanes of their own beside the lane as it stands. Everything apart: each worker "
    "runs its own copy of the modules, nobody counts references to a suspect, and a suspected collector is off. Put "
    "back: one suspect is shared and counted again, and all others stay apart."
)
TRIED: dict[TriedKind, str] = {
    "as it stands": "as it stands",
    "own copy": "own copy of {object}",
    "deferred": "deferred count of {object}",
    "uncounted": "nobody counts references to suspects",
    "collector": "{path}",
    "everything apart": "everything apart",
    "put back": "put back: {object}",
    "put back uncounted": "put back, uncounted: {object}",
    "collector on": "put back: the collector",
    "other model": "{path}",
}
"""What was done to a lane, in words."""


REMEDIES: dict[RemedyKind, str] = {
    "own": "give each thread its own copy of {object}",
    "deferred": "defer the counting of references to {object}, by PyUnstable_Object_EnableDeferredRefcount",
    "collector": "{path}",
}
"""What to do, in words."""


class _Outcome(NamedTuple):
    """The outcome of a question without causes, in words: how it is judged, why, and what to do."""

    judgement: str
    reason: str
    advice: tuple[str, ...] = ()


class _Line(NamedTuple):
    """A line of an answer: a judgement on what, and its cost; the fields are the headings of its sheet."""

    judgement: str
    what: str
    cost: str


OUTCOMES: dict[Ending, _Outcome] = {
    "scales": _Outcome("It scales", "nothing that could be measured is lost to the other workers"),
    "machine": _Outcome("The machine", "processes that share nothing lose as much with the same work"),
    "busy": _Outcome("Cannot be told", "the machine gave {given} CPUs", ("ask again when it is less busy",)),
    "gil": _Outcome(
        "The GIL is on",
        "{module} turned it on when it was imported, so that threads take turns",
        ("ask its authors for a free-threaded build",),
    ),
    "uneven": _Outcome(
        "Uneven work",
        "workers wait for the last one to end{waiting}, which is most of what is lost",
        ("give all of them as much to do, or hand work out in smaller pieces",),
    ),
    "open": _Outcome("Cannot be told yet", "the intervals are too wide", ("measure longer: --budget 180",)),
}


def headline(why: Why) -> str:
    """What the lane gains of what the machine gave."""
    return (
        f"{_work(why)} on {why.lane.partition(':')[0]}: {numbers.slope(why.gain)} of {why.workers} "
        f"that the machine gave ({why.given.value:.2f})"
    )


def ceiling(why: Why) -> list[str]:
    """What the lane gains, and what other models gain beside it."""
    others = [f"{item.work} {numbers.slope(item.gain)}" for item in why.ceilings]
    beside = [f"in the same rounds: {', '.join(others)}"] if others else []
    if why.interpreters is not None:
        less = f"interpreters gain {numbers.slope(why.interpreters.less)} less than processes"
        beside.append(f"{less}{_parts(why.interpreters.shares, '; their time: ')}")
    return [headline(why), *beside]


def shares(why: Why) -> list[str]:
    """Where the cores of the lane went, in one line."""
    return [] if why.shares is None else [_parts(why.shares, "the workers' time: ")]


def _parts(shares: Shares | None, before: str) -> str:
    """The shares that are worth a word, behind what stands before them."""
    parts = {} if shares is None else shares.parts
    shown = [f"{name} {numbers.percent(share)}" for name, share in parts.items() if share.value >= LEAST_SHARE]
    return before + ", ".join(shown) if shown else ""


def answer_sheet(why: Why) -> Sheet:
    """The answer as a sheet whose title is its headline."""
    columns: list[Column[_Line]] = [Column(name, attrgetter(name)) for name in _Line._fields]
    advice = [f"What to do: {advice}." for advice in _advice(why)]
    notes = [*advice, *_masked(why), IN_WORKERS, *_left_out(why)]
    return tabulate(headline(why), columns, _lines(why), notes)


def evidence(why: Why) -> list[Sheet]:
    """What the answer rests on: what was tried, objects that were busy, and lines at which workers were blocked."""
    return [_tried(why), *([] if why.watched is None else suspects(why.watched))]


def suspects(watched: WatchFields) -> list[Sheet]:
    """The objects that were busy, and the lines at which workers were blocked."""
    columns: list[Column[Suspect]] = [
        Column("suspect", lambda row: row.path),
        Column("type", lambda row: row.kind if row.size is None else f"{row.kind} of {row.size}"),
        Column("count moved", lambda row: _share(row.moved, row)),
        Column("lock held", lambda row: _share(row.held, row)),
        Column("waited for", lambda row: _share(row.waited, row)),
    ]
    notes = [ONLY_SUSPECTS] if watched.unknown is None else [f"No object was looked at: {watched.unknown}."]
    lines: list[Column[BlockedLine]] = [
        Column("line", lambda row: f"{Path(row.file).name}:{row.line}"),
        Column("function", lambda row: row.function),
        Column("blocked", lambda row: f"{100 * row.share:.0f}%"),
        Column("text", lambda row: row.text),
    ]
    shown = [line for line in watched.lines if line.share >= LEAST_BLOCKED]
    title = f"Suspects among {watched.candidates} named objects and {watched.others} others"
    return [tabulate(title, columns, watched.suspects[:10], notes), tabulate("Blocked", lines, shown, [BLOCKED])]


def live(pid: int, busy_cpus: float, queued: float, beside_ns: int, seen: WatchFields) -> list[str]:
    """How busy a running program was, and the CPU time that watching took in it and beside it."""
    ran_s = busy_cpus * seen.wall_ns / 1e9
    took_s = (seen.cpu_ns + beside_ns) / 1e9
    share = f", together {100 * took_s / ran_s:.1f}% of the {ran_s:.1f} s that it ran" if ran_s > took_s else ""
    return [
        f"program {pid}, for {seen.wall_ns / 1e9:.0f} s: {busy_cpus:.2f} CPUs busy, {queued:.2f} threads waiting",
        f"watching it took {seen.cpu_ns / 1e9:.2f} s of CPU time in it and {beside_ns / 1e9:.2f} s beside it{share}",
        "nothing of gilscope is left in it",
        "",
    ]


def answer(why: Why) -> list[str]:
    """The answer as lines: what is lost, because of what and not because of what, and what to do."""
    said = _aligned(why) if why.ending == "causes" else (f"{line.judgement}: {line.what}." for line in _lines(why))
    return [headline(why), *said, *_masked(why), *_advised(why), *_left_out(why)]


def turns(found: Turns) -> list[str]:
    """What threads do with their time that take turns at a GIL, and what would be gained instead."""
    lines = [f"{found.lane}: {numbers.slope(found.gain)} of {found.workers}; threads take turns at the GIL."]
    if found.time is not None:
        time = found.time
        lines.append(
            f"Each worker ran for {numbers.percent(time.ran)} of its time (with the GIL, or in code that needs none), "
            f"waited for the GIL or a lock for {_percent(time.waited.value)}, slept for "
            f"{_percent(time.slept.value)} and had no CPU for {_percent(time.queued.value)}."
        )
    instead = sorted(found.instead, key=lambda item: -item.gain.value)
    return [*lines, *(f"instead: {item.work} {numbers.slope(item.gain)}" for item in instead)]


def what_was_tried(tried: Tried) -> str:
    """What was done to a lane, in words."""
    return TRIED[tried.kind].format(path=tried.path, object=_quoted(tried.path))


def _tried(why: Why) -> Sheet:
    """What was tried, and what the lane gained with it."""
    most = max((tried.gain.value for tried in why.tried), default=0.0)
    columns: list[Column[Tried]] = [
        Column("tried", what_was_tried),
        Column("gain", lambda row: numbers.slope(row.gain)),
        Column("gain, drawn", lambda row: numbers.bar(row.gain.value, most, WIDTH_OF_BARS), wide=True, drawn=True),
    ]
    return tabulate(f"What was tried: {why.contest}", columns, why.tried, [APART])


def _lines(why: Why) -> list[_Line]:
    """What is lost, judgement by judgement; a single line where causes were not looked for."""
    if why.ending == "causes":
        return list(_causes(why))
    outcome = OUTCOMES[why.ending]
    reason = outcome.reason.format(
        given=numbers.slope(why.given),
        module=why.gil_module or "a module",
        waiting="" if why.shares is None else f" for {numbers.percent(why.shares.end)} of their time",
    )
    return [_Line(outcome.judgement, reason, numbers.slope(why.lost))]


def _causes(why: Why) -> Iterator[_Line]:
    if not why.causes and why.rest is None:
        yield _Line("not explained", "nobody that could be removed was suspected", numbers.slope(why.lost))
    blamed = {cause.suspect.path for cause in why.causes if cause.suspect and cause.judgement == "because of"}
    for cause in filter(_is_shown, why.causes):
        if cause.suspect and cause.suspect.path in blamed and cause.judgement != "because of":
            continue  # an object by another of its paths
        yield _Line(cause.judgement, _what(cause), numbers.slope(cause.cost))
    if why.rest is not None:
        yield _Line("not explained", "", numbers.slope(why.rest))


def _aligned(why: Why) -> Iterator[str]:
    """The causes in columns, with what is lost before the first of them; a judgement stands before its first cause."""
    lines = _lines(why)
    width = max((len(line.what) for line in lines), default=0)
    previous = ""
    for place, line in enumerate(lines):
        head = "" if place else f"lost: {numbers.slope(why.lost)}"
        yield f"{head:<18} {line.judgement if line.judgement != previous else '':<15} {line.what:<{width}}  {line.cost}"
        previous = line.judgement


def _masked(why: Why) -> Iterator[str]:
    if sum(cause.judgement == "because of" and cause.suspect is not None for cause in why.causes) > 1:
        yield MASKED


def _is_shown(cause: Cause) -> bool:
    """Whether a cause is worth a line; what was not even suspected has one only where it is one."""
    return cause.suspect is not None or cause.judgement == "because of"


def _what(cause: Cause) -> str:
    suspect = cause.suspect
    if suspect is None:
        return {
            "collector": "collections, each of which stops all threads",
            "heap": "what threads of one process share and no copy parts (allocator, pages, C's locks, Python's types)",
            "imports": "imports inside the work, which wait for one another",
            "machine": "the machine, which processes that share nothing lose too",
            "object": "something that their modules hold, and that nobody saw busy",
        }[cause.kind]
    named = _named(suspect)
    if cause.judgement != "because of":
        return f"{named} (its counts, its lock)"
    return {
        "counts": f"reference counts of {named}",
        "lock": f"the lock {named}",
        "imports": f"imports inside the work, each of which asks {named}",
        "own lock": f"the own lock of {named}, which all of them use",
    }.get(cause.kind, f"{named} (its counts or its lock)")


def _named(suspect: Suspect) -> str:
    """A suspect by its path, with what its values are."""
    quoted = _quoted(suspect.path)
    return quoted if quoted.startswith("`") else f"{quoted} ({suspect.kind})"


def _quoted(path: str) -> str:
    """The path of an object as code, behind the words for what a container holds."""
    for begin in ("the values of ", "the keys of "):
        if path.startswith(begin):
            return f"{begin}`{path.removeprefix(begin)}`"
    return f"`{path}`"


def _advice(why: Why) -> list[str]:
    """What to do about it."""
    if why.ending == "causes":
        return [_remedy(remedy, why.workers) for remedy in why.remedies]
    return list(OUTCOMES[why.ending].advice)


def _remedy(remedy: Remedy, workers: int) -> str:
    what = REMEDIES[remedy.kind].format(path=remedy.path, object=_quoted(remedy.path))
    return f"{what} (measured: {numbers.slope(remedy.gain)} of {workers})"


def _advised(why: Why) -> Iterator[str]:
    """The advice in lines, behind the column of what is lost."""
    for place, advice in enumerate(_advice(why)):
        head = "" if place else "what to do:"
        yield f"{head:<18} {advice}"


def _left_out(why: Why) -> Iterator[str]:
    yield from (f"left out: {reason}" for reason in dict.fromkeys(why.dropped))


def _work(why: Why) -> str:
    return why.lane.partition(":")[2]


def _share(count: int, suspect: Suspect) -> str:
    return f"{100 * count / suspect.looks:.0f}%" if count else "-"


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.0f}%"
