"""Modules that are left out of a lane, as if they were not installed."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from gilscope.places import AGENT
from targets import AS_BUILT

if TYPE_CHECKING:
    from gilscope.values.runtimes import Arm

TEXT = """
import runpy, sys
runpy.run_path(sys.argv[1], run_name="mounted")
try:
    import this
except ImportError as error:
    print(error, error.name)
import keyword
"""


@pytest.mark.parametrize("arm", AS_BUILT, ids=lambda arm: arm.name)
def test_what_the_variable_names_cannot_be_imported(arm: Arm) -> None:
    """All else can."""
    command = [*arm.command, "-c", TEXT, str(AGENT)]
    ended = subprocess.run(
        command, capture_output=True, text=True, env={"GILSCOPE_WITHOUT": "this,no.such"}, timeout=60, check=True
    )
    assert ended.stdout == "No module named 'this': GILSCOPE_WITHOUT leaves it out this\n"
