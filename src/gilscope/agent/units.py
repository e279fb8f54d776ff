"""How one worker repeats a unit of work.

A *repeat* runs its unit as often as it is asked to. It returns an outcome: the last result, which lanes compare, and
the nanoseconds that the unit reported, None where it is timed from outside. A repeat of coroutines must be awaited;
`blocking` gives it an event loop. Repeats of what scripts give to pyperf are in `gilscope_agent.pyperf_units`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from typing import Any, Awaitable, Callable, Optional, Tuple, Union

    from .records import CallsRecord, Sightings

    Outcome = Tuple[object, Optional[int]]
    Repeat = Callable[[int], Outcome]
    AnyRepeat = Union[Repeat, "Awaited"]
    LoopFactory = Callable[[], AbstractEventLoop]

# The flag that `inspect` knows a coroutine function by; importing it would cost every worker milliseconds.
CO_COROUTINE = 0x80


def is_coroutine_function(function: Callable[..., object]) -> bool:
    """Return whether a function, a method, a partial or a callable object was written with ``async def``."""
    whole = getattr(function, "func", function)
    code = getattr(whole, "__code__", None) or getattr(type(whole).__call__, "__code__", None)
    return bool(getattr(code, "co_flags", 0) & CO_COROUTINE)


class Awaited:
    """A repeat of coroutines: `within` awaits one after the other in the running event loop."""

    def __init__(
        self,
        within: Callable[[int], Awaitable[Outcome]],
        loop_factory: Optional[LoopFactory] = None,
    ) -> None:
        self.within = within
        self._loop_factory = loop_factory

    def new_event_loop(self) -> AbstractEventLoop:
        """Make a loop of the kind that the coroutines want."""
        import asyncio  # noqa: PLC0415 - only these units need it

        return (self._loop_factory or asyncio.new_event_loop)()


def blocking(repeat: AnyRepeat) -> Repeat:
    """Return any repeat as a plain call; coroutines get an event loop of their own, made now and kept."""
    if not isinstance(repeat, Awaited):
        return repeat
    within, loop = repeat.within, repeat.new_event_loop()

    def blocking_repeat(loops: int) -> Outcome:
        return loop.run_until_complete(within(loops))

    return blocking_repeat


def compared(unit: Callable[..., Any]) -> AnyRepeat:
    """Repeat a unit whose last result counts; all others are dropped at once, so that none outlives the next call."""
    if is_coroutine_function(unit):
        return _compared_coroutine(unit)

    def repeat(loops: int) -> Outcome:
        work = unit
        for _ in range(loops - 1):
            work()
        return work(), None

    return repeat


def _compared_coroutine(unit: Callable[[], Awaitable[object]]) -> Awaited:
    async def within(loops: int) -> Outcome:
        work = unit
        for _ in range(loops - 1):
            await work()
        return await work(), None

    return Awaited(within)


def self_timed(unit: Callable[[], float]) -> Repeat:
    """Repeat a unit that returns the nanoseconds that count, and has no other result."""

    def repeat(loops: int) -> Outcome:
        return None, max(1, round(sum(unit() for _ in range(loops))))

    return repeat


class Observed:
    """What a unit saw; it differs from trial to trial, so that lanes are not compared by it."""

    def __init__(self, seen: Sightings) -> None:
        self.seen = seen

    @property
    def calls(self) -> Optional[CallsRecord]:
        """Return the calls of a trial that has a deadline, None for a single look."""
        return None


def observed(unit: Callable[[], Sightings]) -> Repeat:
    """Let a unit return what it saw; a trial is a single look, however many loops were asked for."""

    def repeat(loops: int) -> Outcome:
        del loops
        return Observed(unit()), None

    return repeat
