"""Extension modules made here, one for each way of declaring itself, and packages that import them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.values.runtimes import Runtime

COMPILER = shutil.which("cc")
SOURCE = r"""
#include <Python.h>
#include <signal.h>
#include <unistd.h>

static int executed(PyObject *module) {
#ifdef DIES
    raise(SIGKILL);
#endif
#ifdef HANGS
    for (;;) sleep(1);
#endif
#ifdef LEAVES
    _exit(0);
#endif
#ifdef CLOSES
    for (int descriptor = 3; descriptor < 100; descriptor++) close(descriptor);
#endif
#ifdef BROKEN
    PyErr_SetString(PyExc_ImportError, "no library of that name");
    return -1;
#endif
#ifdef DELAYED
    static int times = 0;
    if (!times++) {
        PyErr_SetString(PyExc_ImportError, "not yet");
        return -1;
    }
#endif
    return 0;
}

static PyObject *speed(PyObject *self, PyObject *ignored) { return PyLong_FromLong(1); }
static PyMethodDef methods[] = {{"speed", speed, METH_NOARGS, 0}, {0}};

static PyObject *created(PyObject *spec, PyModuleDef *definition) {
    PyObject *types = PyImport_ImportModule("types");
    return types ? PyObject_CallMethod(types, "SimpleNamespace", 0) : 0;
}

#ifndef SINGLE
static PyModuleDef_Slot slots[] = {
#ifdef NOMODULE
    {Py_mod_create, created},
#else
    {Py_mod_exec, executed},
#endif
#ifdef INTERPRETERS
    {Py_mod_multiple_interpreters, INTERPRETERS},
#endif
#if defined(GIL) && PY_VERSION_HEX >= 0x030d0000
    {Py_mod_gil, GIL},
#endif
    {0, 0}};
#endif

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, NAME, 0,
#ifdef SINGLE
    -1, methods,
#else
#ifdef NOMODULE
    0, 0, slots,
#else
    0, methods, slots,
#endif
#endif
};

#define JOINED(a, b) a##b
#define INIT(stem) JOINED(PyInit_, stem)
PyMODINIT_FUNC INIT(STEM)(void) {
#ifdef SINGLE
    PyObject *module = PyModule_Create(&definition);
#if defined(DECLARES) && defined(Py_GIL_DISABLED)
    PyUnstable_Module_SetGIL(module, Py_MOD_GIL_NOT_USED);
#endif
    (void)executed;
    return module;
#else
    return PyModuleDef_Init(&definition);
#endif
}
"""
OWN_GIL = "INTERPRETERS=Py_MOD_PER_INTERPRETER_GIL_SUPPORTED"
NO_GIL = "GIL=Py_MOD_GIL_NOT_USED"
BOTH = (OWN_GIL, NO_GIL)

PACKAGES = {
    "both": BOTH,
    "gilonly": (NO_GIL,),
    "interpretersonly": (OWN_GIL,),
    "neither": (),
    "nointerpreters": ("INTERPRETERS=Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED", NO_GIL),
    "single": ("SINGLE",),
    "singledeclared": ("SINGLE", "DECLARES"),
    "dies": (*BOTH, "DIES"),
    "hangs": (*BOTH, "HANGS"),
    "leaves": (*BOTH, "LEAVES"),
    "closes": (*BOTH, "CLOSES"),
    "broken": (*BOTH, "BROKEN"),
    "delayed": ("DELAYED",),
    "nomodule": (OWN_GIL, "NOMODULE"),
    "directly": (),
    "lazy": (),
    "fallback": (),
    "pure": (),
}
"""Packages by name, each with the macros by which its extension ``_speed`` is compiled; ``pure`` gets none."""

DELAYED = "try:\n    import delayed._speed\nexcept ImportError:\n    import delayed._speed\n"
DIRECTLY = """
import _imp, importlib.machinery, importlib.util
path = importlib.util.find_spec("directly._speed").origin
_imp.create_dynamic(importlib.machinery.ModuleSpec("directly._speed", None, origin=path))
"""
FALLBACK = "try:\n    from fallback._speed import speed\nexcept ImportError:\n    def speed():\n        return 1\n"
TEXTS = {
    "lazy": "def speed():\n    from lazy._speed import speed\n    return speed()\n",
    "fallback": FALLBACK,
    "delayed": DELAYED,
    "directly": DIRECTLY,
    "nomodule": "import nomodule._speed\n",
    "broken": "",
    "pure": "",
}
"""What a package's ``__init__`` holds, where it is not a plain import of its extension."""
TWICE = ("both", "neither", "single")
"""What the package ``twice`` imports one after another: the second turns the GIL on, and so would the third."""


class Made(NamedTuple):
    """An environment of a runtime with all packages in it."""

    runtime: Runtime
    folder: Path
    python: str


def made(runtime: Runtime, folder: Path) -> Made:
    """Make an environment of a runtime, and all packages in it."""
    command = [runtime.executable, "-m", "venv", "--without-pip", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    (site,) = folder.glob("lib/python*/site-packages")
    includes, suffix = _asked(runtime)
    with ThreadPoolExecutor() as pool:
        list(pool.map(partial(_package, site, includes, suffix), PACKAGES))
    _distribution(site, "twice", {"__init__.py": "".join(f"import {name}\n" for name in TWICE)})
    return Made(runtime, folder, str(folder / "bin" / "python"))


def _asked(runtime: Runtime) -> tuple[list[str], str]:
    text = (
        "import sysconfig as s; print(s.get_path('include')); print(s.get_path('platinclude')); "
        "print(s.get_config_var('EXT_SUFFIX'))"
    )
    answer = subprocess.run([runtime.executable, "-c", text], check=True, capture_output=True, text=True)
    *includes, suffix = answer.stdout.split()
    return includes, suffix


def _package(site: Path, includes: list[str], suffix: str, name: str) -> None:
    files = {"__init__.py": TEXTS.get(name, f"from {name}._speed import speed\n")}
    _distribution(site, name, files, f"{name}/_speed{suffix}" if name != "pure" else "")
    if name != "pure":
        source = site / f"{name}.c"
        source.write_text(SOURCE)
        macros = [f"-D{macro}" for macro in (*PACKAGES[name], "STEM=_speed", f'NAME="{name}._speed"')]
        target = site / name / f"_speed{suffix}"
        options = ["-shared", "-fPIC", *(f"-I{path}" for path in includes), *macros]
        if sys.platform == "darwin":
            options += ["-undefined", "dynamic_lookup"]
        subprocess.run([COMPILER or "cc", *options, str(source), "-o", str(target)], check=True, capture_output=True)


def _distribution(site: Path, name: str, files: dict[str, str], extension: str = "") -> None:
    """Write a package and the records by which it is known to be installed."""
    (site / name).mkdir()
    for file, text in files.items():
        (site / name / file).write_text(text)
    info = site / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    paths = [*(f"{name}/{file}" for file in files), *([extension] if extension else [])]
    (info / "RECORD").write_text("".join(f"{path},,\n" for path in paths))
