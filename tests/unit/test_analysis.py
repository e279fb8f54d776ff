"""Figures from made-up trials whose answers are known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import HEADER, HOST, contest, lane, pair, records, starved, trial, trials
from gilscope.figures.capacity import given
from gilscope.figures.run import by_pair, of_run, together
from gilscope.figures.scaling_law import Fit, Refusal
from gilscope.render.notes import brief_notes, contest_notes
from gilscope.stats.estimate import Estimate
from gilscope.values.interventions import Intervention
from gilscope.values.records import CoreKind, Finding, FindingKind

if TYPE_CHECKING:
    from gilscope.figures.values import ContestFigures, LaneFigures
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.records import HostCard

TWIN = lane("3.14")
CONTROL = lane("3.14", control=True)
TWIN_THREADS = lane("3.14", "threads", 2)
FREE = lane("3.14t")
FREE_GIL = lane("3.14t+gil")
FREE_THREADS = lane("3.14t", "threads", 2)
FREE_FOUR = lane("3.14t", "threads", 4)
MS = 1e6


def measured(**changes: float) -> ContestFigures:
    """A contest in which the free-threaded build takes 10 % longer and two of its threads do not disturb each other."""
    walls = {
        TWIN: 100 * MS,
        CONTROL: 100.5 * MS,
        TWIN_THREADS: 205 * MS,
        FREE: 110 * MS,
        FREE_GIL: 104 * MS,
        FREE_THREADS: changes.get("threads", 110 * MS),
    }
    (made,) = of_run(records(contest(*walls, builds=pair()), trials(walls))).contests
    return made


def row(of: ContestFigures, name: str) -> LaneFigures:
    """The row of the lane of this name."""
    return next(item for item in of.lanes if item.lane.name == name)


def test_time_per_unit_counts_every_workers_units() -> None:
    """Ten loops in each of two workers within 110 ms are 5.5 ms from one finished unit to the next."""
    threads = row(measured(), "3.14t:threads-2")

    assert threads.time_per_unit.value == pytest.approx(0.110 / 10 / 2, rel=0.02)
    assert threads.time_per_unit.low <= threads.time_per_unit.value <= threads.time_per_unit.high


def test_gain_is_throughput_against_the_twins_serial_lane() -> None:
    """Two threads that take 110 ms do twice the work of the twin's 100 ms."""
    gain = row(measured(), "3.14t:threads-2").gain

    assert gain is not None
    assert gain.value == pytest.approx(200 / 110, rel=1e-4)


def test_scaling_and_efficiency_are_against_the_own_arm() -> None:
    """The same threads scale perfectly: their own serial lane takes 110 ms too."""
    threads = row(measured(), "3.14t:threads-2")

    assert threads.scaling is not None
    assert threads.efficiency is not None
    assert threads.scaling.value == pytest.approx(2.0)
    assert threads.efficiency.value == pytest.approx(1.0)


def test_a_serial_lane_has_no_scaling_and_the_reference_no_gain() -> None:
    """Nothing is compared with itself."""
    made = measured()

    assert row(made, "3.14:serial").gain is None
    assert row(made, "3.14:serial").scaling is None
    assert row(made, "3.14t:serial").scaling is None


def test_penalty_of_both_arms_of_the_free_threaded_build() -> None:
    """10 % without the GIL, 4 % with it, each against the twin."""
    penalties = {item.arm: item for item in measured().penalties}

    assert penalties["3.14t"].penalty.value == pytest.approx(0.10)
    assert penalties["3.14t+gil"].penalty.value == pytest.approx(0.04)
    assert penalties["3.14t"].distinguishable


def test_the_noise_floor_is_what_the_control_shows() -> None:
    """Two copies of the reference that differ by half a per cent leave half a per cent open."""
    made = measured()

    assert made.noise_floor == pytest.approx(0.005, abs=1e-4)
    assert made.control is not None
    assert made.control.value == pytest.approx(1.005, abs=1e-4)


