"""What is killed when the controller dies: the groups on the list and no other."""

from __future__ import annotations

import signal
from io import StringIO

import pytest

from gilscope.processes import families, guardian


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The groups that were killed, none of which exists."""
    groups: list[int] = []
    monkeypatch.setattr(families, "family", lambda *_: set())
    monkeypatch.setattr(families, "kill_group", groups.append)
    return groups


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("", []),
        ("+11\n", [11]),
        ("+11\n-11\n", []),
        ("+11 1a2b\n+12 3c4d\n-11\n", [12]),
        ("+11\n-11\n+11\n", [11]),
        ("-13\n+11\n", [11]),
    ],
)
def test_groups_still_on_the_list_are_killed(
    told: str, left: list[int], killed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of its input is the controller's end."""
    monkeypatch.setattr("sys.stdin", StringIO(told))
    guardian._keep_watch()

    assert killed == left


@pytest.mark.parametrize("error", [None, ProcessLookupError, PermissionError])
def test_a_group_is_killed_whether_or_not_it_is_there(
    error: type[OSError] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that has gone by itself is what was wanted."""
    sent: list[tuple[int, int]] = []

    def killpg(group: int, number: int) -> None:
        sent.append((group, number))
        if error is not None:
            raise error

    monkeypatch.setattr("os.killpg", killpg, raising=False)
    families.kill_group(11)

    assert sent == [(11, signal.SIGKILL)]
