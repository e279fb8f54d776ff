"""The builds in every picture: each has a name, a colour and a shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gilscope.values.runtimes import Arm

BUILDS = ("default", "free-threaded", "free-threaded, GIL on")
COLOURS = ("#74819c", "#d9730d", "#2a7fb8")
SHAPES = ("circle", "diamond", "triangle-up")
"""One shape per build: the pictures work without colour."""


def build(arm: Arm) -> str:
    """The build that an arm runs, whatever its version."""
    default = arm.runtime.facts.build == "default"
    return BUILDS[0] if default else BUILDS[2] if arm.gil_forced else BUILDS[1]


def version(arm: Arm) -> str:
    """The version that an arm runs, whatever its build."""
    return arm.runtime.name.removesuffix("t")
