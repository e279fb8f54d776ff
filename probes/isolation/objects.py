# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = ["own-gil", "shared-gil"]
# loops = 1
# [tool.gilscope.observes]
# main_globals = ""
# sys_modules = ""
# sys_path = ""
# builtins = ""
# random_state = ""
# warnings_filters = ""
# collector_off = ""
# small_integers = ""
# built_in_types = ""
# ///
"""Which of an interpreter's own things does another interpreter of the same process share?

After PEP 554 and PEP 734: the main interpreter changes a thing; the other one sees it ("shared") or not ("separate").
"""

import os
import sys
from contextlib import contextmanager, suppress
from importlib import import_module
from time import perf_counter

MODULE = import_module("_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters")
IMPORTS = "import builtins, gc, os, random, sys, warnings"
THINGS = {  # what the main interpreter does, and what is true in the other if it sees that
    "main_globals": ("planted = 1", "'planted' in globals()"),
    "sys_modules": ("sys.modules['planted'] = sys", "'planted' in sys.modules"),
    "sys_path": ("sys.path.append('planted')", "'planted' in sys.path"),
    "builtins": ("builtins.planted = 1", "hasattr(builtins, 'planted')"),
    "random_state": ("random.seed(7)", "random.random() == random.Random(7).random()"),
    "warnings_filters": ("warnings.filterwarnings('ignore', 'planted')", "'planted' in str(warnings.filters)"),
    "collector_off": ("gc.disable()", "not gc.isenabled()"),
    "small_integers": ("told = id(7)", "id(7) == TOLD"),
    "built_in_types": ("told = id(dict)", "id(dict) == TOLD"),
}
TELL = "os.write({}, b'shared' if {} else b'separate')"


def look(identifier):
    (end, pipe), here, seen = os.pipe(), {}, {}
    exec(IMPORTS, here)  # noqa: S102 - what is done here is told as text, beside what is seen there
    MODULE.run_string(identifier, IMPORTS)
    for name, (act, sees) in THINGS.items():
        exec(act, here)  # noqa: S102 - as above
        with suppress(RuntimeError):  # so it is up to 3.12; later versions return what was raised
            MODULE.run_string(identifier, TELL.format(pipe, sees.replace("TOLD", str(here.get("told")))))
        os.write(pipe, b" refused")
        seen[name] = os.read(end, 99).decode().split()[0]
    MODULE.destroy(identifier)
    return seen


@contextmanager
def own_gil():
    if sys.version_info < (3, 12):
        raise NotImplementedError("interpreters own a GIL from 3.12 on (PEP 684)")
    seen = look(MODULE.create())
    yield lambda: seen


@contextmanager
def shared_gil():
    old = {} if sys.version_info < (3, 9) else {"isolated": False}
    seen = look(MODULE.create(**({"config": "legacy"} if sys.version_info >= (3, 13) else old)))
    yield lambda: seen


def check(seen):
    assert set(seen) == set(THINGS)


if __name__ == "__main__":
    begun = perf_counter()
    with shared_gil() as unit:
        print(unit(), f"in {perf_counter() - begun:.6f} s")
