"""A running program is watched for a few seconds by what it executes on our behalf (PEP 768)."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gilscope import places
from gilscope.interchange import decoded
from gilscope.lab import protocol
from gilscope.processes.brief import complaint

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS_TO_ASK = 10.0
SECONDS_TO_BEGIN = 5.0
SECONDS_TO_END = 30.0
QUIET_S = 0.2

# What asks compiles first what the program will import: where that is kept, it costs the program next to nothing.
ASK = """
import sys
from importlib.machinery import SourceFileLoader
if not hasattr(sys, "remote_exec"):
    sys.exit("it runs Python %d.%d: a running program can be asked from 3.14 on" % sys.version_info[:2])
for path in sys.argv[3:]:
    SourceFileLoader(path, path).get_code(path)
try:
    sys.remote_exec(int(sys.argv[1]), sys.argv[2])
except PermissionError:
    sys.exit("it takes a debugger's rights: run gilscope as the program's owner, or as root, in its container")
except (OSError, RuntimeError) as error:
    sys.exit(str(error))
"""

SCRIPT = """
import sys, time
def _begin():
    begun_ns = time.thread_time_ns()
    before = sys.dont_write_bytecode, sys.pycache_prefix
    sys.dont_write_bytecode, sys.pycache_prefix = True, {bytecode!r}
    try:
        package = type(sys)("gilscope_agent")
        package.__path__ = [{folder!r}]
        sys.modules["gilscope_agent"] = package
        from gilscope_agent.watching import live
        live.begin({answer!r}, {seconds!r}, begun_ns)
    finally:
        sys.dont_write_bytecode, sys.pycache_prefix = before
_begin()
del _begin
"""

SLEEPS = (
    "its main thread has not executed anything for {:g} s: it sleeps, or waits for other threads, and a program can be "
    "asked only when its main thread comes by"
)
HANGS = "its threads leave no time to the one that watches: it was to be done {:g} s ago"


class Unanswered(Exception):  # noqa: N818 - no error of the program's: it just cannot be asked
    """A program that cannot be watched; the text says why."""


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen in a running program; it kept ``busy_cpus`` CPUs busy, and ``queued`` workers waited for one.

    Watching took ``seen.cpu_ns`` of CPU time in the program, and ``beside_ns`` in processes of its own.
    """

    pid: int
    seconds: float
    busy_cpus: float
    queued: float
    beside_ns: int
    seen: protocol.Watching


def watch(pid: int, seconds: float, environ: Mapping[str, str], bytecode: Path) -> Live:
    """Have a program watched for some seconds; nothing of ours is left in it.

    ``bytecode`` is the folder of what was compiled before; it need not exist or be writable.

    Raises:
        Unanswered: there is none, it may not be asked, or its main thread does not come by.
    """
    process = Path("/proc") / str(pid)
    try:
        executable = (process / "exe").resolve(strict=True)
    except OSError as error:
        raise Unanswered(f"there is no program {pid} that could be looked at: {error.strerror}") from error
    if not any(word in executable.name for word in ("python", "pypy")):
        raise Unanswered(f"program {pid} is {executable}, and no Python")
    with tempfile.TemporaryDirectory(prefix="gilscope-") as folder:
        answer, script = Path(folder) / "answer", Path(folder) / "script.py"
        owner = process.stat().st_uid
        if owner != os.getuid():
            with contextlib.suppress(PermissionError):  # nobody but root can ask what is somebody else's
                os.chown(folder, owner, -1)
        agent = places.AGENT.parent
        text = SCRIPT.format(folder=str(agent), answer=str(answer), seconds=seconds, bytecode=str(bytecode))
        script.write_text(text, encoding="utf-8")
        script.chmod(0o644)
        before = _run_queue(process)
        command = [str(executable), "-I", "-S", "-X", f"pycache_prefix={bytecode}", "-c", ASK, str(pid)]
        refused = complaint([*command, str(script), *_sources(agent)], environ, SECONDS_TO_ASK)
        if refused:
            raise Unanswered(f"program {pid} cannot be asked: {refused}")
        try:
            record = _answer(answer, process, seconds)
        finally:
            if not _has_begun(answer):  # it would look for a script that is gone, whenever it comes by
                complaint([*command, os.devnull], environ, SECONDS_TO_ASK)
        ran_ns, queued_ns = (now - then for now, then in zip(_run_queue(process), before, strict=True))
    length_ns = 1e9 * seconds
    return Live(
        pid=pid,
        seconds=seconds,
        busy_cpus=ran_ns / length_ns,
        queued=queued_ns / length_ns,
        beside_ns=round(1e9 * sum(os.times()[:4])),
        seen=record,
    )


def _sources(agent: Path) -> list[str]:
    """What the program will import of the agent."""
    return [str(path) for path in sorted((agent / "watching").glob("*.py"))]


_decoder = msgspec.json.Decoder(protocol.Watching | protocol.Failed)


def _has_begun(answer: Path) -> bool:
    """Whether the program was heard from: it makes a part of its answer at once."""
    return answer.with_name(answer.name + ".part").exists() or answer.exists()


def _answer(path: Path, process: Path, seconds: float) -> protocol.Watching:
    asked_s = time.monotonic()
    while not path.exists():
        if not process.exists():
            raise Unanswered("it has ended meanwhile")
        waited_s = time.monotonic() - asked_s
        if waited_s > SECONDS_TO_BEGIN and not _has_begun(path):
            raise Unanswered(SLEEPS.format(SECONDS_TO_BEGIN))
        if waited_s > SECONDS_TO_BEGIN + seconds + SECONDS_TO_END:
            raise Unanswered(HANGS.format(SECONDS_TO_END))
        time.sleep(QUIET_S)
    record: protocol.Watching | protocol.Failed = decoded(path.read_bytes(), _decoder)
    if isinstance(record, protocol.Failed):
        raise Unanswered(f"it could not be watched: {record.reason}")
    return record


def _run_queue(process: Path) -> tuple[int, int]:
    """The time that all its threads ran and waited for a CPU so far, in ns."""
    ran = queued = 0
    for task in (process / "task").glob("*/schedstat"):
        try:
            numbers = task.read_text().split()
        except OSError:  # the thread has ended
            continue
        ran, queued = ran + int(numbers[0]), queued + int(numbers[1])
    return ran, queued
