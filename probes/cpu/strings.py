# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "cpu"
# ///
"""What does building text cost: 1,000 lines formatted, cut, joined, replaced and translated?

Strings are made and dropped at once; interned ones are immortal in free-threaded builds, these are not.
"""

LINES = 1_000


def work():
    lines = []
    for number in range(LINES):
        line = f"{number:06d} {'even' if number % 2 == 0 else 'odd'} {number / 8:.3f}"
        first, _, rest = line.partition(" ")
        lines.append(rest.upper() + "|" + first.lstrip("0"))
    text = "\n".join(lines).replace("EVEN", "even").translate({ord("."): ","})
    return [len(text), text.count("even"), text[-40:]]


def check(result):
    assert result[1] == LINES // 2, result
    assert result[2].endswith("\nODD 124,875|999"), result


if __name__ == "__main__":
    import time

    begun = time.perf_counter()
    answer = work()
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
