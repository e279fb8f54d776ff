"""What is left of a user's environment for the programs that are started in it."""

from __future__ import annotations

import pytest

from gilscope.processes.environment import missed, without_python

KEPT = {
    "HOME": "/h",
    "PATH": "/b",
    "https_proxy": "http://proxy",
    "SSL_CERT_FILE": "/certificates",
    "UV_PYTHON_INSTALL_MIRROR": "https://mirror",
    "CC": "clang",
}


@pytest.mark.parametrize(
    "name",
    ["PYTHONPATH", "PYTHON_GIL", "PYTHONHOME", "PYPY_GC_MAX", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__", "PythonPath"],
)
def test_what_bends_a_python_is_dropped(name: str) -> None:
    """Only the executable itself may decide its GIL, its path and its start-up files."""
    assert without_python({**KEPT, name: "1"}) == KEPT


def test_the_users_own_environment_is_left_alone() -> None:
    """What is cleaned is a copy."""
    environ = {"PYTHONPATH": "/x"}
    without_python(environ)

    assert environ == {"PYTHONPATH": "/x"}


def test_what_somebody_may_miss_is_named() -> None:
    """A search path is kept for lanes, and buffering changes nothing that is measured."""
    environ = {**KEPT, "PYTHON_GIL": "0", "PYTHONPATH": "/x", "PYTHONUNBUFFERED": "1", "PYTHONHASHSEED": "7"}

    assert missed(environ) == ["PYTHONHASHSEED", "PYTHON_GIL"]
