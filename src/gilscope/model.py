"""The frozen values that travel between rooms.

Times are integers in nanoseconds and say so in their names; ratios are plain floats.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

Build = Literal["default", "free-threaded"]


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What one interpreter says of itself, gathered by the agent running inside it.

    ``executable`` is the interpreter's own ``sys.executable`` with links resolved, and ``gil_enabled`` the GIL's
    real state after start-up. ``config_args`` are ``configure``'s arguments without installation paths.
    ``interpreters_api`` names the module that makes subinterpreters, or is None.
    """

    executable: str
    base_prefix: str
    implementation: str
    version: tuple[int, int, int]
    version_text: str
    build: Build
    gil_enabled: bool
    compiler: str
    config_args: tuple[str, ...]
    pgo: bool
    lto: bool
    debug: bool
    jit: Literal["absent", "off", "on"]
    interpreters_api: str | None
    own_gil: bool
    platform: str


class Runtime(msgspec.Struct, frozen=True, kw_only=True):
    """One interpreter on disk that can be measured.

    ``name`` is what tables and the command line call it (``3.14t``); it is unique among the runtimes found together.
    ``origin`` says where it was found: ``pyenv``, ``uv``, ``PATH``, ``gilscope`` (built here), ``--python``, or
    ``system`` (python-discovery knows it, from Windows' registry for example).
    """

    name: str
    executable: str
    origin: str
    facts: Facts


class Unusable(msgspec.Struct, frozen=True, kw_only=True):
    """An interpreter that cannot be measured, and why.

    ``kind`` is ``broken`` (does not start, hangs, answers rubbish), ``too old`` (CPython below 3.8),
    ``other implementation`` (PyPy and the like) or ``absent`` (wished for in ``matrix/runtimes.toml``).
    """

    name: str
    kind: Literal["broken", "too old", "other implementation", "absent"]
    reason: str
    executable: str | None = None
    origin: str | None = None
    facts: Facts | None = None


class Census(msgspec.Struct, frozen=True, kw_only=True):
    """All interpreters found on the machine, usable or not."""

    runtimes: tuple[Runtime, ...]
    unusable: tuple[Unusable, ...]


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """A free-threaded runtime and the default build it is compared with.

    ``twin`` is None where no default build of the same minor version was found.
    ``differences`` lists, in words, every fact in which the two builds differ; an empty tuple means comparable.
    """

    free_threaded: Runtime
    twin: Runtime | None
    differences: tuple[str, ...]


class Arm(msgspec.Struct, frozen=True, kw_only=True):
    """A runtime started one way: as built, or a free-threaded build with its GIL forced on (``3.14t+gil``)."""

    name: str
    runtime: Runtime
    gil_forced: bool = False


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """A workload as text: what it asks and how it may be run, known without running it.

    ``id`` is its path below ``probes/`` without the suffix (``cpu/primes``), or ``file.py:function`` for a callable in
    a script that knows nothing of gilscope. ``shared`` means that threads share one state. A ``benchmark`` is one of a
    script written for pyperf, which is run with the arguments ``argv``.

    ``ways`` are functions of the script to be compared with each other, instead of models: each is a context manager
    that gives a unit of work. A ``case`` is passed to its ways, or to its setup. Units that are ``self_timed`` return
    the nanoseconds that count. Units of ways that observe something return what they saw, by the names in ``observes``,
    each of which has a unit (empty for what is told in words). ``loops`` fixes how many units a trial has, and
    ``timeout_s`` shortens the time limit of its lanes.
    Where one of its ``dependencies`` cannot be imported, the lane is unsupported and has not failed.
    """

    id: str
    path: str
    question: str
    kind: str
    function: str | None = None
    shared: bool = False
    requires_python: str | None = None
    dependencies: tuple[str, ...] = ()
    benchmark: str | None = None
    argv: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    case: int | float | str | None = None
    self_timed: bool = False
    observes: dict[str, str] = {}
    loops: int | None = None
    timeout_s: float | None = None

    @property
    def is_timed(self) -> bool:
        """Whether the length of its trials says anything: a look at something takes as long as it takes."""
        return not self.observes

    @property
    def weighs_workers(self) -> bool:
        """Whether it asks what workers hold that have nothing to do."""
        return self.kind == "memory"

    @property
    def asks_about_workers(self) -> bool:
        """Whether it asks about workers themselves, and spreads no work over them."""
        return bool(self.ways) or self.weighs_workers

    @property
    def sends_payloads(self) -> bool:
        """Whether it sends payloads to workers; its cases are their sizes in bytes."""
        return self.kind == "transport"

    @property
    def payload(self) -> str:
        """The shape of the payloads that it sends: its id without its kind and its case."""
        return self.id.removeprefix(f"{self.kind}/").removesuffix(f"/{self.case}")

    @property
    def is_rung(self) -> bool:
        """Whether it is a rung of the contention ladder: threads share what it works on."""
        return self.kind == "shared"

    @property
    def times_requests(self) -> bool:
        """Whether it observes how long requests take beside busy workers; its cases are switch intervals."""
        return self.kind == "latency"

    @property
    def shows_isolation(self) -> bool:
        """Whether it observes what interpreters have in common."""
        return self.kind == "isolation"


