"""Inputs that are wrong, and what must become of each: one row a case, by kind.

The tests beside this file try them; ``docs/explanation/reliability.md`` counts them. What holds for all of them: no
traceback of ours, a message that says what is wrong, the right exit status, nothing measured is lost, nothing is left.
"""

from __future__ import annotations

import signal
from typing import NamedTuple

HUGE = "1" + "0" * 400
NO_AMOUNTS = ("-1", HUGE, "1.5", '"1"', "null")
NO_POSITIVES = ("0", *NO_AMOUNTS)
NO_TEXTS = ("1", "null", '"\\ud800"', '["a"]')


class Stored(NamedTuple):
    """A field of one record in a results file, and the JSON that stands there: the record is left out and told."""

    record: str
    field: str
    value: str


def _stored(record: str, values: tuple[str, ...], *fields: str) -> tuple[Stored, ...]:
    return tuple(Stored(record, field, value) for field in fields for value in values)


STORED = (
    *_stored("trial", NO_POSITIVES, "loops", "wall_ns"),
    *_stored("trial", NO_AMOUNTS, "launch", "round"),
    *_stored("trial", ("1000000", "9999999999"), "launch", "round"),
    *_stored("trial", ("[]", "[0]", "[-1]", f"[{HUGE}]", "[1, 2, 3]", "[null]", "7", "null", '["1"]'), "ends_ns"),
    *_stored("trial", ("[]", "[-1]", f"[{HUGE}]", "[1, 2, 3]", "[null]", "7", "null"), "starts_ns", "cpu_ns"),
    *_stored("trial", ("[-1]", f"[{HUGE}]", "[1, 2, 3]", "7", "null"), "wait_ns", "others_ns", "system_ns", "faults"),
    *_stored("trial", ("[-1]", f"[{HUGE}]", "[1, 2, 3]", "7", "null"), "voluntary", "involuntary", "own_ns"),
    *_stored("trial", ("-1", HUGE, '"1"'), "collections", "paused_ns", "cpu"),
    *_stored("trial", ('"yes"', "1", "null"), "gil_before", "gil_after"),
    *_stored("trial", NO_TEXTS, "digest", "lane", "contest"),
    *_stored("trial", ('"3.99:serial"',), "lane"),
    *_stored("trial", ('"no such contest"', '""'), "contest"),
    *_stored("trial", ("7", "null", '{"seen": []}', '{"seen": 1e400}'), "observed"),
    *_stored("memory", ("0", "-1", HUGE, "1.5", '"1"'), "resident_bytes", "peak_bytes", "pss_bytes", "uss_bytes"),
    *_stored("memory", NO_POSITIVES, "processes"),
    *_stored("memory", NO_AMOUNTS, "launch"),
    *_stored("calibration", NO_POSITIVES, "loops", "inner_loops", "capacity_loops"),
    *_stored("contest end", ("-1", "1e300", "1e400", '"1"', "null"), "seconds"),
    *_stored("contest end", NO_AMOUNTS, "launches"),
    *_stored("finding", ('"a new kind"', "7", "null"), "kind"),
    *_stored("finding", NO_TEXTS, "reason", "lane", "contest"),
    *_stored("finding", NO_AMOUNTS, "launch"),
)
"""Records of a run that nobody measured so."""


class Settings(NamedTuple):
    """A key of a suite's table and the TOML that stands there; the message names the key."""

    key: str
    value: str


def _settings(values: tuple[str, ...], *keys: str) -> tuple[Settings, ...]:
    return tuple(Settings(key, value) for key in keys for value in values)


NO_SECONDS = ("0", "-1", "nan", "inf", "-inf", "1e300", '"1"', "[1]", "true")
SETTINGS = (
    *_settings(NO_SECONDS, "budget_s", "timeout_s", "precision"),
    *_settings(("2", "100"), "precision"),
    *_settings(("0", "-1", "nan", "1.5", HUGE, '"1"', "true"), "min_launches", "max_launches", "rounds", "trial_ms"),
    *_settings(("0", "-1", "nan", "inf", "1e300", '"1"'), "oversubscription"),
    *_settings(("[]", "[0]", "[-1]", "[1.5]", f"[{HUGE}]", '["sockets"]', "2", "[[2]]"), "workers"),
    *_settings(('"serial"', "[1]", "7"), "lanes", "models", "without"),
    *_settings(('["thread"]', '[""]'), "models"),
    *_settings(("7", "[]", "true"), "description"),
    *_settings(('"index"', "7"), "source"),
    *_settings(("1",), "min_launch", "Budget_s"),
)
"""Suites that make no sense."""


