"""Machines as folders that look like the kernel's: their cores, what is planned on them, and where lanes run."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import msgspec
import pytest

from gilscope import places
from gilscope.lab import host, topology
from gilscope.lab.topology import Cpu, cpus_for
from gilscope.values.records import CoreKind
from gilscope.workloads import suites

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from gilscope.values.records import HostCard

SUITES = suites.suites(places.SUITES)


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host card without what takes time, or a program, to find out."""
    monkeypatch.setattr(host, "_steal_percent", lambda: None)
    monkeypatch.setattr(host, "_virtualisation", lambda: None)


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """A made-up machine: the CPUs of every core, and further files by their paths below ``/sys/devices``."""

    cores: tuple[tuple[int, ...], ...]
    sockets: int = 1
    files: dict[str, str] = {}

    @property
    def cpus(self) -> tuple[int, ...]:
        """The numbers of all CPUs."""
        return tuple(sorted(number for core in self.cores for number in core))

    def write(self, devices: Path) -> Path:
        """Lay it out in a folder, with a NUMA node for every socket."""
        files = dict(self.files)
        per_socket = len(self.cores) // self.sockets
        for place, core in enumerate(self.cores):
            for number in core:
                folder = f"system/cpu/cpu{number}/topology"
                files[f"{folder}/thread_siblings_list"] = ",".join(map(str, core))
                files[f"{folder}/physical_package_id"] = str(place // per_socket)
        for socket in range(self.sockets):
            owned = self.cores[socket * per_socket : (socket + 1) * per_socket]
            files[f"system/node/node{socket}/cpulist"] = ",".join(str(number) for core in owned for number in core)
        for name, text in files.items():
            path = devices / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n", encoding="ascii")
        return devices


HYBRID = Machine(
    cores=((0, 1), (2, 3), *((number,) for number in range(4, 12))),
    files={"cpu_core/cpus": "0-3", "cpu_atom/cpus": "4-11"},
)
"""Two fast cores with SMT, eight slow ones without."""

SERVER = Machine(cores=tuple((number, number + 32) for number in range(32)), sockets=2)
"""64 CPUs: 32 cores with SMT, on two sockets."""


def frequencies(*mhz: int) -> Machine:
    """A machine of single-CPU cores with these highest frequencies."""
    files = {f"system/cpu/cpu{number}/cpufreq/cpuinfo_max_freq": str(1000 * each) for number, each in enumerate(mhz)}
    return Machine(cores=tuple((number,) for number in range(len(mhz))), files=files)


def card_of(
    monkeypatch: pytest.MonkeyPatch,
    devices: Path,
    machine: Machine,
    mask: Iterable[int] = (),
    quota: float | None = None,
) -> HostCard:
    """The host card of a process with this affinity mask and quota on such a machine."""
    allowed = tuple(mask) or machine.cpus
    monkeypatch.setattr(topology, "read", partial(topology.read, devices=machine.write(devices)))
    monkeypatch.setattr(os, "cpu_count", lambda: len(machine.cpus))
    monkeypatch.setattr(host, "pinnable_cpus", lambda: allowed)
    monkeypatch.setattr(host, "_affinity", lambda: len(allowed))
    monkeypatch.setattr(host, "cgroup_quota", lambda: quota)
    card = host.card()
    assert host.usable_cores() == card.usable_cores
    return card


def planned(card: HostCard, suite: str) -> tuple[int, ...]:
    """The numbers of workers that a suite has on a host, those that are far too many among them."""
    return suites.counts(SUITES[suite].workers, card.cpus_usable, card.usable_cores)


def test_a_hybrid_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """2P + 8E: ten cores of two kinds."""
    card = card_of(monkeypatch, tmp_path, HYBRID)

    assert (card.cores, card.siblings, card.sockets, card.numa_nodes) == (10, 2, 1, 1)
    assert card.kinds == (CoreKind(cores=2, cpus=4), CoreKind(cores=8, cpus=8))
    assert (card.usable_cores, card.cpus_usable) == (10, 12)
    assert (card.cores_of_a_kind, planned(card, "default")) == (2, (1, 2, 4, 8, 10, 12, 24))


def test_a_server_of_two_sockets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """64 CPUs with SMT are 32 cores; a quick answer takes two numbers of workers, not seven."""
    card = card_of(monkeypatch, tmp_path, SERVER)

    assert (card.cores, card.siblings, card.sockets, card.numa_nodes) == (32, 2, 2, 2)
    assert card.kinds == (CoreKind(cores=32, cpus=64),)
    assert card.cores_of_a_kind == float("inf")
    assert planned(card, "quick") == (2, 32)
    assert planned(card, "default") == (1, 2, 4, 8, 16, 32, 64, 128)


def test_a_quota_of_one_and_a_half_cpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many cores there are, time is granted for one and a half; half a CPU is no worker's."""
    card = card_of(monkeypatch, tmp_path, SERVER, quota=1.5)

    assert (card.cores, card.cpus_usable, card.usable_cores) == (32, 1.5, 1.5)
    assert (planned(card, "quick"), planned(card, "default")) == ((2,), (1, 2))


def test_two_siblings_of_a_big_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two CPUs, one core: all that is asked of cores is asked of one, and two workers are planned all the same."""
    card = card_of(monkeypatch, tmp_path, SERVER, mask=(5, 37))

    assert (card.cpus_usable, card.cores, card.siblings, card.sockets) == (2, 1, 2, 1)
    assert card.usable_cores == 1
    assert (planned(card, "quick"), planned(card, "default")) == ((2,), (1, 2, 4))


@pytest.mark.parametrize(
    ("suite", "workers"),
    [("quick", (2,)), ("default", (1, 2, 4)), ("models", (2,)), ("ladder", (1, 2)), ("pyperformance", (2,))],
)
def test_two_plain_cpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suite: str, workers: tuple[int, ...]) -> None:
    """On the smallest machine that can scale, words add nothing."""
    assert planned(card_of(monkeypatch, tmp_path, frequencies(3000, 3000)), suite) == workers


@pytest.mark.parametrize(("cpus", "quick", "default"), [(1, (2,), (1, 2)), (0.5, (2,), (1,))])
def test_less_than_two_cpus(cpus: float, quick: tuple[int, ...], default: tuple[int, ...]) -> None:
    """No word stands for one worker."""
    assert suites.counts(SUITES["quick"].workers, cpus, cpus) == quick
    assert suites.counts(SUITES["default"].workers, cpus, cpus) == default


@pytest.mark.parametrize(
    ("cores", "powers"), [(1, ()), (2, (2,)), (3, (2,)), (4, (2, 4)), (7.9, (2, 4)), (8, (2, 4, 8))]
)
def test_powers_of_two_end_with_the_cores(cores: float, powers: tuple[int, ...]) -> None:
    """The cores themselves are a word of their own."""
    assert suites.counts(["powers"], 64, cores) == powers


@pytest.mark.parametrize(("slower", "kinds"), [(3400, 1), (3399, 2)])
def test_cores_of_one_design_differ_a_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slower: int, kinds: int
) -> None:
    """Of 4000 MHz, 0.85 are 3400."""
    assert len(card_of(monkeypatch, tmp_path, frequencies(slower, 4000)).kinds) == kinds


def test_each_kind_is_measured_against_its_own_fastest(tmp_path: Path) -> None:
    """Three designs, as phones have them; frequencies that fall little by little would else be one kind, or four."""
    cpus = topology.read(range(4), frequencies(1000, 2600, 2500, 4000).write(tmp_path))

    assert [cpu.kind for cpu in cpus] == [2, 1, 1, 0]


def test_capacities_go_before_frequencies(tmp_path: Path) -> None:
    """A wide core may have the lower frequency."""
    machine = frequencies(2000, 4000)
    capacities = {f"system/cpu/cpu{number}/cpu_capacity": text for number, text in enumerate(("1024", "400"))}
    cpus = topology.read(
        range(2), msgspec.structs.replace(machine, files={**machine.files, **capacities}).write(tmp_path)
    )

    assert [cpu.kind for cpu in cpus] == [0, 1]


def test_what_only_some_cpus_report_makes_no_kinds(tmp_path: Path) -> None:
    """One CPU without a frequency cannot be told from the others."""
    machine = frequencies(1000, 4000)
    del machine.files["system/cpu/cpu0/cpufreq/cpuinfo_max_freq"]

    assert [cpu.kind for cpu in topology.read(range(2), machine.write(tmp_path))] == [0, 0]


@pytest.mark.parametrize("text", ["", "0-", "x", "-1"])
def test_rubbish_is_not_known(tmp_path: Path, text: str) -> None:
    """Neither an error nor a core."""
    for name in ("thread_siblings_list", "physical_package_id"):
        path = tmp_path / "system/cpu/cpu0/topology" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")

    assert topology.read([0], tmp_path) == (Cpu(number=0),)


def test_a_system_that_reports_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The card says so, and the cores of the whole machine, which psutil knows, are all that limits the usable ones."""
    monkeypatch.setattr("psutil.cpu_count", lambda *, logical: 8 if logical else 3)
    monkeypatch.setattr(topology, "read", partial(topology.read, devices=tmp_path))
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setattr(host, "_affinity", lambda: None)
    monkeypatch.setattr(host, "cgroup_quota", lambda: None)
    for pinnable in ((), (0, 1, 2, 3)):
        monkeypatch.setattr(host, "pinnable_cpus", lambda pinnable=pinnable: pinnable)
        card = host.card()
        assert (card.cores, card.siblings, card.sockets, card.numa_nodes, card.kinds) == (None, None, None, None, ())
        assert host.usable_cores() == card.usable_cores == 3


@pytest.mark.parametrize(
    ("workers", "cpus"),
    [
        (1, (0, 2)),
        (2, (0, 2)),
        (3, (0, 2, *range(4, 12))),
        (10, (0, 2, *range(4, 12))),
        (11, tuple(range(12))),
        (99, tuple(range(12))),
    ],
)
def test_lanes_are_kept_to_cores_of_their_own(tmp_path: Path, workers: int, cpus: tuple[int, ...]) -> None:
    """A core of the fastest kind for each worker, else a core of any, else all CPUs."""
    machine = topology.read(HYBRID.cpus, HYBRID.write(tmp_path))

    assert cpus_for(machine, workers) == cpus


@pytest.mark.parametrize(("mask", "cpus"), [((1, 4, 5), (1,)), ((4, 5), (4, 5)), ((1,), (1,))])
def test_the_fastest_kind_is_that_of_the_mask(tmp_path: Path, mask: tuple[int, ...], cpus: tuple[int, ...]) -> None:
    """A second sibling stands for its core where the first is not ours; slow cores alone are the fastest there are."""
    assert cpus_for(topology.read(mask, HYBRID.write(tmp_path)), 1) == cpus


def test_cpus_whose_cores_are_not_known_are_cores(tmp_path: Path) -> None:
    """As in a container without /sys: nothing is left out."""
    assert cpus_for(topology.read((3, 5), tmp_path), 2) == (3, 5)


def test_without_pinning_there_is_nothing_to_choose() -> None:
    """Where the system pins nothing, or nobody wants it."""
    assert cpus_for((), 1) == ()
