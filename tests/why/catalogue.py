"""The catalogue of workloads whose causes of not scaling are known: its table of contents, and what each declares.

Every workload is a file in ``workloads/`` with a function ``work()``. Its docstring's first line is the question, and a
comment block ``# /// why`` above it holds the answer as TOML, where nothing that watches the running module can see it:

- ``causes``: what must be named; none where it scales. Each has a kind, and where it has an object, the path that a
  reader of the code would write.
- ``also``: what may be named besides, since it is true and costs little beside the causes. A path that ends in ``*``
  means all that begin so.
- ``on``: the one build on which a cause exists, where it does not exist on all without a GIL.
- ``may_scale``: the machine decides whether there is a cause, so that nobody knows it beforehand.

Whatever else is asserted is wrong. ``python catalogue.py`` prints all of them.
"""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import Literal

import msgspec

WORKLOADS = Path(__file__).parent / "workloads"

CONTENTS: dict[str, tuple[str, ...]] = {
    "count of a shared object": ("shared_instance", "shared_closure", "class_attribute_read"),
    "count of what a shared container holds": ("values_of_a_dict", "records_of_a_list"),
    "an object's own lock": ("list_appended", "dict_written", "deque_turned"),
    "Lock": ("lock",),
    "RLock": ("rlock_of_an_object",),
    "Queue": ("queue_of_jobs",),
    "lru_cache": ("cached_function",),
    "logging": ("records_logged",),
    "random's shared instance": ("random_of_all",),
    "module attributes written": ("module_attribute_written",),
    "class attributes written": ("class_attribute_written",),
    "threading.local": ("thread_local",),
    "collections": ("cycles", "collected_by_hand"),
    "allocator, nothing shared": ("list_of_floats", "blocks_filled", "compressor_states"),
    "imports in workers": ("imports_inside", "imports_missing"),
    "GIL turned on": ("gil_turned_on",),
    "limited by the machine": ("one_cpu", "cpus_taken", "memory_bus"),
    "uneven work": ("uneven_tasks",),
    "it scales": ("scales_arithmetic", "scales_own_objects", "scales_c_code", "scales_seldom_shared"),
    "inside a library": ("library_prices", "library_registry", "library_settings"),
    "two causes that mask each other": (
        "masked_object_and_table",
        "masked_config_and_value",
        "masked_lock_over_count",
        "masked_append_of_a_value",
    ),
    "patterns of ftscalingbench": (
        "ft_object_lookup_special",
        "ft_pymethod",
        "ft_create_dict",
        "ft_object_cfunction",
    ),
}
"""Workloads by what they are there for: each kind of cause, and what a diagnosis easily gets wrong."""

Kind = Literal["counts", "own lock", "lock", "collector", "heap", "imports", "gil", "machine", "uneven"]
"""Kinds of cause: ``counts`` are those of references, ``own lock`` is that of an object which is no lock itself."""

_BLOCK = re.compile(r"(?m)^# /// why$\s(?P<content>(?:^#(?:| .*)$\s)+?)^# ///$")


class Cause(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A cause: its kind, the path of its object (or the name of a module), and the one build that has it, if any."""

    kind: Kind
    object: str | None = None
    on: str | None = None


class Declaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The block of a workload: causes that must be named, and that may be besides; on some machines it may scale."""

    causes: tuple[Cause, ...]
    also: tuple[Cause, ...] = ()
    may_scale: bool = False


class Workload(msgspec.Struct, frozen=True):
    """A workload of the catalogue; ``subject`` is what it is there for."""

    name: str
    subject: str
    question: str
    declaration: Declaration

    @property
    def path(self) -> Path:
        """The file that defines it."""
        return WORKLOADS / f"{self.name}.py"

    def causes(self, runtime: str) -> tuple[Cause, ...]:
        """What must be named on a runtime without a GIL, such as ``3.14t``."""
        return tuple(cause for cause in self.declaration.causes if cause.on in {None, runtime})

    def truths(self, runtime: str) -> tuple[Cause, ...]:
        """All that may be named on a runtime."""
        return self.causes(runtime) + tuple(cause for cause in self.declaration.also if cause.on in {None, runtime})


def workloads() -> list[Workload]:
    """All workloads, in the order of the table of contents."""
    return [_read(name, subject) for subject, names in CONTENTS.items() for name in names]


def _read(name: str, subject: str) -> Workload:
    """Read a workload's file, which is not run.

    Raises:
        ValueError: it has no block, or one with mistakes.
    """
    text = (WORKLOADS / f"{name}.py").read_text("utf-8")
    block = _BLOCK.search(text)
    if block is None:
        raise ValueError(f"{name}.py has no block '# /// why'")
    lines = (line.removeprefix("#").removeprefix(" ") for line in block["content"].splitlines())
    declaration = msgspec.convert(tomllib.loads("\n".join(lines)), Declaration)
    question = (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
    return Workload(name, subject, question, declaration)


def _shown(cause: Cause) -> str:
    return " ".join(filter(None, [cause.kind, cause.object, cause.on and f"(on {cause.on})"]))


if __name__ == "__main__":
    for workload in workloads():
        print(f"{workload.name:26} {'; '.join(map(_shown, workload.declaration.causes)) or 'nothing'}")  # noqa: T201 - run by hand