class Typed(NamedTuple):
    """Options as typed, and words of the message; the status is 2, before anything is measured."""

    options: tuple[str, ...]
    said: str


def _typed(option: str, said: str, *values: str) -> tuple[Typed, ...]:
    return tuple(Typed((option, value), said) for value in values)


TYPED = (
    *_typed("--budget", "is not a number of seconds", "0", "-1", "nan", "inf", "1e300", "", "ten", "10s"),
    *_typed("--timeout", "is not a number of seconds", "0", "-1", "nan", "inf", "1e300", "", "ten"),
    *_typed("--precision", "", "0", "-1", "nan", "inf", "1e300", "2", "100%", "", "%", "1%%"),
    *_typed("--workers", "numbers of workers", "0", "-1", "1.5", "2,,4", "two", "2,0", "1000000", HUGE),
    *_typed("--seed", "whole number", "-1", "1.5", "nan", "seed", HUGE),
    *_typed("--run", "cannot be the id of a run", "../escape", "/escape", "a/b", ".", "..", "a\x1b]0;b", "a\nb"),
    *_typed("--suite", "", "quik", "none.toml", ".", "/"),
    *_typed("--models", "", "thread", ",", "threads,,processes"),
    *_typed("--on", "", "3.99", "python", "../3.14"),
    *_typed("--lanes", "fits no lane", "nothing", "*@3.99:*"),
)
"""Command lines that were mistyped."""


class Answer(NamedTuple):
    """What a python on PATH prints when it is asked what it is; it is listed as broken, and why."""

    printed: bytes
    said: str


ANSWERS = (
    Answer(b"", "it did not answer as a Python does"),
    Answer(b"hello\n", "it did not answer as a Python does"),
    Answer(b"{}\n", "it did not answer as a Python does"),
    Answer(b"[1]\n", "it did not answer as a Python does"),
    Answer(b"[" * 100_000, "KiB"),
    Answer(b"\xff\xfe\n", "it did not answer as a Python does"),
    Answer(b'{"nonce": "\xff", "facts": {}}\n', ""),
    Answer(b'{"nonce": "another", "facts": {}}\n', "not the nonce"),
    Answer(b'{"nonce": "NONCE", "facts": {}}\n', "incomplete or wrong"),
    Answer(b'{"nonce": "NONCE", "facts": null}\n', "incomplete or wrong"),
    Answer(b'{"nonce": "NONCE", "facts": {"version": [3, 14, 1' + b"0" * 400 + b"]}}\n", "incomplete or wrong"),
    Answer(b'{"nonce": "NONCE", "facts": {"executable": "\\ud800"}}\n', "it did not answer as a Python does"),
    Answer(b"\x1b]0;title\x07\xe2\x80\xaereversed\n", "it did not answer as a Python does"),
)
"""Programs that only look like a Python."""


LINES = (
    b"",
    b"\n",
    b"\x00" * 64,
    b"{}",
    b"[]",
    b"7",
    b"null",
    b'"text"',
    b"\xff\xfe\xfd",
    b'{"type": "trial"}',
    b'{"type": "a new kind"}',
    b'{"type": "skip", "contest": "\xff", "lane": "l", "reason": "r"}',
    b'{"type": "skip", "contest": "\\ud800", "lane": "l", "reason": "r"}',
    b'{"type": "skip", "contest": "c", "lane": "l"',
    b'{"type": "skip", "contest": "c", "lane": "l", "reason": ' + b"[" * 100_000,
    b'{"type": "run"',
    b"%PDF-1.7",
    b"x" * 2_000_000,
)
"""Lines in a results file that are no record; an empty one is passed over."""


TRIALS = (
    *((name, value) for name in ("loops", "wall_ns") for value in ("0", "-1", HUGE, "1.5", "null", '"1"')),
    *((name, value) for name in ("starts_ns", "ends_ns", "cpu_ns") for value in ("[]", "[-1]", f"[{HUGE}]", "[1, 2]")),
    *(("digests", value) for value in ("null", "[]", "[1]", '["\\ud800"]', '["one", "two"]')),
    ("shown", '["one", "two"]'),
    *(("gil_before", value) for value in ("null", "1", '"no"')),
    *(("observed", value) for value in ("7", '{"a": 1e400}', '{"a": []}')),
)
"""Fields of a trial that a lane sends, and the JSON that stands there."""


CACHED = (*LINES, b'{"script": 1}', b'{"script": "", "answers": 7}', b'{"vega": 1}', b'{"vega": "", "charts": []}')
"""What may stand in the file of a cache."""
CACHES = 3
"""The caches: answers of Pythons, what all pages share, figures of stored runs."""


