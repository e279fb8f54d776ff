"""Tables from TOML become frozen Structs, with every mistake told at once and the nearest valid name beside it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, TypeVar, get_type_hints

import msgspec

Table = TypeVar("Table", bound=msgspec.Struct)


def convert(table: object, kind: type[Table], where: str) -> tuple[Table | None, tuple[str, ...]]:
    """The table as ``kind``, or None and its mistakes.

    Each mistake begins with ``where`` (file and table) and names the key. msgspec itself stops at the first mistake, so
    fields are converted one by one.
    """
    if not isinstance(table, Mapping):
        return None, (f"{where}: expected a table, got {type(table).__name__}",)
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    hints = get_type_hints(kind, include_extras=True)
    mistakes = [unknown_name(where, "key", key, fields) for key in table if key not in fields]
    mistakes += [
        f"{where}: {name} is missing" for name, field in fields.items() if field.required and name not in table
    ]
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name in table:
            try:
                values[field.name] = msgspec.convert(table[name], hints[field.name])
            except msgspec.ValidationError as error:
                mistakes.append(f"{where}: {name}: {str(error).lower()}")
    return (None, tuple(mistakes)) if mistakes else (kind(**values), ())


def unknown_name(where: str, what: str, name: str, known: Mapping[str, object] | list[str]) -> str:
    """An unknown name in words, with the nearest known one or, where none is near, all of them."""
    near = difflib.get_close_matches(name, list(known), n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known)) or 'none'}"
    return f"{where}: unknown {what} {name!r}; {hint}"
