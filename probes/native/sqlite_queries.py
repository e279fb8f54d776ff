# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "native"
# ///
"""Do databases in memory run in parallel: 1,000 rows put into SQLite, indexed, grouped and read?

``sqlite3`` releases the GIL for every step of a statement, thousands of times in a unit: long enough to help, or only
to switch? Each unit has a database of its own.
"""

import sqlite3
from contextlib import closing

ROWS = 1_000


def work():
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE sale (shop INTEGER, item TEXT, price INTEGER)")
        rows = ((number % 10, f"item-{number}", number) for number in range(ROWS))
        database.executemany("INSERT INTO sale VALUES (?, ?, ?)", rows)
        database.execute("CREATE INDEX by_item ON sale (item)")
        found = [
            database.execute("SELECT price FROM sale WHERE item = ?", (f"item-{number}",)).fetchone()[0]
            for number in range(0, ROWS, 5)
        ]
        sums = database.execute("SELECT shop, sum(price) FROM sale GROUP BY shop ORDER BY shop").fetchall()
    return [sum(found), sums]


def check(result):
    found, sums = result
    assert found == sum(range(0, ROWS, 5)), found
    assert sums == [(shop, sum(range(shop, ROWS, 10))) for shop in range(10)], sums


if __name__ == "__main__":
    import time

    begun = time.perf_counter()
    answer = work()
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
