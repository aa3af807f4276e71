"""Run by the interpreter of another environment: minimises with smallerize and prints processor seconds.

python peer.py PARTICIPANTS
"""

import random
import sys
import time


def main() -> None:
    """Four factors of 2, 2, 3 and 12 levels, range, 0.8; the arrivals are drawn before the clock starts."""
    import smallerize

    names, levels = "pqrs", (2, 2, 3, 12)
    factors = [smallerize.Factor(name, list(range(count))) for name, count in zip(names, levels, strict=True)]
    minimiser = smallerize.Minimizer(
        factors,
        [smallerize.Arm("a"), smallerize.Arm("b")],
        d_imbalance_method="range",
        probability_method="best_only",
        preferred_p=0.8,
    )
    drawn = random.Random(1)
    people = [
        {name: drawn.randrange(count) for name, count in zip(names, levels, strict=True)}
        for _ in range(int(sys.argv[1]))
    ]
    begun = time.process_time()
    for each in people:
        minimiser.assign_participant(each)
    print(time.process_time() - begun)


if __name__ == "__main__":
    main()
