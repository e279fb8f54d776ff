"""Contests with made-up lanes: who runs when, what becomes of failures, and when it ends."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, cast

import msgspec
import pytest

from builders import RULES, contest, lane, pair, variants
from gilscope.lab import host, sources, topology
from gilscope.lab.contest import Lab
from gilscope.lab.lane import Lane, LaneFailedError
from gilscope.lab.protocol import Imports, Measured, Ready
from gilscope.lab.sources import Revision
from gilscope.lab.topology import Cpu, cpus_for
from gilscope.lab.weighing import Weight
from gilscope.values.lanes import CAPACITY, LaneSpec
from gilscope.values.probes import Target
from gilscope.values.records import Calibration, Code, ContestEnd, Fault, Finding, Memory, Record, Trial, Warming

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gilscope.values.contests import Contest
    from gilscope.values.progress import Progress
    from gilscope.values.rules import Rules
    from gilscope.values.watching import Watched

    Behaviour = Callable[["FakeLane", int], Measured]

TWIN = lane("3.14")
CONTROL = lane("3.14", control=True)
FREE = lane("3.14t")
LANES = (TWIN, FREE)
CPUS = host.pinnable_cpus()
"""Those of this thread before any test has run a contest."""

QUICK = msgspec.structs.replace(RULES, min_launches=3, max_launches=3, precision=1e-9)


class FakeLane(Lane):
    """A lane without a process; ``behaviour`` decides what each trial gives."""

    def __init__(self, spec: LaneSpec, cpus: Sequence[int], behaviour: Behaviour) -> None:
        self.spec = spec
        self.cpus = cpus
        self.cpu = cpus[0] if len(cpus) == 1 else None
        self.gil_was_recorded = False
        self.refused: dict[str, str] = {}
        self.behaviour = behaviour
        self.trials = 0
        self.killed = False
        self.closed = False

    def wait_ready(self, _: float) -> Ready:
        return Ready(gil=self.spec.arm.runtime.facts.gil_enabled)

    def trial(self, loops: int, _: float) -> Measured:
        self.trials += 1
        return self.behaviour(self, loops)

    def imports(self, _: float) -> Imports:
        return Imports(packages={"numpy": f"2.{len(self.spec.arm.name)}"})

    def memory(self) -> Weight:
        return Weight(processes=1, resident_bytes=800, uss_bytes=None, peak_bytes=900)

    def has_children(self) -> bool:
        return False

    def close(self) -> None:
        self.closed = True

    def kill(self) -> None:
        self.killed = True

    def printed(self) -> str:
        return "what it printed"


def measured(fake: FakeLane, loops: int, **changes: object) -> Measured:
    """A trial of a millisecond a loop, of as many workers as there are digests."""
    wall = loops * 1_000_000
    workers = len(cast("tuple[str, ...]", changes.get("digests", ("same",))))
    gil = fake.spec.arm.runtime.facts.gil_enabled
    plain = Measured(
        loops=loops,
        wall_ns=wall,
        starts_ns=(0,) * workers,
        ends_ns=(wall,) * workers,
        cpu_ns=(wall,) * workers,
        wait_ns=(0,) * workers,
        digests=("same",) * workers,
        gil_before=gil,
        gil_after=gil,
    )
    return msgspec.structs.replace(plain, **changes)


class Watcher:
    """An observer that keeps what it is shown."""

    def __init__(self) -> None:
        self.ended: list[ContestEnd] = []
        self.seen: list[Progress] = []

    def waits(self, holder: int | None) -> None: ...

    def contest_begins(self, contest: Contest, rules: Rules) -> None:
        """Nothing to count."""

    def progress(self, progress: Progress) -> None:
        self.seen.append(progress)

    def watched(self, record: Watched) -> None:
        """Nothing to count."""

    def contest_ends(self, end: ContestEnd) -> None:
        self.ended.append(end)


class Fakes:
    """Opens fakes of one kind that behave in one way, and keeps them."""

    def __init__(self, behaviour: Behaviour = measured, kind: type[FakeLane] = FakeLane) -> None:
        self.behaviour = behaviour
        self.kind = kind
        self.opened: list[FakeLane] = []

    def __call__(self, spec: LaneSpec, *_: object, cpus: Sequence[int]) -> FakeLane:
        self.opened.append(self.kind(spec, cpus, self.behaviour))
        return self.opened[-1]


def run(  # noqa: PLR0913 - each is one thing that a contest has of its own
    of: Contest,
    rules: Rules = QUICK,
    seed: int = 1,
    fakes: Fakes | None = None,
    revision: Revision | None = None,
    *,
    watcher: Watcher | None = None,
) -> list[Record]:
    """All records of one contest; its lanes behave well, unless a test says otherwise."""
    records: list[Record] = []
    lab = Lab(
        environ={},
        open_lane=fakes or Fakes(),
        record=records.append,
        observer=watcher or Watcher(),
        random=Random(seed),  # noqa: S311 - an order to repeat, not a secret
        revisions={} if revision is None else {Path(of.probe.path).parent: revision},
    )
    lab.run(of, rules)
    return records


def trials(records: list[Record]) -> list[Trial]:
    """The trials among the records."""
    return [record for record in records if isinstance(record, Trial)]


def findings(records: list[Record]) -> list[Finding]:
    """The findings among the records."""
    return [record for record in records if isinstance(record, Finding)]


def test_lanes_of_one_worker_share_a_cpu_that_changes_from_launch_to_launch(monkeypatch: pytest.MonkeyPatch) -> None:
    """CPUs differ in speed: the ratio of two lanes must not hold the ratio of two CPUs."""
    monkeypatch.setattr(topology, "read", lambda _: (Cpu(number=3), Cpu(number=5)))
    many = msgspec.structs.replace(QUICK, min_launches=12, max_launches=12)
    cpus: dict[int, set[int | None]] = {}
    for trial in trials(run(contest(TWIN, FREE, lane("3.14t", "threads", 2)), many)):
        if trial.lane.endswith("threads-2"):
            assert trial.cpu is None
        else:
            cpus.setdefault(trial.launch, set()).add(trial.cpu)
    assert all(len(chosen) == 1 for chosen in cpus.values())
    assert set.union(*cpus.values()) == {3, 5}


def test_lanes_are_kept_to_the_fastest_kind_of_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers have a fast core each, three do not."""
    hybrid = [Cpu(number=number, kind=int(number > 1)) for number in range(4)]
    monkeypatch.setattr(topology, "read", lambda _: hybrid)
    fakes = Fakes()
    two, three = (lane("3.14t", "threads", workers) for workers in (2, 3))
    run(contest(TWIN, two, three), fakes=fakes)

    assert {fake.cpus for fake in fakes.opened[1:] if fake.spec == TWIN} <= {(0,), (1,)}
    assert {fake.cpus for fake in fakes.opened if fake.spec == two} == {(0, 1)}
    assert {fake.cpus for fake in fakes.opened if fake.spec == three} == {(0, 1, 2, 3)}


