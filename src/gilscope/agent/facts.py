"""The facts of one interpreter, as it knows them itself.

Run as ``PYTHON facts.py NONCE``: one line of JSON with the nonce and the facts goes to standard output.

The script stands alone and keeps to what Python 2.7 can parse and run, since it also has to name the
interpreters that are too old to be measured. Hence the type comments, and no f-strings.
"""

import hashlib
import json
import os
import re
import shlex
import sys
import sysconfig

# Arguments of configure that name places on the builder's disk: builds of equal speed differ in them.
PLACES = (
    "--prefix=",
    "--exec-prefix=",
    "--bindir=",
    "--sbindir=",
    "--libdir=",
    "--libexecdir=",
    "--includedir=",
    "--datadir=",
    "--datarootdir=",
    "--docdir=",
    "--mandir=",
    "--infodir=",
    "--localedir=",
    "--sysconfdir=",
    "--localstatedir=",
    "--sharedstatedir=",
    "--runstatedir=",
    "--srcdir=",
    "--cache-file=",
    "--with-platlibdir=",
    "--with-wheel-pkg-dir=",
    "--with-build-python=",
    "--enable-framework=",
    "MKDIR_P=",
    "PKG_CONFIG_PATH=",
)
# Flags inside CFLAGS=, LDFLAGS= and their kin that name places on the builder's disk.
PLACE_FLAG = re.compile(r"/|-L|-I|-isystem|-Wl,-rpath|-rpath|-f[a-z]+-prefix-map=")
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")

# Where a build's flags end up; uv's builds do not carry all of theirs in CONFIG_ARGS.
FLAG_VARIABLES = (
    "CFLAGS",
    "PY_CFLAGS",
    "PY_CFLAGS_NODIST",
    "PY_CORE_CFLAGS",
    "CONFIGURE_CFLAGS_NODIST",
    "LDFLAGS",
    "PY_LDFLAGS",
    "PY_LDFLAGS_NODIST",
    "PY_CORE_LDFLAGS",
    "CONFIGURE_LDFLAGS_NODIST",
)

BLOCK_BYTES = 1 << 20
DIGITS = 16

WITHOUT_GIL = ("IronPython", "Jython", "RustPython")
NAMES = {"cpython": "CPython", "graalpy": "GraalPy", "ironpython": "IronPython", "rustpython": "RustPython"}
ON_JVM = ("GraalPy", "Jython")

INTERPRETER_MODULES = ("concurrent.interpreters", "_interpreters", "_xxsubinterpreters")
FIRST_OWN_GIL = (3, 12)
FIRST_PUBLIC_INTERPRETERS = (3, 14)


def configure_arguments():
    # type: () -> list[str]
    """Return the arguments this interpreter was configured with, or an empty list where they are not kept."""
    try:
        return shlex.split(sysconfig.get_config_var("CONFIG_ARGS") or "")
    except ValueError:  # an unbalanced quote in what the builder typed
        return []


def without_places(arguments):
    # type: (list[str]) -> list[str]
    """Return the arguments that say how the interpreter was built, without those that say where."""
    kept = []
    for argument in arguments:
        if argument.startswith(PLACES):
            continue
        if ASSIGNMENT.match(argument):
            name, _, value = argument.partition("=")
            value = " ".join(flag for flag in value.split() if not PLACE_FLAG.match(flag))
            if not value:
                continue
            argument = name + "=" + value  # noqa: PLW2901 -- the argument, cleaned
        kept.append(argument)
    return kept


def build_flags():
    # type: () -> list[str]
    """Return every flag the compiler and the linker were given."""
    return " ".join(str(sysconfig.get_config_var(name) or "") for name in FLAG_VARIABLES).split()


def records_all(arguments):
    # type: (list[str]) -> bool
    """Return whether a build records all that optimised it, where it records any.

    Windows' builds keep no arguments. Distributions, which alone install below /usr, optimise by rules of their own
    and take the flags for that out of what they ship, so that extensions are not compiled with them.
    """
    return sysconfig.get_config_var("CONFIG_ARGS") is not None and "--prefix=/usr" not in arguments


def profile_guided(arguments, flags, is_whole):
    # type: (list[str], list[str], bool) -> bool | None
    """Return whether the build was optimised with a recorded profile (PGO); None where that is not on record."""
    used = any(flag.startswith(("-fprofile-use", "-fprofile-instr-use")) for flag in flags)
    if used or "--enable-optimizations" in arguments:
        return True
    return False if is_whole else None


def link_time_optimised(arguments, flags, is_whole):
    # type: (list[str], list[str], bool) -> bool | None
    """Return whether the build was optimised across its files by the linker (LTO); None where that is not on record."""
    asked = any(argument.startswith("--with-lto") for argument in arguments)
    if (asked and "--with-lto=no" not in arguments) or any(flag.startswith("-flto") for flag in flags):
        return True
    return False if is_whole else None


def jit_state(arguments):
    # type: (list[str]) -> str
    """Return ``absent``, ``off`` or ``on``: what sys._jit says from 3.14 on, what was configured before that.

    PyPy says whether it was translated with one, and a virtual machine of Java has one.
    """
    if implementation_name() in ON_JVM:
        return "on"
    if hasattr(sys, "pypy_translation_info"):
        return "on" if sys.pypy_translation_info.get("translation.jit") else "absent"
    jit = getattr(sys, "_jit", None)
    if jit is not None:
        if not jit.is_available():
            return "absent"
        return "on" if jit.is_enabled() else "off"
    for argument in arguments:
        name, _, value = argument.partition("=")
        if name == "--enable-experimental-jit":
            return {"": "on", "yes": "on", "yes-off": "off"}.get(value, "absent")
    return "absent"


