"""The registry of models: which crew of workers runs a lane's trials."""

from __future__ import annotations

import importlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Protocol, Tuple

    class Crew(Protocol):
        """The workers of one lane, started once and then opened a gate for every trial."""

        def start(self, order: Dict[str, Any]) -> None:
            """Start ``order["workers"]`` workers on the ordered probe; returns when all are ready."""

        def trial(self, loops: int) -> Tuple[int, List[Dict[str, Any]]]:
            """Open the gate, let each worker run ``loops`` units; the gate's time in ns and a record per worker."""

        def stop(self) -> None:
            """End the workers."""


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
