"""One lane's life inside the target: order in, crew up, trials until the controller closes or is gone."""

from __future__ import annotations

import faulthandler
import os
import sys

from . import stacks, stray
from .crews import crew
from .door import Door
from .fault import LaneError, raised
from .timing import gil_enabled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict

    from .crews import Crew

SCHEMA = 1


def main() -> None:
    """Serve one lane, then leave without running any finaliser (interpreters and threads may still be alive)."""
    door = Door()
    faulthandler.enable()
    stacks.tell_on_request()
    stray.settle(lambda record: door.send(dict(record, type="failed")))
    door.send({"type": "hello", "schema": SCHEMA, "pid": os.getpid(), "gil": gil_enabled()})
    order = door.receive()
    if order is not None:
        _serve(door, order)
    sys.stdout.flush()
    os._exit(0)


def _serve(door: Door, order: Dict[str, Any]) -> None:
    try:
        workers = crew(order["model"])
        workers.start(order)
        door.send({"type": "ready", "gil": gil_enabled()})
        _trials(door, workers)
    except LaneError as error:
        door.send(dict(error.record, type="failed"))
    except BaseException as error:  # noqa: BLE001 - a lane tells why it ends, whatever happened
        door.send(dict(raised("start", error), type="failed"))


def _trials(door: Door, workers: Crew) -> None:
    while True:
        request = door.receive()
        if request is None:
            return
        if request["type"] == "close":
            workers.stop()
            door.send({"type": "closed"})
            return
        door.send(_trial(workers, request["loops"]))


def _trial(workers: Crew, loops: int) -> Dict[str, Any]:
    """One trial; its time is the makespan, from the gate to the last worker's end, never a worker's own duration."""
    gil_before = gil_enabled()
    gate_ns, records = workers.trial(loops)
    return {
        "type": "trial",
        "loops": loops,
        "wall_ns": max(record["end_ns"] for record in records) - gate_ns,
        "starts_ns": [record["start_ns"] - gate_ns for record in records],
        "ends_ns": [record["end_ns"] - gate_ns for record in records],
        "cpu_ns": [record["cpu_ns"] for record in records],
        "wait_ns": [record["wait_ns"] for record in records],
        "digests": [record["digest"] for record in records],
        "gil_before": gil_before,
        "gil_after": any(record["gil"] for record in records),
    }
