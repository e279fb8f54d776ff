"""What all tests have in common: a chosen set of runtimes is named at the top, and one that is not there stops them."""

from __future__ import annotations

import os

import pytest

from gilscope.errors import UsageError


def pytest_report_header() -> str | None:
    """The runtimes to be tested on, where a set of them was chosen."""
    if "GILSCOPE_TEST_RUNTIMES" not in os.environ:
        return None  # a census takes seconds, which the unit tests do without
    try:
        import targets  # noqa: PLC0415 - the same
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error
    return f"{targets.SET}: {', '.join(runtime.name for runtime in targets.RUNTIMES)}"
