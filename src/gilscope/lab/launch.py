"""One launch of a contest: fresh processes for its lanes, rounds in random orders, failures turned into findings."""

from __future__ import annotations

import contextlib
import time
from operator import attrgetter
from typing import TYPE_CHECKING, Protocol, Self

import msgspec

from gilscope.lab import calibrating, fallbacks, fitting, host, warming
from gilscope.lab.agreement import Agreement
from gilscope.lab.calibrating import others_work
from gilscope.lab.environment import lane_environment
from gilscope.lab.gil_warning import turned_on
from gilscope.lab.lane import LaneFailedError
from gilscope.lab.topology import cpus_for
from gilscope.values.records import Calibration, Fault, Finding, Memory, Timing, Trial, Warming
from gilscope.values.rules import PAIR
from gilscope.values.watching import Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from random import Random
    from types import TracebackType

    from gilscope.lab.lane import Lane
    from gilscope.lab.protocol import Imports, Measured
    from gilscope.lab.topology import Cpu
    from gilscope.values.contests import Contest
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.probes import Probe
    from gilscope.values.records import Record


SLEPT_S = 0.5
"""Seconds for which the machine may sleep while a lane is at work: clocks differ by less, and a lid takes longer."""

_timing = attrgetter(*Timing.__struct_fields__)


class LaneOpener(Protocol):
    """An opener starts lanes: the class `gilscope.lab.lane.Lane` with its guardian, or a test's fake."""

    def __call__(self, spec: LaneSpec, probe: Probe, environ: Mapping[str, str], /, *, cpus: Sequence[int]) -> Lane:
        """Start a lane, kept to these CPUs if any are given.

        Raises:
            LaneFailedError: it cannot be started at all.
        """


class Surroundings:
    """What all launches of a run share: the lanes' environment and opener, the record keeper, the random order."""

    def __init__(
        self, environ: Mapping[str, str], open_lane: LaneOpener, record: Callable[[Record], None], random: Random
    ) -> None:
        self.environ = environ
        self.open_lane = open_lane
        self.record = record
        self.random = random


