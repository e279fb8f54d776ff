"""Other programs are started in the user's environment, without what bends a Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

BENDS_PYTHON = ("PYTHON", "PYPY", "__PYVENV_LAUNCHER__", "VIRTUAL_ENV")
SEARCH = "PYTHONPATH"
"""Where a person's own modules lie, which is no matter of the interpreter."""
UNNOTICED = frozenset(
    {SEARCH, "PYTHONDONTWRITEBYTECODE", "PYTHONIOENCODING", "PYTHONPYCACHEPREFIX", "PYTHONUNBUFFERED"}
)
"""Variables whose loss changes nothing that is measured."""


def without_python(environ: Mapping[str, str]) -> dict[str, str]:
    """Return a user's environment without the variables that make an interpreter pretend to be another.

    They are dropped for every program, since all of them start interpreters: a lane or the census the ones to be
    measured, uv those that it lists, and apt its hooks, which a ``PYTHONHOME`` of another version breaks.
    All else is kept, since uv and apt need it: ``PATH``, ``HOME``, proxies, certificates, and ``UV_...``, where a
    user's mirror is set. A build wants less (`gilscope.provision.making.environment`): configure and make also read
    variables that have nothing to do with Python.
    """
    return {name: value for name, value in environ.items() if not name.upper().startswith(BENDS_PYTHON)}


def missed(environ: Mapping[str, str]) -> list[str]:
    """Return the variables that would have changed an interpreter, in order: what somebody may wonder about."""
    return sorted(name for name in environ if name.upper().startswith("PYTHON") and name not in UNNOTICED)
