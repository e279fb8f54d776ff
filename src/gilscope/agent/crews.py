"""Crews: the workers that run a lane's trials, one crew for each model."""

from __future__ import annotations

import importlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, List, Protocol, Tuple

    from .records import LaneOrder, ResultRecord, WorkerRecord

    class Crew(Protocol):
        """The workers of one lane, started once; every trial opens them a gate.

        While they are up, ``inner_loops`` is the probe's.
        """

        inner_loops: int

        def open(self, order: LaneOrder, serve: Callable[[], None]) -> None:
            """Start ``order["workers"]`` workers on the ordered probe, call ``serve`` while all are up, end them.

            What a script set up around its benchmark (files, servers, ``with`` blocks) is alive during the trials.
            """

        def trial(self, loops: int, count: int) -> Tuple[int, List[WorkerRecord]]:
            """Open the gate, let each of the first ``count`` workers run ``loops`` units.

            Returns:
                The gate's time in ns and a record per worker.
            """

        def hand_over(self, count: int) -> List[ResultRecord]:
            """Return the results of the trial just run by the first ``count`` workers, now that all have ended."""


def crew(place: str) -> Crew:
    """Make a crew from ``module:Class`` in the agent or ``path/to/file.py:Class``; nothing else is imported.

    Raises:
        LaneError: the file cannot be run.
    """
    where, _, name = place.rpartition(":")
    if where.endswith(".py"):
        from . import modules  # noqa: PLC0415 - only a crew from elsewhere needs it

        crew_class = modules.load(where)[name]
    else:
        crew_class = getattr(importlib.import_module("." + where, __package__ or "gilscope_agent"), name)
    workers: Crew = crew_class()
    return workers