class Launch:
    """A context manager: inside it the lanes are open, and none outlives it.

    ``cpus`` are all that this thread may use. Without any, nothing is pinned.
    ``failed`` holds the names of the lanes that ended with a finding; they are gone from ``lanes``. ``has_hung`` says
    whether one of them gave no answer in time, and ``has_slept`` that the machine slept. ``filled_s`` is what a trial
    took of each lane in which one was filled.
    """

    def __init__(
        self, around: Surroundings, contest: Contest, number: int, timeout_s: float, cpus: Sequence[Cpu]
    ) -> None:
        self.lanes: dict[str, Lane] = {}
        self.failed: set[str] = set()
        self.filled_s: dict[str, float] = {}
        self._around = around
        self._contest = contest
        self._number = number
        self._timeout_s = timeout_s
        self._cpus = cpus
        self._agreement = Agreement(contest)
        self.has_hung = False
        self.has_slept = False
        self._inner_loops: dict[str, int] = {}
        self._order: list[str] = []

    def open(self, specs: Sequence[LaneSpec]) -> Self:
        """Start all lanes side by side, in random order, then wait for each within one time limit.

        They share a hash seed that no other launch has. Those of one worker share a CPU too: CPUs of one machine differ
        in speed, for as long as a neighbour is busy, and lanes on different ones would differ with them. We wait on
        that CPU ourselves: an idle one has to be woken before each trial and after it, which takes longer than all
        else that a trial costs. The order is drawn since memory may come to processes in the order in which they start,
        launch after launch. A runtime that starts threads of its own shares its CPU with nobody (`_cpus_of`).
        """
        deadline = time.monotonic() + self._timeout_s
        hash_seed = self._around.random.randrange(1, 2**32)
        shared = (self._around.random.choice(cpus_for(self._cpus, 1)),) if self._cpus else ()
        host.pin(host.THIS_THREAD, shared)
        for spec in self._around.random.sample(specs, len(specs)):
            with self._finding(spec.name):
                environ = lane_environment(self._around.environ, spec.arm, hash_seed)
                cpus = self._cpus_of(spec, shared)
                self.lanes[spec.name] = self._around.open_lane(spec, self._contest.probe, environ, cpus=cpus)
        for name, lane in list(self.lanes.items()):
            with self._finding(name):
                ready = lane.wait_ready(deadline)
                self._inner_loops[name] = ready.inner_loops
                self._note_gil(lane, is_on=ready.gil)
        return self

    def _cpus_of(self, spec: LaneSpec, shared: tuple[int, ...]) -> tuple[int, ...]:
        """The CPUs that a lane is kept to: all, where the runtime's own threads would share one with the work.

        A virtual machine of Java chooses its collector by how many there are, so that lanes would not be alike either.
        """
        if spec.arm.runtime.facts.starts_threads and not spec.shows_capacity:
            return tuple(cpu.number for cpu in self._cpus)
        return shared if spec.workers == 1 else cpus_for(self._cpus, spec.workers)

    def refuse_too_large(self, specs: Sequence[LaneSpec]) -> None:
        """Fail the lanes that would not fit into memory side by side, judged by what the reference holds now."""
        reference = self.lanes.get(self._contest.reference)
        weight = None if reference is None else reference.memory()
        if weight is None:
            return
        held = weight.held_bytes
        reasons = fitting.too_large(specs, self._contest.probe, held, host.free_memory() + held)
        for name, reason in reasons.items():
            with self._finding(name):
                raise LaneFailedError(Fault("start", "too large", reason))

    def __enter__(self) -> Self:
        """The lanes are opened by `open`, inside the context, so that a failure there closes them too."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the lanes, or kill them where something went wrong."""
        try:
            if kind is None:
                for name, lane in list(self.lanes.items()):
                    with self._finding(name):
                        lane.close()
        finally:
            for lane in self.lanes.values():
                lane.kill()
            host.pin(host.THIS_THREAD, [cpu.number for cpu in self._cpus])

    def calibrate(self, target_ns: int) -> Calibration | None:
        """Find the loops of a trial: the probe's own, or as many as fill one in a living lane.

        Lanes that show the machine's capacity have loops of their own, found in one of them where one is open.
        """
        loops: dict[bool, int] = {True: 1}
        own_workers, inner_loops = False, 1
        for name, lane in list(self.lanes.items()):
            with self._finding(name):
                if lane.spec.shows_capacity:
                    loops[True] = self._fill(lane, target_ns).loops
                elif self._contest.probe.loops is not None:
                    loops[False], inner_loops = self._contest.probe.loops, self._inner_loops[name]
                else:
                    filled = self._fill(lane, target_ns)
                    loops[False], inner_loops = filled.loops, self._inner_loops[name]
                    own_workers = lane.spec.model == "serial" and (others_work(filled) or lane.has_children())
        if False not in loops:
            return None
        return Calibration(
            contest=self._contest.id,
            loops=loops[False],
            inner_loops=inner_loops,
            capacity_loops=loops[True],
            own_workers=own_workers,
        )

    def warm(self, calibration: Calibration) -> None:
        """Let the lanes whose interpreters compile while they run get fast, and record what that took."""
        for name, lane in list(self.lanes.items()):
            if lane.spec.arm.compiles and not lane.spec.shows_capacity and self._contest.probe.is_timed:
                with self._finding(name):
                    warmed = warming.warm(lane, calibration.loops_of(lane.spec), self._timeout_s)
                    self._around.record(
                        Warming(contest=self._contest.id, lane=name, launch=self._number, **warmed._asdict())
                    )

    def round(
        self, number: int, calibration: Calibration, *, compare: bool, begins: Callable[[str], None]
    ) -> Iterator[tuple[str, Measured, float]]:
        """Run one trial of every lane; yield lane, what was measured, and seconds of real time.

        ``begins`` is called with the name of the lane before each of them.

        Rounds come in pairs: a random order, then its reverse. What drifts evenly meanwhile is as long before a lane
        as behind it, and cancels in the mean of both; so does what a place in the order is worth.

        The round ends where the machine slept (the lid of a laptop was closed): no time that it measured says anything.

        With ``compare``, a lane fails whose result differs from the reference's. Results are compared once all lanes
        have run, so that no lane need be the first.
        """
        if number % PAIR == 0:
            self._order = self._around.random.sample(list(self.lanes), len(self.lanes))
        else:
            self._order = [name for name in reversed(self._order) if name in self.lanes]
        digests: dict[str, Sequence[str]] = {}
        slept_s = host.slept_s()
        for name in self._order:
            begins(name)
            began_s = time.monotonic()
            with self._finding(name):
                spec = self.lanes[name].spec
                timing = self.lanes[name].trial(calibration.loops_of(spec), self._timeout_s)
                if not spec.shows_capacity:
                    digests[name] = timing.digests
                    self._agreement.see(timing)
                self._note_gil(self.lanes[name], is_on=timing.gil_after)
                if host.slept_s() > slept_s + SLEPT_S:
                    self.find(name, Fault("work", "slept", "the machine slept meanwhile: this launch ends there"))
                    self.has_slept = True
                    return
                self._around.record(self._trial(name, number, timing))
                yield name, timing, time.monotonic() - began_s
        if compare:
            self._compare(digests)

    def weigh(self) -> None:
        """Record the memory that every lane holds: now, or in a further unit where it has workers of its own.

        Those, and programs, are gone once a unit is done.
        """
        probe = self._contest.probe
        for name, lane in list(self.lanes.items()):
            with self._finding(name):
                if lane.spec.shows_capacity or not (probe.takes_workers or probe.is_program):
                    weight = lane.memory()
                else:
                    weight = lane.memory_at_work(self._timeout_s, with_itself=not probe.is_program)
                if weight is not None:
                    self._around.record(
                        Memory(contest=self._contest.id, lane=name, launch=self._number, **weight._asdict())
                    )

    def watch(self, loops: int) -> None:
        """Have one more trial of this length watched in the lanes that are to be, and record what was seen."""
        for name in self._contest.watched:
            if name in self.lanes:
                with self._finding(name):
                    seen = msgspec.structs.asdict(self.lanes[name].watch(loops, self._timeout_s))
                    self._around.record(Watched(contest=self._contest.id, lane=name, launch=self._number, **seen))

    def imports(self) -> dict[str, Imports]:
        """Ask a lane of each arm what it has imported; nothing is measured after that."""
        found: dict[str, Imports] = {}
        for name, lane in sorted(self.lanes.items(), key=lambda item: item[1].spec.model != "serial"):
            arm = lane.spec.arm.name
            if not lane.spec.shows_capacity and arm not in found:
                with self._finding(name):
                    found[arm] = lane.imports(self._timeout_s)
        return found

    def find_fallbacks(self, imports: Mapping[str, Imports]) -> None:
        """Record the lanes in which Python code does what an extension does elsewhere."""
        for lane in self.lanes.values():
            of_arm = imports.get(lane.spec.arm.name)
            fault = of_arm and fallbacks.refused(of_arm.extensions, lane.refused)
            if fault:
                self.find(lane.spec.name, fault)
        specs = [lane.spec for lane in self.lanes.values() if not lane.spec.shows_capacity]
        for name, fault in fallbacks.without_extensions(specs, self._contest.pair, imports):
            self.find(name, fault)

    def find(self, name: str, fault: Fault) -> None:
        """Record what went wrong in a lane."""
        fields = msgspec.structs.asdict(fault)
        self._around.record(Finding(contest=self._contest.id, lane=name, launch=self._number, **fields))

    @contextlib.contextmanager
    def _finding(self, name: str) -> Iterator[None]:
        """Turn a lane's failure into a finding, and go on without the lane."""
        try:
            yield
        except LaneFailedError as error:
            lane = self.lanes.pop(name, None)
            if lane is not None:
                lane.kill()
            self.has_hung |= error.fault.kind == "hung"
            self.find(name, error.fault)
            if error.fault.fails_lane:
                self.failed.add(name)

    def _fill(self, lane: Lane, target_ns: int) -> Measured:
        """Find how many loops fill a trial of a lane, and note where results vary; return the last trial."""
        timing, results = calibrating.fill(lane, target_ns, self._timeout_s)
        if lane.spec.arm.compiles:
            warming.warm(lane, timing.loops, self._timeout_s)
            timing, results = calibrating.fill(lane, target_ns, self._timeout_s)
        self.filled_s[lane.spec.name] = timing.wall_ns / 1e9
        if len(results) > 1:
            first, second, *_ = results.values()
            reason = f"the result differs from call to call: {first}, then {second}"
            self.find(lane.spec.name, Fault("work", "varies", reason))
        return timing

    def _trial(self, name: str, number: int, measured: Measured) -> Trial:
        return Trial(
            *_timing(measured),
            contest=self._contest.id,
            lane=name,
            launch=self._number,
            round=number,
            digest=measured.digests[0],
            cpu=self.lanes[name].cpu,
        )

    def _compare(self, digests: Mapping[str, Sequence[str]]) -> None:
        """Fail the lanes with a worker whose result differs from the expected one; note what is no lane's fault."""
        for name, fault in self._agreement.faults(digests):
            if fault.fails_lane:
                with self._finding(name):
                    raise LaneFailedError(fault)
            else:
                self.find(name, fault)

    def _note_gil(self, lane: Lane, *, is_on: bool) -> None:
        """Record, once per launch, that a lane has the GIL on that should run without it."""
        arm = lane.spec.arm
        if not is_on or arm.gil_forced or arm.runtime.facts.build == "default" or lane.gil_was_recorded:
            return
        lane.gil_was_recorded = True
        printed = lane.printed()
        self.find(lane.spec.name, Fault("work", "GIL turned on", turned_on(printed), printed))