def test_a_difference_within_the_noise_floor_is_not_distinguishable() -> None:
    """A free-threaded build 0.2 % slower than its twin, where two copies of the twin differ by 2 %."""
    walls = {TWIN: 100 * MS, CONTROL: 102 * MS, FREE: 100.2 * MS}
    (made,) = of_run(records(contest(*walls, builds=pair()), trials(walls))).contests

    assert not made.penalties[0].distinguishable


def test_without_a_control_lane_there_is_no_noise_floor() -> None:
    """It is unknown, not zero."""
    (made,) = of_run(records(contest(TWIN, FREE, builds=pair()), trials({TWIN: 1e8, FREE: 1.1e8}))).contests

    assert made.noise_floor is None
    assert made.control is None


def test_break_even_is_the_least_count_that_is_faster() -> None:
    """One thread has 1 / 1.1 of the throughput, two have 2 / 1.1: a line on log scales crosses one at 1.1 workers."""
    evens = {(item.model, item.against): item for item in measured().break_evens}

    for against in ("3.14 serial", "3.14 best model"):
        even = evens["threads", against]
        assert even.workers is not None
        assert even.workers.value == pytest.approx(1.1, rel=1e-3)
        assert even.whole_workers == 2


def test_the_penalty_is_split_into_the_builds_part_and_the_rest() -> None:
    """10 % without the GIL and 4 % with it leave 110 / 104 for turning it off; the parts multiply."""
    made = measured()

    assert made.gil_off is not None
    assert (made.gil_off.arm, made.gil_off.twin) == ("3.14t", "3.14t+gil")
    assert made.gil_off.penalty.value == pytest.approx(110 / 104 - 1, rel=1e-3)


def test_busy_but_not_faster_is_contention() -> None:
    """Two workers, always busy: with a scaling of 2.0 all is well, with 0.85 each unit takes more CPU than alone."""
    assert not row(measured(), "3.14t:threads-2").is_contended
    assert row(measured(threads=260 * MS), "3.14t:threads-2").is_contended


def test_a_report_with_contended_threads_names_the_command_that_says_why() -> None:
    """Not where all is well, and only for threads without a GIL."""
    asked = "What they fight over: ask `gilscope why cpu/primes --on 3.14t`."

    assert asked in list(contest_notes(measured(threads=260 * MS)))
    assert asked not in list(contest_notes(measured()))


def test_a_report_of_that_command_does_not_name_it_again() -> None:
    """Neither where its lane was watched, nor where something was changed in it."""
    made = measured(threads=260 * MS)
    changed = msgspec.structs.replace(FREE_THREADS, interventions=(Intervention("own modules"),))
    watched = msgspec.structs.replace(made.contest, watched=(FREE_THREADS.name,))
    altered = msgspec.structs.replace(made.contest, lanes=(*made.contest.lanes, changed))

    for of in (watched, altered):
        notes = contest_notes(msgspec.structs.replace(made, contest=of))
        assert not [note for note in notes if note.startswith("What they fight over")]


def test_lanes_in_which_something_was_changed_win_nothing() -> None:
    """They show what is to blame, and are no way to run the work: nothing says what to run it on."""
    spread = lane("3.14t", "threads", 2)
    changed = msgspec.structs.replace(spread, interventions=(Intervention("own modules"),))
    walls = {TWIN: 100 * MS, CONTROL: 100 * MS, FREE: 100 * MS, spread: 200 * MS, changed: 100 * MS}
    (made,) = of_run(records(contest(*walls, builds=pair()), trials(walls))).contests
    best = made.best_gain("3.14t")

    assert best is not None
    assert best.work != changed.work
    assert (made.verdict, made.break_evens, made.scaling_laws) == (None, (), ())


@pytest.mark.parametrize(("low", "contended"), [(0.2, False), (0.201, True)])
def test_contention_begins_above_a_fifth_of_the_time_lost(low: float, *, contended: bool) -> None:
    """The interval's lower end counts."""
    lane = row(measured(), "3.14t:threads-2")
    assert lane.shares is not None
    lost = msgspec.structs.replace(lane.shares, lost=Estimate(0.3, low, 0.4))

    assert msgspec.structs.replace(lane, shares=lost).is_contended is contended


