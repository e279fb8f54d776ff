# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does writing one set scale where each worker has a member of its own: 15,000 times in and out?

Adds to ``set_read``: adding and discarding take the set's lock. The members differ, the lock does not.
"""

import threading

LOOPS = 15_000


def setup():
    return set()


def work(members):
    own = threading.get_ident()
    for _ in range(LOOPS):
        members.add(own)
        members.discard(own)
    members.add(own)
    return own in members


def check(result):
    assert result is True, "somebody else took out a worker's own member"


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
