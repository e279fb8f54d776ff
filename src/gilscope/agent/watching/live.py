"""A running program, watched for some seconds by a further thread, which only reads.

What the program executes on our behalf (`sys.remote_exec`) begins the thread and returns. The answer goes to a file,
whole at once, and then the modules that the thread was made of are taken out again.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time

from . import candidates, watched
from .blocked import BlockedLines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, TextIO

MAIN = "__main__."
SHARE = 0.01
"""The share of one CPU that looks take of a program that has work to do."""
LINES_EVERY_S = 0.5
"""Between looks at frames: each stops all threads, and some CPUs idle for a moment until they go on."""


def begin(answer: str, seconds: float, before_ns: int) -> None:
    """Begin to watch, and return at once: the main thread is waiting, and had taken ``before_ns`` of CPU before us.

    The file's part is there from now on, so that who asked knows that it was heard.
    """
    part = open(answer + ".part", "w", encoding="utf-8")  # noqa: SIM115 - the thread closes it
    spent_ns = time.thread_time_ns() - before_ns
    threading.Thread(target=_watch, args=(answer, part, seconds, spent_ns), name=candidates.OURS, daemon=True).start()


def _watch(answer: str, part: TextIO, seconds: float, spent_ns: int) -> None:
    mine = threading.current_thread()

    def others() -> List[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread is not mine and thread.name != candidates.OURS]

    def during() -> int:
        time.sleep(seconds)
        return round(seconds * 1e9)

    record: Dict[str, Any] = {"type": "watched"}
    try:
        record.update(watched.seen(_named, BlockedLines(others, LINES_EVERY_S), during, share=SHARE))
        record["cpu_ns"] += spent_ns + time.thread_time_ns()
    except Exception as error:  # noqa: BLE001 - it runs in somebody's program, which must not hear of it
        record.update({"type": "failed", "phase": "work", "kind": "raised", "reason": repr(error), "detail": ""})
    try:
        with part:
            json.dump(record, part)
        os.replace(part.name, answer)
    except OSError:  # whoever asked is gone, and its folder
        pass
    for name in [name for name in sys.modules if name.partition(".")[0] == candidates.OURS]:
        del sys.modules[name]


def _named() -> Dict[str, candidates.Candidate]:
    """Return what the program's own modules lead to; what its first file defines is called by its name alone."""
    own = {
        name: module
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] not in sys.stdlib_module_names or name == MAIN.rstrip(".")
    }
    found = candidates.from_modules(own, None, candidates.MOST)
    for candidate in found.values():
        candidate.path = candidate.path.replace(MAIN, "", 1)
    return found
