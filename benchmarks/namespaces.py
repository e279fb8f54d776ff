"""Hosts on one machine, for trying out a fleet: network namespaces with addresses and names of their own.

They are joined by a bridge, behind which the scheduler listens. Each host has a folder of its own for caches and
temporary files, and a cgroup where those of version 1 can be had. Needs root and the commands of iproute2.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psutil

if TYPE_CHECKING:
    from types import TracebackType

BRIDGE = "gilscope0"
NET = "10.213.7"
PORT = 8786
IP = shutil.which("ip") or "ip"
CGROUP = Path("/sys/fs/cgroup/cpu")
READY_S = 30.0


class Namespaces:
    """Hosts ``alpha``, ``beta``, ... in a folder, and a scheduler; a context manager."""

    def __init__(self, folder: Path, names: tuple[str, ...] = ("alpha", "beta", "gamma")) -> None:
        self.folder = folder
        self.names = names
        self.address = f"tcp://{NET}.1:{PORT}"
        self._workers: dict[str, list[subprocess.Popen[bytes]]] = {name: [] for name in names}
        self._scheduler: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Make the network."""
        self._remove()
        _ip("link", "add", BRIDGE, "type", "bridge")
        _ip("addr", "add", f"{NET}.1/24", "dev", BRIDGE)
        _ip("link", "set", BRIDGE, "up")
        for number, name in enumerate(self.names, start=2):
            _ip("netns", "add", name)
            _ip("link", "add", f"{name}-out", "type", "veth", "peer", "name", "eth0", "netns", name)
            _ip("link", "set", f"{name}-out", "master", BRIDGE, "up")
            _ip("-n", name, "addr", "add", f"{NET}.{number}/24", "dev", "eth0")
            _ip("-n", name, "link", "set", "eth0", "up")
            _ip("-n", name, "link", "set", "lo", "up")
            (self.folder / name / "tmp").mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(OSError):
                (CGROUP / f"gilscope-{name}").mkdir()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End everything."""
        for name in self.names:
            self.end_workers(name)
        self.end_scheduler()
        self._remove()

    def start_scheduler(self) -> None:
        """Start a scheduler, and wait until it listens."""
        where = ("--host", f"{NET}.1", "--port", str(PORT))
        command = [sys.executable, "-m", "dask", "scheduler", *where, "--no-dashboard"]
        with (self.folder / "scheduler.log").open("ab") as log:
            self._scheduler = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        deadline_s = time.monotonic() + READY_S
        while time.monotonic() < deadline_s:
            with contextlib.suppress(OSError), socket.create_connection((f"{NET}.1", PORT), timeout=1):
                return
            time.sleep(0.1)
        raise RuntimeError(f"the scheduler does not listen: {(self.folder / 'scheduler.log').read_text()}")

    def end_scheduler(self) -> None:
        """Kill the scheduler."""
        if self._scheduler is not None:
            _kill(self._scheduler)
        self._scheduler = None

    def start_worker(self, name: str, *options: str, environ: dict[str, str] | None = None) -> None:
        """Start a worker on a host, with options of Dask's beside one thread and one process."""
        home = self.folder / name
        words = [sys.executable, "-m", "dask", "worker", self.address, "--no-dashboard", "--death-timeout", "20"]
        words += ["--local-directory", str(home / "dask"), *(options or ("--nworkers", "1", "--nthreads", "1"))]
        script = f'echo $$ > {CGROUP}/gilscope-{name}/tasks 2>/dev/null; hostname {name}; exec "$@"'
        command = [IP, "netns", "exec", name, "unshare", "--uts", "sh", "-c", script, "sh", *words]
        own = {"XDG_CACHE_HOME": str(home / "cache"), "TMPDIR": str(home / "tmp")}
        with (home / "worker.log").open("ab") as log:
            worker = subprocess.Popen(
                command, stdout=log, stderr=log, env=os.environ | own | (environ or {}), start_new_session=True
            )
        self._workers[name].append(worker)

    def end_workers(self, name: str, number: int = signal.SIGKILL) -> None:
        """Send a signal to a host's workers and all that they started, as if the machine's power was cut."""
        for worker in self._workers[name]:
            _kill(worker, number)
        self._workers[name].clear()

    def kill_one_process(self, name: str) -> None:
        """Kill the process of a worker that does the work, and leave the one that looks after it."""
        for worker in self._workers[name]:
            for child in psutil.Process(worker.pid).children():
                child.kill()

    def link(self, name: str, state: str) -> None:
        """Set the cable of a host ``up`` or ``down``."""
        _ip("link", "set", f"{name}-out", state)

    def processes(self, name: str) -> list[psutil.Process]:
        """All processes on a host."""
        answer = subprocess.run([IP, "netns", "pids", name], capture_output=True, text=True, check=False).stdout
        found = []
        for word in answer.split():
            with contextlib.suppress(psutil.Error):
                found.append(psutil.Process(int(word)))
        return found

    def _remove(self) -> None:
        for name in self.names:
            for process in self.processes(name):
                with contextlib.suppress(psutil.Error):
                    process.kill()
            subprocess.run([IP, "netns", "del", name], capture_output=True, check=False)
            with contextlib.suppress(OSError):
                (CGROUP / f"gilscope-{name}").rmdir()
        subprocess.run([IP, "link", "del", BRIDGE], capture_output=True, check=False)


def can_be() -> bool:
    """Whether this machine lets us make hosts."""
    return os.geteuid() == 0 and shutil.which("ip") is not None and shutil.which("unshare") is not None


def _ip(*words: str) -> None:
    subprocess.run([IP, *words], check=True, capture_output=True)


def _kill(process: subprocess.Popen[bytes], number: int = signal.SIGKILL) -> None:
    """Send a signal to a process with its session, and wait for its end."""
    with contextlib.suppress(psutil.Error, ProcessLookupError):
        family = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, number)
        if number == signal.SIGKILL:
            for child in family:
                with contextlib.suppress(psutil.Error):
                    child.kill()
    process.wait(READY_S)
