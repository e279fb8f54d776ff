"""The records of a run, as they are stored: trials, findings, the host, and all of them read back."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import msgspec

from gilscope.values.bounds import Amount, Cpus, Number, Positive, Seconds
from gilscope.values.contests import Contest, Skip
from gilscope.values.rules import Rules
from gilscope.values.watching import Watched

if TYPE_CHECKING:
    from gilscope.values.lanes import LaneSpec


class Calls(msgspec.Struct, frozen=True, kw_only=True):
    """The calls of one worker in a trial that has a deadline: how many counted, and how long they took.

    They took ``ns`` nanoseconds together, from the gate to the end of the last one that counted. ``median_ns`` and
    ``longest_ns`` are those of single calls; ``p99_ns`` is None where there were too few to have a 99th percentile.
    """

    count: Positive
    ns: Positive
    median_ns: Amount
    longest_ns: Amount
    p99_ns: Amount | None = None


class Timing(msgspec.Struct, frozen=True):
    """One timed block of work, as the agent saw it; the tuples have one entry per worker.

    ``wall_ns`` is the makespan, from the gate to the last worker's end, and less where a unit times itself and leaves
    something out (see ``agent/trials.py``); ``starts_ns`` and ``ends_ns`` count from the gate. ``own_ns`` (what units
    that time themselves report) is empty for all others, and ``observed`` is what the unit saw. ``calls`` are there
    where a trial has a deadline instead of a number of loops.

    ``cpu_ns`` is the worker's own thread's CPU time, ``others_ns`` that of further threads and ended children of its
    process. ``wait_ns`` is the time runnable without a CPU, ``system_ns`` the part of the CPU time that the kernel
    took. Switches of the thread are ``voluntary`` or ``involuntary``. ``collections`` and their pauses ``paused_ns``
    are those of all the lane's interpreters. None stands for what the system does not report, and so do, in runs of
    formats before 3, empty tuples; there ``cpu_ns`` was the whole process's where a worker had one to itself.
    """

    loops: Positive
    wall_ns: Positive
    starts_ns: tuple[Amount, ...]
    ends_ns: tuple[Positive, ...]
    cpu_ns: tuple[Amount, ...]
    wait_ns: tuple[Amount | None, ...]
    gil_before: bool
    gil_after: bool
    own_ns: tuple[Amount, ...] = ()
    others_ns: tuple[Amount, ...] = ()
    system_ns: tuple[Amount | None, ...] = ()
    voluntary: tuple[Amount | None, ...] = ()
    involuntary: tuple[Amount | None, ...] = ()
    faults: tuple[Amount | None, ...] = ()
    collections: Amount | None = None
    paused_ns: Amount | None = None
    observed: dict[str, float | str] = {}
    calls: tuple[Calls, ...] = ()

    def check(self) -> None:
        """Refuse tuples that do not have one entry per worker.

        Raises:
            ValueError: some have another number of entries, or there is no worker.
        """
        workers = len(self.ends_ns)
        if not workers == len(self.starts_ns) == len(self.cpu_ns) > 0:
            raise ValueError(f"a trial of {len(self.starts_ns)}, {workers} or {len(self.cpu_ns)} workers")
        untold = (self.wait_ns, self.own_ns, self.others_ns, self.system_ns)
        for of_each in (*untold, self.voluntary, self.involuntary, self.faults, self.calls):
            if of_each and len(of_each) != workers:
                raise ValueError(f"a trial of {workers} or {len(of_each)} workers")


class Trial(Timing, frozen=True, kw_only=True, tag="trial"):
    """One timed block of work in one lane.

    ``digest`` is that of the first worker's result, ``cpu`` the number of the CPU that the lane was pinned to, if it
    was.
    """

    contest: str
    lane: str
    launch: Number
    round: Number
    digest: str
    cpu: Amount | None = None


Quantity = Literal["resident", "PSS", "USS"]
"""What memory is counted in."""

QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)
"""All of them, in order of how well lanes compare by them."""


class Memory(msgspec.Struct, frozen=True, kw_only=True, tag="memory"):
    """The memory that a lane held at the end of a launch, over all its processes, in bytes.

    Of work with workers of its own, and of programs, it is the most that they held at one time in a further unit. None
    stands for what is not known. ``resident_bytes`` counts every page once and in full, whoever else maps it, and
    ``peak_bytes`` is the most that the largest of the processes ever had resident (see ``lab/weighing.py``). Where the
    system does not report the former, ``uss_bytes`` has the pages that no other process maps. Format 2 knew neither:
    its ``pss_bytes`` count a page that several processes map in parts, those of other lanes among them.
    """

    contest: str
    lane: str
    launch: Number
    processes: Positive
    resident_bytes: Positive | None = None
    peak_bytes: Positive | None = None
    pss_bytes: Positive | None = None
    uss_bytes: Positive | None = None

    @property
    def amounts(self) -> dict[Quantity, int]:
        """What is known of the memory held."""
        known = zip(QUANTITIES, (self.resident_bytes, self.pss_bytes, self.uss_bytes), strict=True)
        return {quantity: amount for quantity, amount in known if amount is not None}


FindingKind = Literal[
    "raised",
    "unparsable",
    "missing",
    "unsupported",
    "worker died",
    "died",
    "died at shutdown",
    "hung",
    "too large",
    "garbage",
    "replaced",
    "forked",
    "disagreed",
    "varies",
    "not repeatable",
    "differs",
    "changed",
    "slept",
    "GIL turned on",
    "fell back",
]

CANNOT_BE_COMPARED: frozenset[FindingKind] = frozenset({"varies", "not repeatable"})
"""Kinds of finding after which results of lanes say nothing of the lanes."""

NOTES: frozenset[FindingKind] = CANNOT_BE_COMPARED | {
    "differs",
    "changed",
    "slept",
    "died at shutdown",
    "GIL turned on",
    "fell back",
}
"""Kinds of finding after which a lane's trials still count."""


