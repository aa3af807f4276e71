"""A reader that asks for a word again and again until so many studies have it, and then prints when that was."""

from __future__ import annotations

import sys
import time

from equipoise.registry.index import open_index

EVERY = 0.01  # seconds
LONGEST = 60.0


def main() -> int:
    """`python -m benchmarks.registry_scale.polling INDEX WORD COUNT`; exit code 1 when it takes too long."""
    index, word, count = open_index(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    index.search(word)
    print("ready", flush=True)
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        if index.search(word).total == count:
            print(time.time())
            return 0
        time.sleep(EVERY)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
