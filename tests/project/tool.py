"""A program that counts the words of files, with as many jobs as it is told."""

import argparse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def words(path):
    return len(path.read_text(encoding="utf-8").split())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("data"))
    options = parser.parse_args()
    with ThreadPoolExecutor(options.jobs) as pool:
        print(sum(pool.map(words, sorted(options.folder.iterdir()))))


if __name__ == "__main__":
    main()
