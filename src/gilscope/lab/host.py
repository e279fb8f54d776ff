"""The host, and what only its kernel knows: usable CPUs, and pinning."""

from __future__ import annotations

import contextlib
import math
import os
import platform
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from gilscope.lab import topology
from gilscope.processes import child
from gilscope.values.records import HostCard

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

THIS_THREAD = 0
"""Stands for the calling thread where a process is asked for, as in sched_setaffinity(2); psutil knows none."""

CGROUP = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")
STEAL_WINDOW_S = 0.1

SLEEPING_CLOCKS = [
    getattr(time, name, None)
    for name in (
        ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC") if sys.platform == "linux" else ("CLOCK_MONOTONIC", "CLOCK_UPTIME_RAW")
    )
]
"""A clock that goes on while the machine sleeps and one that does not, as far as the system has them.

Linux has one that goes on then, and macOS one that does not.
"""

TAKE_FIRST = "500"
"""How much sooner than others a lane is taken where memory runs out, of at most 1000."""


def card() -> HostCard:
    """Describe this machine as it is now; that takes a tenth of a second, in which steal time is watched."""
    import psutil  # noqa: PLC0415 - only measuring needs it

    cpus = topology.read(pinnable_cpus())
    return HostCard(
        name=platform.node(),
        system=_system(),
        kernel=platform.release(),
        machine=platform.machine(),
        cpu=_cpu_model(),
        cpus_online=os.cpu_count() or 1,
        cpus_usable=usable_cpus(),
        affinity=_affinity(),
        cgroup_quota=cgroup_quota(),
        load_1min=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,  # psutil's is zero at first on Windows
        steal_percent=_steal_percent(),
        virtualisation=_virtualisation(),
        governor=_text(Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")),
        memory_bytes=psutil.virtual_memory().total,
        cpus_physical=psutil.cpu_count(logical=False),
        cores=topology.distinct(cpu.core for cpu in cpus),
        siblings=topology.siblings(cpus),
        sockets=topology.distinct(cpu.socket for cpu in cpus),
        numa_nodes=topology.distinct(cpu.node for cpu in cpus),
        kinds=topology.core_kinds(cpus),
    )


def usable_cpus() -> float:
    """Return how many CPUs work can really use: the least of CPUs online, affinity mask and quota."""
    limits = [float(os.cpu_count() or 1), _affinity(), cgroup_quota()]
    return min(limit for limit in limits if limit is not None)


def usable_cores() -> float:
    """Return how many cores work can really use: usable CPUs, of which those that share a core count as one."""
    import psutil  # noqa: PLC0415 - only measuring needs it

    usable = usable_cpus()
    cores = topology.distinct(cpu.core for cpu in topology.read(pinnable_cpus()))
    return min(usable, cores or psutil.cpu_count(logical=False) or usable)


def pinnable_cpus() -> tuple[int, ...]:
    """Return the numbers of the CPUs that this thread can be pinned to; none where the system pins nothing."""
    return tuple(sorted(os.sched_getaffinity(0))) if hasattr(os, "sched_getaffinity") else ()


def pin(pid: int, cpus: Collection[int]) -> None:
    """Keep a fresh process, and all that it starts, on some of the `pinnable_cpus`, if any are given."""
    if not cpus:
        return
    with contextlib.suppress(OSError):  # it has ended already, or a CPU was taken away since
        os.sched_setaffinity(pid, cpus)


def has_children(pid: int) -> bool:
    """Return whether a process has children that have not been waited for."""
    import psutil  # noqa: PLC0415 - only measuring needs it

    with contextlib.suppress(psutil.Error):  # it has ended
        return bool(psutil.Process(pid).children())
    return False


def offer_to_killer(pid: int) -> None:
    """Where memory runs out, have the system take a lane, and what it has started, and not us."""
    with contextlib.suppress(OSError):
        Path("/proc", str(pid), "oom_score_adj").write_text(TAKE_FIRST)


def slept_s() -> float:
    """Return the seconds for which the machine has slept since its start; 0 where the system does not say."""
    going_on, standing = SLEEPING_CLOCKS
    if going_on is None or standing is None:
        return 0.0
    return time.clock_gettime(going_on) - time.clock_gettime(standing)


def queued_s(pid: int) -> float:
    """Return the longest time in seconds for which a thread of a process, or of its descendants, lacked a CPU.

    It was ready to run meanwhile. Where the system does not say, that is 0.
    """
    import psutil  # noqa: PLC0415 - only measuring needs it

    pids = [pid]
    with contextlib.suppress(psutil.Error):  # it has ended
        pids += [child.pid for child in psutil.Process(pid).children(recursive=True)]
    queued_ns = 0
    for task in (file for pid in pids for file in Path("/proc", str(pid), "task").glob("*/schedstat")):
        with contextlib.suppress(OSError, ValueError, IndexError):  # the thread has ended
            queued_ns = max(queued_ns, int(task.read_text().split()[1]))
    return queued_ns / 1e9


def cgroup_quota(root: Path = CGROUP, membership: Path = MEMBERSHIP) -> float | None:
    """Return how many CPUs' worth of time the cgroup grants; None without a limit.

    That is ``cpu.max``, or version 1's quota over its period. Every group from this process's own up to the root can
    limit it, so the least counts.
    """
    quotas = [quota for folder in _groups(root, membership, "cpu") if (quota := _quota_of(folder)) is not None]
    return min(quotas, default=None)


def _groups(root: Path, membership: Path, controller: str) -> Iterator[Path]:
    """Yield the folders of the groups in which a controller limits this process, by its membership's lines.

    A line is ``ID:CONTROLLERS:PATH`` (``cgroups(7)``). v2 has one hierarchy, whose line names no controller; of v1's
    hierarchies only the controller's own has its limits. Inside a container the root may be the container's own group,
    whatever path the line gives.
    """
    yield from (root, root / controller)
    for line in (_text(membership) or "").splitlines():
        match line.split(":", 2):  # a path may hold colons
            case [_, controllers, path] if not controllers or controller in controllers.split(","):
                base = root / controller if controllers else root
                folder = base / path.strip("/")
                yield from (folder, *(parent for parent in folder.parents if base in parent.parents))


def _quota_of(folder: Path) -> float | None:
    text = _text(folder / "cpu.max") or " ".join(
        _text(folder / name) or "" for name in ("cpu.cfs_quota_us", "cpu.cfs_period_us")
    )
    with contextlib.suppress(ValueError):
        quota, period = (int(part) for part in text.split())
        return quota / period if quota > 0 and period > 0 else None
    return None


def free_memory(root: Path = CGROUP, membership: Path = MEMBERSHIP) -> int:
    """Return how many bytes new processes can have before something is swapped out or killed.

    That is what the system can give, and no more than what is left of any limit of a cgroup. What a group holds of
    files that it has not used lately counts as left, since the kernel gives that up first.
    """
    import psutil  # noqa: PLC0415 - only measuring needs it

    limits = (_left_in(folder) for folder in _groups(root, membership, "memory"))
    return int(min(psutil.virtual_memory().available, *limits))


def _left_in(folder: Path) -> float:
    """Bytes left of a group's limit, by the files of version 2 or 1; infinite without a limit."""
    for limit, used, idle in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        with contextlib.suppress(ValueError):
            left = int(_text(folder / limit) or "") - int(_text(folder / used) or "")
            statistics = dict(line.split() for line in (_text(folder / "memory.stat") or "").splitlines())
            return max(0, left + int(statistics.get(idle, 0)))
    return math.inf


def _affinity() -> int | None:
    """Return how many CPUs this process may run on; None where the system pins no process."""
    import psutil  # noqa: PLC0415 - only measuring needs it

    process = psutil.Process()
    return len(process.cpu_affinity()) if hasattr(process, "cpu_affinity") else None


def _system() -> str:
    with contextlib.suppress(OSError, AttributeError):
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    return f"{platform.system()} {platform.version()}"


def _cpu_model() -> str | None:
    for line in (_text(Path("/proc/cpuinfo")) or "").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or None


def _steal_percent() -> float | None:
    """Return the percentage of CPU time that the hypervisor gave to others; None where nobody counts it."""
    import psutil  # noqa: PLC0415 - only measuring needs it

    steal: float | None = getattr(psutil.cpu_times_percent(STEAL_WINDOW_S), "steal", None)
    return steal


def _virtualisation() -> str | None:
    """What systemd detects, else whether the CPU says that a hypervisor is there."""
    tool = shutil.which("systemd-detect-virt")
    if tool is not None:
        with contextlib.suppress(OSError):
            detected = child.run([tool], environ={}, limit_s=5).output.strip()
            if detected:
                return detected
    cpuinfo = _text(Path("/proc/cpuinfo"))
    if cpuinfo is None:
        return None
    return "hypervisor" if " hypervisor" in cpuinfo else "none"


def _text(path: Path) -> str | None:
    with contextlib.suppress(OSError):
        return path.read_text(encoding="utf-8", errors="replace").strip()
    return None
