"""Completion of command lines in a shell, by argcomplete where it is installed."""

from __future__ import annotations

import os

from gilscope.arguments import parser

ASKED = "_ARGCOMPLETE"
"""The variable by which argcomplete's shell functions ask."""


def answer() -> None:
    """Answer a shell that asks, and end there; do nothing otherwise, or without argcomplete."""
    if ASKED not in os.environ:
        return
    try:
        import argcomplete
    except ImportError:
        return
    argcomplete.autocomplete(parser())
