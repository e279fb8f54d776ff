"""The registry of models: which crew of workers runs a lane's trials."""

from __future__ import annotations

import importlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Protocol, Tuple

    class Crew(Protocol):
        """The workers of one lane, started once and then opened a gate for every trial.

        While they are up, ``inner_loops`` is the probe's.
        """

        inner_loops: int

        def open(self, order: Dict[str, Any], serve: Callable[[], None]) -> None:
            """Start ``order["workers"]`` workers on the ordered probe, call ``serve`` while all are up, end them.

            So what a script set up around its benchmark (files, servers, ``with`` blocks) is there during the trials.
            """

        def trial(self, loops: int, count: int) -> Tuple[int, List[Dict[str, Any]]]:
            """Open the gate, let each of the first ``count`` workers run ``loops`` units.

            Returns:
                The gate's time in ns and a record per worker (see `gilscope_agent.timing.Bench.measure`).
            """


MODELS = {
    "serial": ("serial", "Serial"),
    "threads": ("threads", "Threads"),
    "interpreters": ("interpreters", "OwnGilInterpreters"),
    "interpreters-shared": ("interpreters", "SharedGilInterpreters"),
    "processes": ("processes", "Processes"),
}


def crew(model: str) -> Crew:
    """A new crew for the model; only the module that it needs is imported."""
    module, name = MODELS[model]
    made: Crew = getattr(importlib.import_module("." + module, __package__ or "gilscope_agent"), name)()
    return made
