# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "cpu"
# ///
"""What do dataclasses cost: 1,000 made, compared, sorted, hashed and replaced?

Generated methods, keyword arguments and descriptors on classes that all threads share.
"""

from dataclasses import dataclass, field, replace

RECORDS = 1_000


@dataclass(frozen=True, order=True)
class Version:
    major: int
    minor: int
    tags: tuple = field(default=(), compare=False)


def work():
    made = [Version(major=number % 10, minor=number * 7 % 100) for number in range(RECORDS)]
    tagged = [replace(version, tags=("new",)) for version in made[::4]]
    return [repr(max(made)), len({*made, *tagged}), repr(sorted(tagged)[:1])]


def check(result):
    assert result == ["Version(major=9, minor=93, tags=())", 100, "[Version(major=0, minor=0, tags=('new',))]"], result


if __name__ == "__main__":
    import time

    begun = time.perf_counter()
    answer = work()
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
