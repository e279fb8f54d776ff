# PYTHON_ARGCOMPLETE_OK
"""Where the command begins: until all that it needs is imported, Ctrl-C simply ends it."""

# What `signal` adds to this takes ten times as long to import.
import _signal  # type: ignore[import-not-found] # no stubs describe it
import gc
import sys


def main() -> int:
    """Run the command line and return its exit status.

    Python would show a traceback of the imports that Ctrl-C interrupts.
    """
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    from gilscope import cli  # noqa: PLC0415 - that takes a tenth of a second, in which Ctrl-C may come

    status = cli.main()
    gc.freeze()  # or Python looks for cycles in all that was imported: a sixth of the CPU time of a short command
    return status


if __name__ == "__main__":
    sys.exit(main())
