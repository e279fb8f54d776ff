# PYTHON_ARGCOMPLETE_OK
"""Where the command begins: until all that it needs is imported, Ctrl-C simply ends it."""

from __future__ import annotations

import signal
import sys


def main() -> int:
    """Run the command line and return its exit status.

    Python would show a traceback of the imports that Ctrl-C interrupts.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from gilscope import cli  # noqa: PLC0415 - that takes a tenth of a second, in which Ctrl-C may come

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
