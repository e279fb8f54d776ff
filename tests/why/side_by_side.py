"""Runs workloads on one thread and on two: orders in and answers out, each a line of JSON.

An order is the path of a workload, and the objects that its declaration names. An answer has the results of three
calls, the first on a thread alone and two more side by side, and which of the objects are missing; or it says what the
target lacks.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import threading
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

CELL = "closure of make.<locals>."
GROUP = "the values of "


def loaded(path: str) -> Any:  # noqa: ANN401 - a workload has no type
    """Import a workload as a module."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def results(work: Callable[[], object], workers: int) -> list[str]:
    """Call the work on some threads at once."""
    gate = threading.Barrier(workers)
    returned: list[str] = []

    def call() -> None:
        gate.wait()
        try:
            returned.append(repr(work()))
        except BaseException as error:  # noqa: BLE001 - whatever it raises is its result
            returned.append(repr(error))

    threads = [threading.Thread(target=call) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return returned


def is_there(module: Any, path: str) -> bool:  # noqa: ANN401 - a workload has no type
    """Return whether a path leads to an object, seen from the module or from all modules."""
    if path.startswith(CELL):
        return path[len(CELL) :] in module.work.__code__.co_freevars
    try:
        eval(path[len(GROUP) :] if path.startswith(GROUP) else path, {**sys.modules, **vars(module)})  # noqa: S307 - ours
    except (AttributeError, KeyError, NameError):
        return False
    return True


def looked_at(path: str, objects: list[str]) -> dict[str, Any]:
    """Run a workload, and look for the objects that its declaration names."""
    try:
        module = loaded(path)
    except NotImplementedError as error:
        return {"lacks": str(error)}
    found = results(module.work, 1) + results(module.work, 2)
    return {"results": found, "missing": [name for name in objects if not is_there(module, name)]}


if __name__ == "__main__":
    for order in map(json.loads, sys.stdin):
        sys.path[0] = str(Path(order["path"]).parent)
        answer = looked_at(order["path"], order["objects"])
        print(json.dumps(answer), flush=True)  # noqa: T201 - this is how it answers
