"""Which lanes are left out for want of memory, and what is free."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import msgspec
import psutil
import pytest

from builders import PROBE, lane
from gilscope.lab import host
from gilscope.lab.fitting import INTERPRETER_BYTES, need, too_large

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.values.lanes import LaneSpec
    from gilscope.values.probes import Probe

GIB = 2**30
SHARED = msgspec.structs.replace(PROBE, shared=True)
SCRIPT = msgspec.structs.replace(PROBE, benchmark="nbody")
STATE = GIB - INTERPRETER_BYTES


@pytest.mark.parametrize(
    ("spec", "probe", "amount"),
    [
        (lane("3.14"), PROBE, GIB),
        (lane("3.14", "processes", 4), PROBE, 4 * GIB),
        (lane("3.14", "own", 4), PROBE, GIB),
        (lane("3.14", "interpreters", 4), SHARED, 4 * GIB),
        (lane("3.14", "threads", 4), PROBE, GIB + 3 * STATE),
        (lane("3.14", "threads", 4), SHARED, GIB),
        (lane("3.14", "threads", 4), SCRIPT, GIB),
    ],
)
def test_threads_share_what_others_have_each(spec: LaneSpec, probe: Probe, amount: float) -> None:
    """An interpreter always, and the state where the probe is a shared one or a script."""
    assert need(spec, probe, GIB) == amount


def test_threads_of_a_small_state_need_no_less_than_one() -> None:
    """A lighter interpreter than most does not make further threads give memory back."""
    assert need(lane("3.14", "threads", 64), PROBE, 1000) == 1000


MANY = [lane("3.14", "processes", count) for count in (1, 2, 8, 4)]


@pytest.mark.parametrize(
    ("free", "left_out"),
    [
        (15 / 0.9 + 0.01, []),
        (15 / 0.9 - 0.01, ["3.14:processes-8"]),
        (7 / 0.9 + 0.01, ["3.14:processes-8"]),
        (7 / 0.9 - 0.01, ["3.14:processes-8", "3.14:processes-4"]),
        (0, ["3.14:processes-8", "3.14:processes-4", "3.14:processes-2", "3.14:processes-1"]),
    ],
)
def test_the_most_parallel_are_left_out_first(free: float, left_out: list[str]) -> None:
    """Fifteen workers of a GiB each fit into nine tenths of what is free, or the largest lanes go."""
    assert list(too_large(MANY, PROBE, GIB, free * GIB)) == left_out


def test_the_reason_gives_the_memory_that_it_would_take() -> None:
    """Of the lane, of all together, and what there is."""
    assert too_large(MANY, PROBE, GIB, 8.5 * GIB) == {
        "3.14:processes-8": "it would need about 8 GiB, all lanes of the contest about 15 GiB, and 8.5 GiB are free"
    }


MEMORY_V2 = {"memory.max": str(10 * GIB), "memory.current": str(4 * GIB), "memory.stat": f"anon 1\ninactive_file {GIB}"}
MEMORY_V1 = {
    "memory.limit_in_bytes": str(10 * GIB),
    "memory.usage_in_bytes": str(4 * GIB),
    "memory.stat": f"inactive_file 5\ntotal_inactive_file {GIB}",
}


def group(folder: str, files: dict[str, str]) -> dict[str, str]:
    """A group's files by their paths."""
    return {f"{folder}/{name}": text for name, text in files.items()}


@pytest.mark.parametrize(
    ("membership", "files", "free"),
    [
        ("0::/a/b", group("a/b", MEMORY_V2), 7 * GIB),
        ("0::/a/b", group("a", MEMORY_V2), 7 * GIB),
        ("0::/a/b", group("c", MEMORY_V2), 20 * GIB),
        ("0::/a", group("a", {**MEMORY_V2, "memory.max": "max"}), 20 * GIB),
        ("0::/a", group("a", {**MEMORY_V2, "memory.max": str(2 * GIB)}), 0),
        ("0::/a", group("a", {**MEMORY_V2, "memory.max": str(99 * GIB)}), 20 * GIB),
        ("3:memory:/a", group("memory/a", MEMORY_V1), 7 * GIB),
        ("3:cpu:/a", group("memory/a", MEMORY_V1), 20 * GIB),
    ],
)
def test_free_memory_is_what_the_system_and_every_group_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, membership: str, files: dict[str, str], free: int
) -> None:
    """Files that the group has not used lately count as free."""
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=20 * GIB))
    (tmp_path / "membership").write_text(membership + "\n")
    for name, text in files.items():
        path = tmp_path / "cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")

    assert host.free_memory(tmp_path / "cgroup", tmp_path / "membership") == free
