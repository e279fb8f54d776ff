# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "native"
# ///
"""Does a C extension that keeps the GIL during its loop run in parallel on threads?

``extension_released`` is the same but for two macros. Each worker builds the module as the target was built, and
imports it from a folder that is then gone; it declares that it needs no GIL and may be in many interpreters.
"""

import importlib.machinery
import importlib.util
import shlex
import subprocess
import sysconfig
import tempfile
from pathlib import Path

SOURCE = """
#include <Python.h>
static PyObject *spin(PyObject *module, PyObject *rounds) {
    unsigned long long left = PyLong_AsUnsignedLongLong(rounds), state = 1;
    while (left--) state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return PyLong_FromUnsignedLongLong(state);
}
static PyMethodDef methods[] = {{"spin", spin, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static PyModuleDef_Slot slots[] = {
#ifdef Py_mod_multiple_interpreters
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL}};
static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "spinning", .m_methods = methods, .m_slots = slots};
PyMODINIT_FUNC PyInit_spinning(void) { return PyModuleDef_Init(&module); }
"""
ROUNDS = 1_000_000


def setup():
    linker, include = sysconfig.get_config_var("LDSHARED"), sysconfig.get_paths()["include"]
    if not linker or not Path(include, "Python.h").exists():
        raise NotImplementedError("there is no Python.h in " + include)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "spinning.c"), str(Path(folder, "spinning.so"))
        source.write_text(SOURCE, encoding="ascii")
        command = [*shlex.split(linker), "-O2", "-fPIC", "-I" + include, str(source), "-o", target]
        try:
            subprocess.run(command, check=True)
        except FileNotFoundError as error:
            raise NotImplementedError("there is no compiler " + command[0]) from error
        loader = importlib.machinery.ExtensionFileLoader("spinning", target)
        module = importlib.util.module_from_spec(importlib.util.spec_from_loader("spinning", loader))
        loader.exec_module(module)
        return module


def work(module):
    return module.spin(ROUNDS)


def check(result):
    assert result == 14_884_097_605_143_612_481, result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
