# /// why
# causes = []
# ///
"""Does calling ``round`` scale, which looks a special method up: ftscalingbench's ``object_lookup_special``?

CPython 3.14: ``builtin_round_impl`` (Python/bltinmodule.c) calls ``_PyObject_MaybeCallSpecialNoArgs``
(Objects/typeobject.c), which holds what it found by a stack reference. That moves no count of an object whose count
is deferred, and ``descr_new`` (Objects/descrobject.c) defers those of all methods in C. In 3.13 they are immortal as
soon as there is a second thread.
"""

CALLS = 10_000


def work():
    total = 0
    for number in range(CALLS):
        total += round(number / CALLS)
    return total
