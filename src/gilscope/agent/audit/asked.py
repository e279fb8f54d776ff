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
    from typing import Any, Callable, Dict, List, TypedDict

    from .loads import Tell

    class Order(TypedDict):
        """What is to be imported, and how; a ``function`` of a file is called too where one is named."""

        way: str
        targets: List[str]
        function: str


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
    if order["way"] == "threads":
        from_threads(order, descriptor)
    elif order["way"] == "interpreter":
        inside(order, descriptor)
    else:
        import_all(order, descriptor)
    os._exit(0)  # threads that an import has left behind are nobody's matter


def import_all(order: Order, descriptor: int) -> None:
    """Import each target in this interpreter, and report what is loaded for it."""
    from . import definitions, loads  # noqa: PLC0415 - each interpreter has its own

    tell = _teller(descriptor)
    reading: Dict[str, Any] = definitions.reader() if order["way"] == "main" else {}
    if hasattr(sys, "set_lazy_imports_filter"):  # PEP 810: what is asked for is imported at once
        sys.set_lazy_imports_filter(lambda *_: False)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_parent=lambda: tell({"kind": "forks"}))
    loads.watch(tell, lambda module: definitions.described(reading, module))
    for target in order["targets"]:
        tell({"kind": "begins", "target": target})
        tell({"kind": "ends", "target": target, "error": _tried(target, loads.words)})


def inside(order: Order, descriptor: int) -> None:
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
        _teller(descriptor)({"kind": "lacks", "error": failure})


def from_threads(order: Order, descriptor: int) -> None:
    """Import all from many threads at once, and report which targets failed in any of them; then call a function."""
    from . import loads  # noqa: PLC0415 - each interpreter has its own

    tell = _teller(descriptor)
    workers = max(2, 2 * (os.cpu_count() or 1))
    gate = threading.Barrier(workers)
    sys.setswitchinterval(SOON_S)

    def work() -> None:
        gate.wait(THREADS_BEGIN_S)
        for target in order["targets"]:
            error = _tried(target, loads.words)
            if error is not None:
                tell({"kind": "ends", "target": target, "error": error})

    tell({"kind": "begins", "target": order["targets"][0]})
    _at_once(work, workers)
    if order["function"]:
        tell(dict(_called(order["targets"][0], order["function"], workers), kind="called"))


def _at_once(work: Callable[[], None], workers: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _called(path: str, function: str, workers: int) -> Dict[str, object]:
    """Call a function of a file that was run alone and then in threads, and return what came out."""
    from gilscope_agent.timing import shortened, without_addresses  # noqa: PLC0415 - only a named function needs it

    from . import loads  # noqa: PLC0415 - as above

    alone: List[str] = []
    others: List[str] = []
    errors: List[Dict[str, str]] = []

    def text() -> str:
        return str(without_addresses(repr(work())))

    def many() -> None:
        try:
            others.extend([text() for _ in range(CALLS)])
        except BaseException as error:  # noqa: BLE001 - foreign code may end in any way
            errors.append(loads.words(error))

    try:
        work = getattr(sys.modules[_name(path)], function)
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


def _tried(target: str, words: Callable[[BaseException], Dict[str, str]]) -> object:
    """Import a target, a module's name or a file's path, and return the error that it ends with."""
    try:
        if target.endswith(".py"):
            _run_file(target)
        else:
            importlib.import_module(target)
    except BaseException as error:  # noqa: BLE001 - foreign code may end in any way
        return words(error)
    return None


def _name(path: str) -> str:
    return os.path.splitext(os.path.basename(path))[0]


def _run_file(path: str) -> None:
    """Run a person's file as an import would, then each import that stands inside its functions."""
    import ast  # noqa: PLC0415 - a person's file alone needs it

    with open(path, "rb") as file:
        tree = ast.parse(file.read(), path)
    folder = os.path.dirname(path)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    name = _name(path)
    module = type(sys)(name)
    module.__file__ = path
    sys.modules[name] = module
    exec(compile(tree, path, "exec"), module.__dict__)  # noqa: S102 - that is what it is asked for
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    for function in functions:
        for node in ast.walk(function):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                try:
                    exec(compile(ast.Module([node], []), path, "exec"), dict(module.__dict__))  # noqa: S102 - as above
                except ImportError:  # it may be one of several that are tried
                    continue


def _teller(descriptor: int) -> Tell:
    """Return what reports to the controller; a process that an import has forked says nothing."""
    process = os.getpid()

    def tell(record: Dict[str, object]) -> None:
        if os.getpid() != process:
            return
        rest = b"\x1e" + json.dumps(record).encode() + b"\n"
        while rest:
            rest = rest[os.write(descriptor, rest) :]

    return tell