VOID: frozenset[FindingKind] = frozenset({"disagreed", "garbage", "unsupported"})
"""Kinds of finding after which no trial of a lane counts: it does something else, says what is not, or is not there."""


class Fault(msgspec.Struct, frozen=True):
    """A fault in a lane: its phase, its kind, the reason, and details such as a traceback."""

    phase: str
    kind: FindingKind
    reason: str
    detail: str = ""

    @property
    def fails_lane(self) -> bool:
        """Whether the lane ended with it."""
        return self.kind not in NOTES


class Finding(Fault, frozen=True, kw_only=True, tag="finding"):
    """A fault with its place: what a lane did instead of, or besides, delivering trials.

    ``phase`` is where it happened: start, load, setup, work, check or end. ``detail`` holds a traceback, the threads'
    stacks, or the end of what the lane printed.
    """

    contest: str
    lane: str
    launch: Number


class SourceFile(msgspec.Struct, frozen=True):
    """The file of a module, with a digest of what it held when it was measured."""

    path: str
    digest: str


class Code(msgspec.Struct, frozen=True, kw_only=True, tag="code"):
    """The code that the lanes of one arm ran, besides the interpreter's own.

    ``modules`` are the person's own by name, ``libraries`` the versions of installed packages that were imported, and
    ``commit`` is that of the git repository which holds the workload, None where none does; ``is_dirty`` says that
    files of it had been changed since.
    """

    contest: str
    arm: str
    modules: dict[str, SourceFile]
    libraries: dict[str, str] = {}
    commit: str | None = None
    is_dirty: bool = False


class Calibration(msgspec.Struct, frozen=True, kw_only=True, tag="calibration"):
    """The number of units that one worker runs in every trial of a contest, in any lane.

    One unit does ``inner_loops`` times what is asked about. Lanes that show the machine's capacity run
    ``capacity_loops`` units of their own. ``own_workers`` says that the work was seen to start threads or processes
    itself, so that no lane was pinned.
    """

    contest: str
    loops: Positive
    inner_loops: Positive = 1
    capacity_loops: Positive = 1
    own_workers: bool = False

    def loops_of(self, lane: LaneSpec) -> int:
        """How many units each worker of a lane runs in a trial."""
        return self.capacity_loops if lane.shows_capacity else self.loops