def test_lanes_that_do_not_fit_into_memory_are_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference holds 800 bytes: eight processes of its kind need more than there are, the four others do not."""
    monkeypatch.setattr(host, "free_memory", lambda: 4000)
    fakes = Fakes()
    many = lane("3.14", "processes", 8)
    records = run(contest(TWIN, CONTROL, FREE, many, lane("3.14t", "threads", 2)), fakes=fakes)
    (finding,) = findings(records)

    assert (finding.lane, finding.kind, finding.phase, finding.launch) == (many.name, "too large", "start", 0)
    assert "would need about" in finding.reason
    assert many.name not in {fake.spec.name for fake in fakes.opened}
    assert len(fakes.opened) == 1 + 4 * QUICK.min_launches


def test_a_reference_that_failed_to_open_weighs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows then what the others need: they are opened."""

    class Lost(FakeLane):
        """A lane that does not become ready where it is the reference."""

        def wait_ready(self, timeout_s: float) -> Ready:
            if self.spec.name == TWIN.name:
                raise LaneFailedError(Fault("load", "raised", "ImportError: no"))
            return super().wait_ready(timeout_s)

    monkeypatch.setattr(host, "free_memory", lambda: 0)
    records = run(contest(TWIN, FREE), fakes=Fakes(kind=Lost))

    assert {finding.lane for finding in findings(records)} == {TWIN.name}
    assert {trial.lane for trial in trials(records)} == {FREE.name}


def test_every_launch_weighs_every_lane() -> None:
    """Once, while it is alive."""
    held = [record for record in run(contest(TWIN, CONTROL, FREE)) if isinstance(record, Memory)]
    assert sorted((item.launch, item.lane) for item in held) == [
        (launch, spec.name) for launch in range(3) for spec in sorted((TWIN, CONTROL, FREE), key=lambda spec: spec.name)
    ]
    assert {(item.processes, item.resident_bytes, item.peak_bytes) for item in held} == {(1, 800, 900)}
    assert {(item.pss_bytes, item.uss_bytes) for item in held} == {(None, None)}


@pytest.mark.parametrize(
    ("changes", "with_itself"),
    [
        ({"command": ("true",)}, False),
        ({"target": Target(name="spread", path="/w.py", workers_argument="workers")}, True),
    ],
    ids=["program", "workers of its own"],
)
def test_what_is_gone_after_a_unit_is_weighed_in_another(changes: dict[str, object], *, with_itself: bool) -> None:
    """Of every lane but those that spin, once in a launch; a failure there is a finding."""
    asked: list[tuple[str, bool]] = []

    class AtWork(FakeLane):
        """A lane that holds twice as much while it works, and once fails to."""

        def memory_at_work(self, timeout_s: float, *, with_itself: bool) -> Weight:
            assert timeout_s == RULES.timeout_s
            asked.append((self.spec.name, with_itself))
            if self.spec == FREE:
                raise LaneFailedError(Fault("work", "died", "the program ended with exit status 1"))
            return Weight(processes=2, resident_bytes=1600, uss_bytes=None, peak_bytes=900)

    of = contest(TWIN, FREE, CAPACITIES[0])
    of = msgspec.structs.replace(of, probe=msgspec.structs.replace(of.probe, **changes))
    records = run(of, fakes=Fakes(kind=AtWork))

    assert sorted(asked) == sorted([(TWIN.name, with_itself)] * 3 + [(FREE.name, with_itself)])
    held = {(item.lane, item.resident_bytes) for item in records if isinstance(item, Memory)}
    assert held == {(TWIN.name, 1600), (CAPACITIES[0].name, 800)}
    assert [(item.lane, item.launch) for item in findings(records)] == [(FREE.name, 0)]


def test_lanes_are_started_in_an_order_that_changes() -> None:
    """What the first process gets of the machine, no lane gets in every launch."""
    fakes = Fakes()
    run(contest(TWIN, CONTROL, FREE), msgspec.structs.replace(QUICK, min_launches=9, max_launches=9), fakes=fakes)
    assert len({fakes.opened[number].spec for number in range(0, 27, 3)}) == 3


def test_who_wants_no_pinning_gets_none() -> None:
    """A probe with threads of its own needs all CPUs."""
    fakes = Fakes()
    free = run(contest(TWIN, FREE), msgspec.structs.replace(QUICK, pin=False), fakes=fakes)
    assert {trial.cpu for trial in trials(free)} == {None}
    assert not any(fake.cpus for fake in fakes.opened)


