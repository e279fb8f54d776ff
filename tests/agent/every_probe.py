"""Opens lane after lane in one process: ``PYTHON every_probe.py AGENT ORDERS ANSWERS``, all of them paths.

A process per lane is what measuring needs; to see that every probe works in every Python, that would be a thousand.
The crews, the loading and the check are the agent's; each order (a JSON line) gets one answer.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import sys
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Workers that multiprocessing spawns run this file too, with the arguments of a probe that believes to be a script.
AGENT = os.environ.setdefault("EVERY_PROBE_AGENT", sys.argv[1] if len(sys.argv) > 1 else "")
runpy.run_path(AGENT)  # mounts the agent


def answer(order: dict[str, Any]) -> dict[str, Any]:
    """What one trial of one unit tells: a digest per worker, or why there is none."""
    fault = importlib.import_module("gilscope_agent.fault")
    crew = importlib.import_module("gilscope_agent.crews").crew(order["crew"])
    results: list[dict[str, Any]] = []

    def serve() -> None:
        crew.trial(1, order["workers"])
        results.extend(crew.hand_over(order["workers"]))

    try:
        crew.open(order, serve)
    except fault.LaneError as error:
        record: dict[str, Any] = error.record
        return record
    return {"digests": [result["digest"] for result in results]}


if __name__ == "__main__":
    _, _, orders, told = sys.argv
    with Path(told).open("w", encoding="utf-8") as answers:
        for line in Path(orders).read_text(encoding="utf-8").splitlines():
            print(json.dumps(answer(json.loads(line))), file=answers, flush=True)
