"""Three values and age limits: every row of the truth tables, and the days on both sides of each limit."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest

from equipoise.registry.match.ages import Age, Limit, at_least, at_most, over, read_limit, under
from equipoise.registry.match.truth import Truth, Verdict, agreed, every, negated, some, verdict

VALUES: tuple[Truth, ...] = (True, False, None)
BORN = date(2008, 3, 1)


@pytest.mark.parametrize(("one", "other"), list(product(VALUES, VALUES)))
def test_and_or_and_not_follow_kleene(one: Truth, other: Truth) -> None:
    order = {False: 0, None: 1, True: 2}
    least, most = sorted((one, other), key=order.__getitem__)
    assert every((one, other)) is least
    assert some((one, other)) is most
    assert negated(every((one, other))) is some((negated(one), negated(other)))
    assert agreed((one, other)) is (one if one is other else None)


def test_nothing_asked_is_true_for_all_and_false_for_any() -> None:
    assert (every(()), some(())) == (True, False)


@pytest.mark.parametrize(
    ("holds", "side", "expected"),
    [
        (True, "inclusion", Verdict.MET),
        (False, "inclusion", Verdict.NOT_MET),
        (None, "inclusion", Verdict.NOT_KNOWN),
        (True, "exclusion", Verdict.NOT_MET),
        (False, "exclusion", Verdict.MET),
        (None, "exclusion", Verdict.NOT_KNOWN),
    ],
)
def test_not_met_keeps_out_on_either_side(holds: Truth, side: str, expected: Verdict) -> None:
    assert verdict(holds, side) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("18 Years", Limit(count=18, unit="year")),
        ("6 Months", Limit(count=6, unit="month")),
        ("1 Year", Limit(count=1, unit="year")),
        ("36 weeks", Limit(count=36, unit="week")),
        ("N/A", None),
        ("", None),
        ("eighteen", None),
    ],
)
def test_a_limit_is_read_as_registries_write_it(text: str, expected: Limit | None) -> None:
    assert read_limit(text) == expected


YEARS_18, YEARS_65 = Limit(count=18, unit="year"), Limit(count=65, unit="year")


@pytest.mark.parametrize(
    ("on", "adult"),
    [(date(2026, 2, 28), False), (date(2026, 3, 1), True), (date(2026, 3, 2), True)],
)
def test_the_lower_limit_is_reached_on_the_birthday(on: date, adult: bool) -> None:
    assert at_least(Age(born=BORN, on=on), YEARS_18) is adult


def test_the_upper_limit_lasts_until_the_eve_of_the_next_birthday() -> None:
    eve = date(BORN.year + 66, BORN.month, BORN.day) - timedelta(days=1)
    assert at_most(Age(born=BORN, on=eve), YEARS_65) is True
    assert at_most(Age(born=BORN, on=eve + timedelta(days=1)), YEARS_65) is False


def test_who_is_born_on_29_february_completes_a_year_on_1_march() -> None:
    born = date(2008, 2, 29)
    assert at_least(Age(born=born, on=date(2026, 2, 28)), YEARS_18) is False
    assert at_least(Age(born=born, on=date(2026, 3, 1)), YEARS_18) is True


@pytest.mark.parametrize(
    ("age", "limit", "expected"),
    [
        (Age(count=17), YEARS_18, (False, False, True, True)),
        (Age(count=18), YEARS_18, (True, None, True, False)),
        (Age(count=19), YEARS_18, (True, True, False, False)),
        (Age(count=7, unit="month"), Limit(count=6, unit="month"), (True, True, False, False)),
        (Age(count=0), Limit(count=6, unit="month"), (None, None, None, None)),
        (Age(count=3, unit="day"), YEARS_18, (False, False, True, True)),
        (Age(count=3, unit="day"), Limit(count=72, unit="hour"), (True, None, None, False)),
        (Age(count=5, unit="week"), Limit(count=1, unit="month"), (True, None, True, False)),
        (Age(count=2), Limit(count=600, unit="day"), (True, True, False, False)),
        (None, YEARS_18, (None, None, None, None)),
    ],
)
def test_an_age_that_straddles_a_limit_is_unknown(
    age: Age | None, limit: Limit, expected: tuple[Truth, ...]
) -> None:
    assert (at_least(age, limit), over(age, limit), at_most(age, limit), under(age, limit)) == expected
