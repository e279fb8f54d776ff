"""Contests as values: probes, lanes, skips, and the rules by which a contest ends."""

from __future__ import annotations

import msgspec

from gilscope.values.bounds import (
    Amount,
    Launches,
    Positive,
    PositiveSeconds,
    Precision,
    Whole,
    Workers,
)
from gilscope.values.interventions import Intervention
from gilscope.values.runtimes import Arm, Pair


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A callable of a person's own: ``name`` in the file at ``path``, or in ``module``, which is imported by name.

    The name of a method stands behind that of its class and a dot. A module is looked for in the folders ``search``
    before all others, and what a file of tests imports behind them; ``path`` is where it is, None where only the
    interpreter finds it. Where its project is ``installed``, other folders come first, since an installation may hold
    what the sources lack. ``arguments`` are literals as a call has them: ``(512, mode='fast')``. One that spreads its
    work itself is given its number of workers by the name ``workers_argument``. A test that only pytest can call has
    its id below the file as ``node``: ``TestParse::test_it[small]``.
    """

    name: str
    path: str | None = None
    module: str | None = None
    search: tuple[str, ...] = ()
    installed: bool = False
    arguments: str = "()"
    workers_argument: str | None = None
    node: str | None = None

    def given(self, workers: int) -> Target:
        """The callable with its number of workers among its arguments; unchanged where it takes none."""
        if self.workers_argument is None:
            return self
        arguments = [*filter(None, [self.arguments[1:-1]]), f"{self.workers_argument}={workers}"]
        return msgspec.structs.replace(self, arguments=f"({', '.join(arguments)})")


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """Statements as ``python -m timeit`` takes them, and their setup; modules are looked for in ``search`` first."""

    code: str
    setup: str
    search: tuple[str, ...]


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of worker among several that work side by side: what it calls, and how many threads do so."""

    name: str
    target: Target
    workers: Workers

    @property
    def label(self) -> str:
        """The role as people type it, without its file: ``read*3``."""
        return f"{self.name}*{self.workers}"


WORKERS = "{workers}"
"""What stands for its number of workers among a program's words."""


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """A workload as text: what it asks and how it may be run, known without running it.

    ``id`` is its path below ``probes/`` without the suffix (``cpu/primes``), or ``file.py:function`` for a callable
    that knows nothing of gilscope: its ``target``, called with what ``setup`` makes where there is one. A ``statement``
    is measured as it was typed. With ``roles``, unlike work is measured side by side: each role alone, then together.
    ``shared`` means that threads share one state. Every interpreter that runs
    its work holds ``heap`` live objects beside it, which the collector tracks. With ``own_workers``, the work starts
    threads or processes itself, and none of its lanes is pinned. A ``benchmark`` is one of a script written for pyperf,
    which is run with the arguments ``argv``. A ``command`` is a program in words, one run of which is a unit; a
    benchmark that ``starts_program`` has its own.

    ``ways`` are functions of the script to be compared with each other, instead of models: each is a context manager
    that gives a unit of work. A ``case`` is passed to its ways, or to its setup. Units that are ``self_timed`` return
    the nanoseconds that count. Units of ways that observe something return what they saw, by the names in ``observes``,
    each of which has a unit (empty for words). ``loops`` fixes how many units a trial has, and
    ``timeout_s`` shortens the time limit of its lanes. With ``is_coroutine``, its text shows a function to be awaited.
    Its ``dependencies`` are installed for every runtime; where one cannot be imported all the same, as in a
    subinterpreter, the lane is unsupported and has not failed.
    """

    id: str
    path: str
    question: str
    kind: str
    target: Target | None = None
    setup: Target | None = None
    statement: Statement | None = None
    roles: tuple[Role, ...] = ()
    shared: bool = False
    own_workers: bool = False
    heap: Amount = 0
    requires_python: str | None = None
    dependencies: tuple[str, ...] = ()
    benchmark: str | None = None
    argv: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    starts_program: bool = False
    is_coroutine: bool = False
    ways: tuple[str, ...] = ()
    case: Whole | float | str | None = None
    self_timed: bool = False
    observes: dict[str, str] = {}
    loops: Positive | None = None
    timeout_s: PositiveSeconds | None = None

    @property
    def takes_workers(self) -> bool:
        """Whether it is given a number of workers, over which it spreads its work itself."""
        arguments = [item.workers_argument for item in (self.target, self.setup) if item is not None]
        return any(arguments) or any(WORKERS in word for word in self.command)

    @property
    def is_program(self) -> bool:
        """Whether a unit is a run of a program, which ends before the next one begins."""
        return bool(self.command) or self.starts_program

    @property
    def spreads_itself(self) -> bool:
        """Whether it starts workers of its own, as far as it says so."""
        return bool(self.ways) or self.own_workers or self.takes_workers or self.is_program

    @property
    def is_timed(self) -> bool:
        """Whether the length of its trials says anything: a look takes as long as it takes, roles have a deadline."""
        return not self.observes and not self.roles

    @property
    def weighs_workers(self) -> bool:
        """Whether it asks what workers hold that have nothing to do."""
        return self.kind == "memory"

    @property
    def asks_about_workers(self) -> bool:
        """Whether it asks about workers themselves, and spreads no work over them."""
        return self.has_own_lanes or self.weighs_workers

    @property
    def has_own_lanes(self) -> bool:
        """Whether its lanes are its ways or its roles, and no models with numbers of workers."""
        return bool(self.ways) or bool(self.roles)

    @property
    def sends_payloads(self) -> bool:
        """Whether it sends payloads to workers; its cases are their sizes in bytes."""
        return self.kind == "transport"

    @property
    def payload(self) -> str:
        """The shape of the payloads that it sends: its id without its kind and its case."""
        return self.id.removeprefix(f"{self.kind}/").removesuffix(f"/{self.case}")

    @property
    def is_own_work(self) -> bool:
        """Whether it is a callable, a statement or a program of a person's, and no probe."""
        return self.kind == "own"

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
"""What the name of a lane's second copy ends with."""

