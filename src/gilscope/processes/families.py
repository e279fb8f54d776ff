"""The family of a child: all that it started, wherever that went, and how it is ended.

A program may give what it starts a group of its own (ninja), a session (``setsid``), or another parent (a daemon, by
forking twice). So a member is known by its session, by its parents, or by a mark in the environment that it began with,
which Linux alone shows. Lost is only what has none of the three: it left the session, outlived all parents that lead
back to the child, and was started with another environment.

multiprocessing has a process beside each that makes shared memory or semaphores, which removes them once their users
are gone. It is given a moment for that.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from psutil import Process

MARK = "GILSCOPE_CHILD"
"""The variable that marks all processes of one child."""
PROCESSES = Path("/proc")
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where the system keeps it
TRACKER = "multiprocessing.resource_tracker"
TRACKER_S = 1.0
"""How long what removes shared memory and semaphores has for that."""
ROUNDS = 5
"""How often is looked for further members, since they may start others while they are ended."""
STEP_S = 0.01


def environment(mark: str, *, has_folder: bool) -> dict[str, str]:
    """Variables for a child: its mark, and its own folder for temporary files where it has one."""
    folder = str(temporary(mark))
    return {MARK: mark, **(dict.fromkeys(("TMPDIR", "TEMP", "TMP"), folder) if has_folder else {})}


def temporary(mark: str) -> Path:
    """The folder for a child's temporary files, which whoever starts it makes.

    Its name is short: sockets that multiprocessing makes in it have names of about a hundred bytes at most.
    """
    return Path(tempfile.gettempdir(), f"gilscope-{mark[:8]}")


def signal_group(group: int, number: int) -> None:
    """Send a signal to a process group; that it is gone already is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        (os.killpg if hasattr(os, "killpg") else os.kill)(group, number)


def kill_group(group: int) -> None:
    """End a process group at once."""
    signal_group(group, getattr(signal, "SIGKILL", signal.SIGTERM))


def family(leader: int | None, mark: str = "") -> set[Process]:
    """The processes that a child started, itself apart if its process is known, as far as they live.

    Who is known by its parents alone is found as long as they live, so that this is asked before any of them is ended.
    Windows has no sessions: there they are the descendants of a leader that lives.
    """
    import psutil  # noqa: PLC0415 - only those who end children need it

    members: set[Process] = set()
    of_session = [] if leader is None else [pid for pid in psutil.pids() if _session(pid) == leader]
    if leader is not None and _session(leader) == leader:
        with contextlib.suppress(psutil.Error):
            members.update(psutil.Process(leader).children(recursive=True))
    for pid in {*of_session, *_marked(mark)} - {leader, os.getpid()}:
        with contextlib.suppress(psutil.Error):
            members.add(psutil.Process(pid))
    return members


def end(leader: int | None, members: Collection[Process], mark: str = "") -> None:
    """End a child with its family, and remove what these made that would outlive them."""
    trackers = [member for member in members if _tracks_resources(member)]
    if trackers:
        _kill([member for member in members if member not in trackers])
        if leader is not None:
            _kill_alone(leader)
        _wait_for(trackers)
    known = {member.pid for member in members}
    if leader is not None:
        kill_group(leader)
        known.add(leader)
    _kill(members)
    for _ in range(ROUNDS if mark else 0):
        further = family(leader, mark)
        if not further:
            break
        known |= {member.pid for member in further}
        _kill(further)
    _sweep(known, mark)


def _marked(mark: str) -> Iterator[int]:
    """The processes that began with this mark in their environment, where the system shows it."""
    if not mark:
        return
    wanted = f"{MARK}={mark}".encode()
    with contextlib.suppress(OSError):
        for name in filter(str.isdecimal, os.listdir(PROCESSES)):  # noqa: PTH208 - for each child, and there are hundreds
            with contextlib.suppress(OSError), open(f"{PROCESSES}/{name}/environ", "rb") as file:  # noqa: PTH123 - as above
                if wanted in file.read():
                    yield int(name)


def _kill(members: Collection[Process]) -> None:
    import psutil  # noqa: PLC0415 - only those who end children need it

    for member in members:
        with contextlib.suppress(psutil.Error):  # it has ended, and its number may be another's
            member.kill()


def _kill_alone(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def _tracks_resources(member: Process) -> bool:
    import psutil  # noqa: PLC0415 - only those who end children need it

    try:
        return any(TRACKER in word for word in member.cmdline())
    except psutil.Error:
        return False


def _wait_for(trackers: Collection[Process]) -> None:
    """Wait until all of these have ended, a moment at most."""
    deadline_s = time.monotonic() + TRACKER_S
    while any(map(_lives, trackers)) and time.monotonic() < deadline_s:
        time.sleep(STEP_S)


def _lives(member: Process) -> bool:
    import psutil  # noqa: PLC0415 - only those who end children need it

    try:
        return member.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _sweep(pids: Collection[int], mark: str) -> None:
    """Remove the folder of temporary files, and those that joblib makes elsewhere, named after its process."""
    if mark:
        shutil.rmtree(temporary(mark), ignore_errors=True)
    for folder in SHARED_MEMORY.glob("joblib_memmapping_folder_*") if SHARED_MEMORY.is_dir() else ():
        if folder.name.split("_")[3] in map(str, pids):
            shutil.rmtree(folder, ignore_errors=True)


def _session(pid: int) -> int | None:
    """The session of a process that lives, its own number where the system has no sessions."""
    if not hasattr(os, "getsid"):
        return pid
    try:
        return os.getsid(pid)
    except OSError:
        return None
