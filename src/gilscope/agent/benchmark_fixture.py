"""A stand-in for pytest-benchmark's fixture ``benchmark``: what it is called with is served instead of timed."""

from __future__ import annotations

from time import perf_counter_ns

from . import units
from .bench_call import Benchmark, Service
from .fault import LaneError, failure, raised
from .unittest_case import skipped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, NoReturn, Optional, Tuple

    from .units import Outcome, Repeat

    Arguments = Tuple[Tuple[Any, ...], Dict[str, Any]]

NAME = "benchmark"


def opened(test: Callable[..., object], body: Callable[[Benchmark], None]) -> None:
    """Call a test that needs no other fixture; ``body`` is called where it calls the fixture.

    Raises:
        LaneError: the test ended or failed before that.
        BaseException: whatever ``body`` raised.
    """
    service = Service(body)
    try:
        test(benchmark=Fixture(service))
    except BaseException as error:
        if not service.is_done:
            is_skip = skipped(error)
            fault = failure("load", "unsupported", "it is skipped here: {}".format(error)) if is_skip else None
            raise LaneError(fault or raised("load", error)) from error
    if not service.is_done:
        raise LaneError(failure("load", "missing", "the test came to its end without a call of benchmark(...)"))
    service.finish()


class Fixture:
    """The part of pytest-benchmark's fixture that tests use."""

    enabled = True
    disabled = False
    group: Optional[str] = None

    def __init__(self, service: Service) -> None:
        self.extra_info: Dict[str, Any] = {}
        self._service = service

    def __call__(self, function_to_benchmark: Callable[..., Any], *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ANN401 - theirs
        """Serve ``function_to_benchmark(*args, **kwargs)``; its last result counts, as that of any function."""
        unit = _bound(function_to_benchmark, (args, kwargs))
        self._service.serve(Benchmark(NAME, lambda: units.compared(unit)))

    def pedantic(  # noqa: PLR0913, PLR0917 - the parameters are pytest-benchmark's
        self,
        target: Callable[..., Any],
        args: Tuple[Any, ...] = (),
        kwargs: Optional[Dict[str, Any]] = None,
        setup: Optional[Callable[[], Optional[Arguments]]] = None,
        teardown: Optional[Callable[..., object]] = None,
        rounds: int = 1,
        warmup_rounds: int = 0,
        iterations: int = 1,
    ) -> NoReturn:
        """Serve a function, prepared before each call where the test asks for it; how often, the controller decides."""
        del rounds, warmup_rounds, iterations
        arguments = (tuple(args), kwargs or {})
        if setup is None and teardown is None:
            self(target, *arguments[0], **arguments[1])
        self._service.serve(Benchmark(NAME, lambda: _prepared(target, arguments, setup, teardown)))


def _bound(function: Callable[..., Any], arguments: Arguments) -> Callable[[], Any]:
    by_place, by_name = arguments
    if not by_place and not by_name:
        return function
    from functools import partial  # noqa: PLC0415 - not every test has arguments

    return partial(function, *by_place, **by_name)


def _prepared(
    function: Callable[..., Any],
    arguments: Arguments,
    setup: Optional[Callable[[], Optional[Arguments]]],
    teardown: Optional[Callable[..., object]],
) -> Repeat:
    """Repeat a function, whose time alone counts: before each call ``setup`` may make its arguments."""

    def repeat(loops: int) -> Outcome:
        elapsed_ns, result = 0, None
        for _ in range(loops):
            by_place, by_name = (setup() if setup is not None else None) or arguments
            begun_ns = perf_counter_ns()
            result = function(*by_place, **by_name)
            elapsed_ns += perf_counter_ns() - begun_ns
            if teardown is not None:
                teardown(*by_place, **by_name)
        return result, max(1, elapsed_ns)

    return repeat
