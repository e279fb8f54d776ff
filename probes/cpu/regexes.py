# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "cpu"
# ///
"""What do regular expressions cost: fields found and replaced in 200 lines of a log?

The matcher is C code that holds the GIL and makes match objects and strings; the compiled patterns are shared.
"""

import re

LINES = 200
FIELD = re.compile(r"(?P<name>\w+)=(?P<value>\d+|\"[^\"]*\")")
ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")


def setup():
    return "\n".join(f'10.0.{n % 256}.{n % 7} GET /page/{n} status={200 + n % 3} agent="py {n}"' for n in range(LINES))


def work(log):
    quoted = sum(match["value"].startswith('"') for match in FIELD.finditer(log))
    hidden, addresses = ADDRESS.subn("x.x.x.x", log)
    return [quoted, addresses, len(FIELD.findall(log)), hidden.count("x.x.x.x GET")]


def check(result):
    assert result == [LINES, LINES, 2 * LINES, LINES], result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
