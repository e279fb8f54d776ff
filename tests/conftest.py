"""What all tests have in common: they know the same Pythons, and a set of runtimes that is not here stops them."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

import pytest

from gilscope.errors import UsageError

if TYPE_CHECKING:
    from types import ModuleType

SET = "GILSCOPE_TEST_RUNTIMES"
ANSWERS = "GILSCOPE_TEST_ANSWERS"


def pytest_configure(config: pytest.Config) -> None:
    """Ask all Pythons once, before the processes start that share the tests; on a busy machine one might hear less.

    No environment is active in any test: what it holds would be installed for every runtime. And a terminal is one that
    can do all that is tested, whatever the tests were started from. Tests that measure side by side do not take turns.
    """
    os.environ.pop("VIRTUAL_ENV", None)
    os.environ["TERM"] = "xterm-256color"
    locks = tempfile.TemporaryDirectory()
    config.add_cleanup(locks.cleanup)
    os.environ["GILSCOPE_LOCKS"] = locks.name
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        answers = tempfile.TemporaryDirectory()
        config.add_cleanup(answers.cleanup)
        os.environ[ANSWERS] = answers.name
        targets()


def pytest_report_header() -> str | None:
    """The runtimes to be tested on, where a set of them was chosen."""
    return f"{SET}: {', '.join(runtime.name for runtime in targets().RUNTIMES)}" if SET in os.environ else None


def targets() -> ModuleType:
    """The room that takes the census of the tests, imported where one is needed: unit tests alone do without."""
    try:
        import targets  # noqa: PLC0415 - its import takes the census
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error
    return targets