CAPACITY = "capacity"
"""The model of lanes that show how many CPUs the machine gives: processes that spin and share nothing."""


OWN = "own"
"""The model of lanes whose work spreads itself over the number of workers that it is given."""


def lane_name(arm: str, work: str = "serial") -> str:
    """The name of a lane of an arm; its work is a model with its workers (``threads-2``), or a way."""
    return f"{arm}:{work}"


def arm_and_work(lane: str) -> tuple[str, str]:
    """The two parts of a lane's name."""
    arm, _, work = lane.partition(":")
    return arm, work


def work_of(roles: tuple[Role, ...]) -> str:
    """The work of a lane in which these roles run side by side: ``read*3,write*1``."""
    return ",".join(role.label for role in roles)


def is_control(lane: str) -> bool:
    """Whether a lane's name is that of a second copy."""
    return lane.endswith(CONTROL)


class LaneSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One lane of a contest before it is opened; ``control`` marks the second copy of another lane.

    ``way`` is the function that is measured where the probe has ways; its lane is a serial one to us. Where it has
    ``roles``, those that run in this lane share its workers among them, in order. With ``interventions``, something is
    changed in it, so that it shows what the original does without that.
    """

    arm: Arm
    model: str
    workers: Workers
    control: bool = False
    way: str | None = None
    roles: tuple[Role, ...] = ()
    interventions: tuple[Intervention, ...] = ()

    @property
    def shows_capacity(self) -> bool:
        """Whether it spins, beside the lanes of the probe, to show what the machine gives."""
        return self.model == CAPACITY

    @property
    def divides_work(self) -> bool:
        """Whether its workers divide every unit among themselves, as the work arranges it."""
        return self.model == OWN

    @property
    def units_per_loop(self) -> int:
        """How many units a loop is: each worker runs one, but workers that divide the work share one."""
        return 1 if self.divides_work else self.workers

    @property
    def given_workers(self) -> int:
        """The number of workers that work is given which spreads itself; one where a model of ours spreads it."""
        return self.workers if self.divides_work else 1

    @property
    def original(self) -> str:
        """The name of the lane that it is a copy of, its own where it is none."""
        return self.name.removesuffix(CONTROL)

    @property
    def work(self) -> str:
        """The lane's name without its arm, e.g. ``threads-2``."""
        if self.roles:
            return work_of(self.roles)
        spread = self.way or (self.model if self.model == "serial" else f"{self.model}-{self.workers}")
        return spread + " with " * bool(self.interventions) + ", ".join(item.label for item in self.interventions)

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


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """One of several things that a contest sets side by side, each of them against the first.

    ``arms`` are names; an arm is compared with the first variant's arm in the same place. Where there are two, they are
    a default build and a free-threaded one. ``meaning`` is what the label stands for, such as a commit, and
    ``differences`` says in words in what else the builds and packages differ from the first variant's.
    """

    label: str
    arms: tuple[str, ...]
    meaning: str = ""
    differences: tuple[str, ...] = ()