@pytest.mark.parametrize(("low", "explained"), [(1.05, True), (1.051, False)])
def test_an_efficiency_above_one_wants_an_explanation(low: float, *, explained: bool) -> None:
    """A twentieth may be chance."""
    lane = msgspec.structs.replace(row(measured(), "3.14t:threads-2"), efficiency=Estimate(1.2, low, 1.3))

    assert lane.is_super_linear is not explained


OWN_TWO = lane("3.14t", "own", 2)


def spreading() -> ContestFigures:
    """Work that divides itself, where two processes get two CPUs: one worker needs 110 ms, two need 68.75."""
    capacities = {lane("3.14", "capacity", 1): 50 * MS, lane("3.14", "capacity", 2): 50 * MS}
    walls = {TWIN: 100 * MS, CONTROL: 100 * MS, FREE: 110 * MS, OWN_TWO: 68.75 * MS, **capacities}
    (made,) = of_run(records(contest(*walls, builds=pair()), trials(walls))).contests
    return made


def test_workers_that_divide_the_work_do_it_once() -> None:
    """A loop is one unit however many workers it has: time, gain, speed-up and efficiency follow."""
    own = row(spreading(), "3.14t:own-2")

    assert own.time_per_unit.value == pytest.approx(0.06875 / 10, rel=0.02)
    assert own.gain is not None
    assert own.scaling is not None
    assert own.efficiency is not None
    assert own.gain.value == pytest.approx(100 / 68.75)
    assert own.scaling.value == pytest.approx(1.6)
    assert own.efficiency.value == pytest.approx(0.8)


def test_speed_up_is_held_against_what_the_machine_gave() -> None:
    """Two processes that share nothing got two CPUs, of which 1.6 did what one worker does."""
    own = row(spreading(), "3.14t:own-2")

    assert own.of_capacity is not None
    assert own.of_capacity.value == pytest.approx(0.8)
    assert own.scales


def test_workers_of_the_works_own_count_from_where_they_overtake() -> None:
    """One takes 1.1 times as long as the twin, two take 0.6875 times: a line on log scales between them crosses one."""
    evens = {(item.model, item.against): item for item in spreading().break_evens}
    even = evens["own", "3.14 serial"]

    assert even.workers is not None
    assert even.workers.value == pytest.approx(2 ** (math.log(1.1) / math.log(1.1 / 0.6875)), rel=1e-3)


def test_shares_say_nothing_of_workers_that_nobody_sees() -> None:
    """What the calling thread waits for may be at work, so that nothing is called contention."""
    own = row(spreading(), "3.14t:own-2")

    assert own.shares is None
    assert not own.is_contended


def beside_capacity(share: float = 0.8, speed: float = 1.0, threads: float = 137.5) -> ContestFigures:
    """A contest on a machine that gives two processes 1.6 CPUs, and whose threads scale as far."""
    one, two = lane("3.14", "capacity", 1), lane("3.14", "capacity", 2)
    walls = {TWIN: 100 * MS, CONTROL: 100 * MS, FREE: 110 * MS, FREE_THREADS: threads * MS, one: 50 * MS}
    spinning = starved({two: 50 * MS / speed / share}, share)
    (made,) = of_run(records(contest(*walls, two, builds=pair()), trials(walls) + spinning)).contests
    return made


def test_scaling_is_held_against_what_the_machine_gave() -> None:
    """Threads that scale 1.6 of 2 where two processes that share nothing scale as far have lost nothing."""
    made = beside_capacity()
    threads = row(made, "3.14t:threads-2")

    assert {item.workers: item.cpus.value for item in made.capacities} == pytest.approx({2: 1.6})
    assert threads.scaling is not None
    assert threads.of_capacity is not None
    assert threads.scaling.value == pytest.approx(1.6)
    assert threads.of_capacity.value == pytest.approx(1.0)
    assert row(made, "3.14t:serial").of_capacity is None


