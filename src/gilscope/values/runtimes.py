"""Interpreters as values: what they are, how they are started, and which two are compared."""

from __future__ import annotations

from typing import Literal

import msgspec

from gilscope.values.bounds import Amount
from gilscope.values.checkouts import Checkout

CPYTHON = "CPython"
RUN_AGENT = (CPYTHON, "PyPy")
"""Implementations that the agent was made for."""
ON_JVM = ("GraalPy", "Jython")
"""Implementations that a virtual machine of Java runs."""
Build = Literal["default", "free-threaded"]

JIT_VARIABLE = "PYTHON_JIT"
"""The variable that switches CPython's compiler on or off, where it is built in."""


def in_a_word(holds: bool | None) -> str:  # noqa: FBT001 - what is to be put in a word
    """Yes or no, or unknown for None."""
    return "unknown" if holds is None else "yes" if holds else "no"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What one interpreter says of itself, gathered by the agent running inside it.

    ``version`` is that of the language, and ``release`` the implementation's own, empty where they are one (CPython).
    ``executable`` is the interpreter's own ``sys.executable`` with links resolved, and ``gil_enabled`` the GIL's
    real state after start-up. ``config_args`` are ``configure``'s arguments without installation paths. ``pgo`` and
    ``lto`` say whether a profile and the linker optimised it, and are None where the build does not record that.
    ``interpreters_api`` names the module that makes subinterpreters, or is None. ``commit`` is CPython's that it was
    built from, empty where the build does not know, and ``binary`` a digest of the interpreter's files; both are empty
    in runs of formats before 4. Without ``threads``, it was built without any.
    """

    executable: str
    base_prefix: str
    implementation: str
    version: tuple[Amount, Amount, Amount]
    version_text: str
    build: Build
    gil_enabled: bool
    compiler: str
    config_args: tuple[str, ...]
    pgo: bool | None
    lto: bool | None
    debug: bool
    jit: Literal["absent", "off", "on"]
    interpreters_api: str | None
    own_gil: bool
    platform: str
    commit: str = ""
    binary: str = ""
    release: str = ""
    threads: bool = True

    @property
    def runs_agent(self) -> bool:
        """Whether the agent runs on it; a smaller one serves others, with one worker and with threads."""
        return self.implementation in RUN_AGENT

    @property
    def starts_threads(self) -> bool:
        """Whether it compiles and collects in threads of its own, as many as it has CPUs when it starts."""
        return self.implementation in ON_JVM

    @property
    def own_version(self) -> str:
        """The implementation's own version, which is the language's where it has no other."""
        return self.release or self.version_text

    @property
    def is_cpython(self) -> bool:
        """Whether it is CPython, by which others are measured."""
        return self.implementation == CPYTHON

    @property
    def recipe(self) -> str:
        """The build as far as it must agree with another: a penalty with PGO says nothing about one without."""
        made_with = (("PGO", self.pgo), ("LTO", self.lto), ("debug", self.debug), ("JIT", self.jit == "on"))
        known = (word if holds else f"{word} unknown" for word, holds in made_with if holds is not False)
        return ", ".join([self.compiler.partition(" ")[0], *known])

    @property
    def unknown(self) -> tuple[str, ...]:
        """What of its optimisation the build does not record."""
        return tuple(word for word, holds in (("PGO", self.pgo), ("LTO", self.lto)) if holds is None)

    def recipe_against(self, twin: Facts | None) -> str:
        """The recipe of the build, and the twin's behind it where that is another."""
        return self.recipe if twin is None or twin.recipe == self.recipe else f"{self.recipe} against {twin.recipe}"


class Runtime(msgspec.Struct, frozen=True, kw_only=True):
    """One interpreter on disk that can be measured.

    ``name`` is what tables and the command line call it (``3.14t``); it is unique among the runtimes found together.
    ``origin`` says where it was found: ``pyenv``, ``uv``, ``PATH``, ``gilscope`` (built here), ``--python``, or
    ``system`` (python-discovery knows it, from Windows' registry for example).
    """

    name: str
    executable: str
    origin: str
    facts: Facts


class Unusable(msgspec.Struct, frozen=True, kw_only=True):
    """An interpreter that cannot be measured, and why.

    ``kind`` is ``broken`` (does not start, hangs, answers rubbish), ``too old`` (Python below 3.8, of an implementation
    that has newer versions) or ``absent`` (wished for in ``matrix/runtimes.toml``).
    """

    name: str
    kind: Literal["broken", "too old", "absent"]
    reason: str
    executable: str | None = None
    origin: str | None = None
    facts: Facts | None = None


class Census(msgspec.Struct, frozen=True, kw_only=True):
    """All interpreters found on the machine, usable or not."""

    runtimes: tuple[Runtime, ...]
    unusable: tuple[Unusable, ...]


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """A free-threaded runtime and the default build it is compared with.

    ``twin`` is None where no default build of the same minor version was found.
    ``differences`` lists, in words, every fact in which the two builds differ; an empty tuple means comparable.
    """

    free_threaded: Runtime
    twin: Runtime | None
    differences: tuple[str, ...]


class Arm(msgspec.Struct, frozen=True, kw_only=True):
    """A runtime started one way: as built, or a free-threaded build with its GIL forced on (``3.14t+gil``).

    ``python`` is the interpreter of an environment that holds ``packages`` (versions by name), None where the runtime
    itself is started. ``options`` are the interpreter's, and ``environ`` holds variables of this arm alone. Where there
    is a ``checkout``, the person's own files are taken from it. ``requirements`` and a ``project`` (its folder) are
    what the environment is to hold for this arm alone.
    """

    name: str
    runtime: Runtime
    gil_forced: bool = False
    python: str | None = None
    packages: dict[str, str] = {}
    options: tuple[str, ...] = ()
    environ: dict[str, str] = {}
    checkout: Checkout | None = None
    requirements: tuple[str, ...] = ()
    project: str | None = None

    def __hash__(self) -> int:
        """A hash of the name and the runtime: mappings have none."""
        return hash((self.name, self.runtime))

    @property
    def compiles(self) -> bool:
        """Whether its interpreter compiles while it runs."""
        return self.runtime.facts.jit == "on" or self.environ.get(JIT_VARIABLE) == "1"

    @property
    def command(self) -> tuple[str, ...]:
        """What starts its interpreter."""
        return (self.python or self.runtime.executable, *self.options)

    def place(self, path: str) -> str:
        """Where this arm finds a file or a folder of the person's."""
        return path if self.checkout is None else self.checkout.place(path)

    def original(self, path: str) -> str:
        """The person's own file or folder that one of this arm's is a copy of."""
        return path if self.checkout is None else self.checkout.original(path)
