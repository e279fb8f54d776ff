"""The path of what makes the workers' first argument, as orders name it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    from gilscope_agent.records import LaneOrder, TargetOrder


def state_path(order: LaneOrder) -> str:
    """Return what the first argument of the work is called; empty where nothing makes one."""
    setup: Optional[TargetOrder] = order["setup"]
    if setup is not None:
        return "{}()".format(setup["name"])
    return "" if order["target"] is not None or order["statement"] is not None else "setup()"
