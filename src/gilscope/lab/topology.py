"""The CPUs of this machine as its kernel lays them out, and which of them a lane is kept to.

Linux describes them below ``/sys/devices`` (Documentation/ABI/testing/sysfs-devices-system-cpu). Elsewhere nothing is
pinned, and nothing of this is known.
"""

from __future__ import annotations

import contextlib
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gilscope.values.records import CoreKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DEVICES = Path("/sys/devices")

ALIKE = 0.85
"""Cores of one design are rated up to a seventh apart, cores of two designs lie further apart than that."""


class Cpu(msgspec.Struct, frozen=True, kw_only=True):
    """One CPU, as the system numbers it; None stands for what the system does not report.

    ``core`` is the lowest number among the CPUs that share its core (its SMT siblings), itself included. Kinds of core
    are numbered from the fastest, which is 0.
    """

    number: int
    core: int | None = None
    socket: int | None = None
    node: int | None = None
    kind: int = 0


def read(numbers: Iterable[int], devices: Path = DEVICES) -> tuple[Cpu, ...]:
    """Describe the CPUs of these numbers, such as those that a thread may run on.

    ``devices`` is a folder laid out like ``/sys/devices``.
    """
    wanted = sorted(numbers)
    kinds = _kinds(_speeds(wanted, devices))
    nodes = {
        number: int(path.parent.name.removeprefix("node"))
        for path in (devices / "system/node").glob("node[0-9]*/cpulist")
        for number in _listed(path)
    }
    return tuple(
        Cpu(
            number=number,
            core=min(_listed(_folder(devices, number) / "topology/thread_siblings_list"), default=None),
            socket=_number(_folder(devices, number) / "topology/physical_package_id"),
            node=nodes.get(number),
            kind=kinds.get(number, 0),
        )
        for number in wanted
    )


def cpus_for(cpus: Sequence[Cpu], workers: int) -> tuple[int, ...]:
    """Choose the CPUs, by their numbers, that a lane of several workers or of one is kept to.

    They are one CPU of every core of the fastest kind while each worker has one of these, then one of every core, and
    all CPUs where there are more workers than cores. A CPU whose core is not known counts as a core.
    """
    for choice in (_one_per_core(cpu for cpu in cpus if cpu.kind == 0), _one_per_core(cpus)):
        if workers <= len(choice):
            return choice
    return tuple(cpu.number for cpu in cpus)


def distinct(places: Iterable[int | None]) -> int | None:
    """Count cores, sockets or nodes, each once; None where there are none, or one of them is not known."""
    known = set(places)
    return None if None in known else len(known) or None


def siblings(cpus: Iterable[Cpu]) -> int | None:
    """Return the most CPUs that one core has; None where a CPU's core is not known."""
    by_core = Counter(cpu.core for cpu in cpus)
    return None if None in by_core else max(by_core.values(), default=None)


def core_kinds(cpus: Iterable[Cpu]) -> tuple[CoreKind, ...]:
    """Count the cores and CPUs of every kind, the fastest first; none where a CPU's core is not known."""
    by_kind: dict[int, list[int | None]] = defaultdict(list)
    for cpu in cpus:
        by_kind[cpu.kind].append(cpu.core)
    counts = [(distinct(cores), len(cores)) for _, cores in sorted(by_kind.items())]
    kinds = tuple(CoreKind(cores=cores, cpus=count) for cores, count in counts if cores is not None)
    return kinds if len(kinds) == len(counts) else ()


def _one_per_core(cpus: Iterable[Cpu]) -> tuple[int, ...]:
    first: dict[int, int] = {}
    for cpu in cpus:
        first.setdefault(cpu.number if cpu.core is None else cpu.core, cpu.number)
    return tuple(first.values())


def _speeds(numbers: Sequence[int], devices: Path) -> dict[int, float]:
    """A figure by CPU that is higher for faster ones; empty where the system has none for some CPU.

    A hybrid processor of Intel's has two units of performance counters, whose files list the CPUs of either kind.
    """
    fast = _listed(devices / "cpu_core/cpus")
    if fast:
        return {number: float(number in fast) for number in numbers}
    for name in ("cpu_capacity", "cpufreq/cpuinfo_max_freq"):
        speeds = {number: _number(_folder(devices, number) / name) for number in numbers}
        known = {number: float(speed) for number, speed in speeds.items() if speed is not None}
        if len(known) == len(numbers):
            return known
    return {}


def _kinds(speeds: dict[int, float]) -> dict[int, int]:
    """The kind of every CPU; a kind ends where a CPU is slower than `ALIKE` times its fastest."""
    kinds: dict[int, int] = {}
    kind, fastest = -1, float("inf")
    for number, speed in sorted(speeds.items(), key=lambda item: -item[1]):
        if speed < ALIKE * fastest:
            kind, fastest = kind + 1, speed
        kinds[number] = kind
    return kinds


def _folder(devices: Path, number: int) -> Path:
    return devices / f"system/cpu/cpu{number}"


def _number(path: Path) -> int | None:
    """The number in a file; None where there is no file, or -1 for nothing."""
    with contextlib.suppress(OSError, ValueError):
        number = int(path.read_text(encoding="ascii"))
        return number if number >= 0 else None
    return None


def _listed(path: Path) -> frozenset[int]:
    """The numbers in a file that lists them as the kernel does (``0-3,8``); none where there is no file."""
    numbers: set[int] = set()
    with contextlib.suppress(OSError, ValueError):
        for part in path.read_text(encoding="ascii").split(","):
            first, dash, last = part.strip().partition("-")
            numbers.update(range(int(first), int(last if dash else first) + 1))
    return frozenset(numbers)
