# /// why
# causes = []
# ///
"""Does it scale to parse, compress and hash a text in C?"""

import hashlib
import json
import zlib

TEXT = json.dumps([{"name": f"item {number}", "price": number * 1.25} for number in range(200)])


def work():
    rows = json.loads(TEXT)
    packed = zlib.compress(TEXT.encode(), 6)
    return len(rows), hashlib.sha256(packed).hexdigest()