def test_work_scales_by_what_the_machine_allows() -> None:
    """Threads that scale 1.2 of 2 where processes scale 1.6 have three quarters of what there was to win."""
    just, less = (row(beside_capacity(threads=wall), "3.14t:threads-2").scales for wall in (183.3, 183.4))
    unknown = row(beside_capacity(speed=0.9, threads=183.4), "3.14t:threads-2").scales

    assert (just, less, unknown) == (True, False, None)


def test_lanes_that_show_the_capacity_have_no_rows() -> None:
    """They are no lanes of the probe."""
    assert not [item.lane.name for item in beside_capacity().lanes if item.lane.shows_capacity]


@pytest.mark.parametrize(
    ("share", "speed", "short"), [(0.801, 1, False), (0.799, 1, True), (1, 0.801, False), (0.9, 0.88, True)]
)
def test_less_than_four_fifths_of_the_cpus_is_short(share: float, speed: float, *, short: bool) -> None:
    """Two processes got 1.6 CPUs, or a little less, or slower ones."""
    (capacity,) = beside_capacity(share, speed).capacities

    assert (capacity.cpus.value, capacity.speed.value) == pytest.approx((2 * share, speed))
    assert (capacity.is_short, capacity.is_slow) == (short, speed < 1)


def test_the_speed_of_spinning_is_not_that_of_other_work() -> None:
    """Two processes that spin at half their speed, each on a CPU of its own, leave scaling what it is."""
    made = row(beside_capacity(share=1, speed=0.5), "3.14t:threads-2")

    assert made.of_capacity is not None
    assert made.of_capacity.value == pytest.approx(0.8)


def test_the_worker_that_ended_last_shows_what_was_given() -> None:
    """The first had a CPU for all of its 20 ms, the second for half of its 40."""
    plain = trial(lane("3.14", "capacity", 2), 0, 0, 40 * MS)
    uneven = msgspec.structs.replace(plain, ends_ns=(20 * MS, 40 * MS), cpu_ns=(20 * MS, 20 * MS))

    assert given(uneven) == 0.5


def test_a_parallel_lane_has_a_noise_floor_of_its_own() -> None:
    """Its second copy takes 3 % longer, so that no smaller difference between parallel lanes counts."""
    copy = lane("3.14t", "threads", 2, control=True)
    walls = {TWIN: 100 * MS, CONTROL: 100 * MS, FREE: 110 * MS, FREE_THREADS: 110 * MS, copy: 113.3 * MS}
    (made,) = of_run(records(contest(*walls, builds=pair()), trials(walls))).contests

    assert made.noise_floor == pytest.approx(0, abs=1e-6)
    assert made.parallel_floor == pytest.approx(0.03, rel=1e-3)
    assert [item.lane.name for item in made.lanes if item.lane.control] == []


def test_a_scaling_law_needs_cores_to_scale_on() -> None:
    """Throughputs that follow a law, up to eight workers: fitted where there are as many cores, refused on two."""
    counts = (1, 2, 4, 6, 8)
    slowdowns = [1 + 0.05 * (count - 1) + 0.01 * count * (count - 1) for count in counts]
    walls = {lane("3.14t", "threads", count): 1e8 * slow for count, slow in zip(counts, slowdowns, strict=True)}
    walls = {TWIN: 1e8, **walls}
    of = contest(*walls, builds=pair())

    def law(cpus: int) -> Fit | Refusal:
        host = msgspec.structs.replace(HOST, cpus_usable=float(cpus), cpus_physical=cpus)
        (made,) = of_run(records(of, trials(walls), host=host)).contests
        (told,) = made.scaling_laws
        return told.law

    fitted = law(8)
    assert isinstance(fitted, Fit)
    assert fitted.contention.value == pytest.approx(0.05, rel=0.05)
    assert fitted.coherency.value == pytest.approx(0.01, rel=0.05)
    assert isinstance(law(2), Refusal)


def test_break_even_says_within_which_count_there_is_none() -> None:
    """Threads that disturb each other never pay, as far as was measured."""
    made = measured(threads=260 * MS)
    (against_serial, _) = made.break_evens

    assert against_serial.workers is None
    assert against_serial.within == 2
    assert against_serial.gain.value == pytest.approx(200 / 260, rel=1e-4)