def test_ways_are_never_pinned() -> None:
    """A way starts workers of its own: on one CPU they would take turns, and threads would race no more."""
    fakes = Fakes()
    of = contest(TWIN, FREE)
    probe = msgspec.structs.replace(of.probe, ways=("one",))
    lanes = tuple(msgspec.structs.replace(spec, way="one") for spec in of.lanes)
    ways = msgspec.structs.replace(of, probe=probe, lanes=lanes, reference=lanes[0].name)

    assert {trial.cpu for trial in trials(run(ways, fakes=fakes))} == {None}
    assert len(fakes.opened) == 1 + 2 * QUICK.min_launches
    assert not any(fake.cpus for fake in fakes.opened)


THREADS = lane("3.14t", "threads", 2)
CAPACITIES = (lane("3.14", "capacity", 1), lane("3.14", "capacity", 2))


@pytest.mark.parametrize(
    ("others_ns", "children", "pinned"),
    [(0, False, True), (1_052_000, False, True), (1_053_000, False, False), (0, True, False)],
    ids=["alone", "a twentieth", "above", "children"],
)
def test_work_with_workers_of_its_own_is_pinned_nowhere(
    others_ns: int, monkeypatch: pytest.MonkeyPatch, *, children: bool, pinned: bool
) -> None:
    """Its threads would take turns on one CPU. They are seen by their CPU time, or its processes by being there."""
    monkeypatch.setattr(host, "pinnable_cpus", lambda: (3, 5))
    monkeypatch.setattr(FakeLane, "has_children", lambda _: children)
    records = run(contest(TWIN, FREE), fakes=Fakes(lambda fake, loops: measured(fake, loops, others_ns=(others_ns,))))

    assert {trial.cpu is not None for trial in trials(records)} == {pinned}
    assert [record.own_workers for record in records if isinstance(record, Calibration)] == [not pinned]


def test_few_microseconds_of_others_are_no_workers() -> None:
    """A unit that only sleeps has so little CPU time itself that reading two clocks looks like a share of it."""
    for others_ns, own_workers in ((50_000, False), (50_001, True)):
        fakes = Fakes(partial(measured, cpu_ns=(1000,), others_ns=(others_ns,)))
        found = [item.own_workers for item in run(contest(TWIN), fakes=fakes) if isinstance(item, Calibration)]
        assert found == [own_workers]


def test_a_probe_may_say_that_it_starts_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then nobody has to notice."""
    monkeypatch.setattr(host, "pinnable_cpus", lambda: (3, 5))
    of = contest(TWIN, FREE)
    records = run(msgspec.structs.replace(of, probe=msgspec.structs.replace(of.probe, own_workers=True)))

    assert {trial.cpu for trial in trials(records)} == {None}


def test_lanes_of_the_machine_spin_for_as_long_in_loops_of_their_own() -> None:
    """What they do is not what the probe does, so that nobody compares its result."""

    def behave(fake: FakeLane, loops: int) -> Measured:
        if fake.spec.shows_capacity:
            return measured(fake, loops, wall_ns=loops * 500_000, digests=("spun",) * fake.spec.workers)
        return measured(fake, loops)

    records = run(contest(TWIN, THREADS, *CAPACITIES), fakes=Fakes(behave))

    loops = {trial.lane: trial.loops for trial in trials(records)}
    assert loops == {TWIN.name: 20, THREADS.name: 20, CAPACITIES[0].name: 40, CAPACITIES[1].name: 40}
    assert findings(records) == []


def test_the_machine_is_shown_for_as_long_as_parallel_lanes_are_measured() -> None:
    """Once only serial lanes are too wide, nobody needs more than one of it; nor does it keep a contest going."""
    noisy = {FREE.name: [1.0, 1.3], CAPACITIES[1].name: [1.0, 3.0]}

    def behave(fake: FakeLane, loops: int) -> Measured:
        factors = noisy.get(fake.spec.name, [1.0])
        return measured(fake, loops, wall_ns=round(loops * 1_000_000 * factors[len(fakes.opened) // 7 % len(factors)]))

    fakes = Fakes(behave)
    rules = msgspec.structs.replace(RULES, min_launches=6, max_launches=12)
    records = run(contest(TWIN, FREE, THREADS, *CAPACITIES), rules, fakes=fakes)

    last = max(trial.launch for trial in trials(records))
    assert last >= 6
    assert {trial.lane for trial in trials(records) if trial.launch == last} == {
        spec.name for spec in (TWIN, FREE, CAPACITIES[0])
    }
    assert {trial.lane for trial in trials(records) if trial.launch == 0} == {
        spec.name for spec in (TWIN, FREE, THREADS, *CAPACITIES)
    }


@pytest.mark.skipif(not host.pinnable_cpus(), reason="this system pins no thread")
@pytest.mark.parametrize("pin", [True, False], ids=["pinned", "not pinned"])
def test_we_wait_on_the_cpu_of_the_lanes(*, pin: bool) -> None:
    """Neither has to wake an idle CPU then. Lanes of several workers, started from there, get cores for all."""
    waited: list[tuple[int, ...]] = []

    def wait(fake: FakeLane, loops: int) -> Measured:
        if fake is not fakes.opened[0]:
            waited.append(host.pinnable_cpus())
        return measured(fake, loops)

    fakes = Fakes(wait)
    run(contest(TWIN, lane("3.14t", "threads", 2)), msgspec.structs.replace(QUICK, pin=pin), fakes=fakes)

    scout, *opened = fakes.opened
    assert scout.cpus == ()
    alone = {fake.cpus for fake in opened if fake.spec == TWIN}
    assert alone == ({(cpu,) for (cpu,) in waited} if pin else {()})
    assert {fake.cpus for fake in fakes.opened if fake.spec != TWIN} == {
        cpus_for(topology.read(CPUS), 2) if pin else ()
    }
    assert pin or set(waited) == {CPUS}
    assert host.pinnable_cpus() == CPUS


def test_every_round_runs_every_lane_once_in_an_order_that_changes() -> None:
    """Interleaved, and not always in the same order."""
    rounds: dict[tuple[int, int], list[str]] = {}
    for trial in trials(run(contest(TWIN, CONTROL, FREE))):
        rounds.setdefault((trial.launch, trial.round), []).append(trial.lane)

    assert {tuple(sorted(lanes)) for lanes in rounds.values()} == {tuple(sorted((TWIN.name, CONTROL.name, FREE.name)))}
    assert len({tuple(lanes) for lanes in rounds.values()}) > 1


def test_what_drifts_evenly_within_a_launch_cancels() -> None:
    """Every trial takes longer than the one before it, whichever lane it is: no lane pays for that."""
    clock = count()

    def drifting(fake: FakeLane, loops: int) -> Measured:
        return measured(fake, loops, wall_ns=loops * 1_000_000 + 10_000 * next(clock))

    four = msgspec.structs.replace(QUICK, rounds=4)
    walls: dict[int, dict[str, list[int]]] = {}
    for trial in trials(run(contest(TWIN, CONTROL, FREE), four, fakes=Fakes(drifting))):
        walls.setdefault(trial.launch, {}).setdefault(trial.lane, []).append(trial.wall_ns)

    for by_lane in walls.values():
        assert len({sum(lane[:2]) for lane in by_lane.values()}) == 1
        assert len({sum(lane[2:]) for lane in by_lane.values()}) == 1
    assert len({tuple(lane) for by_lane in walls.values() for lane in by_lane.values()}) > 1


def test_the_order_is_reversed_without_a_lane_that_failed() -> None:
    """A lane that ends in the first round of a pair has no turn in the second."""

    def once(fake: FakeLane, loops: int) -> Measured:
        if fake.spec == FREE and fake.trials > 1:
            raise LaneFailedError(Fault("work", "died", "gone"))
        return measured(fake, loops)

    rounds: dict[tuple[int, int], list[str]] = {}
    for trial in trials(run(contest(TWIN, CONTROL, FREE), fakes=Fakes(once))):
        rounds.setdefault((trial.launch, trial.round), []).append(trial.lane)

    assert rounds[0, 1] == [name for name in reversed(rounds[0, 0]) if name != FREE.name]


def test_a_runtime_with_threads_of_its_own_has_all_cpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one worker as with several: else the one would share its CPU with a compiler and a collector."""
    monkeypatch.setattr(host, "pinnable_cpus", lambda: (3, 5))
    monkeypatch.setattr(host, "pin", lambda *_: None)
    jython = msgspec.structs.replace(TWIN.arm.runtime.facts, implementation="Jython")
    runtime = msgspec.structs.replace(TWIN.arm.runtime, facts=jython)
    serial = msgspec.structs.replace(TWIN, arm=msgspec.structs.replace(TWIN.arm, runtime=runtime))
    fakes = Fakes()
    run(contest(serial, FREE), fakes=fakes)
    pinned = [fake for fake in fakes.opened if fake.cpus]

    assert {fake.cpus for fake in pinned if fake.spec == serial} == {(3, 5)}
    assert set() < {fake.cpus for fake in pinned if fake.spec == FREE} <= {(3,), (5,)}


