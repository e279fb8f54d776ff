"""The private way between a lane and the controller: JSON lines on descriptors that no probe can print to.

Every line starts with the record separator of RFC 7464, so that what an interpreter prints before the agent runs
(a ``.pth`` file, a ``sitecustomize``) cannot be taken for a record.
"""

from __future__ import annotations

import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping

SEPARATOR = b"\x1e"


class Door:
    """Takes over standard input and output: the probe reads nothing, and prints where standard error goes."""

    def __init__(self) -> None:
        self._orders = os.fdopen(os.dup(0), "rb")
        self._answers = os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)

    def receive(self) -> Any:  # noqa: ANN401 - which orders may come next, the lane knows
        """Return the next order, or None once the controller is gone."""
        line = self._orders.readline()
        if not line.endswith(b"\n"):
            return None
        order = json.loads(line.decode())
        return order if isinstance(order, dict) else None

    def send(self, record: Mapping[str, object]) -> None:
        """Write one record, whole."""
        rest = SEPARATOR + json.dumps(record).encode() + b"\n"
        while rest:
            rest = rest[os.write(self._answers, rest) :]