def test_best_model_is_the_twins_fastest_with_as_many_workers() -> None:
    """Where the twin's processes scale, free-threaded threads have to beat them, not the serial lane."""
    walls = {
        TWIN: 100 * MS,
        CONTROL: 100 * MS,
        lane("3.14", "processes", 2): 101 * MS,
        FREE: 110 * MS,
        FREE_THREADS: 110 * MS,
    }
    (made,) = of_run(records(contest(*walls, builds=pair()), trials(walls))).contests
    evens = {item.against: item.whole_workers for item in made.break_evens if item.model == "threads"}

    assert evens == {"3.14 serial": 2, "3.14 best model": None}


def test_workers_on_copies_are_no_answer_where_threads_share() -> None:
    """Processes that are twice as fast as threads: best where nothing is shared, and beside the point where it is."""
    walls = {
        TWIN: 100 * MS,
        CONTROL: 100 * MS,
        lane("3.14", "processes", 2): 90 * MS,
        FREE: 110 * MS,
        FREE_THREADS: 180 * MS,
        lane("3.14t", "processes", 2): 95 * MS,
    }
    of = contest(*walls, builds=pair())

    def made(*, shared: bool) -> ContestFigures:
        probe = msgspec.structs.replace(of.probe, shared=shared)
        (figures,) = of_run(records(msgspec.structs.replace(of, probe=probe), trials(walls))).contests
        return figures

    own, copied = made(shared=False), made(shared=True)

    assert [item.lane.name for item in copied.lanes if item.has_own_copy] == [
        "3.14:processes-2",
        "3.14t:processes-2",
    ]
    assert not any(item.has_own_copy for item in own.lanes)
    assert own.verdict is not None
    assert copied.verdict is not None
    assert own.verdict.winners[0] == "3.14:processes-2"
    assert copied.verdict.winners == (FREE_THREADS.name,)
    assert {item.model for item in own.break_evens} == {"threads", "processes"}
    assert {item.model for item in copied.break_evens} == {"threads"}
    against_best = {item.against: item.whole_workers for item in copied.break_evens}
    assert against_best == {"3.14 serial": 2, "3.14 best model": 2}
    best = {"own": own.best_gain("3.14"), "copied": copied.best_gain("3.14t")}
    assert {name: found and found.work for name, found in best.items()} == {"own": "processes-2", "copied": "threads-2"}


def test_more_workers_than_cpus_are_marked() -> None:
    """Four workers on two usable CPUs are oversubscribed, two are not."""
    walls = {TWIN: 1e8, FREE_THREADS: 1e8, FREE_FOUR: 2e8}
    (made,) = of_run(records(contest(*walls, builds=pair()), trials(walls))).contests

    assert row(made, "3.14t:threads-4").oversubscribed
    assert not row(made, "3.14t:threads-2").oversubscribed


def on(host: HostCard, *lanes: LaneSpec) -> ContestFigures:
    """A contest on this host of the twin's serial lane and others that take twice as long."""
    walls = {TWIN: 1e8, **dict.fromkeys(lanes, 2e8)}
    (made,) = of_run(records(contest(*walls, builds=pair()), trials(walls), host=host)).contests
    return made


@pytest.mark.parametrize(("workers", "own", "oversubscribed"), [(2, True, False), (3, False, False), (5, False, True)])
def test_siblings_are_one_core(workers: int, *, own: bool, oversubscribed: bool) -> None:
    """Four CPUs of two cores have two workers on cores of their own."""
    host = msgspec.structs.replace(HOST, cpus_usable=4.0, cores=2)
    threads = row(on(host, lane("3.14t", "threads", workers)), f"3.14t:threads-{workers}")

    assert (threads.has_own_cores, threads.oversubscribed) == (own, oversubscribed)


