"""Where the cores went: trials of known shares, which add up whatever happens."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import lane, trial
from gilscope.figures.cores import per_unit, shares

if TYPE_CHECKING:
    from gilscope.values.records import Trial

SERIAL = lane("3.14t")
THREADS = lane("3.14t", "threads", 2)
MS = 1_000_000
CALM = {"cpu_ns": (10 * MS, 10 * MS)}


def alone(cpu: float = 10, blocked: float = 0, launch: int = 0) -> Trial:
    """A serial trial of ten units: so many ms of CPU time, so many of sleep."""
    plain = trial(SERIAL, launch, 0, (cpu + blocked) * MS)
    return msgspec.structs.replace(plain, cpu_ns=(round(cpu * MS),))


def together(launch: int = 0, /, **changes: object) -> Trial:
    """A trial of ten units in each of two threads, from whose gate 20 ms pass until the last end."""
    return msgspec.structs.replace(trial(THREADS, launch, 0, 20 * MS), **changes)


def values(of: Trial, serial: Trial) -> dict[str, float]:
    """The shares of one trial."""
    found = shares({0: [of]}, {0: [serial]})
    assert found is not None
    return {**{name: share.value for name, share in found.parts.items()}, "lost": found.lost.value}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"inflation": 0.5, "lost": 0.5}),
        (CALM, {"blocked": 0.5, "lost": 0.5}),
        ({**CALM, "wait_ns": (10 * MS, 10 * MS)}, {"queued": 0.5}),
        ({"starts_ns": (0, 10 * MS), "cpu_ns": (20 * MS, 10 * MS)}, {"inflation": 0.25, "start": 0.25, "lost": 0.5}),
        ({**CALM, "ends_ns": (20 * MS, 10 * MS)}, {"blocked": 0.25, "end": 0.25, "lost": 0.5}),
    ],
    ids=["inflated", "one lock", "more workers than CPUs", "a late start", "an early end"],
)
def test_known_shares_are_found(changes: dict[str, object], expected: dict[str, float]) -> None:
    """Ten units take 10 ms of CPU time alone, and two threads have 40 ms of cores for twice as many."""
    names = ("inflation", "queued", "blocked", "start", "end", "lost")
    whole = {"useful": 0.5, **{name: expected.get(name, 0.0) for name in names}}

    assert values(together(**changes), alone()) == pytest.approx(whole)


def test_what_blocks_one_worker_too_is_not_lost() -> None:
    """A unit that sleeps keeps no core from anybody."""
    found = values(together(cpu_ns=(5 * MS, 5 * MS)), alone(cpu=5, blocked=15))

    assert (found["blocked"], found["lost"]) == pytest.approx((0.75, 0))


def test_waiting_that_the_machine_costs_anybody_is_not_lost() -> None:
    """Workers that share nothing wait a tenth of the time for the gate and for each other."""
    late = together(starts_ns=(0, 10 * MS), cpu_ns=(20 * MS, 10 * MS))
    found = shares({0: [late]}, {0: [alone()]}, unavoidable=0.1)

    assert found is not None
    assert (found.start.value, found.lost.value) == pytest.approx((0.25, 0.4))


def test_shares_add_up_whatever_was_measured() -> None:
    """Readings that contradict each other leave a share below zero, and the sum as it is."""
    random = Random(3)  # noqa: S311 - readings to repeat, not a secret

    def pair(most_ms: int) -> tuple[int, int]:
        return random.randrange(most_ms * MS), random.randrange(most_ms * MS)

    for _ in range(50):
        odd = together(starts_ns=pair(5), ends_ns=(20 * MS, 18 * MS), cpu_ns=pair(30), wait_ns=pair(9))
        assert sum(share for name, share in values(odd, alone()).items() if name != "lost") == pytest.approx(1)


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({"others_ns": (400_000, 400_000)}, True),
        ({"others_ns": (400_000, 500_000)}, False),
        ({"wait_ns": (0, None)}, False),
        ({"collections": None}, False),
    ],
    ids=["few others", "workers of its own", "no run queue", "an old run"],
)
def test_shares_are_given_only_where_all_is_on_record(changes: dict[str, object], *, known: bool) -> None:
    """What threads of the work's own did, nobody can share out."""
    assert (shares({0: [together(**changes)]}, {0: [alone()]}) is not None) == known


def test_a_launch_is_held_against_the_serial_lane_of_that_launch() -> None:
    """A machine that is twice as slow for a launch inflates nothing; a launch without a serial lane is left out."""
    fast = together(**CALM, wait_ns=(10 * MS, 10 * MS))
    slow = together(1, ends_ns=(40 * MS, 40 * MS), cpu_ns=(20 * MS, 20 * MS), wait_ns=(20 * MS, 20 * MS))
    found = shares({0: [fast], 1: [slow], 2: [together(2)]}, {0: [alone()], 1: [alone(cpu=20, launch=1)]})

    assert found is not None
    assert (found.inflation.value, found.inflation.half_width) == pytest.approx((0, 0))


def test_a_serial_lane_inflates_nothing() -> None:
    """Trials that take half as long or twice as long as others average out by time, not by trial."""
    lane_alone = {0: [alone(cpu=5), alone(cpu=10), alone(cpu=20)]}
    found = shares(lane_alone, lane_alone)

    assert found is not None
    assert (found.useful.value, found.inflation.value) == pytest.approx((1, 0))


def test_a_serial_lane_inflates_nothing_to_the_last_digit() -> None:
    """What quotients leave of a difference of none would be a figure: "below 0.0000000000000043%"."""
    times_ms = (5.000001, 10.000003, 20.000007)
    lane_alone = {launch: [alone(cpu=ms * (launch + 1), launch=launch) for ms in times_ms] for launch in range(7)}
    found = shares(lane_alone, lane_alone)

    assert found is not None
    assert (found.inflation.low, found.inflation.high) == (0, 0)


def test_counts_are_per_unit_and_over_all_workers() -> None:
    """Twenty units of two workers switched thirty times; what one worker does not count is not counted."""
    of = together(voluntary=(10, 20), involuntary=(1, None), system_ns=(MS, MS), collections=5, paused_ns=4 * MS)
    found = per_unit(THREADS, {0: [of], 1: [of]}, lambda spec, made: made.loops * spec.workers)

    means = (found.voluntary, found.system_s, found.collections, found.paused_s)
    assert [mean and mean.value for mean in means] == pytest.approx([1.5, 2e-3 / 20, 0.25, 4e-3 / 20])
    assert found.involuntary is None
