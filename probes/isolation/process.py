# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = ["own-gil", "shared-gil"]
# loops = 1
# [tool.gilscope.observes]
# thread_ident = ""
# os_environ = ""
# putenv = ""
# descriptors = ""
# working_directory = ""
# umask = ""
# locale = ""
# signal_handlers = ""
# setting_signals = ""
# ///
"""Which things of the process do its interpreters share, and which has each of them for itself?

After PEP 554 and PEP 734: the main interpreter changes a thing; the other one sees it ("shared") or not ("separate").
"""

import os
import sys
from contextlib import contextmanager, suppress
from importlib import import_module
from time import perf_counter

MODULE = import_module("_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters")
IMPORTS = "import locale, os, signal, sys, time, _thread"
THINGS = {  # what the main interpreter does, and what is true in the other if it sees that
    "thread_ident": ("told = _thread.get_ident()", "_thread.get_ident() == TOLD"),
    "os_environ": ("os.environ['PLANTED'] = 'yes'", "'PLANTED' in os.environ"),
    "putenv": ("os.putenv('TZ', 'XYZ7')", "time.tzset() or time.timezone == 7 * 3600"),
    "descriptors": ("told = os.open(os.devnull, os.O_RDONLY)", "os.fstat(TOLD) is not None"),
    "working_directory": ("os.chdir('/')", "os.getcwd() == '/'"),
    "umask": ("os.umask(0o71)", "os.umask(0o71) == 0o71"),
    "locale": ("locale.setlocale(locale.LC_TIME, 'C.UTF-8')", "locale.setlocale(locale.LC_TIME) == 'C.UTF-8'"),
    "signal_handlers": ("signal.signal(12, signal.SIG_IGN)", "signal.getsignal(12) == signal.SIG_IGN"),
    "setting_signals": ("", "signal.signal(12, signal.SIG_DFL) is not None"),
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
