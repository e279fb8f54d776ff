# /// why
# causes = []
# ///
"""Does it scale to hash, count and translate a text in C?

All workers read one text, whose count moves a few times in a millisecond.
"""

from hashlib import sha256

TEXT = b"to be or not to be, that is the question. " * 2_000
UPPER = bytes(range(256)).upper()


def work():
    return sum(TEXT), TEXT.count(b"be"), sha256(TEXT.translate(UPPER)).hexdigest()
