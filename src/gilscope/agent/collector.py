"""The garbage collector of this interpreter: how often it ran, and how long it stopped the world."""

from __future__ import annotations

import gc
import sys
from time import perf_counter_ns

from .gil import gil_enabled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Optional, Tuple

    Reading = Tuple[Optional[int], Optional[int]]


class _Stopwatch:
    """A callback of the collector that adds up its pauses."""

    def __init__(self) -> None:
        self.paused_ns = 0
        self._began_ns = 0

    def __call__(self, phase: str, info: Dict[str, int]) -> None:
        del info
        if phase == "start":
            self._began_ns = perf_counter_ns()
        else:
            self.paused_ns += perf_counter_ns() - self._began_ns


_stopwatches: List[_Stopwatch] = []


def let_go() -> None:
    """Have what nobody holds any more clean up after itself, where references are not counted (PyPy)."""
    if not hasattr(sys, "getrefcount"):
        gc.collect()


def watch() -> None:
    """Time collections from now on, where they stop other threads; one that runs in its own thread is left alone.

    With a GIL, collections are many and short, and a callback would be a part of the work that it watches. A build
    without one has it for as long as somebody imports an extension module, so this is to be asked before every trial.
    """
    if not _stopwatches and not gil_enabled():
        _stopwatches.append(_Stopwatch())
        gc.callbacks.append(_stopwatches[0])


def reading() -> Reading:
    """Return how many collections there were so far, and their pauses in ns, None where they are not timed.

    PyPy collects in many small steps, of which it counts none.
    """
    if not hasattr(gc, "callbacks"):
        return None, None
    collections = sum(generation["collections"] for generation in gc.get_stats())
    return collections, _stopwatches[0].paused_ns if _stopwatches else None
