# /// why
# causes = []
# ///
"""Does making dicts of one entry scale: ftscalingbench's ``create_dict``?

CPython 3.14: ``new_dict`` and ``new_keys_object`` (Objects/dictobject.c) take memory that their own thread gave back
(``_Py_freelists_GET``, Include/internal/pycore_freelist.h), and key and value are constants, which are immortal.
"""

DICTS = 10_000


def work():
    made = {}
    for _ in range(DICTS):
        made = {"key": "value"}
    return len(made)