CONTROL = "#control"
"""What the name of the reference lane's second copy ends with."""


def lane_name(arm: str, work: str = "serial") -> str:
    """The name of a lane of an arm that does some work: a model with its workers (``threads-2``), or a way."""
    return f"{arm}:{work}"


def arm_and_work(lane: str) -> tuple[str, str]:
    """The two parts of a lane's name."""
    arm, _, work = lane.partition(":")
    return arm, work


def is_control(lane: str) -> bool:
    """Whether a lane's name is that of the reference lane's second copy."""
    return lane.endswith(CONTROL)


class LaneSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One lane of a contest before it is opened; ``control`` marks the second copy of the reference lane.

    ``way`` is the function that is measured where the probe has ways; its lane is a serial one to us.
    """

    arm: Arm
    model: str
    workers: int
    control: bool = False
    way: str | None = None

    @property
    def work(self) -> str:
        """The lane's name without its arm, e.g. ``threads-2``."""
        return self.way or (self.model if self.model == "serial" else f"{self.model}-{self.workers}")

    @property
    def name(self) -> str:
        """The lane's name in its contest, e.g. ``3.14t:threads-2``."""
        return lane_name(self.arm.name, self.work) + (CONTROL if self.control else "")


EVERY_LANE = "all"
"""What a skip calls its lane where a whole script is left out."""


class Skip(msgspec.Struct, frozen=True, kw_only=True, tag="skip"):
    """Something asked for that is not measured: which lane (or contest), and why."""

    contest: str
    lane: str
    reason: str


class Contest(msgspec.Struct, frozen=True, kw_only=True, tag="contest"):
    """The lanes of one probe that are measured together; a value that serialises, and all that a lab needs.

    ``reference`` is the name of the lane that ratios are formed against: the twin's serial lane where there is a pair.
    """

    id: str
    probe: Probe
    lanes: tuple[LaneSpec, ...]
    reference: str
    pair: Pair | None = None


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """When a contest has measured enough.

    ``precision`` is the half width asked of every interval, as a fraction; ``budget_s`` the seconds after which no
    further launch is begun. At least ``min_launches`` and at most ``max_launches`` of ``rounds`` rounds are run. With
    ``pin``, lanes of one worker stay on one CPU, the same for all lanes of a launch; lanes of ways never do, since
    a way starts workers of its own.
    """

    min_launches: int
    max_launches: int
    rounds: int
    trial_ms: int
    precision: float
    budget_s: float
    timeout_s: float
    pin: bool = True


class Trial(msgspec.Struct, frozen=True, kw_only=True, tag="trial"):
    """One timed block of work in one lane.

    ``wall_ns`` is the makespan, from the gate to the last worker's end, and less where a unit times itself and leaves
    something out (see ``agent/trials.py``); ``starts_ns`` and ``ends_ns`` count from the gate. The lists have one entry
    per worker; ``wait_ns`` (time runnable without a CPU) is None where unknown, and ``own_ns`` (what units that time
    themselves told) empty for all others. ``cpu`` is the number of the CPU that the lane was pinned to, if it was, and
    ``observed`` what its unit saw.
    """

    contest: str
    lane: str
    launch: int
    round: int
    loops: int
    wall_ns: int
    starts_ns: tuple[int, ...]
    ends_ns: tuple[int, ...]
    cpu_ns: tuple[int, ...]
    wait_ns: tuple[int | None, ...]
    digest: str
    gil_before: bool
    gil_after: bool
    own_ns: tuple[int, ...] = ()
    cpu: int | None = None
    observed: dict[str, float | str] = {}


