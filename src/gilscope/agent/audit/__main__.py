"""The audit's front door: ``PYTHON path/to/audit/__main__.py`` with an order imports what that names."""

from __future__ import annotations

import importlib
import os
import sys


def mount() -> None:
    """Make the agent's folder importable as ``gilscope_agent``, and only under that name."""
    here = os.path.dirname(os.path.abspath(__file__))
    package = type(sys)("gilscope_agent")
    package.__path__ = [os.path.dirname(here)]
    sys.modules["gilscope_agent"] = package
    if sys.path and os.path.abspath(sys.path[0]) == here:
        del sys.path[0]


if __name__ == "__main__":
    mount()
    importlib.import_module("gilscope_agent.audit.asked").main()