def test_the_order_is_the_seeds() -> None:
    """The same seed gives the same order, another one another."""
    orders = [[trial.lane for trial in trials(run(contest(TWIN, CONTROL, FREE), seed=seed))] for seed in (1, 1, 2)]

    assert orders[0] == orders[1]
    assert orders[0] != orders[2]


def test_loops_are_calibrated_once_and_shared() -> None:
    """A unit of a millisecond is looped to fill a trial of twenty, in every lane and launch alike."""
    records = run(contest(TWIN, FREE))

    assert [record.loops for record in records if isinstance(record, Calibration)] == [20]
    assert {trial.loops for trial in trials(records)} == {20}


def test_a_lane_that_compiles_is_left_to_run_before_its_rounds() -> None:
    """In each launch, and before its loops are found; trials of the rounds alone are recorded."""
    compiling = msgspec.structs.replace(TWIN.arm, environ={"PYTHON_JIT": "1"})
    twin = msgspec.structs.replace(TWIN, arm=compiling)
    unit_ns = {True: 1_000_000, False: 100_000}
    fakes = Fakes(lambda fake, loops: measured(fake, loops, wall_ns=loops * unit_ns[fake.trials < 8]))
    records = run(contest(twin, FREE), fakes=fakes)
    warmings = [record for record in records if isinstance(record, Warming)]

    assert {(record.lane, record.is_steady) for record in warmings} == {(twin.name, True)}
    assert [record.launch for record in warmings] == list(range(len(warmings)))
    assert [record.loops for record in records if isinstance(record, Calibration)] == [100]


@pytest.mark.parametrize(("unit_ns", "loops"), [(10_000_000, 1), (9_999_999, 3)])
def test_half_a_trial_is_enough(unit_ns: int, loops: int) -> None:
    """Of twenty milliseconds that a trial should take, ten are left alone; less is looped to fill them."""
    fakes = Fakes(lambda fake, loops: measured(fake, loops, wall_ns=loops * unit_ns))

    assert [item.loops for item in run(contest(TWIN), fakes=fakes) if isinstance(item, Calibration)] == [loops]


def test_a_unit_that_takes_no_time_is_looped_ten_million_times() -> None:
    """A clock that stands still must not make a trial endless."""
    fakes = Fakes(lambda fake, loops: measured(fake, loops, wall_ns=1))

    assert [item.loops for item in run(contest(TWIN), fakes=fakes) if isinstance(item, Calibration)] == [10_000_000]


