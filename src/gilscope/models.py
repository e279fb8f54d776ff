"""The registry of models: how the work is spread, which crew of the agent does it, and where it cannot be done."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from gilscope.model import Facts


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """One way to spread work over workers.

    ``crew`` is what runs in the target, ``module:Class`` in the agent or in a file (``path/to/file.py:Class``);
    `gilscope_agent.crews.Crew` says what it must do. ``unfit`` tells why a runtime cannot run it, None where it can.
    """

    name: str
    crew: str
    unfit: Callable[[Facts], str | None]


def _always(facts: Facts) -> str | None:
    del facts
    return None


def _own_gil(facts: Facts) -> str | None:
    if facts.interpreters_api is None:
        return "this build has no subinterpreters"
    return None if facts.own_gil else "interpreters own a GIL from 3.12 on (PEP 684)"


def _shared_gil(facts: Facts) -> str | None:
    return "this build has no subinterpreters" if facts.interpreters_api is None else None


def _forking(facts: Facts) -> str | None:
    return "Windows has no fork" if facts.platform.startswith("win") else None


def _interpreter_pool(facts: Facts) -> str | None:
    if facts.version < (3, 14):
        return "InterpreterPoolExecutor came with 3.14"
    return _own_gil(facts)


MODELS: dict[str, Model] = {
    model.name: model
    for model in (
        Model(name="serial", crew="serial:Serial", unfit=_always),
        Model(name="threads", crew="threads:Threads", unfit=_always),
        Model(name="interpreters", crew="interpreters:OwnGilInterpreters", unfit=_own_gil),
        Model(name="interpreters-shared", crew="interpreters:SharedGilInterpreters", unfit=_shared_gil),
        Model(name="processes", crew="processes:SpawnedProcesses", unfit=_always),
        Model(name="processes-fork", crew="processes:ForkedProcesses", unfit=_forking),
        Model(name="processes-forkserver", crew="processes:ForkServerProcesses", unfit=_forking),
        Model(name="asyncio", crew="asyncio_loops:Tasks", unfit=_always),
        Model(name="asyncio-threads", crew="asyncio_loops:LoopThreads", unfit=_always),
        Model(name="thread-pool", crew="pools:ThreadPool", unfit=_always),
        Model(name="interpreter-pool", crew="pools:InterpreterPool", unfit=_interpreter_pool),
        Model(name="process-pool", crew="pools:ProcessPool", unfit=_always),
        Model(name="joblib", crew="joblib_workers:Joblib", unfit=_always),
    )
}
"""Every model by name; a new one is a crew and a line here."""
