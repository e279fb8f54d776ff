"""Bodies that attract each other, as a script for pyperf."""

import pyperf


def steps(count):
    place, speed = 1.0, 0.0
    for _ in range(count):
        speed -= place * 0.01
        place += speed * 0.01
    return place


if __name__ == "__main__":
    pyperf.Runner().bench_func("nbody", steps, 2_000)
