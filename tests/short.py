"""Runs as short as can be, for tests that ask what a command does and not how long anything takes."""

from __future__ import annotations

from pathlib import Path

SHORT = ("--suite", str(Path(__file__).with_suffix(".toml")))
"""Options of ``gilscope run`` and ``gilscope ab``: two launches of two rounds."""
