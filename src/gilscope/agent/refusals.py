"""Extensions that this interpreter could not load, although whatever imported them may have gone on without.

Only interpreters beside the main one note them: there Python refuses modules that load elsewhere, and packages take
Python code instead without a word.
"""

from __future__ import annotations

import sys
from importlib.machinery import BuiltinImporter, ExtensionFileLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict

_refused: Dict[str, str] = {}


def note() -> None:
    """Note, from now on, what cannot be loaded in this interpreter."""
    extension, built_in = ExtensionFileLoader.create_module, BuiltinImporter.create_module

    def create_extension(self: ExtensionFileLoader, spec: Any) -> Any:  # noqa: ANN401 - a spec and a module, as importlib has them
        return _noted(spec.name, lambda: extension(self, spec))

    def create_built_in(spec: Any) -> Any:  # noqa: ANN401 - as above
        return _noted(spec.name, lambda: built_in(spec))

    ExtensionFileLoader.create_module = create_extension  # type: ignore[method-assign]
    BuiltinImporter.create_module = staticmethod(create_built_in)  # type: ignore[method-assign]


def noted() -> Dict[str, str]:
    """Return what could not be loaded so far and is not there now, with what the error said."""
    return {name: words for name, words in _refused.items() if name not in sys.modules}


def _noted(name: str, create: Callable[[], Any]) -> Any:  # noqa: ANN401 - what create returns
    try:
        return create()
    except ImportError as error:
        _refused[name] = str(error)
        raise
