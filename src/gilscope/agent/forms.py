"""Work in the form in which people have it: a function, a method, a ``timeit.Timer``, a test, or a statement.

What a name stands for is looked at once it has been imported: a Timer may come out of a function, and the base of a
unittest case from another module.
"""

from __future__ import annotations

import sys

from . import benchmark_fixture, probe, targets, unittest_case
from .fault import LaneError, failure, raised

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Union

    from .bench_call import Benchmark
    from .records import LaneOrder, StatementOrder, TargetOrder

    Workload = Union[probe.LoadedProbe, Benchmark, unittest_case.CaseMethod]
    Body = Callable[[Workload], None]

SETS_ITSELF_UP = "{} is a Timer, which has a setup and globals of its own, and takes no arguments"


def opened(order: LaneOrder, body: Body) -> None:
    """Load a statement or what a target names, and call ``body`` with it, within what is set up around it.

    Raises:
        LaneError: it cannot be loaded, set up, called or torn down.
        BaseException: whatever ``body`` raised.
    """
    if order["statement"] is not None:
        _statement_opened(order, order["statement"], body)
    elif order["target"] is not None:
        _target_opened(order, order["target"], body)


def _target_opened(order: LaneOrder, target: TargetOrder, body: Body) -> None:
    if target["node"] is not None:
        from . import pytest_run  # noqa: PLC0415 - few tests need more than their benchmark

        assert target["path"] is not None  # noqa: S101 - only a file has tests
        pytest_run.opened(target["path"], target["node"], target["search"], body)
        return
    has_state = order["setup"] is not None
    value = probe.imported(order, lambda: targets.found(target, has_state=has_state))
    owner = getattr(value, "__self__", None)
    if _is_timer(value):
        _timer_opened(order, target, value, body)
    elif unittest_case.is_case(type(owner)):
        unittest_case.opened(type(owner), value.__name__, body)
    else:
        _function_opened(order, target, targets.checked(target, value), body)


def _statement_opened(order: LaneOrder, statement: StatementOrder, body: Body) -> None:
    """Compile statements, run their setup once to see that it works, and call ``body`` with them."""
    from . import pyperf_units  # noqa: PLC0415 - only statements need it

    sys.path[:0] = statement["search"]

    def compiled() -> pyperf_units.Inner:
        try:
            timed = pyperf_units.inner(statement["code"], statement["setup"], "", None)
            pyperf_units.looped(timed)(0)
        except BaseException as error:
            raise LaneError(raised("load", error)) from error
        return timed

    body(probe.LoadedProbe(probe.imported(order, compiled), None, None, repeated=pyperf_units.looped))


def _timer_opened(order: LaneOrder, target: TargetOrder, timer: Any, body: Body) -> None:  # noqa: ANN401 - a Timer
    from . import pyperf_units  # noqa: PLC0415 - only statements need it

    if order["setup"] is not None or target["arguments"] != "()":
        raise LaneError(failure("load", "missing", SETS_ITSELF_UP.format(target["name"])))
    body(probe.LoadedProbe(timer.inner, None, None, repeated=pyperf_units.looped))


def _function_opened(order: LaneOrder, target: TargetOrder, function: Callable[..., Any], body: Body) -> None:
    """Open a function with its arguments: inside its bench call where it has a parameter for the fixture to fill."""
    by_place, by_name = targets.arguments(target)
    if _wants_fixture(function, by_name):
        from functools import partial  # noqa: PLC0415 - most functions are no tests

        benchmark_fixture.opened(partial(function, *by_place, **by_name), body)
    else:
        body(probe.LoadedProbe(function, _setup(order), None, arguments=(by_place, by_name)))


def _setup(order: LaneOrder) -> Union[Callable[[], object], None]:
    """Return what makes the function's first argument, None where nothing does."""
    setup = order["setup"]
    if setup is None:
        return None
    from functools import partial  # noqa: PLC0415 - few callables have a setup

    of_setup: TargetOrder = setup
    make = probe.imported(order, lambda: targets.checked(of_setup, targets.found(of_setup, has_state=False)))
    by_place, by_name = targets.arguments(of_setup)
    return partial(make, *by_place, **by_name)


def _is_timer(value: object) -> bool:
    """Return whether this is a ``timeit.Timer``; there is none before somebody has imported timeit."""
    module = sys.modules.get("timeit")
    return module is not None and isinstance(value, module.Timer)


def _wants_fixture(function: Callable[..., Any], by_name: Dict[str, Any]) -> bool:
    """Return whether a function needs an argument called as the fixture is, which nobody gives it."""
    whole = getattr(function, "__wrapped__", function)
    code = getattr(getattr(whole, "__func__", whole), "__code__", None)
    if benchmark_fixture.NAME in by_name or benchmark_fixture.NAME not in getattr(code, "co_varnames", ()):
        return False
    import inspect  # noqa: PLC0415 - few functions know the name at all

    parameter = inspect.signature(function).parameters.get(benchmark_fixture.NAME)
    return parameter is not None and parameter.default is parameter.empty
