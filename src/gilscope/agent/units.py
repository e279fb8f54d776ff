"""How one worker repeats a unit of work: counted and timed by us, or timed by the unit itself as pyperf lets it.

A *repeat* runs its unit so many times. It returns the last result, which lanes compare, and the nanoseconds that the
unit told itself, None where we time it. pyperf ignores what its benchmarks return, so theirs have no result here.
One of coroutines must be awaited; `blocking` gives it an event loop.
"""

from __future__ import annotations

from time import perf_counter_ns

from . import bytecode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from typing import Any, Awaitable, Callable, Dict, Optional, Tuple, Union

    Outcome = Tuple[object, Optional[int]]
    Repeat = Callable[[int], Outcome]
    AnyRepeat = Union[Repeat, "Awaited"]
    LoopFactory = Callable[[], AbstractEventLoop]

# What `inspect` knows a coroutine function by; its import would cost every worker milliseconds.
CO_COROUTINE = 0x80


def is_coroutine_function(function: Callable[..., object]) -> bool:
    """Whether it was written with ``async def``: a function, a method, a partial, or an object that can be called."""
    whole = getattr(function, "func", function)
    code = getattr(whole, "__code__", None) or getattr(type(whole).__call__, "__code__", None)
    return bool(getattr(code, "co_flags", 0) & CO_COROUTINE)


class Awaited:
    """Coroutines: `within` awaits one after the other in the running event loop."""

    def __init__(
        self,
        within: Callable[[int], Awaitable[Outcome]],
        loop_factory: Optional[Callable[[], AbstractEventLoop]] = None,
    ) -> None:
        self.within = within
        self._loop_factory = loop_factory

    def new_event_loop(self) -> AbstractEventLoop:
        """The kind of loop that they want."""
        import asyncio  # noqa: PLC0415 - only these units need it

        return (self._loop_factory or asyncio.new_event_loop)()


def blocking(repeat: AnyRepeat) -> Repeat:
    """The same as a plain call: what must be awaited is, on an event loop of its own, made now and kept."""
    if not isinstance(repeat, Awaited):
        return repeat
    within, loop = repeat.within, repeat.new_event_loop()

    def blocking_repeat(loops: int) -> Outcome:
        return loop.run_until_complete(within(loops))

    return blocking_repeat


def compared(unit: Callable[..., Any]) -> AnyRepeat:
    """A probe's unit: its last result counts."""
    if is_coroutine_function(unit):
        return _compared_coroutine(unit)

    def repeat(loops: int) -> Outcome:
        work = unit
        result: object = None
        for _ in range(loops):
            result = work()
        return result, None

    return repeat


def _compared_coroutine(unit: Callable[[], Awaitable[object]]) -> Awaited:
    async def within(loops: int) -> Outcome:
        work = unit
        result: object = None
        for _ in range(loops):
            result = await work()
        return result, None

    return Awaited(within)


def told(unit: Callable[[], float]) -> Repeat:
    """A probe's unit that returns the nanoseconds that count, and has no other result."""

    def repeat(loops: int) -> Outcome:
        return None, max(1, round(sum(unit() for _ in range(loops))))

    return repeat


class Observed:
    """What a unit saw, by name: it differs from trial to trial, so that lanes are not compared by it."""

    def __init__(self, seen: Dict[str, Any]) -> None:
        self.seen = seen


def observed(unit: Callable[[], Dict[str, Any]]) -> Repeat:
    """A probe's unit that tells what it saw; a trial is one look, however many loops were asked for."""

    def repeat(loops: int) -> Outcome:
        del loops
        return Observed(unit()), None

    return repeat


def dropped(function: Callable[..., object], arguments: Tuple[Any, ...]) -> Repeat:
    """``bench_func``: every result is dropped at once, so that none outlives the next call's beginning."""
    unit = function
    if arguments:
        from functools import partial  # noqa: PLC0415 - not every probe needs it

        unit = partial(function, *arguments)

    def repeat(loops: int) -> Outcome:
        work = unit
        for _ in range(loops):
            work()
        return None, None

    return repeat


def self_timed(function: Callable[..., Any], arguments: Tuple[Any, ...]) -> Repeat:
    """``bench_time_func``: the function loops and times itself."""

    def repeat(loops: int) -> Outcome:
        return None, nanoseconds(function(loops, *arguments))

    return repeat


def awaited(
    function: Callable[..., Awaitable[object]], arguments: Tuple[Any, ...], loop_factory: Optional[LoopFactory]
) -> Awaited:
    """``bench_async_func``: it tells the time that the coroutines take, without their event loop's."""

    async def within(loops: int) -> Outcome:
        begun_ns = perf_counter_ns()
        for _ in range(loops):
            await function(*arguments)
        return None, max(1, perf_counter_ns() - begun_ns)

    return Awaited(within, loop_factory)


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
    exec(bytecode.compiled("\n".join(source), "<timeit>"), namespace)  # noqa: S102 - what the script asks for
    timed = namespace["timed"]

    def repeat(loops: int) -> Outcome:
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
