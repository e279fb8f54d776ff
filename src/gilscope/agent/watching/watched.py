"""A trial that is watched, as a record: suspects by their paths, and the lines at which workers were blocked."""

from __future__ import annotations

import gc
import linecache
import sys
import threading
from types import FunctionType

from . import candidates, edges, header
from .blocked import BlockedLines
from .paths import state_path
from .watcher import SHARE, Watcher

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Dict, Iterable, List, Optional, Sequence

    from gilscope_agent.records import BlockedLine, LaneOrder, SuspectRecord, WatchRecord
    from gilscope_agent.threads import Threads
    from gilscope_agent.trials import Trials

    from .candidates import Candidate
    from .watcher import Followed

MOST_REACHED = 200_000
"""Objects that are passed on the way from modules to those that nobody has named."""
MOST_SUSPECTS = 40
MOST_LINES = 20
FEWEST = 2
"""Looks in which something must have been going on: one may have been the gate."""
LONGEST_LINE = 80


def trial(crew: Threads, trials: Trials, order: LaneOrder, loops: int) -> WatchRecord:
    """Watch one trial of ``loops`` units."""
    state = state_path(order)
    return seen(
        lambda: candidates.found(crew.repeats, state),
        BlockedLines(crew.threads),
        lambda: trials.trial(loops)["wall_ns"],
        own_places=(state,),
    )


def seen(
    named: Callable[[], Dict[str, Candidate]],
    lines: BlockedLines,
    during: Callable[[], int],
    own_places: Sequence[str] = (),
    share: float = SHARE,
) -> WatchRecord:
    """Watch what has a name, and more slowly all else, while something is done.

    It returns how long that took, in ns. Paths in ``own_places`` can be given another object though nothing holds it.
    Looks take at most this ``share`` of one CPU, those for ``lines`` among them.
    """
    unknown = header.unknown()
    candidates_by_path = {} if unknown else named()
    others = [] if unknown else _unnamed(candidates_by_path)
    watcher = Watcher(candidates_by_path.values(), others, [lines.look], share)
    with watcher:
        wall_ns = during()
    suspects = [followed for followed in watcher.busy if max(followed.moved, followed.held) >= FEWEST]
    _name(suspects)
    return {
        "wall_ns": wall_ns,
        "cpu_ns": watcher.cpu_ns,
        "looks": watcher.looks,
        "candidates": len(candidates_by_path),
        "others": len(others),
        "unknown": unknown,
        "suspects": _records(suspects, own_places),
        "lines": _lines(lines),
    }


def _unnamed(named: Dict[str, Candidate]) -> List[object]:
    """Return what the collector knows and nobody has named, as far as threads count references to it.

    What the agent holds is left out, and threads too: whatever it does at the gate would be seen.
    """
    known = {id(thing) for candidate in named.values() for thing in candidate.objects}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == candidates.OURS:
            known.add(id(module.__dict__))
    left_out: Dict[int, bool] = {}  # classes by their ids, since theirs may hash as they like
    things = gc.get_objects()
    found = []  # made only now: it would be one of them, and hold itself
    for thing in things:
        kind = type(thing)
        if id(kind) not in left_out:
            left_out[id(kind)] = _is_of_agent(kind) or issubclass(kind, threading.Thread)
        if not left_out[id(kind)] and id(thing) not in known and header.is_counted(thing):
            found.append(thing)
    return found


def _is_of_agent(kind: type) -> bool:
    module = getattr(kind, "__module__", None)
    return isinstance(module, str) and module.partition(".")[0] == candidates.OURS


def _name(suspects: Iterable[Followed]) -> None:
    """Give those that nobody has named the shortest path from a module, as far as one leads to them."""
    nameless = {id(followed.candidate.objects[0]): followed for followed in suspects if not followed.candidate.path}
    if nameless:
        found = candidates.from_modules(sys.modules, set(nameless), MOST_REACHED)
        for candidate in found.values():
            for thing in candidate.objects:
                if id(thing) in nameless:
                    nameless[id(thing)].candidate = candidate


def _records(suspects: Iterable[Followed], own_places: Sequence[str]) -> List[SuspectRecord]:
    """Return those that have a name, the busiest first."""
    records: Dict[str, SuspectRecord] = {}
    for followed in suspects:
        if followed.candidate.path:
            record = _record(followed, own_places)
            known = records.get(record["path"])
            if known is None or _busyness(record) > _busyness(known):
                records[record["path"]] = record
    return sorted(records.values(), key=_busyness, reverse=True)[:MOST_SUSPECTS]


def _busyness(record: SuspectRecord) -> float:
    share: float = max(record["moved"], record["held"], record["waited"]) / record["looks"]
    return share


def _record(followed: Followed, own_places: Sequence[str]) -> SuspectRecord:
    candidate = followed.candidate
    thing = candidate.objects[0]
    kind = type(thing)
    is_of_builtins = kind.__module__ == "builtins"
    return {
        "path": candidate.path,
        "kind": candidate.group or (kind.__qualname__ if is_of_builtins else kind.__module__ + "." + kind.__qualname__),
        "size": None if candidate.group else _size(thing),
        "looks": followed.looks,
        "moved": followed.moved,
        "held": followed.held,
        "waited": followed.waited,
        "has_place": bool(candidate.puts) or candidate.path in own_places,
        "module": candidate.module,
        "owner": edges.path_of_owner(candidate.path, thing),
        "class_module": kind.__module__ if any(type(value) is FunctionType for value in vars(kind).values()) else "",
    }


def _size(thing: object) -> Optional[int]:
    """Return how many items a built-in container holds, None for all else."""
    return len(thing) if isinstance(thing, (dict, list, tuple, set, frozenset)) else None


def _lines(lines: BlockedLines) -> List[BlockedLine]:
    return [
        {
            "file": file,
            "line": line,
            "function": function,
            "within": within,
            "text": linecache.getline(file, line).strip()[:LONGEST_LINE],
            "share": seen / lines.looks,
        }
        for (file, line, function, within), seen in lines.places.most_common(MOST_LINES)
    ]
