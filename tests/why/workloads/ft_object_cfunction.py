# /// why
# causes = []
# ///
"""Does calling methods in C of each worker's own list scale: ftscalingbench's ``object_cfunction``?

CPython 3.14: the counts of ``list.pop`` and ``list.append`` are deferred (``descr_new``, Objects/descrobject.c), and
both take the lock of a list that nobody else asks for (``list_pop_impl``, Objects/listobject.c).
"""

TURNS = 10_000


def work():
    total = 0
    window = [1] * 100
    for number in range(TURNS):
        window.pop(0)
        window.append(number)
        total += window[50]
    return total
