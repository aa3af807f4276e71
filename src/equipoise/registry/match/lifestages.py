"""Times of life that criteria name in words: adults, children, newborns. Between them an age says nothing.

What counts as an adult or a child differs from place to place, so each word is true from one age on, false up to
another, and unknown in between.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from equipoise.registry.match import ages
from equipoise.registry.match.ages import Limit
from equipoise.registry.match.atoms import NOT_OF_PATIENT, Atom, Judged
from equipoise.registry.match.facts import Facts
from equipoise.registry.match.truth import Truth, some

Test = Callable[[ages.Age], Truth]


def _years(count: int) -> Limit:
    return Limit(count=count, unit="year")


def _days(count: int) -> Limit:
    return Limit(count=count, unit="day")


def _from(sure: int, never: int) -> Callable[[ages.Age], Truth]:
    """True from `sure` years on, false under `never`."""

    def test(age: ages.Age) -> Truth:
        if ages.at_least(age, _years(sure)):
            return True
        return False if ages.under(age, _years(never)) else None

    return test


def _until(sure: Limit, never: Limit) -> Callable[[ages.Age], Truth]:
    """True under `sure`, false from `never` on."""

    def test(age: ages.Age) -> Truth:
        if ages.under(age, sure):
            return True
        return False if ages.at_least(age, never) else None

    return test


def _adolescent(age: ages.Age) -> Truth:
    """True from 13 to 17, false under 10 and from 20 on."""
    old, young = ages.at_least(age, _years(20)), ages.under(age, _years(10))
    if old or young:
        return False
    return True if ages.at_least(age, _years(13)) and ages.under(age, _years(18)) else None


# One adult is named by more words ("adult patients"); alone, "adult" and "minor" say how a disease or a wound is.
PERSON = (
    r"(?=\s*(?:$|[,;.()]|(?:or|and|who|aged?|with|under|over)\b|patients?|participants?|subjects?|volunteers?|(?:fe)?males?|"
    r"(?:wo)?m[ae]n\b))"
)
STAGES: tuple[tuple[str, Test], ...] = (
    (rf"adults|adult{PERSON}", _from(21, 16)),
    (rf"elderly{PERSON}", _from(80, 60)),
    (rf"children|minors|(?:child|minor|pa?ediatric){PERSON}", _until(_years(12), _years(21))),
    (rf"adolescents|teenagers|adolescent{PERSON}", _adolescent),
    (rf"infants|infant{PERSON}", _until(Limit(count=1, unit="month"), _years(2))),
    (
        rf"(?:newborn|neonate)s|(?:newborn|neonate|preterm){PERSON}",
        _until(_days(0), Limit(count=6, unit="month")),
    ),
)
STAGE = re.compile(
    "|".join(rf"(?P<s{number}>\b(?:{words})\b)" for number, (words, _) in enumerate(STAGES)), re.I
)
# The word must begin the criterion, or one thing of its list: "her infant" and "unborn child" are somebody else.
BEFORE = re.compile(
    r"(?:^|[,;(]|\b(?:and|or)\b)\W*(?:(?:(?:non-?)?pregnant|healthy|all|any|male|female|males|females|men|women|and|or|"
    r"patients?|participants?|subjects?|are|is|must|be|an?)\b\W*)*$",
    re.I,
)
BESIDE = re.compile(r"\s*(?:,|/|&|,?\s*(?:and|or|and/or|as well as)\b)\s*", re.I)
AFTER = re.compile(
    r"^[\s-]*(?:pugh|care|bear\w*|birth|onset|form|type|hood|protect\w*|abuse|dose|supervis\w*|depend|size|"
    r"criteria|problems?|changes?)|^[’']s",
    re.I,
)


def find_stages(text: str) -> Iterator[Atom]:
    """Words for times of life that are the patient's own."""
    found: list[tuple[int, int, tuple[Test, ...]]] = []
    for match in STAGE.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        if not BEFORE.search(before) or AFTER.match(after) or NOT_OF_PATIENT.search(before[-30:]):
            continue
        stage = STAGES[int(str(match.lastgroup)[1:])][1]
        if found and BESIDE.fullmatch(text, found[-1][1], match.start()):
            # "Adults and children" are people of either age: nobody is both.
            found[-1] = (found[-1][0], match.end(), (*found[-1][2], stage))
        else:
            found.append((match.start(), match.end(), (stage,)))
    for start, end, stages in found:
        yield Atom(kind="age", start=start, end=end, test=_test(stages))


def _test(stages: tuple[Test, ...]) -> Callable[[Facts], Judged]:
    def test(facts: Facts) -> Judged:
        if facts.age is None:
            return None, "the age is not known"
        age = facts.age
        return some(stage(age) for stage in stages), f"age {age}"

    return test
