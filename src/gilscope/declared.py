"""TOML tables become frozen Structs; all mistakes are reported at once, each with the nearest valid name."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

import msgspec

from gilscope.errors import MatrixError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

Table = TypeVar("Table", bound=msgspec.Struct)


def tables(path: Path, kind: type[Table], nonsense: Callable[[Table], Iterable[str]]) -> dict[str, Table]:
    """Every table of a file by its name.

    ``nonsense`` yields what is wrong with a table whose keys all have the right type.

    Raises:
        MatrixError: the file cannot be read, or has mistakes.
    """
    by_name, mistakes = named_tables(toml(path), kind, f"{path.name}: [", nonsense)
    if mistakes:
        raise MatrixError(mistakes)
    return by_name


def named_tables(
    tables_by_name: Mapping[str, object], kind: type[Table], prefix: str, nonsense: Callable[[Table], Iterable[str]]
) -> tuple[dict[str, Table], tuple[str, ...]]:
    """Tables by their names, and the mistakes of all of them.

    Args:
        tables_by_name: what a TOML file has of them.
        kind: what each becomes.
        prefix: how the place of a mistake begins, up to the table's name.
        nonsense: yields what is wrong with a table whose keys all have the right type.
    """
    by_name: dict[str, Table] = {}
    mistakes: list[str] = []
    for name, table in tables_by_name.items():
        where = f"{prefix}{name}]"
        value, type_mistakes = convert(table, kind, where)
        mistakes += type_mistakes
        if value is not None:
            by_name[name] = value
            mistakes += [f"{where}: {mistake}" for mistake in nonsense(value)]
    return by_name, tuple(mistakes)


def toml(path: Path) -> dict[str, Any]:
    """A whole TOML file.

    Raises:
        MatrixError: it cannot be read.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MatrixError((f"{path}: {error.strerror}",)) from error
    except ValueError as error:  # no TOML, or no UTF-8
        raise MatrixError((f"{path.name}: {error}",)) from error
    except (RecursionError, MemoryError) as error:
        raise MatrixError((f"{path.name}: it is nested too deep to be read",)) from error


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


def unknown_name(where: str, what: str, name: str, valid_names: Mapping[str, object] | list[str]) -> str:
    """The mistake of an unknown name in words, with the nearest valid name or, failing that, all of them."""
    near = difflib.get_close_matches(name, list(valid_names), n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(valid_names)) or 'none'}"
    return f"{where}: unknown {what} {name!r}; {hint}"
