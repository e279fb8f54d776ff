"""Imports targets: in the main interpreter, in one with a GIL of its own, or from many threads.

An answer is a line of JSON for each thing that happens, so that what a crash cuts off is known up to there.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable, Dict, List, TypedDict

    from .loads import Tell

    class Order(TypedDict):
        """What is to be imported, and how; a ``function`` of a file is called too where one is named.

        ``unheard`` is the exit status of a process that cannot report any more.
        """

        way: str
        targets: List[str]
        function: str
        unheard: int


THREADS_BEGIN_S = 60.0
CALLS = 3
"""How often each thread calls a function."""
SOON_S = 1e-5
"""How soon threads make way for each other, so that they meet inside an import."""

# What an interpreter of its own runs, once it can import what this one can.
_INSIDE = """
from gilscope_agent.audit import asked
asked.import_all({order!r}, {descriptor})
"""


def main() -> None:
    """Do what the order says that is the only argument, and answer on standard output."""
    order = json.loads(sys.argv[1])
    descriptor = os.dup(1)
    os.dup2(2, 1)  # what is imported may print
    tell = _teller(descriptor, order["unheard"])
    if order["way"] == "threads":
        from_threads(order, tell)
    elif order["way"] == "interpreter":
        inside(order, descriptor, tell)
    else:
        import_all(order, descriptor)
    tell({"kind": "done"})
    os._exit(0)  # threads that an import has left behind are nobody's matter


def import_all(order: Order, descriptor: int) -> None:
    """Import each target in this interpreter, and report what is loaded for it."""
    from . import definitions, loads  # noqa: PLC0415 - each interpreter has its own

    tell = _teller(descriptor, order["unheard"])
    reading: Dict[str, Any] = definitions.reader() if order["way"] == "main" else {}
    importers = _importers(order)
    if hasattr(sys, "set_lazy_imports_filter"):  # PEP 810: what is asked for is imported at once
        sys.set_lazy_imports_filter(lambda *_: False)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_parent=lambda: tell({"kind": "forks"}))
    loads.watch(tell, lambda module: definitions.described(reading, module))
    for target, importer in importers.items():
        tell({"kind": "begins", "target": target})
        error = _tried(importer, loads.words)
        tell({"kind": "ends", "target": target, "error": error, "gil_on": definitions.is_gil_on()})


def inside(order: Order, descriptor: int, tell: Tell) -> None:
    """Import all in an interpreter that owns its GIL, in a thread, as the models of lanes do."""
    from gilscope_agent import subinterpreter  # noqa: PLC0415 - no other way needs it
    from gilscope_agent.fault import LaneError  # noqa: PLC0415 - for that reason too

    failures: List[str] = []

    def live() -> None:
        try:
            identifier = subinterpreter.create(own_gil=True)
            subinterpreter.run(identifier, subinterpreter.mount() + _INSIDE.format(order=order, descriptor=descriptor))
        except LaneError as error:
            failures.append(str(error.record["reason"]))

    thread = threading.Thread(target=live)
    thread.start()
    thread.join()
    for failure in failures:
        tell({"kind": "lacks", "error": failure})


def from_threads(order: Order, tell: Tell) -> None:
    """Import all from many threads at once, and report which targets failed in any of them; then call a function."""
    from . import files, loads  # noqa: PLC0415 - each interpreter has its own

    workers = max(2, 2 * (os.cpu_count() or 1))
    gate = threading.Barrier(workers)
    importers = _importers(order)
    sys.setswitchinterval(SOON_S)

    def work() -> None:
        gate.wait(THREADS_BEGIN_S)
        for target, importer in importers.items():
            error = _tried(importer, loads.words)
            if error is not None:
                tell({"kind": "ends", "target": target, "error": error})

    tell({"kind": "begins", "target": order["targets"][0]})
    _at_once(work, workers)
    module = files.module(order["targets"][0]) if order["function"] else None
    if module is not None:
        tell(dict(_called(module, order["function"], workers), kind="called"))


def _at_once(work: Callable[[], None], workers: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _called(module: ModuleType, function: str, workers: int) -> Dict[str, object]:
    """Call a function of a file that was run alone and then in threads, and return what came out."""
    from gilscope_agent.timing import shortened, without_addresses  # noqa: PLC0415 - only a named function needs it

    from . import loads, results  # noqa: PLC0415 - as above

    alone: List[str] = []
    others: List[str] = []
    errors: List[Dict[str, str]] = []

    def text() -> str:
        return str(without_addresses(repr(results.whole(work()))))

    def many() -> None:
        try:
            others.extend([text() for _ in range(CALLS)])
        except BaseException as error:  # noqa: BLE001 - foreign code may end in any way
            errors.append(loads.words(error))

    try:
        work = getattr(module, function)
        alone.extend([text(), text()])
    except BaseException as error:  # noqa: BLE001 - as above
        return {"alone": [], "other": None, "error": loads.words(error)}
    if alone[0] == alone[1]:
        _at_once(many, workers)
    strange = [other for other in others if other != alone[0]]
    return {
        "alone": [shortened(each) for each in alone],
        "other": shortened(strange[0]) if strange else None,
        "error": errors[0] if errors else None,
    }


def _importers(order: Order) -> Dict[str, Callable[[], object]]:
    """Return what imports each target, a module's name or a file's path; they find no word of ours in ``sys.argv``."""
    from . import files  # noqa: PLC0415 - each interpreter has its own

    paths = [target for target in order["targets"] if target.endswith(".py")]
    sys.argv = paths[:1] or [""]
    return {
        target: files.File(target).imported if target in paths else _importer(target) for target in order["targets"]
    }


def _importer(name: str) -> Callable[[], object]:
    return lambda: importlib.import_module(name)


def _tried(importer: Callable[[], object], words: Callable[[BaseException], Dict[str, str]]) -> object:
    """Import something, and return the error that it ends with."""
    try:
        importer()
    except BaseException as error:  # noqa: BLE001 - foreign code may end in any way
        return words(error)
    return None


def _teller(descriptor: int, unheard: int) -> Tell:
    """Return what reports to the controller; a process that an import has forked says nothing.

    It uses what it has now, as an import may put something else in the place of Python's own functions.
    """
    current, write, leave, encoded = os.getpid, os.write, os._exit, json.JSONEncoder(ensure_ascii=False).encode
    process = current()

    def tell(record: Dict[str, object]) -> None:
        if current() != process:
            return
        rest = b"\x1e" + encoded(record).encode("utf-8", "replace") + b"\n"
        try:
            while rest:
                rest = rest[write(descriptor, rest) :]
        except OSError:  # an import has closed what does not belong to it
            leave(unheard)

    return tell
