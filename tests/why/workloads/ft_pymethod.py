# /// why
# causes = []
# ///
"""Does calling a method scale that counts up an object of each worker's own: ftscalingbench's ``pymethod``?

CPython 3.14: the method is found in the class by its version (``_LOAD_ATTR_METHOD_WITH_VALUES``, Python/bytecodes.c),
and the counts of classes and functions are deferred (``type_new_alloc``, Objects/typeobject.c;
``PyFunction_NewWithQualName``, Objects/funcobject.c). Writing the attribute takes the object's own lock, which nobody
else asks for.
"""

CALLS = 10_000


class Counter:
    def __init__(self):
        self.count = 0

    def next_number(self):
        self.count += 1
        return self.count


def work():
    counter = Counter()
    for _ in range(CALLS):
        counter.next_number()
    return counter.count
