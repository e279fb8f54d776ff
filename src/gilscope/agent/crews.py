"""Crews: the workers that run a lane's trials, one crew for each model."""

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


def crew(place: str) -> Crew:
    """A new crew from ``module:Class`` in the agent, or from ``path/to/file.py:Class``; nothing else is imported.

    Raises:
        LaneError: the file cannot be run.
    """
    where, _, name = place.rpartition(":")
    if where.endswith(".py"):
        from . import load  # noqa: PLC0415 - only a crew from elsewhere needs it

        found = load.run_file(where)[name]
    else:
        found = getattr(importlib.import_module("." + where, __package__ or "gilscope_agent"), name)
    made: Crew = found()
    return made