TEXTS = (
    "\x1b]0;title\x07",
    "\x1b[2J",
    "\x1b[31m",
    "\x9b31m",
    "\x00",
    "\x08\x08",
    "\r",
    "\u202e",
    "\u2066",
    "\u200b",
    "\ud800",
    "\U000e0001",
)
"""Characters that would steer a terminal, or that it cannot show."""
PLACES = ("question", "finding", "lane of a finding", "host", "suite", "id", "library")
"""Where they may stand in a run."""


WORK = "def work():\n    return sum(range(20_000))\n"
FORGES = """
import os
def work():
    for descriptor in range(3, 8):
        try:
            os.write(descriptor, b'\\x1e{"type": "trial", "loops": 1}\\n')
        except OSError:
            pass
"""
COUNTS = """
import os, pathlib
ASKED = pathlib.Path(COUNTER)
with ASKED.open("a") as file:
    file.write("x")
NUMBER = ASKED.stat().st_size
"""


class Lane(NamedTuple):
    """A workload as a script, the exit status of its run, words of what is told of it, and options of the run."""

    script: str
    status: int
    said: str
    options: tuple[str, ...] = ("--timeout", "20")


KEPT = "gilscope_kept_"
"""The beginning of the name of shared memory that a script makes."""

LANES = {
    "no standard output": Lane(f"import sys\nsys.stdout = None\n{WORK}", 0, ""),
    "another standard output": Lane(f"import sys\nsys.stdout = 7\n{WORK}", 0, ""),
    "no excepthook": Lane(f"import sys\nsys.excepthook = None\n{WORK}", 0, ""),
    "no standard streams": Lane(f"import sys\ndel sys.stdout, sys.stderr, sys.stdin\n{WORK}", 0, ""),
    "prints all the time": Lane("def work():\n    print('x' * 100)\n", 0, ""),
    "prints megabytes": Lane("def work():\n    print('x' * 5_000_000)\n", 0, ""),
    "prints to standard error": Lane("import sys\ndef work():\n    sys.stderr.write('x' * 1_000_000)\n", 0, ""),
    "prints records": Lane(FORGES, 1, "garbage"),
    "leaves a daemon": Lane(f"import os\nos.system('setsid sleep 600 & exit')\n{WORK}", 0, "", ("--models", "threads")),
    "leaves a folder": Lane(f"import tempfile\nKEPT = tempfile.mkdtemp()\n{WORK}", 0, ""),
    "leaves shared memory": Lane(
        "from multiprocessing import Lock, shared_memory\n"
        f"import os\nKEPT = Lock(), shared_memory.SharedMemory('{KEPT}' + str(os.getpid()), True, 9)\n{WORK}",
        0,
        "",
    ),
    "raises late": Lane(
        f"{COUNTS}\ndef work():\n    if NUMBER > 12:\n        raise ValueError('late')\n    return 1\n",
        1,
        "ValueError: late",
    ),
    "always raises": Lane("def work():\n    raise ValueError('no')\n", 1, "ValueError: no"),
    "is changed meanwhile": Lane(
        f"{COUNTS}\nif NUMBER == 7:\n    with open(__file__, 'a') as file:\n        file.write('# more')\n{WORK}",
        0,
        "was changed while it was measured",
        ("--models", "threads"),  # five imports before the second launch, on every version
    ),
    "imports nothing that there is": Lane(f"import no_such_module\n{WORK}", 1, "no_such_module"),
    "ends its process": Lane("import os\ndef work():\n    os._exit(3)\n", 1, "exit status 3"),
    "hangs while it is imported": Lane(f"while True:\n    pass\n{WORK}", 1, "hung (start)", ("--timeout", "2")),
    "takes longer than the budget": Lane("import time\ndef work():\n    time.sleep(0.4)\n", 0, "", ("--budget", "1")),
    "returns megabytes": Lane("DATA = bytes(5_000_000)\ndef work():\n    return DATA\n", 0, ""),
    "changes clocks": Lane(f"import time\ntime.perf_counter = time.monotonic = lambda: 0\n{WORK}", 0, ""),
    "is killed": Lane("import os, signal\ndef work():\n    os.kill(os.getpid(), signal.SIGKILL)\n", 1, "SIGKILL"),
}


LIMITS = "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, {})\n"
GONE = "import os, tempfile\nos.chdir(tempfile.mkdtemp())\nos.rmdir(os.getcwd())\n"
SEGFAULTS = "import ctypes\ndef work():\n    ctypes.string_at(0)\n"


