"""Which runtimes run threads side by side, from made-up trials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import contest, lane, records, trials
from gilscope.figures.run import of_run
from gilscope.figures.side_by_side import standings
from gilscope.render.side_by_side import sheet
from gilscope.stats.estimate import Estimate
from gilscope.values.contests import Variant

if TYPE_CHECKING:
    from gilscope.figures.side_by_side import Standing

FIRST, OTHER = lane("3.14"), lane("3.15")
THREADS = {arm: msgspec.structs.replace(arm, model="threads", workers=2) for arm in (FIRST, OTHER)}
SPINNING = {lane("3.14", "capacity", 1): 100.0, lane("3.14", "capacity", 2): 100.0}


def found(first: float, other: float) -> tuple[Standing, ...]:
    """Two runtimes whose single thread takes 100 and 150 us, by the makespans of their two threads."""
    walls = {FIRST: 100e3, OTHER: 150e3, THREADS[FIRST]: first * 1e3, THREADS[OTHER]: other * 1e3}
    sides = tuple(Variant(label=arm.arm.name, arms=(arm.arm.name,)) for arm in (FIRST, OTHER))
    compared = msgspec.structs.replace(contest(*walls, *SPINNING), variants=sides)
    run = records(compared, trials({**walls, **SPINNING}))
    (figures,) = of_run(run).contests
    return standings(figures, {"3.15": Estimate(0.02, 0.01, 0.03)})


@pytest.mark.parametrize(("wall", "turns"), [(200, True), (105, False), (139, True), (128, False)])
def test_threads_take_turns_below_the_middle(wall: float, *, turns: bool) -> None:
    """One and a half of what one does, where the machine gave two CPUs."""
    first, _ = found(wall, 300)

    assert first.takes_turns is turns


def test_what_lies_around_the_middle_cannot_be_told() -> None:
    """Nor what nobody holds against the machine's capacity."""
    first, _ = found(133.4, 300)
    threads = msgspec.structs.replace(first.threads, scaling=Estimate(1.5, 1.2, 1.8))

    assert msgspec.structs.replace(first, threads=threads).takes_turns is None
    assert msgspec.structs.replace(first, cpus=None).takes_turns is None


def test_a_row_has_what_one_thread_takes_and_what_two_get_done() -> None:
    """Each against its own single thread, and the single one against the first runtime's."""
    shown = sheet("cpu/primes", found(200, 155))
    first, other = (dict(zip((column.heading for column in shown.columns), row, strict=True)) for row in shown.rows)

    assert (first["threads run"], first["over 3.14"], first["start"]) == ("in turns", "1", "-")
    assert (other["threads run"], other["says of its GIL"]) == ("side by side", "on")
    assert other["over 3.14"].startswith("1.5")
    assert other["2 threads"].startswith("1.9")
    assert other["start"] == "20 ±10 ms"
    assert "their times compare these builds" in shown.notes[0]
