"""One lane's life inside the target: order in, crew up, trials until the controller closes or is gone."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import sys

from . import collector, stacks, stray
from .crews import crew
from .door import Door
from .fault import LaneError, raised
from .gil import explain, gil_enabled
from .trials import Trials

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    from .records import FirstOrder, Imports, LaneOrder, NextOrder


def main() -> None:
    """Serve one lane, then leave without running any finaliser (interpreters and threads may still be alive)."""
    door = Door()
    faulthandler.enable()
    stacks.write_on_request()
    stray.settle(lambda record: door.send(dict(record, type="failed")))
    door.send({"type": "hello", "gil": gil_enabled(), "version": sys.version.split()[0]})
    if not gil_enabled():
        explain()
    order: Optional[FirstOrder] = door.receive()
    if order is not None:
        _obey(door, order)
    collector.let_go()
    with contextlib.suppress(Exception):  # a script may have put anything in its place
        sys.stdout.flush()
    os._exit(0)


def _obey(door: Door, order: FirstOrder) -> None:
    try:
        if order["type"] == "benchmarks":
            from . import script  # noqa: PLC0415 - most lanes never ask

            door.send(dict(script.contents(order), type="benchmarks"))
        else:
            _OpenLane(door, order).live()
    except LaneError as error:
        door.send(dict(error.record, type="failed"))
    except BaseException as error:  # noqa: BLE001 - a lane reports why it ends, whatever happened
        door.send(dict(raised("start", error), type="failed"))


class _OpenLane:
    """A lane on one order, which serves trials while its crew is up and closes once the crew is down."""

    def __init__(self, door: Door, order: LaneOrder) -> None:
        self._door = door
        self._order = order
        self._crew = crew(order["crew"])
        self._is_abandoned = False

    def live(self) -> None:
        self._crew.open(self._order, self._serve)
        if not self._is_abandoned:
            self._door.send({"type": "closed"})

    def _serve(self) -> None:
        """Serve trials until the controller closes, or is gone; the workers have to be ended in both cases."""
        trials = Trials(self._crew, self._order["workers"])
        self._door.send({"type": "ready", "gil": gil_enabled(), "inner_loops": self._crew.inner_loops})
        while True:
            request: Optional[NextOrder] = self._door.receive()
            if request is None or request["type"] == "close":
                self._is_abandoned = request is None
                return
            if request["type"] == "imports":
                self._door.send(dict(_imported(), type="imports"))
            elif request["type"] == "watch":
                from .watching import watched  # noqa: PLC0415 - few lanes are watched

                self._door.send(dict(watched.trial(self._crew, trials, self._order, request["loops"]), type="watched"))
            else:
                self._door.send(dict(trials.trial(request["loops"]), type="trial"))


def _imported() -> Imports:
    """Return what the lane has imported; nothing where a script has broken what that is asked with."""
    try:
        from . import imports  # noqa: PLC0415 - few lanes are asked, and no trial follows

        return imports.imported()
    except Exception:  # noqa: BLE001 - what was measured counts all the same
        return {"modules": {}, "packages": {}, "extensions": [], "pure": []}