class Contest(msgspec.Struct, frozen=True, kw_only=True, tag="contest"):
    """The lanes of one probe that are measured together; a value that serialises, and all that a lab needs.

    Some are no lanes of the probe: second copies of the reference and of one parallel lane, and lanes that show what
    capacity the machine had. ``reference`` is the name of the lane that ratios are formed against: the twin's serial
    lane where there is a pair, the first variant's where there are ``variants``.
    """

    id: str
    probe: Probe
    lanes: tuple[LaneSpec, ...]
    reference: str
    pair: Pair | None = None
    variants: tuple[Variant, ...] = ()
    watched: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse lanes of one name, and variants that cannot be set side by side.

        Raises:
            ValueError: two lanes have one name, or variants do not have as many arms each.
        """
        if len({lane.name for lane in self.lanes}) < len(self.lanes):
            raise ValueError("two lanes of a contest have one name")
        if len({len(variant.arms) for variant in self.variants}) > 1:
            raise ValueError("one variant of a contest has more arms than another")

    @property
    def has_interventions(self) -> bool:
        """Whether something is changed in some lanes, to see what is to blame: nobody chooses among these."""
        return any(lane.interventions for lane in self.lanes)

    def is_of_twin(self, lane: LaneSpec) -> bool:
        """Whether a lane is one of the default build that the free-threaded one is compared with."""
        return self.pair is not None and self.pair.twin is not None and lane.arm.name == self.pair.twin.name

    def variant_of(self, lane: LaneSpec) -> Variant | None:
        """The variant that a lane belongs to, None where there are none."""
        return next((variant for variant in self.variants if lane.arm.name in variant.arms), None)

    def rival(self, lane: LaneSpec) -> str:
        """The name of the lane that a lane is compared with: the first variant's of equal work, or the reference."""
        variant = self.variant_of(lane)
        if variant is None or variant == self.variants[0] or lane.control:
            return self.reference
        return lane_name(self.variants[0].arms[variant.arms.index(lane.arm.name)], lane.work)

    def reference_of(self, variant: Variant | None) -> str:
        """The name of the lane whose results are a variant's: the one that does what the reference does."""
        return self.reference if variant is None else lane_name(variant.arms[0], arm_and_work(self.reference)[1])


PAIR = 2
"""Rounds that belong together: an order of the lanes and its reverse."""

FIRST_LOOK = 9
"""Launches before which no interval's width may end a contest: earlier, those that are narrow by chance stop it, and
hold the truth less often than they say (``docs/explanation/statistics.md``, how much to measure)."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a contest is measured at least and at most.

    ``precision`` is the half width asked of every interval, as a fraction; ``budget_s`` the seconds after which no
    further launch is begun. At least ``min_launches`` and at most ``max_launches`` of ``rounds`` rounds are run.
    """

    min_launches: Launches
    max_launches: Launches
    rounds: Launches
    trial_ms: Positive
    precision: Precision
    budget_s: PositiveSeconds
    timeout_s: PositiveSeconds


class Rules(Limits, frozen=True, kw_only=True):
    """When a contest has measured enough, and whether its lanes are pinned.

    With ``pin``, all lanes of one worker stay on one CPU throughout a launch, but for work that starts workers itself.
    """

    pin: bool = True
