"""The agent as a package in a process that a lane started; a module with a ``__path__`` is a package."""

from __future__ import annotations

import os

__path__ = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]
