"""Why threads do not scale, as text: each stage once it is known, and the answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.sheet import Column, Sheet, tabulate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gilscope.figures.gil_time import Turns
    from gilscope.figures.why import Cause, Why
    from gilscope.values.watching import BlockedLine, Suspect, WatchFields

LEAST_BLOCKED = 0.02
"""The share of the workers' time from which a line is shown at which they were blocked."""

LEAST_SHARE = 0.005
"""A smaller share rounds to none."""

ONLY_SUSPECTS = (
    "How often a count of each was another than before, its own lock was held, and others waited for it, while the "
    "workers ran. Whoever moves is suspected, and nothing is proved yet."
)
BLOCKED = "Lines at which workers were blocked, with the part of all workers' time."
MASKED = "Causes can hide behind each other: each of these is what is lost where it is the only one."


def headline(why: Why) -> str:
    """What the lane gains of what the machine gave."""
    return (
        f"{_work(why)} on {why.lane.partition(':')[0]}: {numbers.slope(why.gain)} of {why.workers} "
        f"that the machine gave ({why.given.value:.2f})"
    )


def ceiling(why: Why) -> list[str]:
    """What the lane gains, and what other models gain beside it."""
    others = [f"{item.work} {numbers.slope(item.gain)}" for item in why.ceilings]
    return [headline(why), *([f"in the same rounds: {', '.join(others)}"] if others else [])]


def shares(why: Why) -> list[str]:
    """Where the cores of the lane went, in one line."""
    if why.shares is None:
        return []
    parts = [
        f"{name} {numbers.percent(share)}" for name, share in why.shares.parts.items() if share.value >= LEAST_SHARE
    ]
    return [f"the workers' time: {', '.join(parts)}"]


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


def live(pid: int, busy_cpus: float, queued: float, seen: WatchFields) -> list[str]:
    """How busy a running program was, and what it cost to watch it."""
    watching = 100 * seen.cpu_ns / max(1, seen.wall_ns)
    return [
        f"program {pid}, for {seen.wall_ns / 1e9:.0f} s: {busy_cpus:.2f} CPUs busy, {queued:.2f} threads waiting",
        f"watching it took {watching:.1f}% of one CPU; nothing of gilscope is left in it",
        "",
    ]


def answer(why: Why) -> list[str]:
    """The answer: what is lost, because of what and not because of what, and what to do."""
    return [headline(why), *_verdict(why)]


def _verdict(why: Why) -> Iterator[str]:
    match why.ending:
        case "scales":
            yield "It scales: nothing that could be measured is lost to the other workers."
        case "gil":
            yield _gil(why)
        case "busy":
            given = numbers.slope(why.given)
            yield f"Cannot be told: the machine gave {given} CPUs; ask again when it is less busy."
        case "machine":
            yield "The machine: processes that share nothing lose as much with the same work."
        case "uneven":
            waiting = "" if why.shares is None else f" for {numbers.percent(why.shares.end)} of their time"
            yield f"lost: {numbers.slope(why.lost)}, most of it because workers wait for the last one to end{waiting}."
            yield "Give all of them as much to do, or hand work out in smaller pieces."
        case "open":
            yield "Cannot be told yet: the intervals are too wide. Measure longer: --budget 180."
        case "causes":
            yield from _causes(why)
            yield from _remedies(why)
            yield from _dropped(why)


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


def _gil(why: Why) -> str:
    by = f"{why.gil_module} turned it on when it was imported" if why.gil_module else "a module turned it on"
    return f"The GIL is on: {by}, so that threads take turns. Ask its authors for a free-threaded build."


def _causes(why: Why) -> Iterator[str]:
    if not why.causes and why.rest is None:
        yield f"lost: {numbers.slope(why.lost)}, and nobody that could be removed was suspected."
        return
    lost = f"lost: {numbers.slope(why.lost)}"
    rows: list[tuple[str, str, str]] = [
        (cause.judgement, _what(cause), numbers.slope(cause.cost)) for cause in why.causes if _is_shown(cause)
    ]
    if why.rest is not None:
        rows.append(("not explained", "", numbers.slope(why.rest)))
    width = max((len(what) for _, what, _ in rows), default=0)
    previous = ""
    for place, (judged, what, cost) in enumerate(rows):
        head = lost if not place else ""
        yield f"{head:<18} {judged if judged != previous else '':<15} {what:<{width}}  {cost}"
        previous = judged
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
            "heap": "what threads of one process share beside objects (allocator, page faults)",
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
    for begin in ("the values of ", "the keys of "):
        if suspect.path.startswith(begin):
            return f"{begin}`{suspect.path.removeprefix(begin)}` ({suspect.kind})"
    return f"`{suspect.path}`"


def _remedies(why: Why) -> Iterator[str]:
    for place, remedy in enumerate(why.remedies):
        head = "what to do:" if not place else ""
        what = f"give each thread its own copy of `{remedy.path}`" if remedy.kind == "own" else f"{remedy.path}"
        yield f"{head:<18} {what} (measured: {numbers.slope(remedy.gain)} of {why.workers})"


def _dropped(why: Why) -> Iterator[str]:
    yield from (f"left out: {reason}" for reason in dict.fromkeys(why.dropped))


def _work(why: Why) -> str:
    return why.lane.partition(":")[2]


def _share(count: int, suspect: Suspect) -> str:
    return f"{100 * count / suspect.looks:.0f}%" if count else "-"


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.0f}%"
