"""How one worker repeats a unit of work: counted and timed by us, or timed by the unit itself as pyperf lets it.

A *repeat* runs its unit so many times. It returns the last result, which lanes compare, and the nanoseconds that the
unit told itself, None where we time it. pyperf ignores what its benchmarks return, so theirs have no result here.
"""

from __future__ import annotations

from time import perf_counter_ns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Awaitable, Callable, Dict, Optional, Tuple

    Repeat = Callable[[int], Tuple[object, Optional[int]]]


def compared(unit: Callable[[], object]) -> Repeat:
    """A probe's unit: its last result counts."""

    def repeat(loops: int) -> Tuple[object, Optional[int]]:
        work = unit
        result: object = None
        for _ in range(loops):
            result = work()
        return result, None

    return repeat


def told(unit: Callable[[], float]) -> Repeat:
    """A probe's unit that returns the nanoseconds that count, and has no other result."""

    def repeat(loops: int) -> Tuple[object, Optional[int]]:
        return None, max(1, round(sum(unit() for _ in range(loops))))

    return repeat


class Observed:
    """What a unit saw, by name: it differs from trial to trial, so that lanes are not compared by it."""

    def __init__(self, seen: Dict[str, Any]) -> None:
        self.seen = seen


def observed(unit: Callable[[], Dict[str, Any]]) -> Repeat:
    """A probe's unit that tells what it saw; a trial is one look, however many loops were asked for."""

    def repeat(loops: int) -> Tuple[object, Optional[int]]:
        del loops
        return Observed(unit()), None

    return repeat


def dropped(function: Callable[..., object], arguments: Tuple[Any, ...]) -> Repeat:
    """``bench_func``: every result is dropped at once, so that none outlives the next call's beginning."""
    unit = function
    if arguments:
        from functools import partial  # noqa: PLC0415 - not every probe needs it

        unit = partial(function, *arguments)

    def repeat(loops: int) -> Tuple[object, Optional[int]]:
        work = unit
        for _ in range(loops):
            work()
        return None, None

    return repeat


def self_timed(function: Callable[..., Any], arguments: Tuple[Any, ...]) -> Repeat:
    """``bench_time_func``: the function loops and times itself."""

    def repeat(loops: int) -> Tuple[object, Optional[int]]:
        return None, nanoseconds(function(loops, *arguments))

    return repeat


def awaited(
    function: Callable[..., Awaitable[object]], arguments: Tuple[Any, ...], loop_factory: Optional[Callable[[], Any]]
) -> Repeat:
    """``bench_async_func``: one event loop per trial, whose making and closing are not timed."""
    import asyncio  # noqa: PLC0415 - only these probes need it

    async def timed(loops: int) -> int:
        begun_ns = perf_counter_ns()
        for _ in range(loops):
            await function(*arguments)
        return perf_counter_ns() - begun_ns

    def repeat(loops: int) -> Tuple[object, Optional[int]]:
        loop = (loop_factory or asyncio.new_event_loop)()
        asyncio.set_event_loop(loop)
        try:
            return None, loop.run_until_complete(timed(loops))
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    return repeat


def statement(statements: str, setup: str, teardown: str, names: Optional[Dict[str, Any]]) -> Repeat:
    """``timeit``: statements between a setup and a teardown of each trial's own, which are not timed.

    Not by ``timeit.Timer``, which knows no teardown and turns the garbage collector off.
    """
    from itertools import repeat as times  # noqa: PLC0415 - only these probes need it

    source = [
        "def timed(_rounds, _timer):",
        _indented(setup, 1),
        "    _begun = _timer()",
        "    for _ in _rounds:",
        _indented(statements, 2),
        "    _told = _timer() - _begun",
        _indented(teardown, 1),
        "    return _told",
    ]
    namespace = dict(names or {})
    exec(compile("\n".join(source), "<timeit>", "exec"), namespace)  # noqa: S102 - what the script asks for
    timed = namespace["timed"]

    def repeat(loops: int) -> Tuple[object, Optional[int]]:
        return None, timed(times(None, loops), perf_counter_ns)

    return repeat


def nanoseconds(seconds: float) -> int:
    """What a self-timed unit told, at least 1.

    Raises:
        ValueError: no duration.
        TypeError: not even a number.
    """
    told = float(seconds)
    if not 0 <= told < float("inf"):
        message = "the benchmark told a time of {} seconds".format(told)
        raise ValueError(message)
    return max(1, round(told * 1e9))


def _indented(source: str, depth: int) -> str:
    """Source text at the depth where it is put; none at all is ``pass``."""
    margin = "\n" + "    " * depth
    return margin[1:] + (source.strip() or "pass").replace("\n", margin)