class Place(NamedTuple):
    """What a command finds itself in, as code that is run before it; a script, the exit status, and what is said."""

    prelude: str
    script: str
    status: int
    said: str


PLACES_TO_BE = {
    "256 descriptors": Place(LIMITS.format((256, 256)), WORK, 0, ""),
    "64 descriptors": Place(LIMITS.format((64, 64)), WORK, 0, ""),
    "many open files": Place(
        LIMITS.format((4096, 4096)) + "import os\nOPEN = [os.dup(2) for _ in range(1100)]\n", WORK, 0, ""
    ),
    "children's ends ignored": Place(
        "import signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n", SEGFAULTS, 1, "SIGSEGV"
    ),
    "no standard input": Place("import os\nos.close(0)\n", WORK, 0, ""),
    "no working folder": Place(GONE, WORK, 2, "the folder that you are in is not there any more"),
    "no home": Place("import os\nos.environ.update(HOME='/none', XDG_CACHE_HOME='/none')\n", WORK, 0, ""),
    "no variables": Place("import os\nos.environ.clear()\n", WORK, 0, ""),
    "a file-size limit": Place(
        "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n", WORK, 6, "File too large"
    ),
}
"""Systems that are small, and parents that leave us little."""


BEGUN = "begun"
HANGS = f"import pathlib, subprocess, time\npathlib.Path('{BEGUN}').touch()\n"
SLEEPS = "subprocess.Popen(['sleep', '600'], start_new_session=True)\ntime.sleep(600)\n"


class Phase(NamedTuple):
    """What a command does when it is ended: a script, and the command."""

    script: str
    command: tuple[str, ...]


RUN = ("run", "mine.py:work")
PHASES = {
    "census": Phase(f"#!/bin/sh\ntouch {BEGUN}\nsleep 600 & wait\n", ("runtimes",)),
    "inquiry": Phase(
        f"import pyperf\n{HANGS}{SLEEPS}\nif __name__ == '__main__':\n    pyperf.Runner().timeit('a', '1')\n",
        ("run", "mine.py"),
    ),
    "opening": Phase(f"{HANGS}{SLEEPS}\ndef work():\n    pass\n", RUN),
    "calibrating": Phase(f"{HANGS}\ndef work():\n    time.sleep(600)\n", RUN),
    "rounds": Phase(f"{HANGS}\ndef work():\n    return sum(range(20_000))\n", RUN),
    "rounds with a daemon": Phase(
        f"{HANGS}subprocess.Popen('setsid sleep 600 & exit', shell=True)\ndef work():\n    return sum(range(20_000))\n",
        RUN,
    ),
}
SIGNALS = {
    "SIGINT": ((signal.Signals.SIGINT,), 130),
    "SIGINT twice": ((signal.Signals.SIGINT, signal.Signals.SIGINT), 130),
    "SIGTERM": ((signal.Signals.SIGTERM,), 143),
    "SIGHUP": ((signal.Signals.SIGHUP,), 129),
    "SIGKILL": ((signal.Signals.SIGKILL,), -9),
}


class Kind(NamedTuple):
    """Cases of one kind: what is wrong, what must become of it, and how many are tried."""

    wrong: str
    right: str
    cases: int


KINDS = (
    Kind("A field of a record in a results file", "The record is left out and told; the rest is shown", len(STORED)),
    Kind("A line of a results file that is no record", "It is left out and told", len(LINES)),
    Kind("A key of a suite", "It is named, with what is wrong with it", len(SETTINGS)),
    Kind("An option of the command line", "Status 2 before anything is measured, and nothing is written", len(TYPED)),
    Kind("A program that poses as a Python", "It is listed as broken, with the reason", len(ANSWERS)),
    Kind(
        "A line that a lane never sends", "The lane is a finding, and the others are measured", len(LINES) + len(TRIALS)
    ),
    Kind("A cache of other bytes, cut off, or in no place", "It is as good as none", CACHES * (len(CACHED) + 7)),
    Kind("Characters that steer a terminal", "They are shown as escapes", len(TEXTS) * (len(PLACES) + 2)),
    Kind("A workload that misbehaves", "It is a finding; its processes and temporary files are gone", len(LANES)),
    Kind("A system that gives us little", "The run is measured, or the reason it cannot be is told", len(PLACES_TO_BE)),
    Kind(
        "A signal in any phase of a command",
        "All that it started is gone, and the run can be read",
        len(PHASES) * len(SIGNALS),
    ),
)
"""All of them."""
