"""What makes two hosts one, so that what was measured on them may be compared."""

from __future__ import annotations

import msgspec
import pytest

from builders import HOST
from gilscope.history.summarise import described

TUNED = msgspec.structs.replace(HOST, virtualisation="kvm", governor="performance")


def test_a_host_is_described_by_all_that_moves_a_time() -> None:
    """Name, processor, CPUs, architecture, system, what virtualises it, and how it clocks."""
    assert described(TUNED) == "lab (CPU <of> a|kind, 2 of 4 CPUs, x86_64, Linux, kvm, performance)"


def test_what_is_not_known_of_a_host_is_left_out() -> None:
    """A processor without a name goes by its architecture."""
    unknown = msgspec.structs.replace(TUNED, cpu=None, virtualisation=None, governor=None)

    assert described(unknown) == "lab (x86_64, 2 of 4 CPUs, x86_64, Linux)"


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"name": "cloud"}, False),
        ({"cpu": "another"}, False),
        ({"cpus_usable": 1.5}, False),
        ({"cpus_online": 8}, False),
        ({"machine": "aarch64"}, False),
        ({"system": "Debian"}, False),
        ({"virtualisation": "docker"}, False),
        ({"governor": "powersave"}, False),
        ({"kernel": "6.12"}, True),
        ({"load_1min": 3.0, "steal_percent": 2.0, "memory_bytes": 1}, True),
    ],
)
def test_hosts_are_told_apart_by_what_they_are(changes: dict[str, object], *, same: bool) -> None:
    """Not by what runs on them at the time, nor by a new kernel."""
    assert (described(msgspec.structs.replace(TUNED, **changes)) == described(TUNED)) is same
