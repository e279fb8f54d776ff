"""What cgroups grant, in folders that look like the kernel's, and how many workers that lets us plan."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

import builders
from gilscope import places
from gilscope.lab import host
from gilscope.lab.plan import group_of_pair, plan
from gilscope.workloads import suites

if TYPE_CHECKING:
    from pathlib import Path

V2 = "0::/user.slice/session.scope\n"
V1 = "4:memory:/elsewhere\n3:cpu,cpuacct:/user.slice/session.scope\n1:name=systemd:/elsewhere\n"
QUICK = suites.suite(places.SUITES, "quick")


def quota(folder: Path, membership: str, files: dict[str, str]) -> float | None:
    """The quota where the kernel's files have these texts."""
    root = folder / "cgroup"
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "membership").write_text(membership, encoding="utf-8")
    return host.cgroup_quota(root, folder / "membership")


@pytest.mark.parametrize(
    ("files", "cpus"),
    [
        ({"user.slice/session.scope/cpu.max": "150000 100000\n"}, 1.5),
        ({"user.slice/session.scope/cpu.max": "50000 20000\n"}, 2.5),
        ({"user.slice/session.scope/cpu.max": "max 100000\n"}, None),
        ({"user.slice/cpu.max": "100000 100000\n", "user.slice/session.scope/cpu.max": "max 100000\n"}, 1.0),
        ({"user.slice/cpu.max": "100000 100000\n", "user.slice/session.scope/cpu.max": "200000 100000\n"}, 1.0),
        ({"user.slice/cpu.max": "300000 100000\n", "user.slice/session.scope/cpu.max": "200000 100000\n"}, 2.0),
        ({"cpu.max": "70000 100000\n", "user.slice/cpu.max": "max 100000\n"}, 0.7),
        ({"another.slice/cpu.max": "100000 100000\n"}, None),
        ({}, None),
    ],
)
def test_the_least_of_nested_groups_counts(tmp_path: Path, files: dict[str, str], cpus: float | None) -> None:
    """Version 2: one file per group, from our own up to the root, which is a container's own group."""
    assert quota(tmp_path, V2, files) == cpus


@pytest.mark.parametrize(
    ("files", "cpus"),
    [
        ({"cpu/user.slice/session.scope": ("150000", "100000")}, 1.5),
        ({"cpu/user.slice/session.scope": ("-1", "100000")}, None),
        ({"cpu/user.slice": ("100000", "100000"), "cpu/user.slice/session.scope": ("-1", "100000")}, 1.0),
        ({"cpu/user.slice": ("100000", "100000"), "cpu/user.slice/session.scope": ("200000", "100000")}, 1.0),
        ({"cpu": ("50000", "100000")}, 0.5),
        ({"cpu/elsewhere": ("50000", "100000")}, None),
        ({"memory/elsewhere": ("50000", "100000")}, None),
    ],
)
def test_version_1_has_two_files_per_group(
    tmp_path: Path, files: dict[str, tuple[str, str]], cpus: float | None
) -> None:
    """Only the hierarchy of the CPU controller counts; quota and period stand apart, and -1 is no limit."""
    texts = {}
    for folder, (granted, period) in files.items():
        texts[f"{folder}/cpu.cfs_quota_us"] = granted + "\n"
        texts[f"{folder}/cpu.cfs_period_us"] = period + "\n"

    assert quota(tmp_path, V1, texts) == cpus


@pytest.mark.parametrize("text", ["", "\n", "max", "100000", "many few", "1 2 3", "100000 0", "0 100000", "100000 -1"])
def test_rubbish_is_no_limit(tmp_path: Path, text: str) -> None:
    """Neither an error nor a machine without CPUs."""
    assert quota(tmp_path, V2, {"user.slice/session.scope/cpu.max": text}) is None


@pytest.mark.parametrize("membership", ["", "rubbish\n", "0:\n", ":::\n"])
def test_without_a_readable_membership_the_root_counts(tmp_path: Path, membership: str) -> None:
    """A container often sees its own group as the root."""
    assert quota(tmp_path, membership, {"cpu.max": "100000 100000"}) == 1.0


def test_a_groups_name_may_hold_colons(tmp_path: Path) -> None:
    """As container runtimes choose them."""
    membership = "0::/kubepods.slice:cri:abc\n"
    assert quota(tmp_path, membership, {"kubepods.slice:cri:abc/cpu.max": "100000 100000"}) == 1.0


def test_a_machine_without_cgroups_has_no_quota(tmp_path: Path) -> None:
    """Neither folder nor membership is there."""
    assert host.cgroup_quota(tmp_path / "cgroup", tmp_path / "membership") is None


@pytest.mark.parametrize(
    ("online", "affinity", "granted", "usable"),
    [
        (8, None, None, 8.0),
        (8, 4, None, 4.0),
        (8, 4, 2.5, 2.5),
        (8, 4, 6.0, 4.0),
        (2, None, 0.5, 0.5),
        (None, None, None, 1.0),
    ],
)
def test_the_least_limit_decides_what_is_usable(
    monkeypatch: pytest.MonkeyPatch, online: int | None, affinity: int | None, granted: float | None, usable: float
) -> None:
    """CPUs online, the affinity mask, the quota; what a system does not have limits nothing."""
    monkeypatch.setattr(os, "cpu_count", lambda: online)
    monkeypatch.setattr(host, "_affinity", lambda: affinity)
    monkeypatch.setattr(host, "cgroup_quota", lambda: granted)

    assert host.usable_cpus() == usable


@pytest.mark.parametrize(("text", "most"), [("99999 100000", 1), ("100000 100000", 2), ("199999 100000", 2)])
def test_the_quota_decides_how_many_workers_are_planned(tmp_path: Path, text: str, most: int) -> None:
    """Up to twice the usable CPUs: one CPU is enough for two workers, a little less is not."""
    cpus = quota(tmp_path, V2, {"cpu.max": text})
    assert cpus is not None

    planned = plan([builders.PROBE], [group_of_pair(builders.pair())], QUICK, cpus, cpus)

    assert max(lane.workers for contest in planned.contests for lane in contest.lanes) == most


def test_the_card_agrees_with_what_is_usable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this machine is, and without a program that knows what it runs on; steal time is a share."""
    monkeypatch.setattr(shutil, "which", lambda _: None)
    card = host.card()

    assert card.cpus_usable == host.usable_cpus() <= card.cpus_online
    assert card.affinity is None or card.affinity >= card.cpus_usable
    assert card.memory_bytes is not None
    assert card.memory_bytes > 2**20
    assert card.steal_percent is None or 0 <= card.steal_percent <= 100


@pytest.mark.skipif(not host.pinnable_cpus(), reason="this system pins no process")
def test_a_thread_is_pinned_and_released() -> None:
    """No CPUs leave it where it is, and neither does a CPU that is not there raise."""
    before = host.pinnable_cpus()
    try:
        host.pin(host.THIS_THREAD, before[:1])
        host.pin(host.THIS_THREAD, ())
        assert host.pinnable_cpus() == before[:1]
        host.pin(host.THIS_THREAD, (100_000,))
        assert host.pinnable_cpus() == before[:1]
    finally:
        host.pin(host.THIS_THREAD, before)
    assert host.pinnable_cpus() == before
