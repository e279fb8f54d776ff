"""A method of a unittest case as a unit of work: set up per worker, torn down in the end."""

from __future__ import annotations

import sys

from . import stray, units
from .fault import LaneError, failure, raised

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, List

    from .units import AnyRepeat

    Step = Callable[[], object]

ASYNCHRONOUS = "IsolatedAsyncioTestCase runs its tests on an event loop of its own: measure an async function instead"


def is_case(kind: object) -> bool:
    """Return whether this is a class of unittest's cases; there is none before somebody has imported unittest."""
    module = sys.modules.get("unittest.case")
    return module is not None and isinstance(kind, type) and issubclass(kind, module.TestCase)


class CaseMethod:
    """One method of a case, with the face of a loaded probe; its states are instances, set up."""

    check = None
    inner_loops = 1
    ends_with_opening = True

    def __init__(self, case: Any, name: str) -> None:  # noqa: ANN401 - a class that only the person's code knows
        self._case = case
        self._name = name
        self._made: List[Any] = []

    def fresh_state(self) -> object:
        """Make an instance for one worker and set it up.

        Raises:
            LaneError: it cannot be set up.
        """
        instance = self._case(self._name)
        _do("setup", instance.setUp)
        self._made.append(instance)
        return instance

    def repeat(self, state: object) -> AnyRepeat:
        """Return what one worker runs."""
        return units.compared(getattr(state, self._name))

    def tear_down(self) -> None:
        """Tear down every instance.

        Raises:
            LaneError: one cannot be torn down.
        """
        for instance in self._made:
            _do("end", instance.tearDown, instance.doCleanups)


def opened(case: Any, name: str, body: Callable[[CaseMethod], None]) -> None:  # noqa: ANN401 - a person's class
    """Set up a case's module and class, call ``body`` with its method, and tear down what was set up.

    Raises:
        LaneError: something cannot be set up or torn down.
        BaseException: whatever ``body`` raised.
    """
    if hasattr(case, "asyncSetUp"):
        raise LaneError(failure("load", "unsupported", ASYNCHRONOUS))
    _do("load", lambda: _skip_as_marked(case), lambda: _skip_as_marked(getattr(case, name)))
    module = sys.modules.get(case.__module__)
    _do("setup", getattr(module, "setUpModule", _nothing), case.setUpClass)
    method = CaseMethod(case, name)
    body(method)
    method.tear_down()
    _do("end", case.tearDownClass, case.doClassCleanups, getattr(module, "tearDownModule", _nothing))


def skipped(error: BaseException) -> bool:
    """Return whether an exception says that a test is skipped, by unittest's or pytest's means."""
    return type(error).__name__ in {"SkipTest", "Skipped"}


def _do(phase: str, *steps: Step) -> None:
    """Do what a test asks for before or after it.

    Raises:
        LaneError: a step raised, or skips the test.
    """
    try:
        for step in steps:
            step()
    except BaseException as error:
        if skipped(error):
            raise LaneError(failure(phase, "unsupported", "it is skipped here: {}".format(error))) from error
        raise LaneError(raised(phase, error)) from error
    finally:
        stray.end_if_copy()


def _skip_as_marked(what: Any) -> None:  # noqa: ANN401 - a person's class, or a method of it
    """Raise what unittest raises for a class or a method that a decorator skips."""
    if getattr(what, "__unittest_skip__", False):
        raise sys.modules["unittest.case"].SkipTest(what.__unittest_skip_why__)


def _nothing() -> None:
    """Do nothing, in place of a step that a test does not ask for."""
