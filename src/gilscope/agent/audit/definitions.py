"""What an extension module says of itself: whether it needs the GIL, and where it may be loaded.

A module object of a free-threaded build holds whether the module declared itself (``md_gil``), and its definition has
slots in which it does so (PEP 489, PEP 684, PEP 703). Neither can be asked from Python.
"""

from __future__ import annotations

import sys
import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Dict, Iterator, Optional, Tuple

WORD = 8
HEADER = object.__basicsize__
"""Bytes of an object before its own fields: 16, and on a free-threaded build 32."""
SLOTS = HEADER + 7 * WORD
"""Where a PyModuleDef has its slots: behind m_init, m_index, m_copy, m_name, m_doc, m_size and m_methods."""
MULTIPLE_INTERPRETERS, GIL = 3, 4
"""Numbers of slots: Py_mod_multiple_interpreters and Py_mod_gil."""
MOST_SLOTS = 64
CLEAN = ("math", "time", "itertools", "_struct", "_json", "_random")
"""Modules of the standard library, all of which say that they do without the GIL."""


def reader() -> Dict[str, Any]:
    """Return what is needed to read modules here: nothing where ctypes is missing, or objects look otherwise."""
    try:
        import ctypes  # noqa: PLC0415 - some builds have none
    except ImportError:
        return {}
    get_def = ctypes.pythonapi.PyModule_GetDef
    get_def.restype, get_def.argtypes = ctypes.c_void_p, [ctypes.py_object]
    return {"ctypes": ctypes, "get_def": get_def, "gil_offset": _gil_offset(ctypes)}


def is_gil_on() -> bool:
    """Return whether there is a GIL now."""
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def described(reading: Dict[str, Any], module: object) -> Dict[str, object]:
    """Return whether a module needs the GIL, and what its slots say; None for what is unknown.

    What is no module object, as a slot ``Py_mod_create`` may return, has no place to declare anything in: Python takes
    it to need the GIL.
    """
    needs_gil: Optional[bool] = None
    single_phase: Optional[bool] = None
    slots: Dict[int, int] = {}
    if not isinstance(module, types.ModuleType):
        needs_gil = True
    elif reading:
        single_phase, slots = _slots(reading, module)
        offset = reading["gil_offset"]
        needs_gil = None if offset is None else _word(reading["ctypes"], id(module) + offset) == 0
    return {
        "gil_on": is_gil_on(),
        "needs_gil": needs_gil,
        "single_phase": single_phase,
        "interpreters": slots.get(MULTIPLE_INTERPRETERS),
        "gil_slot": slots.get(GIL),
    }


def _gil_offset(ctypes: Any) -> Optional[int]:  # noqa: ANN401 - a module
    """Return where module objects hold whether they need the GIL, found by modules of which that is known."""
    if not hasattr(sys, "_is_gil_enabled") or HEADER == 2 * WORD:
        return None
    clean = [id(__import__(name)) for name in CLEAN]
    plain = [types.ModuleType(name) for name in CLEAN]
    fits = [
        offset
        for offset in range(HEADER, types.ModuleType.__basicsize__, WORD)
        if all(_word(ctypes, address + offset) == 1 for address in clean)
        and all(_word(ctypes, id(module) + offset) == 0 for module in plain)
    ]
    return fits[0] if len(fits) == 1 else None


def _slots(reading: Dict[str, Any], module: ModuleType) -> Tuple[Optional[bool], Dict[int, int]]:
    """Return whether a module is initialised in a single phase, and its slots by number."""
    ctypes = reading["ctypes"]
    definition = reading["get_def"](module)
    if not definition:
        return None, {}
    slots = _word(ctypes, definition + SLOTS)
    return not slots, dict(_pairs(ctypes, slots)) if slots else {}


def _pairs(ctypes: Any, address: int) -> Iterator[Tuple[int, int]]:  # noqa: ANN401 - a module
    for number in range(MOST_SLOTS):
        slot = ctypes.c_int.from_address(address + 2 * WORD * number).value
        if not slot:
            return
        yield slot, _word(ctypes, address + 2 * WORD * number + WORD)


def _word(ctypes: Any, address: int) -> int:  # noqa: ANN401 - a module
    return int(ctypes.c_size_t.from_address(address).value)
