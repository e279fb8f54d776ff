# /// why
# [[causes]]
# kind = "gil"
# object = "undeclared"
# ///
"""Does arithmetic scale beside an extension that does not declare that it needs no GIL?

Importing it turns the GIL on for the rest of the process (PEP 703). It is compiled here, since what is built for a
free-threaded Python today declares it.
"""

import importlib.machinery
import importlib.util
import shlex
import subprocess
import sysconfig
import tempfile
from pathlib import Path

ADDITIONS = 20_000
SOURCE = """
#include <Python.h>
static PyModuleDef_Slot slots[] = {{0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "undeclared", .m_slots = slots};
PyMODINIT_FUNC PyInit_undeclared(void) { return PyModuleDef_Init(&module); }
"""


def undeclared():
    linker, include = sysconfig.get_config_var("LDSHARED"), sysconfig.get_paths()["include"]
    if not linker or not Path(include, "Python.h").exists():
        raise NotImplementedError("there is no Python.h in " + include)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "undeclared.c"), str(Path(folder, "undeclared.so"))
        source.write_text(SOURCE, encoding="ascii")
        command = [*shlex.split(linker), "-fPIC", "-I" + include, str(source), "-o", target]
        try:
            subprocess.run(command, check=True)
        except FileNotFoundError as error:
            raise NotImplementedError("there is no compiler " + command[0]) from error
        loader = importlib.machinery.ExtensionFileLoader("undeclared", target)
        module = importlib.util.module_from_spec(importlib.util.spec_from_loader("undeclared", loader))
        loader.exec_module(module)
        return module


EXTENSION = undeclared()


def work():
    total = 0
    for number in range(ADDITIONS):
        total += number & 7
    return total
