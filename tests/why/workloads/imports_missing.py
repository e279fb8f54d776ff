# /// why
# [[causes]]
# kind = "imports"
#
# [[also]]
# kind = "counts"
# object = "sys.*"
#
# [[also]]
# kind = "counts"
# object = "importlib.*"
# ///
"""Does a function scale that tries an optional module, which is not there, 10 times?

What is not there is looked for each time, under a lock of that module's name.
"""

TRIES = 10


def work():
    missing = 0
    for _ in range(TRIES):
        try:
            import absent_accelerator  # noqa: F401, PLC0415 - this is what is asked about
        except ImportError:  # noqa: PERF203 - each try is one of its own
            missing += 1
    return missing
