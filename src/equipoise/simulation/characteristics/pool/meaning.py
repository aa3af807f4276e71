"""What the scores mean that the analysis may ask about of a followed participant, as a table by score.

A yes or no goes up and down in steps: it is asked of every score that can be recorded, and where those are very many,
of some of them, halving the way between two that differ until they are neighbours. A number is made of a few straight
lines where it is straight between scores, as a change from baseline is; where it bends, of many short ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np

from equipoise.analysis.data.estimand import Reading
from equipoise.analysis.data.rows import Participant
from equipoise.simulation.characteristics.pool.plan import MISSING, OUT, Meaning, Outcomes
from equipoise.simulation.whole.primary import Case

Ask = Callable[[Decimal], float]
"""What a score means, as a number; NaN where it means nothing."""
FINEST, COARSE = 2000, 500
"""The most scores of a yes or no that are asked about one by one; else so many, and where the answer changes."""
LINES, SHORT = 12, 240
"""Lines that a number is made of over three times the range of the scores: where it is straight, and where it bends."""
CHECKED, NEAR, RARE = 20, 0.01, 0.05
"""Of so many participants the short lines are checked: they may miss the number by this share of its range, and by more
in no more than this share of them."""


def meaning_of(
    cases: Sequence[Case], rows: Sequence[Sequence[Participant]], outcomes: Outcomes, decimals: int
) -> Meaning:
    """What scores mean: to a yes or no, of those whose score is missing; to a number, of everybody. Raises ValueError
    for a number that no short lines follow."""
    binary = cases[0].binary
    asked = outcomes.kind == MISSING if binary else outcomes.kind != OUT
    asks = asking(cases, rows, np.flatnonzero(asked))
    low, high = Decimal(repr(float(outcomes.lowest.min()))), Decimal(repr(float(outcomes.highest.max())))
    unit = Decimal(1).scaleb(-decimals)
    grid, table = stepped(asks, low, high, unit) if binary else straight(asks, low, max(high - low, unit))
    place = np.where(asked, np.cumsum(asked) - 1, -1)
    return Meaning(grid=np.array([float(value) for value in grid]), table=table, place=place)


def asking(cases: Sequence[Case], rows: Sequence[Sequence[Participant]], places: np.ndarray) -> list[Ask]:
    """What answers for the rows at these places, in their order."""
    given = [case.of_first(len(case.data.participants)) for case in cases]
    known = [
        {each.subject: each for each in one.outcomes(case.estimand, Reading())}
        for one, case in zip(given, cases, strict=True)
    ]

    def of(place: int) -> Ask:
        member, arm = divmod(place, len(cases))
        each, respond = known[arm][rows[arm][member].subject], given[arm].respond
        return lambda value: number(respond(each, value))

    return [of(int(place)) for place in places]


def number(value: object) -> float:
    """A number, NaN for none."""
    return np.nan if value is None else float(value)  # type: ignore[arg-type]


def stepped(
    asks: Sequence[Ask], low: Decimal, high: Decimal, unit: Decimal
) -> tuple[list[Decimal], np.ndarray]:
    """The scores and what they mean to each (asks, scores); between two of them in a row the answer is that of the
    upper one."""
    count = max(2, int((high - low) / unit) + 1)
    if count <= FINEST:
        grid = [low + unit * place for place in range(count)]
        return grid, np.array([[ask(value) for value in grid] for ask in asks]).reshape(-1, count)
    coarse = np.unique(np.linspace(0, count - 1, COARSE).astype(int)).tolist()
    steps = [changes(lambda place, ask=ask: ask(low + unit * place), coarse) for ask in asks]  # type: ignore[misc]
    both = {place - back for each in steps for place in each if place for back in (0, 1)}
    places = np.array(sorted({*coarse, *both}))
    table = np.zeros((len(asks), len(places)))
    for row, each in enumerate(steps):
        begins = np.array(sorted(each))
        table[row] = np.array([each[place] for place in begins])[np.searchsorted(begins, places, "right") - 1]
    return [low + unit * int(place) for place in places], table


def changes(ask: Callable[[int], float], places: Sequence[int]) -> dict[int, float]:
    """Where the answer changes, and to what, from the first place on; two changes between two places that cancel each
    other are not seen."""
    found = {places[0]: ask(places[0])}
    before = found[places[0]]
    for start, end in zip(places, places[1:], strict=False):
        after = ask(end)
        while after != before and end - start > 1:
            middle = (start + end) // 2
            start, end = (middle, end) if ask(middle) == before else (start, middle)
        if after != before:
            found[end], before = after, after
    return found


def straight(asks: Sequence[Ask], low: Decimal, width: Decimal) -> tuple[list[Decimal], np.ndarray]:
    """The ends of the lines and what they mean to each (asks, ends). Raises ValueError where short ones do not do."""
    grid, between = ends(low, width, LINES)
    table = np.array([[ask(value) for value in grid] for ask in asks]).reshape(-1, len(grid))
    if all(near(ask, row, between, 1e-9) == 0 for ask, row in zip(asks, table, strict=True)):
        return grid, table
    grid, between = ends(low, width, SHORT)
    table = np.array([[ask(value) for value in grid] for ask in asks])
    some = range(0, len(asks), max(1, len(asks) // CHECKED))
    far = np.mean([near(asks[row], table[row], between, NEAR) for row in some])
    if far > RARE:
        raise ValueError("a variable that changes more often between scores than short lines follow")
    return grid, table


def near(ask: Ask, row: np.ndarray, between: Sequence[Decimal], share: float) -> float:
    """The share of the lines in whose middle the number lies farther away than this share of its range."""
    middle, line = np.array([ask(value) for value in between]), (row[1:] + row[:-1]) / 2
    known = row[np.isfinite(row)]
    reach = share * max(np.ptp(known), np.abs(known).max() * 1e-3) if known.size else 0.0
    return float(1 - np.isclose(middle, line, rtol=0, atol=reach, equal_nan=True).mean())


def ends(low: Decimal, width: Decimal, count: int) -> tuple[list[Decimal], list[Decimal]]:
    """The ends of lines from one width below the lowest score to one above the highest, and their middles."""
    step = width * 3 / count
    grid = [low - width + step * place for place in range(count + 1)]
    return grid, [each + step / 2 for each in grid[:-1]]
