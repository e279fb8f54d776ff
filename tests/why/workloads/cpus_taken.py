# /// why
# [[causes]]
# kind = "machine"
# ///
"""Does hashing scale over workers where each of them hashes on as many threads as there are CPUs?

One worker keeps the whole machine busy, and there is nothing left for a second.
"""

import hashlib
import os
from threading import Thread

SIZE = 2 << 20
THREADS = os.cpu_count() or 1
BLOCK = b"stock" * (SIZE // 5)


def work():
    threads = [Thread(target=hashlib.sha256, args=(BLOCK,)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return SIZE
