"""What two revisions are compared by."""

from work import crunch


def f():
    return crunch()