def test_a_unit_that_never_fills_a_trial_is_asked_twelve_times() -> None:
    """It takes nine milliseconds, however often it is called."""
    fakes = Fakes(lambda fake, loops: measured(fake, loops, wall_ns=9_000_000))
    run(contest(TWIN), fakes=fakes)

    assert fakes.opened[0].trials == 12


def test_a_probe_may_fix_its_loops() -> None:
    """Where ways differ a thousandfold, a trial full of the fastest would take the slowest minutes."""
    of = contest(TWIN, FREE)
    records = run(msgspec.structs.replace(of, probe=msgspec.structs.replace(of.probe, loops=3)))

    assert [record.loops for record in records if isinstance(record, Calibration)] == [3]
    assert {trial.loops for trial in trials(records)} == {3}


def test_each_launch_has_fresh_lanes() -> None:
    """A scout and three launches of two lanes are seven processes, all of them closed and gone."""
    fakes = Fakes()
    run(contest(TWIN, FREE), fakes=fakes)

    assert len(fakes.opened) == 7
    assert all(fake.closed and fake.killed for fake in fakes.opened)


def test_a_failing_lane_becomes_a_finding_and_the_contest_goes_on() -> None:
    """It is left out of later launches; the others are not."""

    def fail(fake: FakeLane, loops: int) -> Measured:
        if fake.spec.name == FREE.name:
            raise LaneFailedError(Fault("work", "raised", "ValueError: no", "Traceback ..."))
        return measured(fake, loops)

    fakes = Fakes(fail)
    records = run(contest(TWIN, CONTROL, FREE), fakes=fakes)

    assert [(item.lane, item.kind, item.launch) for item in findings(records)] == [(FREE.name, "raised", 0)]
    assert {trial.launch for trial in trials(records) if trial.lane == CONTROL.name} == {0, 1, 2}
    assert sum(fake.spec.name == FREE.name for fake in fakes.opened) == 1


def test_nobody_is_always_the_first() -> None:
    """Also not in the first round of a launch, which is unlike all others."""
    firsts = Counter(
        trials(run(contest(TWIN, FREE), msgspec.structs.replace(QUICK, rounds=1), seed))[0].lane for seed in range(40)
    )

    assert set(firsts) == {TWIN.name, FREE.name}
    assert min(firsts.values()) >= 40 / 5


def test_a_different_result_fails_the_lane() -> None:
    """The reference's result is the right one."""
    fakes = Fakes(
        lambda fake, loops: measured(fake, loops, digests=("other" if fake.spec.name == FREE.name else "same",))
    )
    (finding,) = findings(run(contest(TWIN, FREE), fakes=fakes))

    assert (finding.lane, finding.kind) == (FREE.name, "disagreed")
    assert "other" in finding.reason


def test_results_that_vary_are_told_and_not_compared() -> None:
    """A function that gives another result at every call fails nobody."""
    fakes = Fakes(lambda fake, loops: measured(fake, loops, digests=(f"{fake.spec.name} {fake.trials}",)))
    records = run(contest(TWIN, FREE), fakes=fakes)

    assert [item.kind for item in findings(records)] == ["varies"]
    assert {trial.lane for trial in trials(records)} == {TWIN.name, FREE.name}


@pytest.mark.parametrize(("text", "words"), [("42", "42 instead of 41"), ("41", "both begin with 41")])
def test_results_that_differ_are_shown_as_they_begin(text: str, words: str) -> None:
    """Nobody can read a digest; where both begin alike, that is what can be said."""

    def behave(fake: FakeLane, loops: int) -> Measured:
        if fake.spec == FREE:
            return measured(fake, loops, digests=("b",), shown=(text,))
        return measured(fake, loops, digests=("a",), shown=("41",))

    (finding,) = findings(run(contest(TWIN, FREE), fakes=Fakes(behave)))

    assert finding.reason == f"its result is not that of {TWIN.name}: {words}"


def by_process(fake: FakeLane, loops: int) -> Measured:
    """A result that is another in every process, such as its number."""
    return measured(fake, loops, digests=(f"{id(fake)}",), shown=(f"of {fake.spec.name}",))


def test_where_the_control_disagrees_no_lane_is_to_blame() -> None:
    """The work gives another result to one interpreter, on one thread: threads have nothing to do with it."""
    records = run(contest(TWIN, CONTROL, FREE, THREADS), fakes=Fakes(by_process))
    (finding,) = findings(records)

    assert (finding.lane, finding.kind, finding.fails_lane) == (TWIN.name, "not repeatable", False)
    assert f"of {CONTROL.name} instead of of {TWIN.name}" in finding.reason
    assert {trial.lane for trial in trials(records)} == {spec.name for spec in (TWIN, CONTROL, FREE, THREADS)}


def test_a_reference_that_disagrees_with_itself_accuses_nobody() -> None:
    """Its own second round is enough."""

    def behave(fake: FakeLane, loops: int) -> Measured:
        is_second = fake.spec == TWIN and len(fakes.opened) > 1 and fake.trials == 2
        return measured(fake, loops, digests=("odd" if is_second else "same",))

    fakes = Fakes(behave)
    records = run(contest(TWIN, FREE), msgspec.structs.replace(QUICK, rounds=2), fakes=fakes)

    assert [(finding.lane, finding.kind) for finding in findings(records)] == [(TWIN.name, "not repeatable")]


def test_a_control_without_its_reference_is_judged_as_any_lane() -> None:
    """What is expected is another lane's then."""

    def behave(fake: FakeLane, loops: int) -> Measured:
        if fake.spec == TWIN and len(fakes.opened) > 1:
            raise LaneFailedError(Fault("work", "died", "gone"))
        return measured(fake, loops, digests=("odd" if fake.spec == CONTROL else "same",))

    kinds = set()
    for seed in range(6):  # whichever of both runs first
        fakes = Fakes(behave)
        kinds |= {finding.kind for finding in findings(run(contest(TWIN, FREE, CONTROL), seed=seed, fakes=fakes))}

    assert kinds == {"died", "disagreed"}


