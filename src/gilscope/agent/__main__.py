"""The agent's front door: ``PYTHON path/to/agent/__main__.py`` opens one lane.

Its orders arrive as JSON lines on standard input and its answers leave on standard output, both taken over
before any foreign code runs. ``multiprocessing`` runs this file again in spawned workers, which is why
mounting happens on import.
"""

from __future__ import annotations

import importlib
import os
import sys


def mount() -> None:
    """Make this folder importable as ``gilscope_agent``, and only under that name."""
    folder = os.path.dirname(os.path.abspath(__file__))
    package = type(sys)("gilscope_agent")
    package.__path__ = [folder]
    sys.modules["gilscope_agent"] = package
    if sys.path and os.path.abspath(sys.path[0]) == folder:
        del sys.path[0]


mount()
if os.environ.get("GILSCOPE_WITHOUT"):
    importlib.import_module("gilscope_agent.without").leave_out()

if __name__ == "__main__":
    importlib.import_module("gilscope_agent.lane").main()
