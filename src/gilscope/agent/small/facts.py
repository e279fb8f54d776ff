"""The facts of an implementation that lacks much of what ``agent/facts.py`` gathers them with.

Run as ``PYTHON facts.py NONCE EXECUTABLE``: one line of JSON with the nonce and the facts goes to standard output. The
script keeps to what MicroPython can run. What nobody can tell there is None, or as if it were absent.
"""

import json
import sys

NAMES = {"ironpython": "IronPython", "micropython": "MicroPython", "rustpython": "RustPython"}


def has_threads():
    # type: () -> bool
    """Return whether the implementation was built with threads."""
    try:
        __import__("_thread")
    except ImportError:
        return False
    return True


def has_gil():
    # type: () -> bool
    """Return whether its threads take turns; MicroPython says so from 1.26 on, and has no GIL on systems before."""
    return getattr(sys.implementation, "_thread", "unsafe") == "GIL"


def gather(executable):
    # type: (str) -> dict[str, object]
    """Return the facts under the names that the controller's model gives them."""
    implementation = sys.implementation
    return {
        "executable": executable,
        "base_prefix": executable,
        "implementation": NAMES.get(implementation.name, implementation.name),
        "release": ".".join([str(number) for number in implementation.version[:3]]),
        "version": list(sys.version_info[:3]),
        "version_text": sys.version.split()[0].rstrip(";"),
        "build": "default",
        "gil_enabled": has_gil(),
        "threads": has_threads(),
        "compiler": getattr(implementation, "_machine", "unknown"),
        "config_args": [],
        "pgo": None,
        "lto": None,
        "debug": False,
        "jit": "absent",
        "interpreters_api": None,
        "own_gil": False,
        "platform": sys.platform,
    }


def main():
    # type: () -> None
    """Print the answer to whoever gave the nonce."""
    sys.stdout.write("\n" + json.dumps({"nonce": sys.argv[1], "facts": gather(sys.argv[2])}) + "\n")


if __name__ == "__main__":
    main()
