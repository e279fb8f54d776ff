"""The registry of models: how each spreads work, its crew in the agent, and where it cannot run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from gilscope.values.lanes import OWN
from gilscope.values.runtimes import Facts

if TYPE_CHECKING:
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.probes import Probe


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """One way to spread work over workers.

    ``crew`` is what runs in the target, ``module:Class`` in the agent or in a file (``path/to/file.py:Class``);
    `gilscope_agent.crews.Crew` says what it must do. ``unfit`` returns why a runtime cannot run it, None where it can.
    With ``shares_objects``, its workers run in threads on one set of objects; with ``takes_turns``, in a single thread
    on one set. ``heavier_than`` names the models whose workers are said to weigh less than its own.

    `OWN` is the model of work that spreads itself: its crew is that of one worker, which calls it.
    """

    name: str
    crew: str
    unfit: Callable[[Facts], str | None]
    shares_objects: bool = False
    takes_turns: bool = False
    heavier_than: tuple[str, ...] = ()


def _always(facts: Facts) -> str | None:
    del facts
    return None


def _agent(facts: Facts) -> str | None:
    return None if facts.runs_agent else f"on {facts.implementation}, gilscope has one worker, or threads"


def _threads(facts: Facts) -> str | None:
    return None if facts.threads else "this build has no threads"


def _own_gil(facts: Facts) -> str | None:
    if facts.interpreters_api is None:
        return "this build has no subinterpreters"
    return None if facts.own_gil else "interpreters own a GIL from 3.12 on (PEP 684)"


def _shared_gil(facts: Facts) -> str | None:
    return "this build has no subinterpreters" if facts.interpreters_api is None else None


def _forking(facts: Facts) -> str | None:
    return "Windows has no fork" if facts.platform.startswith("win") else _agent(facts)


def _process_pool(facts: Facts) -> str | None:
    if facts.implementation == "PyPy" and facts.version[:2] == (3, 9):
        return "this PyPy's ProcessPoolExecutor cannot start processes by spawning"
    return _agent(facts)


def _interpreter_pool(facts: Facts) -> str | None:
    if facts.version < (3, 14):
        return "InterpreterPoolExecutor came with 3.14"
    return _own_gil(facts)


MODELS: dict[str, Model] = {
    model.name: model
    for model in (
        Model(name="serial", crew="serial:Serial", unfit=_always),
        Model(name="threads", crew="threads:Threads", unfit=_threads, shares_objects=True),
        Model(name="interpreters", crew="interpreters:OwnGilInterpreters", unfit=_own_gil, heavier_than=("threads",)),
        Model(
            name="interpreters-shared",
            crew="interpreters:SharedGilInterpreters",
            unfit=_shared_gil,
            heavier_than=("threads",),
        ),
        Model(
            name="processes",
            crew="processes:SpawnedProcesses",
            unfit=_agent,
            heavier_than=("interpreters", "interpreters-shared"),
        ),
        Model(name="processes-fork", crew="processes:ForkedProcesses", unfit=_forking, heavier_than=("interpreters",)),
        Model(name="processes-forkserver", crew="processes:ForkServerProcesses", unfit=_forking),
        Model(name="asyncio", crew="asyncio_loops:Tasks", unfit=_agent, takes_turns=True),
        Model(name="asyncio-threads", crew="asyncio_loops:LoopThreads", unfit=_agent, shares_objects=True),
        Model(name="thread-pool", crew="pools:ThreadPool", unfit=_agent, shares_objects=True),
        Model(name="interpreter-pool", crew="pools:InterpreterPool", unfit=_interpreter_pool),
        Model(name="process-pool", crew="pools:ProcessPool", unfit=_process_pool),
        Model(name="joblib", crew="joblib_workers:Joblib", unfit=_agent),
        Model(name=OWN, crew="serial:Serial", unfit=_agent),
    )
}
"""Every model that spreads any probe's work, by name; a new one is a crew and a line here."""

ROLES = Model(name="roles", crew="roles:Roles", unfit=_agent, shares_objects=True)
"""The model of lanes whose workers are threads in roles; it spreads no work, since each role brings its own."""


SHARE_A_PROCESS = "roles are threads that share one process: leave --models out, or --roles"
SPREADS_ITSELF = f"it takes its number of workers and spreads its work itself: leave --models out, or name {OWN}"


def model_of(lane: LaneSpec) -> Model:
    """The model that a lane's workers are of."""
    return ROLES if lane.roles else MODELS[lane.model]


def unusable(models: Sequence[str], probe: Probe) -> str | None:
    """Why none of the models that a person asks for can spread a probe's work, or None."""
    if probe.roles:
        return SHARE_A_PROCESS if set(models) - {"serial", "threads"} else None
    if not probe.takes_workers or OWN in models or set(models) <= {"serial"}:
        return None
    name = probe.target.workers_argument if probe.target is not None else None
    return SPREADS_ITSELF + (f"; with --arg {name}=1 it takes none, and these models call it" if name else "")


def works_on_copies(probe: Probe, lane: LaneSpec) -> bool:
    """Whether several workers have a copy each of what threads share; a model that is not known has none."""
    model = MODELS.get(lane.model)
    if model is None or not probe.shared or lane.units_per_loop == 1:
        return False
    return not (model.shares_objects or model.takes_turns)


def orders_of_weight() -> tuple[tuple[str, ...], ...]:
    """Chains of models, each said to have heavier workers than the model before it."""
    lighter = {name for model in MODELS.values() for name in model.heavier_than}
    heaviest = [model.name for model in MODELS.values() if model.heavier_than and model.name not in lighter]
    return tuple(chain for name in heaviest for chain in _chains_to(name))


def _chains_to(name: str) -> Iterator[tuple[str, ...]]:
    if not MODELS[name].heavier_than:
        yield (name,)
    for lighter in MODELS[name].heavier_than:
        for chain in _chains_to(lighter):
            yield (*chain, name)
