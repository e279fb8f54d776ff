"""Probes as values: workloads as text, and the callables, statements and roles that they are made of."""

from __future__ import annotations

import msgspec

from gilscope.values.bounds import Amount, Positive, PositiveSeconds, Whole, Workers


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
