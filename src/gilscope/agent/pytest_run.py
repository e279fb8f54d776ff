"""A test with fixtures, run by pytest itself in the target; trials are served where it calls ``benchmark``."""

from __future__ import annotations

import importlib
import os
import sys

from .bench_call import Service
from .benchmark_fixture import NAME, Fixture
from .fault import LaneError, failure
from .probe import NO_PYTEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, List, Sequence

    from .bench_call import Benchmark
    from .records import Failure

NO_CALL = "{} came to its end without a call of benchmark(...)"
SEVERAL = "{} has several cases: name one of {}"
NOT_FOUND = "pytest has not found {}: `pytest --collect-only {}` lists what there is"

OPTIONS = (
    # what a project adds to every run (coverage, workers of xdist) would be measured too
    *("-o", "addopts="),
    # faulthandler writes a lane's stacks already, and cannot be imported in an interpreter
    *("-p", "no:faulthandler"),
    *("-p", "no:cacheprovider"),
    # pytest-benchmark refuses any fixture of this name but its own
    *("-p", "no:benchmark"),
    # a module is what an import makes of it
    "--assert=plain",
    "--capture=no",
    "--tb=short",
)


def opened(path: str, node: str, search: Sequence[str], body: Callable[[Benchmark], None]) -> None:
    """Let pytest run one test; ``body`` is called where it, or a fixture of its own, calls ``benchmark``.

    What it imports is looked for in the working directory, as ``python -m pytest`` does, and in ``search`` last.

    Raises:
        LaneError: there is no pytest, or the test ended or failed before that.
        BaseException: whatever ``body`` raised.
    """
    try:
        pytest: Any = importlib.import_module("pytest")
    except ImportError as error:
        raise LaneError(failure("load", "unsupported", NO_PYTEST)) from error
    service = Service(body)
    plugin: _Plugin = type("Plugin", (_Plugin,), {NAME: pytest.fixture(_defined)})(Fixture(service))
    os.environ.pop("PYTEST_ADDOPTS", None)
    os.environ["PYTEST_TIMEOUT"] = "0"  # a lane has a time limit of its own
    sys.path[:] = [os.getcwd(), *sys.path, *search]
    pytest.main(["{}::{}".format(path, node), *OPTIONS], plugins=[plugin])
    if not service.is_done:
        raise LaneError(_unreached(plugin, os.path.basename(path), node))
    service.finish()


class _Plugin:
    """A plugin of pytest's: whoever else defines a fixture ``benchmark``, a test gets the stand-in."""

    def __init__(self, fixture: Fixture) -> None:
        self.reports: List[Any] = []
        self.cases: List[str] = []
        self._fixture = fixture

    def pytest_configure(self, config: Any) -> None:  # noqa: ANN401 - pytest's own
        """Make the mark of pytest-benchmark known, which takes no part."""
        config.addinivalue_line("markers", "benchmark: how a test is benchmarked")

    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> object:  # noqa: ANN401 - pytest's own
        """Return the stand-in for ``benchmark``, and leave all other fixtures to pytest."""
        if fixturedef.argname != NAME:
            return None
        fixturedef.cached_result = (self._fixture, fixturedef.cache_key(request), None)
        return self._fixture

    def pytest_collection_modifyitems(self, items: List[Any]) -> None:
        """Run none of several cases: only one of them could be measured."""
        self.cases = [item.name for item in items]
        if len(items) > 1:
            items.clear()

    def pytest_collectreport(self, report: Any) -> None:  # noqa: ANN401 - pytest's own
        """Note what cannot be collected."""
        self._note(report)

    def pytest_runtest_logreport(self, report: Any) -> None:  # noqa: ANN401 - pytest's own
        """Note how the steps of the test ended."""
        self._note(report)

    def _note(self, report: Any) -> None:  # noqa: ANN401 - pytest's own
        if getattr(report, "when", None) == "call" or not report.passed:
            self.reports.append(report)


def _defined(plugin: _Plugin) -> None:
    """Stand for a fixture ``benchmark`` where pytest-benchmark is not installed; the plugin sets it up instead."""
    del plugin


def _unreached(plugin: _Plugin, file: str, node: str) -> Failure:
    """Return why the test did not come to its bench call, by the first of pytest's reports that says so."""
    if len(plugin.cases) > 1:
        return failure("load", "missing", SEVERAL.format(node, ", ".join(plugin.cases)))
    if not plugin.reports:
        return failure("load", "missing", NOT_FOUND.format(node, file))
    report = plugin.reports[0]
    if report.passed:
        return failure("load", "missing", NO_CALL.format(node))
    if report.skipped:
        return failure("load", "unsupported", "it is skipped here: {}".format(report.longrepr[2]))
    return failure("load", "raised", _in_one_line(report), report.longreprtext)


def _in_one_line(report: Any) -> str:  # noqa: ANN401 - pytest's own
    """Return the error of a report without its place."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None:
        return str(crash.message).partition("\n")[0]
    lines: List[str] = report.longreprtext.strip().splitlines() or ["pytest could not run it"]
    return lines[-1].partition("E   ")[2] or lines[-1]
