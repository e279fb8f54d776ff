# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "cpu"
# ///
"""What does JSON cost: 200 nested records to text and back?

The encoder and the decoder are C code that makes many small Python objects, as most services do all day.
"""

import json

RECORDS = 200


def setup():
    return [
        {
            "id": number,
            "name": f"näme {number}",
            "tags": ["a", "b", None, True],
            "place": {"x": number / 4, "y": -number},
        }
        for number in range(RECORDS)
    ]


def work(records):
    text = json.dumps(records, sort_keys=True)
    return json.loads(text)


def check(result):
    assert result == setup()


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