@pytest.mark.parametrize(("cores", "contended"), [(1, False), (1.5, True)])
def test_busy_siblings_are_no_contention(cores: float, *, contended: bool) -> None:
    """Two workers that lose 55 % of their time on one core lose half of it to that core; on one and a half, less."""
    lane = row(measured(), "3.14t:threads-2")
    assert lane.shares is not None
    lost = msgspec.structs.replace(lane.shares, lost=Estimate(0.56, 0.55, 0.57))

    assert msgspec.structs.replace(lane, shares=lost, cores=cores).is_contended is contended


@pytest.mark.parametrize(("workers", "mixed"), [(2, False), (3, True)])
def test_more_workers_than_fast_cores_mix_kinds(workers: int, *, mixed: bool) -> None:
    """On two fast and eight slow cores."""
    kinds = (CoreKind(cores=2, cpus=4), CoreKind(cores=8, cpus=8))
    host = msgspec.structs.replace(HOST, cpus_usable=12.0, cores=10, kinds=kinds)
    threads = lane("3.14t", "threads", workers)

    assert row(on(host, threads), threads.name).mixes_kinds is mixed
    assert not row(on(msgspec.structs.replace(host, kinds=kinds[:1]), threads), threads.name).mixes_kinds


@pytest.mark.parametrize(("cpus", "leaves"), [(4.9, False), (5.0, True), (64.0, True)])
def test_the_most_parallel_lane_says_what_was_used(cpus: float, *, leaves: bool) -> None:
    """Four workers leave a fifth CPU unused, and no part of one."""
    host = msgspec.structs.replace(HOST, cpus_usable=cpus)
    used = on(host, FREE_THREADS, FREE_FOUR).cpus_used

    assert used is not None
    assert (used.used, used.cpus, used.leaves_some) == (4, cpus, leaves)


def test_a_contest_of_serial_lanes_uses_one_cpu_on_purpose() -> None:
    """Nothing is said of those that it left."""
    assert on(HOST, FREE).cpus_used is None


def test_a_run_uses_what_its_most_parallel_contest_uses() -> None:
    """One contest lost its lanes of four workers."""
    contests = [on(HOST, FREE), on(HOST, FREE_THREADS), on(HOST, FREE_FOUR)]
    used = together(HEADER, contests).cpus_used

    assert used is not None
    assert used.workers == 4
    assert together(HEADER, contests[:1]).cpus_used is None


def test_cores_busy_is_cpu_time_over_wall_time() -> None:
    """Two workers that never wait keep two cores busy."""
    assert row(measured(), "3.14t:threads-2").cores_busy.value == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("kind", "counts", "against"),
    [("raised", True, "not thread-safe"), ("hung", True, "fails"), ("disagreed", False, "not thread-safe")],
)
def test_a_lane_that_fails_late_counts_up_to_there(kind: FindingKind, against: str, *, counts: bool) -> None:
    """It is shown as one that failed, and nobody is told to run on it; results that disagree void all of it."""
    finding = Finding(
        contest="cpu/primes@3.14t", lane=FREE_THREADS.name, launch=3, phase="work", kind=kind, reason="no"
    )
    walls = {TWIN: 1e8, CONTROL: 1e8, FREE: 1.1e8, FREE_THREADS: 5e7}
    (made,) = of_run(records(contest(*walls, builds=pair()), trials(walls), [finding])).contests

    assert [(row.lane.name, row.has_failed) for row in made.lanes if row.lane == FREE_THREADS] == [
        (FREE_THREADS.name, True)
    ] * counts
    assert made.findings == (finding,)
    assert made.verdict is not None
    assert made.verdict.winners == ()
    assert [item.kind for item in made.verdict.objections] == [against]


def test_a_reference_that_fails_late_has_figures_all_the_same() -> None:
    """Gains are held against what it did before."""
    finding = Finding(contest="cpu/primes@3.14t", lane=TWIN.name, launch=3, phase="work", kind="raised", reason="no")
    walls = {TWIN: 1e8, CONTROL: 1e8, FREE: 1.1e8}
    (made,) = of_run(records(contest(*walls, builds=pair()), trials(walls), [finding])).contests

    assert [row.lane.name for row in made.lanes] == [TWIN.name, FREE.name]
    assert made.penalties[0].penalty.value == pytest.approx(0.1)
    assert made.instead_of is None


