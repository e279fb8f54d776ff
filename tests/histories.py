"""Made-up runs of a pair in files: how much slower the free-threaded build is, and on what, is known."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import msgspec

from builders import HEADER, HOST, contest, pair, runtime, trial
from gilscope import store
from gilscope.values.lanes import LaneSpec
from gilscope.values.records import Calibration, ContestEnd
from gilscope.values.runtimes import Arm

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.values.contests import Contest
    from gilscope.values.records import Record


def made_run(  # noqa: PLR0913 - a run is described by this many things
    version: str = "3.14.0",
    slower: float = 1.1,
    *,
    run: str = "r1",
    day: str = "2026-01-01",
    host: str = "lab",
    noise: float = 0.0,
    launches: int = 7,
    differences: tuple[str, ...] = (),
    mood: float = 1.0,
    with_yardsticks: bool = False,
    **facts: object,
) -> list[Record]:
    """A run that measured 3.14 and 3.14t, whatever their patch release; ``noise`` is a launch's deviation.

    The machine takes ``mood`` times as long for everything; yardsticks are lanes that spin on it.
    """
    of = made_contest(version, differences, facts, with_yardsticks=with_yardsticks)
    draw = Random(f"{run} {version}")  # noqa: S311 - noise, not secrets
    walls = dict(zip(of.lanes, (1e8, 1e8, 1e8 * slower, 1.05e8 * slower, 2e8, 2.1e8), strict=False))
    trials = [
        trial(lane, launch, number, mood * wall * of_launch)
        for lane, wall in walls.items()
        for launch, of_launch in enumerate([1 + draw.gauss(0, noise) for _ in range(launches)])
        for number in range(4)
    ]
    return [
        msgspec.structs.replace(
            HEADER, id=run, started=f"{day} 03:04:05", host=msgspec.structs.replace(HOST, name=host)
        ),
        of,
        Calibration(contest=of.id, loops=10),
        *trials,
        ContestEnd(contest=of.id, reason="precise", seconds=3.0, launches=launches),
    ]


def made_contest(
    version: str, differences: tuple[str, ...], facts: dict[str, object], *, with_yardsticks: bool
) -> Contest:
    """The default build twice, the free-threaded one alone and with two threads, and the default build's yardsticks."""
    numbers = tuple(int(part) for part in version.split("."))
    default, free = (
        Arm(name=name, runtime=runtime(name, version=numbers, version_text=version, **facts))
        for name in ("3.14", "3.14t")
    )
    return contest(
        LaneSpec(arm=default, model="serial", workers=1),
        LaneSpec(arm=default, model="serial", workers=1, control=True),
        LaneSpec(arm=free, model="serial", workers=1),
        LaneSpec(arm=free, model="threads", workers=2),
        *(LaneSpec(arm=default, model="capacity", workers=workers) for workers in (1, 2) if with_yardsticks),
        builds=msgspec.structs.replace(pair(differences), free_threaded=free.runtime, twin=default.runtime),
    )


def stored(folder: Path, records: list[Record], name: str | None = None) -> Path:
    """The file of a run, named after its id unless told otherwise."""
    header = records[0]
    path = folder / f"{name or getattr(header, 'id', '')}{store.SUFFIX}"
    writer = store.RunWriter(path)
    for record in records:
        writer.append(record)
    writer.close()
    return path
