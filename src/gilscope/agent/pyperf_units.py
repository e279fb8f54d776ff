"""Repeats of what is given to pyperf's bench methods and to ``timeit``; both ignore results, so these have none."""

from __future__ import annotations

from time import perf_counter_ns

from . import bytecode
from .units import Awaited

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Awaitable, Callable, Dict, Iterable, Optional, Tuple

    from .units import LoopFactory, Outcome, Repeat

    Inner = Callable[[Iterable[None], Callable[[], int]], int]


def dropped(function: Callable[..., object], arguments: Tuple[Any, ...]) -> Repeat:
    """Repeat a function for ``bench_func``; its result is dropped at once, so that none outlives the next call."""
    unit = function
    if arguments:
        from functools import partial  # noqa: PLC0415 - not every benchmark has arguments

        unit = partial(function, *arguments)

    def repeat(loops: int) -> Outcome:
        work = unit
        for _ in range(loops):
            work()
        return None, None

    return repeat


def self_looping(function: Callable[..., Any], arguments: Tuple[Any, ...]) -> Repeat:
    """Let a function loop and time itself, for ``bench_time_func``."""

    def repeat(loops: int) -> Outcome:
        return None, nanoseconds(function(loops, *arguments))

    return repeat


def awaited(
    function: Callable[..., Awaitable[object]], arguments: Tuple[Any, ...], loop_factory: Optional[LoopFactory]
) -> Awaited:
    """Repeat a coroutine function for ``bench_async_func``, timed without its event loop's own work."""

    async def within(loops: int) -> Outcome:
        begun_ns = perf_counter_ns()
        for _ in range(loops):
            await function(*arguments)
        return None, max(1, perf_counter_ns() - begun_ns)

    return Awaited(within, loop_factory)


def statement(statements: str, setup: str, teardown: str, names: Optional[Dict[str, Any]]) -> Repeat:
    """Repeat statements for ``timeit``; every trial has a setup and a teardown of its own, which are not timed."""
    return looped(inner(statements, setup, teardown, names))


def inner(statements: str, setup: str, teardown: str, names: Optional[Dict[str, Any]]) -> Inner:
    """Return a function as ``timeit.Timer`` makes it: it runs statements once for each round and returns the time.

    ``timeit.Timer`` itself would not do: it knows no teardown, and turns the garbage collector off.

    Raises:
        SyntaxError: they cannot be parsed.
    """
    source = [
        "def timed(_rounds, _timer):",
        _indented(setup, 1),
        "    _begun = _timer()",
        "    for _ in _rounds:",
        _indented(statements, 2),
        "    _elapsed = _timer() - _begun",
        _indented(teardown, 1),
        "    return _elapsed",
    ]
    namespace = dict(names or {})
    exec(bytecode.compiled("\n".join(source), "<timeit>"), namespace)  # noqa: S102 - what the person asks for
    timed: Inner = namespace["timed"]
    return timed


def looped(timed: Inner) -> Repeat:
    """Repeat the function that a ``timeit.Timer`` made, by our clock and with the garbage collector as it is."""
    from itertools import repeat as times  # noqa: PLC0415 - only statements need it

    def repeat(loops: int) -> Outcome:
        return None, timed(times(None, loops), perf_counter_ns)

    return repeat


def nanoseconds(seconds: float) -> int:
    """Return the duration that a benchmark reported, at least 1 ns.

    Raises:
        ValueError: no duration.
        TypeError: not even a number.
    """
    duration = float(seconds)
    if not 0 <= duration < float("inf"):
        message = "the benchmark reported a time of {} seconds".format(duration)
        raise ValueError(message)
    return max(1, round(duration * 1e9))


def _indented(source: str, depth: int) -> str:
    """Return source text at the depth where it is put; empty text becomes ``pass``."""
    margin = "\n" + "    " * depth
    return margin[1:] + (source.strip() or "pass").replace("\n", margin)
