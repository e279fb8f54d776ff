# /// why
# [[causes]]
# kind = "imports"
#
# [[also]]
# kind = "counts"
# object = "json*"
#
# [[also]]
# kind = "counts"
# object = "sys.*"
#
# [[also]]
# kind = "counts"
# object = "importlib.*"
# ///
"""Does a function scale that imports what it needs: 3,000 times a module that is there already?

An import that finds its module asks whether the module is whole, by its spec.
"""

IMPORTS = 3_000


def work():
    for _ in range(IMPORTS):
        import json  # noqa: PLC0415 - this is what is asked about
    return json.__name__