def interpreters_api():
    # type: () -> str | None
    """Return the name of the most public module that makes subinterpreters, or None."""
    for name in INTERPRETER_MODULES:
        if name == "concurrent.interpreters" and sys.version_info < FIRST_PUBLIC_INTERPRETERS:
            continue  # a package of that name may have been installed; it is not the interpreter's own
        try:
            __import__(name)
        except ImportError:
            continue
        return name
    return None


def can_own_gil(api):
    # type: (str | None) -> bool
    """Return whether a subinterpreter made here can have a GIL of its own (PEP 684)."""
    isolated = getattr(getattr(sys, "implementation", None), "supports_isolated_interpreters", True)
    return api is not None and sys.version_info[:2] >= FIRST_OWN_GIL and bool(isolated)


def implementation_name():
    # type: () -> str
    """Return ``CPython``, ``PyPy`` and so on, without the platform module, which is slow to import."""
    if "PyPy" in sys.version:
        return "PyPy"
    if sys.platform.startswith("java"):
        return "Jython"
    implementation = getattr(sys, "implementation", None)  # absent in 2.7
    name = str(implementation.name) if implementation is not None else "cpython"
    return NAMES.get(name, name)


def release():
    # type: () -> str
    """Return the implementation's own version where it has one beside that of the language, which CPython has not."""
    own = getattr(getattr(sys, "implementation", None), "version", sys.version_info)
    return "" if tuple(own[:3]) == tuple(sys.version_info[:3]) else ".".join(str(number) for number in own[:3])


def compiler():
    # type: () -> str
    """Return the compiler's name and version, as the start-up banner shows them in brackets.

    PyPy names itself before it, and Jython names the virtual machine, whose version Java knows.
    """
    match = re.search(r"\[(?:PyPy \S+ with )?([^\]]*)\]\s*$", sys.version)
    name = match.group(1).strip() if match else "unknown"
    if sys.platform.startswith("java"):
        return name + " " + __import__("java.lang").lang.System.getProperty("java.version")
    return name


def own_executable():
    # type: () -> str
    """Return the real path of the interpreter; inside a virtual environment, of the one it was made from."""
    path = getattr(sys, "_base_executable", None) or sys.executable
    return os.path.realpath(path) if path else ""


def own_commit():
    # type: () -> str
    """Return CPython's commit that the interpreter was built from; empty where it does not know, or is not CPython."""
    git = getattr(sys, "_git", None)
    return str(git[2]) if git and implementation_name() == "CPython" else ""


def binary_digest(executable):
    # type: (str) -> str
    """Return a digest of the interpreter's executable, and of the shared library that most of it may be in."""
    library = [str(sysconfig.get_config_var(name) or "") for name in ("LIBDIR", "INSTSONAME")]
    is_shared = bool(sysconfig.get_config_var("Py_ENABLE_SHARED"))
    digest = hashlib.sha256()
    if implementation_name() != "CPython":  # what most of it is in has another name for each
        digest.update(sys.version.encode("utf-8"))
    for path in [executable] + [os.path.join(*library)] * is_shared:
        if os.path.isfile(path) and os.access(path, os.R_OK):  # it may be executable only
            with open(path, "rb") as file:
                for block in iter(lambda: file.read(BLOCK_BYTES), b""):
                    digest.update(block)
    return digest.hexdigest()[:DIGITS]


def gather():
    # type: () -> dict[str, object]
    """Return all facts under the names that the controller's model gives them."""
    is_gil_enabled = getattr(sys, "_is_gil_enabled", None)  # 3.13 and later
    implementation = implementation_name()
    gil_enabled = implementation not in WITHOUT_GIL if is_gil_enabled is None else bool(is_gil_enabled())
    arguments = configure_arguments()
    flags = build_flags()
    api = interpreters_api()
    is_whole = records_all(arguments)
    debug = hasattr(sys, "gettotalrefcount") or bool(sysconfig.get_config_var("Py_DEBUG"))
    executable = own_executable()
    return {
        "executable": executable,
        "base_prefix": os.path.realpath(getattr(sys, "base_prefix", sys.prefix)),
        "implementation": implementation,
        "release": release(),
        "version": list(sys.version_info[:3]),
        "version_text": sys.version.split()[0],
        "build": "free-threaded" if sysconfig.get_config_var("Py_GIL_DISABLED") == 1 else "default",
        "gil_enabled": gil_enabled,
        "compiler": compiler(),
        "config_args": without_places(arguments),
        "pgo": profile_guided(arguments, flags, is_whole),
        "lto": link_time_optimised(arguments, flags, is_whole),
        "debug": debug,
        "jit": jit_state(arguments),
        "interpreters_api": api,
        "own_gil": can_own_gil(api),
        "platform": sysconfig.get_platform(),
        "commit": own_commit(),
        "binary": binary_digest(executable),
    }


def main():
    # type: () -> None
    """Print the answer to whoever gave the nonce."""
    answer = json.dumps({"nonce": sys.argv[1], "facts": gather()})
    # A line of its own, whatever else was printed while the interpreter started.
    sys.stdout.write("\n" + answer + "\n")


if __name__ == "__main__":
    main()