def test_another_lane_stands_in_for_a_reference_that_was_never_measured() -> None:
    """The next one that does the same work in one thread; the notes say so."""
    walls = {TWIN: 1e8, CONTROL: 1e8, FREE: 1.1e8, FREE_THREADS: 5e7}
    kept = [trial for trial in trials(walls) if trial.lane not in {TWIN.name, CONTROL.name}]
    (made,) = of_run(records(contest(*walls, builds=pair()), kept)).contests

    assert (made.contest.reference, made.instead_of) == (FREE.name, TWIN.name)
    assert next(row.gain.value for row in made.lanes if row.gain is not None) == pytest.approx(4.4)
    assert made.penalties == ()
    assert f"{TWIN.name}, which gains are formed against, was not measured: {FREE.name} is." in brief_notes(made)


def test_a_note_leaves_the_lane_in_place() -> None:
    """A lane that did all its work and died while leaving still counts."""
    note = Finding(
        contest="cpu/primes@3.14t", lane=FREE.name, launch=3, phase="end", kind="died at shutdown", reason="SIGABRT"
    )
    (made,) = of_run(records(contest(TWIN, FREE, builds=pair()), trials({TWIN: 1e8, FREE: 1.1e8}), [note])).contests

    assert [item.lane.name for item in made.lanes] == [TWIN.name, FREE.name]


def test_one_launch_gives_figures_without_bounds() -> None:
    """A contest that was cut off early is shown, and its intervals say that they know nothing."""
    (made,) = of_run(records(contest(TWIN, FREE, builds=pair()), trials({TWIN: 1e8, FREE: 1.1e8}, launches=1))).contests
    penalty = made.penalties[0].penalty

    assert penalty.value == pytest.approx(0.10)
    assert math.isinf(penalty.high)


def test_warming_trials_are_left_out_and_told() -> None:
    """A first trial half as slow again in every launch is no part of any figure."""
    cold = [trial(TWIN, launch, number, 1.5e8 if number == 0 else 1e8) for launch in range(7) for number in range(6)]
    (made,) = of_run(records(contest(TWIN), cold)).contests

    assert row(made, "3.14:serial").cold_rounds == 1
    assert row(made, "3.14:serial").time_per_unit.value == pytest.approx(0.01, rel=0.01)


def test_a_missing_reference_leaves_times_only() -> None:
    """Without the reference there is nothing to form a gain or a penalty with."""
    (made,) = of_run(records(contest(TWIN, FREE, builds=pair()), trials({FREE: 1.1e8}))).contests

    assert row(made, "3.14t:serial").gain is None
    assert made.penalties == ()
    assert made.break_evens == ()


def test_a_free_threaded_reference_is_nobodys_twin() -> None:
    """Where the twin's serial lane was not part of the contest, there is no penalty to tell."""
    walls = {FREE: 110 * MS, FREE_GIL: 104 * MS}
    (made,) = of_run(records(contest(*walls, builds=pair()), trials(walls))).contests

    assert made.penalties == ()


def test_every_way_of_a_free_threaded_build_is_compared_with_its_twins_same_way() -> None:
    """Not all with the reference: starting a process is no penalty of starting a thread."""
    ways = {
        msgspec.structs.replace(lane(arm), way=way): wall
        for arm, way, wall in [
            ("3.14", "thread", 1e8),
            ("3.14", "process", 5e8),
            ("3.14t", "thread", 1.1e8),
            ("3.14t", "process", 5e8),
        ]
    }
    of = contest(*ways, builds=pair())
    of = msgspec.structs.replace(of, probe=msgspec.structs.replace(of.probe, ways=("thread", "process")))
    (made,) = of_run(records(of, trials(ways))).contests

    found = {penalty.way: penalty.penalty.value for penalty in made.penalties}
    assert found == {"thread": pytest.approx(0.1, abs=0.02), "process": pytest.approx(0.0, abs=0.02)}
    assert by_pair([made]) == ()
