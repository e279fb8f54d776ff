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

PORT = 8786
IP = shutil.which("ip") or "ip"
CGROUP = Path("/sys/fs/cgroup/cpu")
READY_S = 30.0


class Namespaces:
    """Hosts in a folder, and a scheduler; a context manager. Networks of other numbers are apart."""

    def __init__(self, folder: Path, names: tuple[str, ...], number: int = 0) -> None:
        self.folder = folder
        self.names = names
        self._net = f"10.213.{number}"
        self._bridge = f"gilscope{number}"
        self._spaces = {name: f"{name}{number}" for name in names}
        self.address = f"tcp://{self._net}.1:{PORT}"
        self._workers: dict[str, list[subprocess.Popen[bytes]]] = {name: [] for name in names}
        self._scheduler: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Make the network."""
        self._remove()
        _ip("link", "add", self._bridge, "type", "bridge")
        _ip("addr", "add", f"{self._net}.1/24", "dev", self._bridge)
        _ip("link", "set", self._bridge, "up")
        for number, name in enumerate(self.names, start=2):
            space = self._spaces[name]
            _ip("netns", "add", space)
            _ip("link", "add", f"{space}-out", "type", "veth", "peer", "name", "eth0", "netns", space)
            _ip("link", "set", f"{space}-out", "master", self._bridge, "up")
            _ip("-n", space, "addr", "add", f"{self._net}.{number}/24", "dev", "eth0")
            _ip("-n", space, "link", "set", "eth0", "up")
            _ip("-n", space, "link", "set", "lo", "up")
            (self.folder / name / "tmp").mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(OSError):
                (CGROUP / f"gilscope-{space}").mkdir()
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
        where = ("--host", f"{self._net}.1", "--port", str(PORT))
        command = [sys.executable, "-m", "dask", "scheduler", *where, "--no-dashboard"]
        with (self.folder / "scheduler.log").open("ab") as log:
            self._scheduler = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        deadline_s = time.monotonic() + READY_S
        while time.monotonic() < deadline_s:
            with contextlib.suppress(OSError), socket.create_connection((f"{self._net}.1", PORT), timeout=1):
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
        script = f'echo $$ > {CGROUP}/gilscope-{self._spaces[name]}/tasks 2>/dev/null; hostname {name}; exec "$@"'
        command = [IP, "netns", "exec", self._spaces[name], "unshare", "--uts", "sh", "-c", script, "sh", *words]
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
        _ip("link", "set", f"{self._spaces[name]}-out", state)

    def processes(self, name: str) -> list[psutil.Process]:
        """All processes on a host."""
        answer = subprocess.run(
            [IP, "netns", "pids", self._spaces[name]], capture_output=True, text=True, check=False
        ).stdout
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
            subprocess.run([IP, "link", "del", f"{self._spaces[name]}-out"], capture_output=True, check=False)
            subprocess.run([IP, "netns", "del", self._spaces[name]], capture_output=True, check=False)
            with contextlib.suppress(OSError):
                (CGROUP / f"gilscope-{self._spaces[name]}").rmdir()
        subprocess.run([IP, "link", "del", self._bridge], capture_output=True, check=False)


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
