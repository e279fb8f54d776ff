"""The agent as a package, in a process that a lane started: a module with a path is one."""

from __future__ import annotations

import os

__path__ = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]
