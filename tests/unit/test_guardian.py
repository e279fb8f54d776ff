"""What is ended when the controller dies: the children on the list and no other."""

from __future__ import annotations

import signal
from io import StringIO

import pytest

from gilscope.processes import families, guardian


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("", {}),
        ("+1a 11\n", {"1a": 11}),
        ("+1a 11\n-1a\n", {}),
        ("+1a\n+1a 11\n+2b 12\n-1a\n", {"2b": 12}),
        ("+1a 11\n-1a\n+1a 11\n", {"1a": 11}),
        ("-3c\n+1a 11\n", {"1a": 11}),
        ("+1a\n", {"1a": None}),
    ],
)
def test_children_still_on_the_list_are_ended(
    told: str, left: dict[str, int | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of its input is the controller's end; a child may be one that was only about to be started."""
    ended: dict[str, int | None] = {}
    monkeypatch.setattr(families, "family", lambda *_: set())
    monkeypatch.setattr(families, "end", lambda leader, _, mark: ended.update({mark: leader}))
    monkeypatch.setattr("sys.stdin", StringIO(told))
    guardian._keep_watch()

    assert ended == left


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
