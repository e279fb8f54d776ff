"""``pyperf`` in a process that a script started: the stand-in, which shows its bench calls to nobody there."""

from __future__ import annotations

import importlib
import os
import sys

if "gilscope_agent" not in sys.modules:
    package = type(sys)("gilscope_agent")
    package.__path__ = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]
    sys.modules["gilscope_agent"] = package
sys.modules[__name__] = importlib.import_module("gilscope_agent.stand_in")
