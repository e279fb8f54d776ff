"""A callable of a person's own, as they type it: ``work.py:resize(512, mode="fast")``, ``package.module:Class.method``.

Nothing is imported here. What the text shows is told before anything starts (`gilscope.workloads.callables`).
"""

from __future__ import annotations

import ast
import contextlib
import difflib
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gilscope.errors import UsageError
from gilscope.values.probes import Target
from gilscope.workloads import callables, definitions, tests
from gilscope.workloads.texts import parsed, shallow, source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_NAME = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
_TARGET = re.compile(rf"(?P<where>.+?\.py|{_NAME}):(?P<name>{_NAME})(?P<arguments>\(.*\))?", re.DOTALL)


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line adds to targets: arguments by name, a setup, and whether threads share what it makes.

    ``workers_argument`` is the parameter by which a callable takes its number of workers. ``search`` are further
    folders that hold modules, those of PYTHONPATH.
    """

    arguments: dict[str, str] = {}
    setup: str | None = None
    share: bool = False
    workers_argument: str | None = None
    search: tuple[str, ...] = ()

    @property
    def is_for_callables(self) -> bool:
        """Whether it says something that only a callable can heed."""
        return self != Given(search=self.search)


class _Place(NamedTuple):
    """Where a target's text is, and how it is imported; ``path`` is None where only an import can find it."""

    label: str
    path: Path | None
    module: str | None
    search: tuple[str, ...]


class _Written(NamedTuple):
    """What a text asks for: a dotted name with arguments, or (``is_id``) a test with one of its cases."""

    text: str
    where: str
    name: str
    arguments: str
    case: str | None
    is_id: bool


def is_target(text: str) -> bool:
    """Whether a text names a callable in a file or a module, or a test by its id."""
    return (_TARGET.fullmatch(text) or tests.NODE.fullmatch(text)) is not None


def target(
    text: str,
    named: Mapping[str, str],
    *,
    has_state: bool = False,
    workers_argument: str | None = None,
    search: Sequence[str] = (),
) -> Target:
    """The callable that a text names.

    Args:
        text: ``file.py:name`` or ``module:name``, with literals in parentheses where it needs any; or the id of a
            test, ``file.py::TestParse::test_it[small]``.
        named: further arguments by their names, literals too; what is no literal is taken for a string.
        has_state: whether it is called with what a setup makes, as its first argument.
        search: folders that hold modules, besides the working directory and its ``src/``.
        workers_argument: the parameter that is given a number of workers; ``workers`` where it has one of that name.

    Raises:
        UsageError: it is not there or cannot be called so, as far as its text shows.
    """
    written = _written(text, named)
    place = _place(written.where, search)
    made = Target(
        name=written.name,
        path=None if place.path is None else str(place.path),
        module=place.module,
        search=(*place.search, *_search_of_tests(place.path, search)),
        arguments=written.arguments,
        workers_argument=workers_argument,
    )
    return made if place.path is None else _checked(made, written, place, place.path, has_state=has_state)


def check_copy(target: Target, path: Path, *, has_state: bool) -> None:
    """Refuse a target that another version of its file lacks, or that cannot be called so there.

    What only pytest can call is left to pytest.

    Args:
        target: as its own file has it.
        path: the other version of the file.
        has_state: whether it is called with what a setup makes, as its first argument.

    Raises:
        UsageError: what is wrong, and what was probably meant.
    """
    place = _Place(label(Path(target.path or target.name)), path, target.module, target.search)
    if target.node is None:
        callables.check(_tree(place), place.label, target.name, target.given(1).arguments, has_state=has_state)


def existing(path: Path) -> Path:
    """The absolute path of a script.

    Raises:
        UsageError: there is none.
    """
    with contextlib.suppress(OSError):  # a name that no file can have, a folder that may not be looked into
        if path.is_file():
            return path.resolve()
    beside = path.parent.glob(f"*{path.suffix}") if path.suffix else ()
    meant = difflib.get_close_matches(str(path), map(str, beside), n=1)
    said = f"did you mean {meant[0]}?" if meant else "name a probe (`gilscope probes` lists them) or file.py:function"
    where = "" if path.is_absolute() else f", seen from {Path.cwd()}"
    raise UsageError(f"there is no script {path}{where}: {said}")


def label(path: Path) -> str:
    """A script's path as a person in the working directory would write it."""
    with contextlib.suppress(ValueError):
        return path.relative_to(Path.cwd()).as_posix()
    return path.as_posix()


def _written(text: str, named: Mapping[str, str]) -> _Written:
    match = _TARGET.fullmatch(text) or tests.NODE.fullmatch(text)
    if match is None:
        raise UsageError(f"{text!r} names no callable: write file.py:function, package.module:function or Class.method")
    parts = match.groupdict()
    return _Written(
        text=text,
        where=parts["where"],
        name=parts["name"].replace("::", "."),
        arguments=_arguments(text, parts.get("arguments") or "()", named),
        case=parts.get("case"),
        is_id=match.re is tests.NODE,
    )