class Memory(msgspec.Struct, frozen=True, kw_only=True, tag="memory"):
    """What a lane held at the end of a launch, over all its processes, in bytes.

    ``pss_bytes`` counts a page that several processes share in parts (None where the system does not tell),
    ``uss_bytes`` leaves such pages out.
    """

    contest: str
    lane: str
    launch: int
    processes: int
    pss_bytes: int | None
    uss_bytes: int


FindingKind = Literal[
    "raised",
    "unparsable",
    "missing",
    "unsupported",
    "worker died",
    "died",
    "died at shutdown",
    "hung",
    "garbage",
    "forked",
    "disagreed",
    "varies",
    "GIL turned on",
]

NOTES: frozenset[FindingKind] = frozenset({"varies", "died at shutdown", "GIL turned on"})
"""Kinds of finding after which a lane's trials still count."""


class Fault(msgspec.Struct, frozen=True):
    """A fault is what went wrong in a lane: its phase, its kind, the reason, and what is on record."""

    phase: str
    kind: FindingKind
    reason: str
    detail: str = ""

    @property
    def fails_lane(self) -> bool:
        """Whether the lane ended with it."""
        return self.kind not in NOTES


class Finding(Fault, frozen=True, kw_only=True, tag="finding"):
    """What a lane did instead of, or besides, delivering trials: a fault with its place.

    ``phase`` is where it happened: start, load, setup, work, check or end. ``detail`` holds a traceback, the threads'
    stacks, or the end of what the lane printed.
    """

    contest: str
    lane: str
    launch: int


class Calibration(msgspec.Struct, frozen=True, kw_only=True, tag="calibration"):
    """How many units one worker runs in every trial of a contest, the same in all lanes.

    One unit does ``inner_loops`` times what is asked about.
    """

    contest: str
    loops: int
    inner_loops: int = 1


class ContestEnd(msgspec.Struct, frozen=True, kw_only=True, tag="contest end"):
    """Why a contest ended: ``precise``, ``budget``, ``launches`` or ``no lane left``; seconds it took."""

    contest: str
    reason: str
    seconds: float
    launches: int


class HostCard(msgspec.Struct, frozen=True, kw_only=True):
    """The machine a run was made on; None is what this system does not tell (or what older runs did not ask)."""

    name: str
    system: str
    kernel: str
    machine: str
    cpu: str | None
    cpus_online: int
    cpus_usable: float
    affinity: int | None
    cgroup_quota: float | None
    load_1min: float | None
    steal_percent: float | None
    virtualisation: str | None
    governor: str | None
    memory_bytes: int | None
    cpus_physical: int | None = None

    @property
    def usable_cores(self) -> float:
        """Usable CPUs, of which those that share a core count as one."""
        return min(self.cpus_usable, self.cpus_physical or self.cpus_usable)


class RunHeader(msgspec.Struct, frozen=True, kw_only=True, tag="run"):
    """The first record of a stored run; ``schema`` is the store's format, ``seed`` orders the rounds."""

    schema: int
    id: str
    started: str
    gilscope: str
    suite: str
    seed: int
    rules: Rules
    host: HostCard


Record = RunHeader | Contest | Skip | Calibration | Trial | Memory | Finding | ContestEnd


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A stored run, read back whole; ``torn`` lines were cut off or damaged, and are left out."""

    path: Path
    header: RunHeader
    contests: tuple[Contest, ...]
    skips: tuple[Skip, ...] = ()
    calibrations: tuple[Calibration, ...] = ()
    trials: tuple[Trial, ...] = ()
    memory: tuple[Memory, ...] = ()
    findings: tuple[Finding, ...] = ()
    ends: tuple[ContestEnd, ...] = ()
    torn: int = 0
