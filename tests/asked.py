"""A made-up run of ``gilscope why`` whose cause is known: threads count references to the values of a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from builders import HEADER, contest, lane, suspect, trials, watched
from gilscope.values.elimination import APART, PUT_BACK, REMEDIES, Elimination, step
from gilscope.values.records import Calibration, Run
from gilscope.values.watching import BlockedLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gilscope.values.contests import Contest
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.records import Trial

SERIAL, THREADS, PROCESSES = lane("3.14t"), lane("3.14t", "threads", 2), lane("3.14t", "processes", 2)
BLOCKED = BlockedLine(
    file="/home/ann/table.py", line=7, function="work", within="", text="for row in TABLE:", share=0.25
)
CAPACITY = (lane("3.14t", "capacity", 1), lane("3.14t", "capacity", 2))


def run(path: str = "the values of TABLE") -> Run:
    """The run; half of two CPUs is lost to the counts of what is at the path, and nothing to its lock."""
    cause = suspect(path, "64 ints")
    removal = Elimination(suspects=(cause,))
    question = msgspec.structs.replace(contest(SERIAL, THREADS, PROCESSES, *CAPACITY), watched=(THREADS.name,))
    contests = (
        question,
        step(question, APART, THREADS, removal.apart(), [PROCESSES]),
        step(question, PUT_BACK, THREADS, removal.one_by_one(), ()),
        step(question, REMEDIES, THREADS, removal.mended([cause], can_defer=False), ()),
    )
    counted = (THREADS.name, msgspec.structs.replace(THREADS, interventions=removal.without(cause)).name)
    return Run(
        path=Path("run.jsonl"),
        header=HEADER,
        contests=contests,
        calibrations=tuple(Calibration(contest=of.id, loops=10) for of in contests),
        trials=tuple(trial for of in contests for trial in _trials(of, counted)),
        watched=(watched(question.id, THREADS.name, cause, lines=[BLOCKED]),),
    )


def _trials(of: Contest, counted: tuple[str, ...]) -> Iterator[Trial]:
    """Trials of all lanes of a contest; those that count take twice as long as all others."""
    walls: dict[LaneSpec, float] = {item: 2e6 if item.name in counted else 1e6 for item in of.lanes}
    for trial in trials(walls):
        yield msgspec.structs.replace(trial, contest=of.id, gil_after=False)
