"""What is left of processes that should have ended: they get time for that, since a busy machine ends them late."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 60.0


def members(group: int) -> list[str]:
    """Numbers and names of the living processes of a process group, once all had time to end."""
    deadline_s = time.monotonic() + PATIENCE_S
    while (found := _living(group)) and time.monotonic() < deadline_s:
        time.sleep(0.05)
    return found


def gone(pid: int) -> bool:
    """Whether a process ends in good time; one that only waits for its parent to ask how it ended has ended."""
    deadline_s = time.monotonic() + PATIENCE_S
    while lives(pid):
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.05)
    return True


def emptied(folder: Path) -> bool:
    """Whether a folder becomes empty in good time."""
    deadline_s = time.monotonic() + PATIENCE_S
    while any(folder.iterdir()):
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.05)
    return True


def lives(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _living(group: int) -> list[str]:
    found = []
    for pid in psutil.pids():
        try:
            if os.getpgid(pid) == group and lives(pid):
                found.append(f"{pid} {psutil.Process(pid).name()}")
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found