def test_what_each_arm_ran_is_recorded_once() -> None:
    """A serial lane of each arm is asked when it has nothing more to measure, in the first launch only."""
    code = [record for record in run(contest(TWIN, CONTROL, FREE, THREADS)) if isinstance(record, Code)]

    assert [(of.arm, of.libraries) for of in code] == [("3.14", {"numpy": "2.4"}), ("3.14t", {"numpy": "2.5"})]
    assert {of.commit for of in code} == {None}


def test_code_is_recorded_though_nothing_ran() -> None:
    """What was wrong with it may be mended before the run is continued."""

    def fail(*_: object) -> Measured:
        raise LaneFailedError(Fault("load", "raised", "ImportError: numpy"))

    code = [record for record in run(contest(TWIN, FREE), fakes=Fakes(fail)) if isinstance(record, Code)]

    assert [of.arm for of in code] == ["3.14", "3.14t"]


def test_code_has_the_commit_that_it_was_at() -> None:
    """And whether it had been changed since."""
    of = contest(TWIN)
    code = [record for record in run(of, revision=Revision("1a2b", is_dirty=True)) if isinstance(record, Code)]

    assert [(item.commit, item.is_dirty) for item in code] == [("1a2b", True)]


def test_a_gil_that_was_turned_on_is_told() -> None:
    """A free-threaded lane that ends a trial with the GIL on, but not one whose GIL is forced on."""
    fakes = Fakes(lambda fake, loops: measured(fake, loops, gil_after=True))
    told = findings(run(contest(TWIN, FREE, lane("3.14t+gil")), fakes=fakes))

    assert {(item.lane, item.kind) for item in told} == {(FREE.name, "GIL turned on")}
    assert told[0].detail == "what it printed"


def test_the_most_launches_end_a_contest_of_wide_intervals() -> None:
    """Noise that never narrows runs into ``max_launches``."""
    noise = Random(3)  # noqa: S311 - noise to repeat, not a secret
    fakes = Fakes(lambda fake, loops: measured(fake, loops, wall_ns=int(loops * 1_000_000 * noise.uniform(1, 2))))
    rules = msgspec.structs.replace(RULES, min_launches=3, max_launches=7, precision=0.001)
    (end,) = [record for record in run(contest(TWIN, FREE), rules, fakes=fakes) if isinstance(record, ContestEnd)]

    assert (end.reason, end.launches) == ("launches", 7)


def test_a_contest_that_is_known_ends_early() -> None:
    """Ratios without noise need no more than the first stage."""
    rules = msgspec.structs.replace(RULES, min_launches=4, max_launches=50, precision=0.01)
    (end,) = [record for record in run(contest(TWIN, FREE), rules) if isinstance(record, ContestEnd)]

    assert (end.reason, end.launches) == ("precise", 4)


def test_no_lane_left_ends_a_contest() -> None:
    """All lanes fail; the contest says so instead of going round in circles."""

    def fail(*_: object) -> Measured:
        raise LaneFailedError(Fault("load", "raised", "ImportError: numpy"))

    fakes = Fakes(fail)
    records = run(contest(TWIN, FREE, builds=pair()), fakes=fakes)
    (end,) = [record for record in records if isinstance(record, ContestEnd)]

    assert end.reason == "no lane left"
    assert {item.lane for item in findings(records)} == {TWIN.name, FREE.name}