def _checked(made: Target, written: _Written, place: _Place, path: Path, *, has_state: bool) -> Target:
    """The callable with the parameter for its number of workers, or the id by which only pytest can call it.

    Raises:
        UsageError: it cannot be called, as far as the text of its file shows.
    """
    tree = _tree(place)
    if place.module is None and definitions.imports_relatively(tree):
        raise UsageError(
            f"{place.label} imports relatively (from . import ...), but lies in no package: there is no "
            f"__init__.py beside it; add one, or import by full names"
        )
    _, _, name, arguments, case, is_id = written
    if has_state and (case is not None or tests.calls_fixture(tree, name, arguments)):
        raise UsageError(f"{written.text} is a test, whose fixtures make what it works on: leave --setup out")
    if case is None and not tests.needs_pytest(tree, path, name, arguments, is_id=is_id):
        taken = callables.workers_argument(tree, f"{place.label}:{name}", made, has_state=has_state)
        made = msgspec.structs.replace(made, workers_argument=taken)
        callables.check(tree, place.label, name, made.given(1).arguments, has_state=has_state)
        return made
    tests.check(tree, place.label, name, arguments, case)
    return msgspec.structs.replace(made, node=name.replace(".", "::") + (case or ""))


def _place(where: str, further: Sequence[str]) -> _Place:
    if where.endswith(".py"):
        script = existing(Path(where))
        module, root = _module_of(script)
        return _Place(label(script), script, module, () if root is None else (str(root),))
    for folder in _search(further):
        path = _file_of(where, folder)
        if path is not None:
            return _Place(where, path, where, (str(folder),))
    if (Path.cwd() / where).exists():
        raise UsageError(f"{where} is no module: a script's name ends in .py")
    return _Place(where, None, where, ())  # installed, or not there at all: only the interpreter knows


def _search_of_tests(path: Path | None, further: Sequence[str]) -> tuple[str, ...]:
    """Where tests find what they test besides their own folder, as they are run from the project's."""
    return tuple(map(str, _search(further))) if path is not None and tests.is_file_of_tests(path) else ()


def _search(further: Sequence[str]) -> Iterator[Path]:
    """Where modules of the person's own lie: here, in ``src/``, and further folders."""
    yield from own_folders()
    yield from map(Path, further)


def own_folders() -> tuple[Path, ...]:
    """Where modules of a project lie, seen from its folder: in it, or in ``src/``."""
    return Path.cwd(), Path.cwd() / "src"


def _file_of(module: str, folder: Path) -> Path | None:
    """The file of a module below a folder, None where there is none."""
    stem = folder.joinpath(*module.split("."))
    candidates = (stem.with_suffix(".py") if stem.name else stem, stem / "__init__.py")
    return next((path.resolve() for path in candidates if path.is_file()), None)


def _module_of(path: Path) -> tuple[str | None, Path | None]:
    """The dotted name of a file in a package, and the folder that holds the package; None for scripts."""
    parts = [] if path.stem == "__init__" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    return (None, None) if folder == path.parent else (".".join(parts), folder)


def _tree(place: _Place) -> ast.Module:
    assert place.path is not None  # noqa: S101 - the caller has looked
    try:
        return parsed(source(place.path))
    except SyntaxError as error:
        raise UsageError(f"{place.label}, line {error.lineno}: {error.msg}") from error
    except (OSError, ValueError) as error:  # it cannot be read, or is not in its encoding
        raise UsageError(f"{place.label} cannot be read: {error}") from error


def _arguments(text: str, written: str, named: Mapping[str, str]) -> str:
    """The arguments of a call, in parentheses, all of them literals.

    Raises:
        UsageError: one is no literal, or is given twice.
    """
    try:
        with shallow():
            call = ast.parse(f"f{written}", mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"{text}: {written} cannot be read as arguments: {getattr(error, 'msg', error)}") from error
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        raise UsageError(f"{text}: write the arguments in one pair of parentheses, such as (512, mode='fast')")
    values = [(None, value) for value in call.args] + [(keyword.arg, keyword.value) for keyword in call.keywords]
    for _, value in values:
        _check_literal(text, value)
    twice = {name for name, _ in values if name is not None} & named.keys()
    if twice:
        raise UsageError(f"{text}: {', '.join(sorted(twice))} stands in parentheses and in --arg too: drop one")
    texts = [ast.unparse(value) if name is None else f"{name}={ast.unparse(value)}" for name, value in values]
    return f"({', '.join([*texts, *(f'{name}={_literal(value)}' for name, value in named.items())])})"


def _check_literal(text: str, value: ast.expr) -> None:
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError):  # what it says of a name, an unhashable key, or a start of a format
        written = ast.unparse(value)
        hint = f"; a string has quotes: {written!r}" if isinstance(value, ast.Name) else ""
        raise UsageError(f"{text}: {written} is no literal (number, string, list, dict ...){hint}") from None


def _literal(text: str) -> str:
    """A value of ``--arg`` as a literal: what is none is a string, since shells take quotes away."""
    try:
        return repr(ast.literal_eval(text))
    except (ValueError, TypeError, SyntaxError):
        return repr(text)


def named_arguments(texts: Sequence[str]) -> dict[str, str]:
    """Arguments as ``--arg`` has them, ``name=value`` each.

    Raises:
        UsageError: one has no name, or one name is there twice.
    """
    arguments: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise UsageError(f"--arg {text}: write name=value, such as --arg size=512")
        if name in arguments:
            raise UsageError(f"--arg {text}: {name} is given twice")
        arguments[name] = value
    return arguments
