"""The stand-in for ``pyperf`` in scripts that import it: bench calls show what is there instead of measuring it.

A script is run from top to bottom; at each bench call the *visit* set by `install` is shown the benchmark and decides
whether trials are served there and then, while everything that the script set up around its call is alive.
"""

from __future__ import annotations

import sys
from time import perf_counter

from . import pyperf_units
from .bench_call import Benchmark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any, Callable, Dict, List, Optional, Sequence, Union

    from .units import Repeat

    Statements = Union[str, Sequence[str]]
    Visit = Callable[[Benchmark], None]

__all__ = ["Runner", "perf_counter", "python_has_jit", "python_implementation"]

# The version whose Runner this one stands in for.
VERSION = (2, 10, 0)
__version__ = ".".join(map(str, VERSION))

DEFAULTS = {"values": 3, "processes": 20, "loops": 0, "min_time": 0.1, "warmups": 1}

_visits: List[Visit] = []


def install(visit: Visit) -> None:
    """Be ``pyperf`` from now on, and show every bench call to ``visit``."""
    _visits[:] = [visit]
    sys.modules["pyperf"] = sys.modules[__name__]


def python_implementation() -> str:
    """Return the implementation's name in lower case."""
    return sys.implementation.name.lower()


def python_has_jit() -> bool:
    """Return whether results need long warm-ups, as on PyPy: not on CPython, whose compiler is off or soon done."""
    return hasattr(sys, "pypy_translation_info")


def __getattr__(name: str) -> Any:
    message = "no pyperf.{}: this script has a stand-in for pyperf, made for its Runner".format(name)
    raise AttributeError(message)


class Runner:
    """The part of ``pyperf.Runner`` that scripts use; bench calls return None, as pyperf's may."""

    def __init__(
        self,
        values: Optional[int] = None,
        processes: Optional[int] = None,
        loops: int = 0,
        min_time: float = 0.1,
        metadata: Optional[Dict[str, Any]] = None,
        show_name: bool = True,
        program_args: Optional[Sequence[str]] = None,
        add_cmdline_args: Optional[Callable[..., None]] = None,
        _argparser: Optional[ArgumentParser] = None,
        warmups: Optional[int] = 1,
    ) -> None:
        self.metadata: Dict[str, Any] = {} if metadata is None else metadata
        self.args: Optional[Namespace] = None
        given = {"values": values, "processes": processes, "loops": loops, "min_time": min_time, "warmups": warmups}
        self._defaults = {name: value or DEFAULTS[name] for name, value in given.items()}
        self._parser = _argparser
        self._has_options = False

    @property
    def argparser(self) -> ArgumentParser:
        """Return the parser that the script adds its options to, made when the script first asks for it."""
        if not self._has_options:
            import argparse  # noqa: PLC0415 - many scripts never ask

            from . import pyperf_options  # noqa: PLC0415 - only a parser needs them

            self._parser = self._parser or argparse.ArgumentParser()
            pyperf_options.add(self._parser, self._defaults)
            self._has_options = True
        assert self._parser is not None  # noqa: S101 - made above
        return self._parser

    def parse_args(self, args: Optional[Sequence[str]] = None) -> Namespace:
        """Return the script's options, parsed once."""
        if self.args is None:
            self.args = self.argparser.parse_args(args)
        return self.args

    def bench_func(
        self,
        name: str,
        func: Callable[..., object],
        *args: Any,
        inner_loops: Optional[int] = None,
        metadata: Optional[Dict[str, Any]] = None,
    ) -> None:
        """Time ``func(*args)``."""
        self._show(Benchmark(name, lambda: pyperf_units.dropped(func, args), inner_loops), metadata)

    def bench_time_func(
        self,
        name: str,
        time_func: Callable[..., float],
        *args: Any,
        inner_loops: Optional[int] = None,
        metadata: Optional[Dict[str, Any]] = None,
    ) -> None:
        """Let ``time_func(loops, *args)`` time itself."""
        self._show(Benchmark(name, lambda: pyperf_units.self_looping(time_func, args), inner_loops), metadata)

    def bench_async_func(
        self,
        name: str,
        func: Callable[..., Any],
        *args: Any,
        inner_loops: Optional[int] = None,
        metadata: Optional[Dict[str, Any]] = None,
        loop_factory: Optional[Callable[[], Any]] = None,
    ) -> None:
        """Time ``await func(*args)``."""
        self._show(Benchmark(name, lambda: pyperf_units.awaited(func, args, loop_factory), inner_loops), metadata)

    def timeit(
        self,
        name: str,
        stmt: Optional[Statements] = None,
        setup: Statements = "pass",
        teardown: Statements = "pass",
        inner_loops: Optional[int] = None,
        duplicate: Optional[int] = None,
        metadata: Optional[Dict[str, Any]] = None,
        globals: Optional[Dict[str, Any]] = None,
    ) -> None:
        """Time statements given as text."""
        copies = duplicate or 1
        source = "\n".join([_joined(name if stmt is None else stmt)] * copies)

        def make() -> Repeat:
            return pyperf_units.statement(source, _joined(setup), _joined(teardown), globals)

        self._show(Benchmark(name, make, (inner_loops or 1) * copies), metadata)

    def bench_command(self, name: str, command: Sequence[str]) -> None:
        """Time a program from its start to its end."""

        def make() -> Repeat:
            from . import programs  # noqa: PLC0415 - only these benchmarks need it

            return pyperf_units.dropped(programs.unit(list(command)), ())

        benchmark = Benchmark(name, make, None)
        benchmark.starts_program = True
        self._show(benchmark, None)

    def _show(self, benchmark: Benchmark, metadata: Optional[Dict[str, Any]]) -> None:
        if self._has_options or len(sys.argv) > 1:
            self.parse_args()
        labels = dict(self.metadata, **(metadata or {}))
        unit = labels.get("unit", "second")
        if unit != "second":
            benchmark.refusal = "it measures in {}s, not in seconds".format(unit)
        if labels.get("description"):
            benchmark.description = str(labels["description"])
        for visit in _visits:
            visit(benchmark)


def _joined(statements: Statements) -> str:
    return statements if isinstance(statements, str) else "\n".join(statements)