def test_no_lane_outlives_an_interrupt() -> None:
    """Ctrl-C in the middle of a round kills every lane on its way out."""

    def interrupt(fake: FakeLane, loops: int) -> Measured:
        if fake.trials > 2:
            raise KeyboardInterrupt
        return measured(fake, loops)

    fakes = Fakes(interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(contest(TWIN, FREE), fakes=fakes)
    assert all(fake.killed for fake in fakes.opened)
    assert not any(fake.closed for fake in fakes.opened[1:])
    assert host.pinnable_cpus() == CPUS


def test_results_of_slow_units_that_vary_are_told_too() -> None:
    """One call fills a trial; that it is followed by another in calibration shows that no two are alike."""
    fakes = Fakes(
        lambda fake, loops: measured(
            fake, loops, wall_ns=loops * 500_000_000, digests=(f"{fake.spec.name} {fake.trials}",)
        )
    )
    records = run(contest(TWIN, FREE), fakes=fakes)

    assert [item.kind for item in findings(records)] == ["varies"]
    assert {trial.lane for trial in trials(records)} == {TWIN.name, FREE.name}
    assert {trial.loops for trial in trials(records)} == {1}


def test_a_cold_first_call_does_not_decide_the_loops() -> None:
    """A unit that takes a second at first and a millisecond from then on is looped to fill a trial of twenty."""
    fakes = Fakes(lambda fake, loops: measured(fake, loops, wall_ns=10**9 if fake.trials == 1 else loops * 1_000_000))
    assert [item.loops for item in run(contest(TWIN), fakes=fakes) if isinstance(item, Calibration)] == [20]


def test_workers_of_one_lane_must_agree() -> None:
    """One of two threads gets another result than everybody else."""
    threads = lane("3.14t", "threads", 2)
    fakes = Fakes(
        lambda fake, loops: measured(fake, loops, digests=("same", "other") if fake.spec is threads else ("same",))
    )
    (finding,) = findings(run(contest(TWIN, threads), fakes=fakes))

    assert (finding.lane, finding.kind) == (threads.name, "disagreed")


def test_without_its_reference_a_contest_still_ends() -> None:
    """No ratio can be formed any more; the others are measured, and the most launches are the most."""

    def fail(fake: FakeLane, loops: int) -> Measured:
        if fake.spec.name == TWIN.name and len(fakes.opened) > 4:
            raise LaneFailedError(Fault("work", "raised", "ValueError: no"))
        return measured(fake, loops)

    fakes = Fakes(fail)
    rules = msgspec.structs.replace(RULES, min_launches=3, max_launches=7)
    records = run(contest(TWIN, CONTROL, FREE), rules, fakes=fakes)
    (end,) = [record for record in records if isinstance(record, ContestEnd)]

    assert (end.reason, end.launches) == ("launches", 7)
    assert {trial.launch for trial in trials(records) if trial.lane == FREE.name} == set(range(7))


def test_the_display_follows_every_trial() -> None:
    """It is shown the lane before its trial, and the widest interval as soon as there is one."""
    watcher = Watcher()
    records = run(contest(TWIN, CONTROL, FREE), watcher=watcher)
    seen = watcher.seen

    assert [(item.lane, item.launch) for item in seen] == [(item.lane, item.launch + 1) for item in trials(records)]
    assert {item.launches for item in seen} == {3}
    assert [item.launch for item in seen if item.widest < 1][:1] == [3]
    assert all(item.soonest_s <= item.latest_s for item in seen)


def test_a_contest_knows_its_length_before_its_first_trial() -> None:
    """Three lanes of a unit that is said to take two seconds exceed the budget; that it took less is known soon."""
    watcher = Watcher()
    fakes = Fakes(lambda fake, loops: measured(fake, loops, wall_ns=loops * 2_000_000_000))
    run(contest(TWIN, CONTROL, FREE), fakes=fakes, watcher=watcher)

    assert watcher.seen[0].latest_s >= 3 * 4 * 3 * 2 > QUICK.budget_s
    assert watcher.seen[-1].latest_s < QUICK.budget_s


def test_the_budget_ends_a_contest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that runs away leaves the fewest launches that give an interval at all."""
    seconds = iter(range(0, 10**6, 20))
    monkeypatch.setattr("time.monotonic", lambda: float(next(seconds)))
    rules = msgspec.structs.replace(RULES, min_launches=3, max_launches=50, precision=1e-9, budget_s=60)
    (end,) = [record for record in run(contest(TWIN, FREE), rules) if isinstance(record, ContestEnd)]

    assert (end.reason, end.launches) == ("budget", 2)


def test_a_lane_that_dies_on_its_way_out_still_counts() -> None:
    """All was done before; it is told, and the lane takes part in the next launch."""

    class Dying(FakeLane):
        """A lane that dies when it is closed."""

        def close(self) -> None:
            if self.spec.name == FREE.name:
                raise LaneFailedError(Fault("end", "died at shutdown", "all was done, then it died of SIGABRT"))

    fakes = Fakes(kind=Dying)
    records = run(contest(TWIN, FREE), fakes=fakes)

    assert [(item.launch, item.kind) for item in findings(records)] == [(n, "died at shutdown") for n in range(3)]
    assert {trial.launch for trial in trials(records) if trial.lane == FREE.name} == {0, 1, 2}
    assert all(fake.killed for fake in fakes.opened)


def test_a_lane_that_cannot_be_started_is_a_finding() -> None:
    """The interpreter has gone since it was found; the others are measured."""

    class Gone(FakeLane):
        """A lane whose interpreter is not there any more."""

        def __init__(self, spec: LaneSpec, cpus: Sequence[int], behaviour: Behaviour) -> None:
            if spec.name == FREE.name:
                raise LaneFailedError(Fault("start", "died", "cannot be started: no such file"))
            super().__init__(spec, cpus, behaviour)

    records = run(contest(TWIN, CONTROL, FREE), fakes=Fakes(kind=Gone))

    assert [(item.lane, item.phase) for item in findings(records)] == [(FREE.name, "start")]
    assert {trial.lane for trial in trials(records)} == {TWIN.name, CONTROL.name}


def test_an_interrupt_while_lanes_open_kills_those_that_are() -> None:
    """Ctrl-C comes while the second lane is waited for."""

    class Interrupted(FakeLane):
        """A lane during whose start the user loses patience."""

        def wait_ready(self, timeout_s: float) -> Ready:
            if self.spec.name == FREE.name:
                raise KeyboardInterrupt
            return super().wait_ready(timeout_s)

    fakes = Fakes(kind=Interrupted)

    with pytest.raises(KeyboardInterrupt):
        run(contest(TWIN, FREE), fakes=fakes)
    assert len(fakes.opened) == 1 + 2
    assert all(fake.killed for fake in fakes.opened)


MAIN, HEAD = lane("3.14t main"), lane("3.14t HEAD")
MAIN_THREADS, HEAD_THREADS = (lane(f"3.14t {label}", "threads", 2) for label in ("main", "HEAD"))
LABELS = {spec.name: spec.arm.name for spec in (MAIN, HEAD, MAIN_THREADS, HEAD_THREADS)}


def test_a_variant_with_results_of_its_own_is_told_and_measured() -> None:
    """Once a launch; its lanes agree among themselves, so that none of them fails."""
    fakes = Fakes(lambda fake, loops: measured(fake, loops, digests=(LABELS[fake.spec.name],)))
    records = run(variants(MAIN, MAIN_THREADS, HEAD, HEAD_THREADS), fakes=fakes)

    assert [(item.lane, item.kind, item.launch) for item in findings(records)] == [
        (HEAD.name, "differs", launch) for launch in range(3)
    ]
    assert findings(records)[0].reason.startswith(f"its results are not those of {MAIN.name}: ")
    assert {trial.lane for trial in trials(records) if trial.launch == 2} == set(LABELS)


def test_a_lane_that_disagrees_with_its_own_variant_fails() -> None:
    """As in any contest."""
    odd = {**LABELS, HEAD_THREADS.name: "odd"}
    fakes = Fakes(lambda fake, loops: measured(fake, loops, digests=(odd[fake.spec.name],)))
    found = findings(run(variants(MAIN, MAIN_THREADS, HEAD, HEAD_THREADS), fakes=fakes))

    assert [item.lane for item in found if item.kind == "disagreed"] == [HEAD_THREADS.name]


def test_variants_with_one_result_are_told_nothing() -> None:
    """Nor is one whose first variant failed: there is nothing to compare it with."""

    def fail_first(fake: FakeLane, loops: int) -> Measured:
        if fake.spec is MAIN and fake.trials > 12:
            raise LaneFailedError(Fault("work", "raised", "ValueError: no"))
        return measured(fake, loops)

    of = variants(MAIN, MAIN_THREADS, HEAD, HEAD_THREADS)

    assert findings(run(of)) == []
    assert {item.kind for item in findings(run(of, fakes=Fakes(fail_first)))} <= {"raised"}


@pytest.mark.parametrize(
    ("noisy", "last"),
    [
        ({HEAD_THREADS}, {MAIN, MAIN_THREADS, HEAD_THREADS}),
        ({HEAD_THREADS, MAIN_THREADS}, {MAIN, MAIN_THREADS}),
    ],
    ids=["one of both", "both together"],
)
def test_a_lane_of_a_variant_is_measured_until_its_ratio_to_the_first_ones_is_known(
    noisy: set[LaneSpec], last: set[LaneSpec]
) -> None:
    """It is not beside the serial reference that it has to be known, and its rival keeps it company."""

    def behave(fake: FakeLane, loops: int) -> Measured:
        factor = (1.0, 1.3)[(len(fakes.opened) - 2) // 4 % 2] if fake.spec in noisy else 1.0
        return measured(fake, loops, wall_ns=round(loops * 1_000_000 * factor))

    fakes = Fakes(behave)
    rules = msgspec.structs.replace(RULES, min_launches=6, max_launches=7)
    records = run(variants(MAIN, MAIN_THREADS, HEAD, HEAD_THREADS), rules, fakes=fakes)

    assert {trial.lane for trial in trials(records) if trial.launch == 6} == {spec.name for spec in last}


def test_code_that_is_changed_meanwhile_ends_the_contest(monkeypatch: pytest.MonkeyPatch) -> None:
    """No lane is of two codes: what was measured before counts, and the finding names the file."""
    answers = iter([None, None, Path("work.py")])
    monkeypatch.setattr(sources, "changed", lambda _: next(answers))
    records = run(contest(TWIN, FREE))
    (end,) = (record for record in records if isinstance(record, ContestEnd))

    assert (end.reason, end.launches) == ("changed", 2)
    assert {trial.launch for trial in trials(records)} == {0, 1}
    assert [(item.kind, item.launch) for item in findings(records)] == [("changed", 2)]
    assert findings(records)[0].reason.startswith("work.py was changed")


def test_a_machine_that_sleeps_ends_the_launch_and_not_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trial is not kept, nor are those that would be paired with it; the next launch is measured as ever."""
    fakes = Fakes()
    asleep_s = [0.0]
    monkeypatch.setattr(host, "slept_s", lambda: asleep_s[0])

    def behave(fake: FakeLane, loops: int) -> Measured:
        if len(fakes.opened) == 1 + 2 * len(LANES) and fake.trials == 2:  # one was a scout
            asleep_s[0] = 3600.0
        return measured(fake, loops)

    fakes.behaviour = behave
    records = run(contest(*LANES), fakes=fakes)
    (end,) = (record for record in records if isinstance(record, ContestEnd))
    rounds = {launch: {trial.round for trial in trials(records) if trial.launch == launch} for launch in range(3)}

    assert end.launches == 3
    assert [(item.kind, item.launch) for item in findings(records)] == [("slept", 1)]
    assert rounds[0] == rounds[2] == set(range(QUICK.rounds))
    assert rounds[1] < rounds[0]


def test_what_failed_beside_the_first_look_is_not_opened_for_the_second() -> None:
    """The machine may be too busy for a lane of its capacity, and then for the reference."""
    capacity = LaneSpec(arm=TWIN.arm, model=CAPACITY, workers=1)

    class Late(FakeLane):
        """A lane that gives no answer in time, if it is the reference or shows capacity."""

        def wait_ready(self, deadline: float) -> Ready:
            if self.spec in {TWIN, capacity}:
                raise LaneFailedError(Fault("start", "hung", "gave no answer"))
            return super().wait_ready(deadline)

    fakes = Fakes(kind=Late)
    records = run(contest(TWIN, FREE, capacity), fakes=fakes)

    assert [fake.spec for fake in fakes.opened].count(capacity) == 1
    assert {trial.lane for trial in trials(records)} == {FREE.name}


@pytest.mark.parametrize(("hanging", "measured"), [(1, True), (2, False)])
def test_one_lane_that_hangs_does_not_take_the_others_with_it(hanging: int, *, measured: bool) -> None:
    """Two do: the others would hang too, each for as long."""
    hung = {TWIN.name, FREE.name} if hanging > 1 else {TWIN.name}

    class Hangs(FakeLane):
        """A lane that gives no answer."""

        def wait_ready(self, deadline: float) -> Ready:
            if self.spec.name in hung:
                raise LaneFailedError(Fault("start", "hung", "gave no answer"))
            return super().wait_ready(deadline)

    records = run(contest(TWIN, lane("3.14", "threads", 2), FREE), fakes=Fakes(kind=Hangs))

    assert bool(trials(records)) == measured
    assert {trial.lane for trial in trials(records)} <= {"3.14:threads-2", FREE.name}
