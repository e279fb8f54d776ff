"""Orders, records and answers: the plain dicts between the controller, a lane and its workers.

They stay dicts because they travel as JSON, as ``marshal`` and as source text. The names are for the type checker
alone: no module imports this one while it runs.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Literal, Optional, Tuple, TypedDict, TypeVar, Union

    class TargetOrder(TypedDict):
        """A callable in a file, or in a module that is looked for in ``search`` too; ``arguments`` are literals.

        These folders come first, but last where the module's project is ``installed``, and behind a file's own. A test
        that only pytest can call has its id below the file as ``node``, all others None.
        """

        name: str
        path: Optional[str]
        module: Optional[str]
        search: List[str]
        installed: bool
        arguments: str
        node: Optional[str]

    class StatementOrder(TypedDict):
        """Statements as ``timeit`` takes them, and their setup; modules are looked for in ``search`` first."""

        code: str
        setup: str
        search: List[str]

    class RoleOrder(TypedDict):
        """A callable, and how many of the lane's workers call it."""

        name: str
        target: TargetOrder
        workers: int

    class InterventionOrder(TypedDict):
        """One thing that is changed before the workers start; see `gilscope_agent.interventions`."""

        kind: str
        path: str

    class LaneOrder(TypedDict):
        """What a lane opens: a probe, one of its ways, a callable, a statement, roles, a benchmark, or a program.

        ``target`` is any callable, which gets what ``setup`` makes where there is one, ``benchmark`` a bench call of
        the script, ``way`` a context manager of the probe, ``command`` a program in words; where there is none of them
        and no ``statement``, the probe has a ``work``. With ``roles``, each brings a target of its own. Units that are
        ``self_timed`` return the
        nanoseconds that count, units that ``observe`` return what they saw. ``crew`` is the crew's place
        (see `gilscope_agent.crews.crew`); its workers share one state where ``shared`` says so. Every
        interpreter that runs the work holds ``heap`` live objects beside it.
        """

        type: Literal["open"]
        path: str
        target: Optional[TargetOrder]
        setup: Optional[TargetOrder]
        statement: Optional[StatementOrder]
        roles: List[RoleOrder]
        dependencies: List[str]
        benchmark: Optional[str]
        argv: List[str]
        command: List[str]
        shared: bool
        heap: int
        way: Optional[str]
        case: Union[int, float, str, None]
        self_timed: bool
        observes: bool
        crew: str
        workers: int
        interventions: List[InterventionOrder]

    class ScriptOrder(TypedDict):
        """A script written for pyperf, whose benchmarks are asked for."""

        type: Literal["benchmarks"]
        path: str
        argv: List[str]

    class TrialOrder(TypedDict):
        """One trial, in which every worker runs the unit ``loops`` times."""

        type: Literal["trial"]
        loops: int

    class CloseOrder(TypedDict):
        """The end of a lane."""

        type: Literal["close"]

    class ImportsOrder(TypedDict):
        """A question for what the lane has imported."""

        type: Literal["imports"]

    class WatchOrder(TypedDict):
        """One trial of ``loops`` units that is watched, and not measured."""

        type: Literal["watch"]
        loops: int

    FirstOrder = Union[LaneOrder, ScriptOrder]
    """The controller's first line to a fresh agent."""

    NextOrder = Union[TrialOrder, ImportsOrder, WatchOrder, CloseOrder]
    """Every line of the controller's to a lane that is open."""

    Sightings = Dict[str, Union[float, str]]
    """What a unit saw, by name: numbers and words."""

    class Failure(TypedDict):
        """Why a lane cannot go on: the phase, the kind, the reason, and a traceback where there is one."""

        phase: str
        kind: str
        reason: str
        detail: str

    class Usage(TypedDict):
        """What one worker used of the machine in a trial; None stands for what nobody counts here.

        ``cpu_ns`` is its thread's, ``others_ns`` that of all other threads and ended children of its process, where
        that is its own. ``wait_ns`` is the time in the run queue, ``system_ns`` the part of the CPU time that the
        kernel took; switches of the thread are ``voluntary`` or ``involuntary``. ``collections`` and their
        ``paused_ns`` are None where it shares its interpreter.
        """

        cpu_ns: int
        others_ns: int
        wait_ns: Optional[int]
        system_ns: Optional[int]
        voluntary: Optional[int]
        involuntary: Optional[int]
        faults: Optional[int]
        collections: Optional[int]
        paused_ns: Optional[int]

    class WorkerRecord(TypedDict):
        """One worker's share of a trial.

        ``start_ns`` and ``end_ns`` are on the monotonic clock. ``own_ns`` is what a unit that times itself returned,
        None for all others, ``gil`` whether the process held a GIL afterwards.
        """

        start_ns: int
        end_ns: int
        own_ns: Optional[int]
        used: Usage
        gil: bool

    class CallsRecord(TypedDict):
        """One worker's calls in a trial that has a deadline; see `gilscope.values.records.Calls`."""

        count: int
        ns: int
        median_ns: int
        longest_ns: int
        p99_ns: Optional[int]

    class ResultRecord(TypedDict):
        """One worker's result: digest and beginning of the last one's text, what the unit saw, calls to a deadline.

        ``refused`` are the extensions that its interpreter has refused so far (`gilscope_agent.refusals`).
        """

        digest: str
        shown: str
        observed: Sightings
        calls: Optional[CallsRecord]
        refused: Dict[str, str]

    class TrialRecord(TypedDict):
        """One trial of a lane; times count from the gate, and the lists have one entry per worker.

        ``collections`` and ``paused_ns`` are those of all its interpreters together. ``children_peak_bytes`` is the
        most that any child which has ended ever had resident. ``calls`` is empty where a trial has a number of loops.
        """

        loops: int
        wall_ns: int
        starts_ns: List[int]
        ends_ns: List[int]
        own_ns: List[Optional[int]]
        cpu_ns: List[int]
        others_ns: List[int]
        wait_ns: List[Optional[int]]
        system_ns: List[Optional[int]]
        voluntary: List[Optional[int]]
        involuntary: List[Optional[int]]
        faults: List[Optional[int]]
        collections: Optional[int]
        paused_ns: Optional[int]
        digests: List[str]
        children_peak_bytes: Optional[int]
        shown: List[str]
        observed: Sightings
        calls: List[CallsRecord]
        refused: Dict[str, str]
        gil_before: bool
        gil_after: bool

    class Imports(TypedDict):
        """What a lane has imported: files of the person's own modules by name, versions of packages by name.

        ``extensions`` are the names of all extension modules, Python's own too, and ``pure`` those of installed
        packages that loaded none.
        """

        modules: Dict[str, str]
        packages: Dict[str, str]
        extensions: List[str]
        pure: List[str]

    class SuspectRecord(TypedDict):
        """An object that was busy while workers ran; see `gilscope.values.watching.Suspect`."""

        path: str
        kind: str
        size: Optional[int]
        looks: int
        moved: int
        held: int
        waited: int
        has_place: bool
        module: str
        owner: str
        class_module: str

    class BlockedLine(TypedDict):
        """A line at which workers were blocked; see `gilscope.values.watching.BlockedLine`."""

        file: str
        line: int
        function: str
        within: str
        text: str
        share: float

    class WatchRecord(TypedDict):
        """A trial that was watched; see `gilscope.values.watching.Watched`."""

        wall_ns: int
        cpu_ns: int
        looks: int
        candidates: int
        others: int
        unknown: Optional[str]
        suspects: List[SuspectRecord]
        lines: List[BlockedLine]

    class Contents(TypedDict):
        """The benchmarks of a script.

        ``left_out`` has pairs of a name and why it cannot be measured, of which the last may stand for all that a
        failing script did not come to. ``description`` is the script's own, or None. ``programs`` are those benchmarks
        that start programs.
        """

        benchmarks: List[str]
        left_out: List[List[str]]
        description: Optional[str]
        programs: List[str]

    class Readiness(TypedDict):
        """A worker behind pipes has loaded its probe, one unit of which does ``inner_loops`` times what is asked."""

        inner_loops: int

    class Presence(TypedDict):
        """A pool's worker, identified by its process and its thread."""

        worker: Tuple[int, int]

    Record = TypeVar("Record")

    Answer = Union[Tuple[Literal["failed"], Failure], Tuple[Literal["ready", "measured", "results"], Record]]
    """What a worker in another interpreter or process answers."""
