"""Ask executables what they are: every one is started once with the agent's ``facts.py``.

Nothing is believed of them. Each gets a time limit, a limit on what it may print, and a nonce that has to come back
with the facts; a hanging wrapper goes down with its children. Implementations that lack the modules for that are asked
with a smaller script.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from gilscope.interchange import decoded
from gilscope.places import FACTS_SCRIPT, SMALL_FACTS_SCRIPT
from gilscope.processes import child
from gilscope.processes.child import death
from gilscope.processes.environment import without_python
from gilscope.processes.guardian import Guardian
from gilscope.runtimes.answers import FactsAnswer
from gilscope.values.runtimes import Facts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TIME_LIMIT_S = 10.0
LIMIT_OF_JVM_S = 60.0
"""A virtual machine of Java takes seconds to start where others are busy."""
ON_JVM = re.compile("jython|graalpy", re.IGNORECASE)
SMALL = re.compile("micropython|rustpython|ipy", re.IGNORECASE)
"""Names of implementations that may lack modules which the facts are gathered with."""
OUTPUT_LIMIT_BYTES = 65_536
AT_ONCE = 8
SHOWN_CHARACTERS = 160


class _Reply(msgspec.Struct, frozen=True):
    nonce: str
    facts: msgspec.Raw


def ask_all(paths: Sequence[str], environ: Mapping[str, str]) -> dict[str, FactsAnswer]:
    """Ask all executables, several at once; who interrupts that ends those that are being asked."""
    clean = without_python(environ)
    stop = threading.Event()
    with Guardian() as guardian, ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            asking = pool.map(lambda path: ask(path, clean, guardian, stopped=stop.is_set), paths)
            return dict(zip(paths, asking, strict=True))
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise


def ask(
    path: str,
    environ: Mapping[str, str],
    guardian: Guardian,
    time_limit_s: float = TIME_LIMIT_S,
    stopped: Callable[[], bool] = lambda: False,
) -> FactsAnswer:
    """Ask one executable for its facts; whatever goes wrong is the answer's reason."""
    nonce = secrets.token_hex(16)
    name = os.path.basename(path)  # noqa: PTH119 -- a str already
    run = partial(
        child.run,
        environ=environ,
        limit_s=LIMIT_OF_JVM_S if ON_JVM.match(name) else time_limit_s,
        most_bytes=OUTPUT_LIMIT_BYTES,
        guardian=contextlib.nullcontext(guardian),
        stopped=stopped,
    )
    try:
        answer = judge(run([path, "-B", str(FACTS_SCRIPT), nonce]), nonce)
        if answer.facts is None and SMALL.match(name):
            answer = judge(run([path, str(SMALL_FACTS_SCRIPT), nonce, os.path.realpath(path)]), nonce)
    except (OSError, ValueError) as error:
        return FactsAnswer(reason=start_failure(path, error))
    return answer


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


def judge(ended: child.Ended, nonce: str) -> FactsAnswer:
    """Return the facts if the executable gave them in good order, or else what was wrong with its answer."""
    if not ended.succeeded:
        return FactsAnswer(reason=_with_last_line(ended.cut_short or f"it {death(ended.status)}", ended.errors))
    replies = [reply for line in ended.output.splitlines() if (reply := _reply(line))]
    if not replies:
        return FactsAnswer(reason=_with_last_line("it did not answer as a Python does", ended.output or ended.errors))
    facts = next((reply.facts for reply in replies if reply.nonce == nonce), None)
    if facts is None:
        return FactsAnswer(reason="it gave facts, but not the nonce it was asked with")
    try:
        return FactsAnswer(facts=decoded(facts, msgspec.json.Decoder(Facts)))
    except msgspec.MsgspecError as error:
        return FactsAnswer(reason=f"its facts are incomplete or wrong: {error}")


def _reply(line: str) -> _Reply | None:
    """Read one line of output; start-up files may have printed others around it."""
    try:
        return decoded(line.encode(errors="replace"), msgspec.json.Decoder(_Reply))
    except msgspec.MsgspecError:
        return None


def _with_last_line(reason: str, output: str) -> str:
    """Append the last line that was printed, without what could disturb a terminal."""
    lines = output.strip().splitlines()
    if not lines:
        return reason
    line = "".join(character if character.isprintable() else " " for character in lines[-1].strip())
    return f"{reason}: {line[:SHOWN_CHARACTERS]}"
