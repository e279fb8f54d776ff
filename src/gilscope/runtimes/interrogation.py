"""Ask executables what they are: every one is started once with the agent's ``facts.py``.

Nothing is believed of them. Each gets a time limit, a session of its own (so that a hanging wrapper goes down with
its children), a limit on what it may print, and a nonce that has to come back with the facts.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import IO, TYPE_CHECKING, NamedTuple

import msgspec

from gilscope.model import Facts
from gilscope.places import FACTS_SCRIPT
from gilscope.runtimes.answers import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TIME_LIMIT_S = 10.0
FAREWELL_S = 1.0
OUTPUT_LIMIT_BYTES = 65_536
AT_ONCE = 8
SHOWN_CHARACTERS = 160


class Ended(NamedTuple):
    """How a started executable ended, and the first bytes of what it printed."""

    exit_status: int
    stdout: bytes
    stderr: bytes
    cut_short: str | None = None


class _Reply(msgspec.Struct, frozen=True):
    nonce: str
    facts: msgspec.Raw


def ask_all(paths: Sequence[str], environ: Mapping[str, str]) -> dict[str, Answer]:
    """Ask all executables, several at once."""
    clean = clean_environment(environ)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(paths, pool.map(lambda path: ask(path, clean), paths), strict=True))


def ask(path: str, environ: Mapping[str, str], time_limit_s: float = TIME_LIMIT_S) -> Answer:
    """Ask one executable for its facts; whatever goes wrong is the answer's reason."""
    nonce = secrets.token_hex(16)
    try:
        ended = _run([path, "-B", str(FACTS_SCRIPT), nonce], environ, time_limit_s)
    except (OSError, ValueError) as error:
        return Answer(reason=start_failure(path, error))
    return judge(ended, nonce)


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without what would make an interpreter pretend: PYTHONPATH, PYTHON_GIL and so on."""
    dropped = ("PYTHON", "__PYVENV_LAUNCHER__", "PYPY", "VIRTUAL_ENV")
    return {name: value for name, value in environ.items() if not name.upper().startswith(dropped)}


def start_failure(path: str, error: Exception) -> str:
    """Say in words why an executable could not be started."""
    number = getattr(error, "errno", None)
    if number == errno.ENOENT:
        if not os.path.lexists(path):
            return "there is no such file"
        return "it, or the program on its first line, is a link or path that leads nowhere"
    if number == errno.EACCES:
        return "it is a folder" if os.path.isdir(path) else "it is not executable"  # noqa: PTH112 -- a str already
    if number == errno.ENOEXEC:
        return "it is not a program that this machine can run"
    return f"it cannot be started: {error}"


def judge(ended: Ended, nonce: str) -> Answer:
    """Return the facts if the executable gave them in good order, or else what was wrong with its answer."""
    failure = _failure(ended)
    if failure is not None:
        return Answer(reason=_with_last_line(failure, ended.stderr))
    replies = [reply for line in ended.stdout.splitlines() if (reply := _reply(line))]
    if not replies:
        return Answer(reason=_with_last_line("it did not answer as a Python does", ended.stdout or ended.stderr))
    facts = next((reply.facts for reply in replies if reply.nonce == nonce), None)
    if facts is None:
        return Answer(reason="it gave facts, but not the nonce it was asked with")
    try:
        return Answer(facts=msgspec.json.decode(facts, type=Facts))
    except msgspec.MsgspecError as error:
        return Answer(reason=f"its facts are incomplete or wrong: {error}")


def _failure(ended: Ended) -> str | None:
    """Say how the executable ended, unless it ended well."""
    if ended.cut_short:
        return ended.cut_short
    if ended.exit_status < 0:
        return f"it died of {_signal_name(-ended.exit_status)}"
    return f"it ended with exit status {ended.exit_status}" if ended.exit_status else None


def _reply(line: bytes) -> _Reply | None:
    """Read one line of output; start-up files may have printed others around it."""
    try:
        return msgspec.json.decode(line, type=_Reply)
    except msgspec.MsgspecError:
        return None


def _with_last_line(reason: str, output: bytes) -> str:
    """Append the last line that was printed, without what could disturb a terminal."""
    lines = output.decode("utf-8", "replace").strip().splitlines()
    if not lines:
        return reason
    line = "".join(character if character.isprintable() else " " for character in lines[-1].strip())
    return f"{reason}: {line[:SHOWN_CHARACTERS]}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _run(command: list[str], environ: Mapping[str, str], time_limit_s: float) -> Ended:
    """Run a command to its end, its time limit or its output limit, whichever comes first."""
    printed = bytearray(), bytearray()
    with subprocess.Popen(
        command,
        bufsize=0,  # a pipe that a stray grandchild holds open can then be closed under its reader
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        pipes = (process.stdout, process.stderr)
        readers = [
            Thread(target=_read, args=(process, pipe, into), daemon=True)
            for pipe, into in zip(pipes, printed, strict=True)
        ]
        for reader in readers:
            reader.start()
        cut_short = _await_end(process, readers, time_limit_s)
    if max(map(len, printed)) >= OUTPUT_LIMIT_BYTES:
        cut_short = f"it printed more than {OUTPUT_LIMIT_BYTES >> 10} KiB"
    return Ended(process.returncode, bytes(printed[0]), bytes(printed[1]), cut_short)


def _read(process: subprocess.Popen[bytes], pipe: IO[bytes], into: bytearray) -> None:
    """Collect what comes down a pipe; who prints without end is killed at the limit."""
    with contextlib.suppress(OSError, ValueError):  # ValueError: closed by the waiting thread
        while chunk := pipe.read(OUTPUT_LIMIT_BYTES - len(into)):
            into += chunk
    if len(into) >= OUTPUT_LIMIT_BYTES:
        _kill(process)


def _await_end(process: subprocess.Popen[bytes], readers: Sequence[Thread], time_limit_s: float) -> str | None:
    """Wait for the end of output and process; past the time limit kill them and return what to say of it."""
    deadline_s = time.monotonic() + time_limit_s
    for reader in readers:
        reader.join(max(deadline_s - time.monotonic(), 0))
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(max(deadline_s - time.monotonic(), 0))
    if process.returncode is not None and not any(reader.is_alive() for reader in readers):
        return None
    _kill(process)
    for reader in readers:
        reader.join(FAREWELL_S)
    return f"it did not answer within {time_limit_s:g} s"


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and all of its session's group."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
