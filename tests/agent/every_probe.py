"""Opens lane after lane in one process: ``PYTHON every_probe.py AGENT ORDERS ANSWERS``, all of them paths.

A process per lane is what measuring needs; to see that every probe works in every Python, that would be a thousand.
The crews, the loading and the check are the agent's; each order (a JSON line) gets one answer.
"""

from __future__ import annotations

import importlib
import json
import runpy
import sys
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

AGENT, ORDERS, ANSWERS = sys.argv[1:]
runpy.run_path(AGENT)  # mounts the agent, also in the workers that multiprocessing spawns


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
    with Path(ANSWERS).open("w", encoding="utf-8") as answers:
        for line in Path(ORDERS).read_text(encoding="utf-8").splitlines():
            print(json.dumps(answer(json.loads(line))), file=answers, flush=True)
