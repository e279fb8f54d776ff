"""A person's file, imported as the module that it is, with the imports inside its functions."""

from __future__ import annotations

import ast
import contextlib
import importlib
import os
import sys
from importlib.util import spec_from_file_location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType
    from typing import Dict, Iterator, List, Optional, Tuple

INIT = "__init__"
_names: Dict[str, str] = {}
"""The names of modules that files are, by their paths."""


def module(path: str) -> Optional[ModuleType]:
    """Return the module that a file has been imported as; None where it could not be."""
    return sys.modules.get(_names[path])


class File:
    """A file by the name of the module that it is, also inside of a package."""

    def __init__(self, path: str) -> None:
        """Make it importable, beside what lies in its folder."""
        self.path = path
        folder, name = os.path.dirname(path), os.path.splitext(os.path.basename(path))[0]
        self._is_package = name == INIT
        parts: List[str] = [] if self._is_package else [name]
        while os.path.isfile(os.path.join(folder, INIT + ".py")):
            folder, package = os.path.split(folder)
            parts.insert(0, package)
        if folder not in sys.path:
            sys.path.insert(0, folder)
        self.name = ".".join(parts)
        if len(parts) == 1:  # found by its path, whatever else has its name
            self.name += "_" * (self.name in sys.modules)
            sys.meta_path.insert(0, self)
        _names[path] = self.name

    def find_spec(self, name: str, path: object = None, target: object = None) -> Optional[ModuleSpec]:  # noqa: ARG002 - as importlib asks
        """Find the file under its own name, as a finder of ``sys.meta_path``."""
        if name != self.name:
            return None
        inside = [os.path.dirname(self.path)] if self._is_package else None
        return spec_from_file_location(name, self.path, submodule_search_locations=inside)

    def imported(self) -> None:
        """Import it, then make each import that stands inside a function or behind ``__name__ == "__main__"``.

        Raises:
            BaseException: whatever the file raises, or an import inside a function, unless the file is ready for that
                or it is of a module that is not installed, which few callers may need.
        """
        namespace = importlib.import_module(self.name).__dict__
        for code, is_tried in self._later():
            with contextlib.suppress(ImportError if is_tried else ModuleNotFoundError):
                exec(code, dict(namespace))  # noqa: S102 - that is what it is asked for

    def _later(self) -> Iterator[Tuple[CodeType, bool]]:
        """Yield those further imports, and whether the file goes on where one of them fails."""
        with open(self.path, "rb") as file:
            tree = ast.parse(file.read(), self.path)
        tried = {id(node) for node in _tried(tree)}
        for holder in ast.walk(tree):
            if isinstance(holder, (ast.FunctionDef, ast.AsyncFunctionDef)) or _is_of_a_program(holder):
                for node in ast.walk(holder):
                    if isinstance(node, (ast.Import, ast.ImportFrom)):
                        yield compile(ast.Module([node], []), self.path, "exec", dont_inherit=True), id(node) in tried


def _is_of_a_program(node: ast.AST) -> bool:
    """Whether a statement asks for the module's name, as what is run as a program alone does."""
    return isinstance(node, ast.If) and any(
        isinstance(name, ast.Name) and name.id == "__name__" for name in ast.walk(node.test)
    )


def _tried(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield all that stands in the body of a statement which may catch errors: ``try`` or ``with``."""
    for holder in ast.walk(tree):
        if isinstance(holder, (ast.Try, ast.With)):
            for statement in holder.body:
                yield from ast.walk(statement)
