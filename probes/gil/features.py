# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# kind = "gil"
# ways = ["features"]
# [tool.gilscope.observes]
# gil = ""
# specialising = ""
# deferred_counts = ""
# jit = ""
# abi3t = ""
# interpreters = ""
# inherits_context = ""
# object_size = "bytes"
# ///
"""Which of the features that free threading leans on does this build have, found out by looking?

PEP 703 (Gross 2023) names specialisation made thread-safe and deferred reference counts among what a single thread's
speed depends on; PEP 803 the stable ABI for free-threaded builds, PEP 744 the JIT, PEP 734 the subinterpreters.
"""

from __future__ import annotations

import dis
import importlib.machinery
import sys
from contextlib import contextmanager
from importlib.util import find_spec

CALLS_TO_WARM = 5000
FAR_ABOVE_ANY_COUNT = 2**30


def add(left, right):
    return left + right


def is_specialising():
    """Whether an addition of integers that ran often has become an instruction of its own."""
    for _ in range(CALLS_TO_WARM):
        add(1, 2)
    if sys.version_info < (3, 11) or sys.implementation.name != "cpython":
        return False
    return any("ADD_INT" in step.opname for step in dis.get_instructions(add, adaptive=True))


def jit():
    if hasattr(sys, "pypy_translation_info"):
        return "on" if sys.pypy_translation_info["translation.jit"] else "absent"
    known = getattr(sys, "_jit", None)
    if known is None or not known.is_available():
        return "absent"
    return "on" if known.is_enabled() else "off"


def looked_at():
    modules = ("concurrent.interpreters", "_interpreters", "_xxsubinterpreters")
    is_enabled = getattr(sys, "_is_gil_enabled", lambda: True)
    return {
        "gil": "on" if is_enabled() else "off",
        "specialising": "yes" if is_specialising() else "no",
        "deferred_counts": "yes" if getattr(sys, "getrefcount", bool)(add) > FAR_ABOVE_ANY_COUNT else "no",
        "jit": jit(),
        "abi3t": "yes" if any("abi3t" in suffix for suffix in importlib.machinery.EXTENSION_SUFFIXES) else "no",
        "interpreters": next((name for name in modules if find_spec(name) is not None), "none"),
        "inherits_context": "yes" if getattr(sys.flags, "thread_inherit_context", 0) else "no",
        "object_size": sys.getsizeof(object(), 0),
    }


@contextmanager
def features():
    """What a look finds; it does not change."""
    yield looked_at


if __name__ == "__main__":
    for name, found in looked_at().items():
        print(f"{name:16} {found}")