class Warming(msgspec.Struct, frozen=True, kw_only=True, tag="warming"):
    """A lane whose interpreter compiles while it runs was left to run before the rounds of a launch.

    It took so many ``trials``, ``seconds`` together. It ``is_steady`` where the last of them were no faster than those
    before.
    """

    contest: str
    lane: str
    launch: Number
    trials: Positive
    seconds: Seconds
    is_steady: bool


class ContestEnd(msgspec.Struct, frozen=True, kw_only=True, tag="contest end"):
    """Why a contest ended: ``precise``, ``decided``, ``budget``, ``launches``, ``changed`` or ``no lane left``.

    It ``began`` at this time (UTC, ISO 8601), which runs of formats before 7 do not hold, and took these ``seconds``.
    """

    contest: str
    reason: str
    seconds: Seconds
    launches: Amount
    began: str | None = None


class CoreKind(msgspec.Struct, frozen=True, kw_only=True):
    """The cores of one kind, and the CPUs that they have."""

    cores: Positive
    cpus: Positive


class HostCard(msgspec.Struct, frozen=True, kw_only=True):
    """The machine a run was made on; None stands for what the system does not report.

    In older runs it also stands for what was not asked yet. ``cpus_online`` and ``cpus_physical`` (its cores) are the
    whole machine's. ``cores``, ``siblings`` (the most CPUs of one core), ``sockets``, ``numa_nodes`` and ``kinds`` (of
    core, the fastest first) are those of the CPUs that the affinity mask leaves.
    """

    name: str
    system: str
    kernel: str
    machine: str
    cpu: str | None
    cpus_online: Positive
    cpus_usable: Cpus
    affinity: Positive | None
    cgroup_quota: float | None
    load_1min: float | None
    steal_percent: float | None
    virtualisation: str | None
    governor: str | None
    memory_bytes: Positive | None
    cpus_physical: Positive | None = None
    cores: Positive | None = None
    siblings: Positive | None = None
    sockets: Positive | None = None
    numa_nodes: Positive | None = None
    kinds: tuple[CoreKind, ...] = ()

    @property
    def usable_cores(self) -> float:
        """Usable CPUs, of which those that share a core count as one."""
        return min(self.cpus_usable, self.cores or self.cpus_physical or self.cpus_usable)

    @property
    def cores_of_a_kind(self) -> float:
        """How many workers have a core each without a mixture of kinds; infinite where there is one kind."""
        return self.kinds[0].cores if len(self.kinds) > 1 else math.inf


class RunHeader(msgspec.Struct, frozen=True, kw_only=True, tag="run"):
    """The first record of a stored run; ``schema`` is the store's format, ``seed`` orders the rounds."""

    schema: Positive
    id: str
    started: str
    gilscope: str
    suite: str
    seed: Amount
    rules: Rules
    host: HostCard


Record = RunHeader | Contest | Skip | Code | Calibration | Warming | Trial | Memory | Watched | Finding | ContestEnd


class Damage(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a run's file that holds no record, or one that nothing else there fits."""

    line: int
    reason: str


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A stored run, read back whole but for its ``damages``."""

    path: Path
    header: RunHeader
    contests: tuple[Contest, ...]
    skips: tuple[Skip, ...] = ()
    code: tuple[Code, ...] = ()
    calibrations: tuple[Calibration, ...] = ()
    warmings: tuple[Warming, ...] = ()
    trials: tuple[Trial, ...] = ()
    memory: tuple[Memory, ...] = ()
    watched: tuple[Watched, ...] = ()
    findings: tuple[Finding, ...] = ()
    ends: tuple[ContestEnd, ...] = ()
    damages: tuple[Damage, ...] = ()
