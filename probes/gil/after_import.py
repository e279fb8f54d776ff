# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = ["declaring", "undeclaring"]
# loops = 1
# observes = {before = "", after = "", turned_on_by = ""}
# ///
"""Does the GIL come back with an extension that does, or does not, declare to do without; is it named?

PEP 703 (Gross 2023): a module without `Py_mod_gil` turns the GIL on for good. The warning names it in its text only,
and only the first such module is warned of.
"""

import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import warnings
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from time import perf_counter

SOURCE = """
#include <Python.h>
static PyModuleDef_Slot slots[] = {%(slot)s {0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "%(name)s", NULL, 0, NULL, slots, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_%(name)s(void) { return PyModuleDef_Init(&module); }
"""
DECLARED = "\n#ifdef Py_mod_gil\n{Py_mod_gil, Py_MOD_GIL_NOT_USED},\n#endif\n"


def gil():
    return "on" if getattr(sys, "_is_gil_enabled", lambda: True)() else "off"


def build(name, slot, folder):
    compiler, headers = shutil.which("cc"), sysconfig.get_path("include")
    if compiler is None or not Path(headers, "Python.h").exists():
        raise NotImplementedError(f"needs a C compiler called cc, and Python.h in {headers}")
    source = Path(folder, name + ".c")
    source.write_text(SOURCE % {"name": name, "slot": slot})
    target = ["-bundle", "-undefined", "dynamic_lookup"] if sys.platform == "darwin" else ["-shared", "-fPIC"]
    subprocess.run([compiler, *target, f"-I{headers}", source, "-o", source.with_suffix(".so")], check=True)


def imported(name, slot):
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(record=True) as caught:
        build(name, slot, folder)
        warnings.simplefilter("always")
        sys.path.insert(0, folder)
        before = gil()
        import_module(name)
        culprits = re.findall(r"load module '([^']+)'", " ".join(str(each.message) for each in caught))
        return {"before": before, "after": gil(), "turned_on_by": ", ".join(culprits) or "nobody"}


def check(seen):
    came_back = (seen["before"], seen["after"]) == ("off", "on")
    assert came_back == (seen["turned_on_by"] == "planted_undeclaring"), seen


@contextmanager
def declaring():
    seen = imported("planted_declaring", DECLARED)
    yield lambda: seen


@contextmanager
def undeclaring():
    seen = imported("planted_undeclaring", "")
    yield lambda: seen


if __name__ == "__main__":
    begun = perf_counter()
    with undeclaring() as unit:
        print(unit(), f"in {perf_counter() - begun:.3f} s")
