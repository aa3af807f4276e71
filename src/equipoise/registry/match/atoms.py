"""The parts of a criterion that have one reading: age, sex, pregnancy, performance status, measurements.

Each finder looks for its words in a criterion and gives the places where they stand with the test that they
mean. A finder leaves alone whatever it does not wholly understand: the age at onset, a change of a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from equipoise.registry.match import ages
from equipoise.registry.match.ages import Limit
from equipoise.registry.match.facts import Facts
from equipoise.registry.match.measures import (
    ANY_NAME,
    LIMIT_OF_NORMAL,
    MEASURES,
    NUMBER,
    Bound,
    number,
    unit_at,
    within,
)
from equipoise.registry.match.truth import Truth, every, negated

Judged = tuple[Truth, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """A part of a criterion that was understood: its kind, its place in the text, its test.

    test: gives the truth of the words for one patient, and the fact that decided it, in words.
    """

    kind: str
    start: int
    end: int
    test: Callable[[Facts], Judged]


# Signs and words for one operator; `tidy` has made `≥` and `≤` of all ways to write them.
LEAST = r"≥|at least|(?:a )?minimum(?: of)?|(?:not|no) (?:younger|less|lower|fewer) than"
OVER = r">|over|above|older than|greater than|more than|higher than|exceeding"
MOST = r"≤|at most|up to|(?:a )?maximum(?: of)?|(?:not|no) (?:older|more|greater|higher) than|not exceeding"
UNDER = r"<|under|below|younger than|less than|lower than|fewer than"
OPERATOR = rf"(?P<least>{LEAST})|(?P<over>{OVER})|(?P<most>{MOST})|(?P<under>{UNDER})"
SIGNS = (("least", ">="), ("over", ">"), ("most", "<="), ("under", "<"))
# Both times are any time; and a short form in brackets says again what stands before it.
TIMES = r"(?:prior|previous|past|history of|current|concurrent|concomitant|ongoing)"
TIDY = (
    (re.compile(rf"\b{TIMES}(?: or |/| and/or | and |, or ){TIMES}\b", re.I), "prior"),
    (re.compile(r"\s\((?:[A-Z][a-z]?){2,6}s?\)"), ""),
    (re.compile(r"\\(?=[<>=~*^_\[\]().+-])"), ""),
    (
        re.compile(
            r">\s?/?\s?=|=\s?>|≧|⩾|>\s?or\s?=(?:\s?to)?|(?:greater|more|older) than or equal(?:s)? to|"
            r"equal to or (?:greater|more|older) than",
            re.I,
        ),
        "≥",
    ),
    (
        re.compile(
            r"<\s?/?\s?=|=\s?<|≦|⩽|<\s?or\s?=(?:\s?to)?|(?:less|fewer|lower|younger) than or equal(?:s)? to|"
            r"equal to or (?:less|lower|younger) than",
            re.I,
        ),
        "≤",
    ),
    (re.compile(r"\s+"), " "),
)

UNIT = r"(?:years?|yrs?|months?|weeks?|days?)"
OF_AGE = r"(?:[\s-]*(?:of age|old\b))"
AGED = r"(?:\b(?:ages?|aged)\b(?: \w+){0,3}?[\s:(]{0,3})"
AGE_RANGE = re.compile(
    rf"(?P<pre>{AGED})?(?:between|from|≥|at least)?\s*(?:the (?P<mid>ages?) of )?(?P<a>\d{{1,3}})"
    rf"\s*(?P<ua>{UNIT})?{OF_AGE}?\s*(?:-|–|—|to|and|through)\s*(?:≤|(?P<lt><))?\s*(?P<b>\d{{1,3}})\s*(?P<ub>{UNIT})?"
    rf"(?P<post>{OF_AGE})?(?:,? inclusive)?",
    re.I,
)
AGE_LIMIT = re.compile(
    rf"(?P<pre>{AGED})?(?:{OPERATOR})\s*(?:(?:the )?age(?P<mid>) of )?(?P<n>\d{{1,3}})\s*(?P<u>{UNIT})?"
    rf"(?P<post>{OF_AGE})?",
    re.I,
)
AGE_TAIL = re.compile(
    rf"(?P<pre>{AGED})?(?P<n>\d{{1,3}})\s*(?P<u>{UNIT})?(?P<post>{OF_AGE})?\s*(?:or|and|&)\s*"
    rf"(?:(?P<up>older|above|over|up)|(?P<down>younger|under|below))\b{OF_AGE}?",
    re.I,
)
AGE_ALONE = re.compile(
    rf"\W*(?:(?:patients?|subjects?|participants?|male|female|m[ae]n|wom[ae]n|adults?|and|or|of|both|sexes|is|are)\W+)*"
    rf"(?:{OPERATOR})\s*(?P<n>\d{{1,3}})\s*(?P<u>{UNIT})\W*",
    re.I,
)
NOT_OF_PATIENT = re.compile(
    r"onset|diagnos|gestation|mother|father|parent|bone|donor|partner|sibling|start|begin", re.I
)
# "fracture over 3 days old": so short a time, right behind a word that is nobody and no part of the sentence.
BRIEF = re.compile(r"\b(?:hours?|days?|weeks?)\b", re.I)
THING = re.compile(
    r"\b(?!(?:age[sd]?|patients?|participants?|subjects?|infants?|neonates?|newborns?|bab(?:y|ies)|child(?:ren)?|"
    r"persons?|people|individuals?|volunteers?|(?:fe)?males?|(?:wo)?m[ae]n|boys?|girls?|adults?|who|are|is|be|being|at|"
    r"or|and|must|should|if|between|only|all|the|from|with|healthy|term|preterm)\b)[a-z]{3,}\s+$",
    re.I,
)


def tidy(text: str) -> str:
    """The criterion with one way to write each sign."""
    for pattern, sign in TIDY:
        text = pattern.sub(sign, text)
    return text.strip(" \t\n.;:,")


def find_ages(text: str) -> Iterator[Atom]:
    """Limits on the patient's own age."""
    alone = AGE_ALONE.fullmatch(text)
    if alone:
        yield _age_atom(alone, [_age_limit(alone, alone["n"], alone["u"])])
        return
    for match in AGE_RANGE.finditer(text):
        if _of_patient(text, match, told=bool(match["mid"])) and (match["ub"] or match["ua"] or match["pre"]):
            unit = match["ub"] or match["ua"]
            low = (ages.at_least, _limit(match["a"], match["ua"] or unit))
            high = (ages.under if match["lt"] else ages.at_most, _limit(match["b"], unit))
            yield _age_atom(match, [low, high])
    for match in AGE_LIMIT.finditer(text):
        told = re.search("older|younger", match[0], re.I) and match["u"] or match["mid"] is not None
        if _of_patient(text, match, told=bool(told)):
            yield _age_atom(match, [_age_limit(match, match["n"], match["u"])])
    for match in AGE_TAIL.finditer(text):
        if _of_patient(text, match, told=bool(match["u"])):
            test = ages.at_least if match["up"] else ages.at_most
            yield _age_atom(match, [(test, _limit(match["n"], match["u"]))])
        elif match["u"] or match["pre"] or match["post"]:
            # Somebody's age at something: of unknown truth, and its "or" joins nothing.
            yield Atom(kind="", start=match.start(), end=match.end(), test=lambda facts: (None, ""))


def _of_patient(text: str, match: re.Match[str], *, told: bool = False) -> bool:
    """Whether a match says that it is an age, and nothing near it says that it is not the patient's now."""
    before = text[max(0, match.start() - 30) : match.start()] + (match["pre"] or "")
    if match["post"] and BRIEF.search(match[0]) and not match["pre"] and THING.search(before):
        return False
    return bool(match["pre"] or match["post"] or told) and not NOT_OF_PATIENT.search(before)


def _limit(count: str, unit: str | None) -> Limit:
    name = (unit or "years").lower().removesuffix("s")
    return Limit(count=int(count), unit="year" if name == "yr" else name)


def _age_limit(match: re.Match[str], count: str, unit: str | None) -> tuple[Callable[..., Truth], Limit]:
    tests = {"least": ages.at_least, "over": ages.over, "most": ages.at_most, "under": ages.under}
    return next(test for name, test in tests.items() if match[name]), _limit(count, unit)


def _age_atom(match: re.Match[str], bounds: list[tuple[Callable[..., Truth], Limit]]) -> Atom:
    def test(facts: Facts) -> Judged:
        truth = every(bound(facts.age, limit) for bound, limit in bounds)
        return truth, f"age {facts.age}" if facts.age else "the age is not known"

    return Atom(kind="age", start=match.start(), end=match.end(), test=test)


BOTH = re.compile(
    r"\b(?:(?:m[ae]n|males?|boys?)\s*(?:and|or|/|and/or|,)\s*(?:non-?pregnant )?(?:wom[ae]n|females?|girls?)|"
    r"(?:wom[ae]n|females?|girls?)\s*(?:and|or|/|and/or|,)\s*(?:m[ae]n|males?|boys?)|"
    r"(?:both|either|any|all) (?:sex|gender)(?:es|s)?)\b",
    re.I,
)
FEMALE = re.compile(r"\b(?:wom[ae]n|females?|girls?)(?: (?:sex|gender))?\b", re.I)
MALE = re.compile(r"\b(?:m[ae]n|males?|boys?)(?: (?:sex|gender))?\b", re.I)


def find_sex(text: str) -> Iterator[Atom]:
    """One sex, when it is named; both named is no limit."""
    both = [(match.start(), match.end()) for match in BOTH.finditer(text)]
    for start, end in both:
        yield Atom(kind="sex", start=start, end=end, test=lambda facts: (True, "either sex"))
    for pattern, sex in ((FEMALE, "FEMALE"), (MALE, "MALE")):
        for match in pattern.finditer(text):
            if not any(start <= match.start() < end for start, end in both):
                yield Atom(kind="sex", start=match.start(), end=match.end(), test=_sex_test(sex))


def _sex_test(sex: str) -> Callable[[Facts], Judged]:
    def test(facts: Facts) -> Judged:
        if facts.sex is None:
            return None, "the sex is not known"
        return facts.sex == sex, facts.sex.lower()

    return test


# Who nurses a child, and not who nurses the sick ("therapy, nursing", "nursing home").
NURSING = r"(?<!py, )nursing(?! (?:home|care|facilit|staff|school|service|student|interven))"
CHILD_WORDS = re.compile(
    rf"\b(?:pregnan\w+|lactat\w+|breast-?\s?feed\w*|{NURSING})\b",
    re.I,
)
NO_PREGNANCY = re.compile(
    r"\b(?:non-?\s?pregnant|negative (?:serum |urine |blood )*pregnancy tests?|not (?:be )?(?:currently )?pregnant)\b",
    re.I,
)
PREGNANT = re.compile(
    r"\b(?:positive (?:serum |urine |blood )*pregnancy tests?|pregnant|pregnanc(?:y|ies))\b", re.I
)
FEEDING = re.compile(
    rf"\b(?:lactating|lactation|breast-?\s?feeding|{NURSING})(?: mothers?)?\b",
    re.I,
)


def pregnant(facts: Facts) -> Judged:
    """Whether the patient is pregnant; men are not."""
    if facts.sex == "MALE":
        return False, "male"
    said = {None: "pregnancy is not known", True: "pregnant", False: "not pregnant"}
    return facts.pregnant, said[facts.pregnant]


def feeding(facts: Facts) -> Judged:
    """Whether the patient breast-feeds; men do not."""
    if facts.sex == "MALE":
        return False, "male"
    said = {None: "breast-feeding is not known", True: "breast-feeding", False: "not breast-feeding"}
    return facts.breastfeeding, said[facts.breastfeeding]


def not_pregnant(facts: Facts) -> Judged:
    """Whether the patient is not pregnant."""
    truth, why = pregnant(facts)
    return negated(truth), why


WOMEN = re.compile(r"\b(?:pregnan\w+|lactat\w+|breast-?\s?feed\w*|child-?\s?bearing)\b", re.I)


def find_pregnancy(text: str) -> Iterator[Atom]:
    """Pregnancy and breast-feeding."""
    for pattern, test in ((NO_PREGNANCY, not_pregnant), (PREGNANT, pregnant), (FEEDING, feeding)):
        for match in pattern.finditer(text):
            yield Atom(kind="pregnancy", start=match.start(), end=match.end(), test=test)


TOLD = (
    r"(?: ?\([^()]{1,30}\)| (?:performance|status|scale|score|grade|index|ps|of|is|must|be|should|a|with|"
    r"oncology|group))*[ :=]*"
)
ECOG = re.compile(
    rf"\b(?:ecog|zubrod|(?:eastern cooperative oncology group)|who)\b{TOLD}"
    r"(?:(?P<sign>≤|<) ?(?P<n>[0-5])|0 ?(?:-|–|to|,|or|and)(?: ?1 ?(?:,|or|and|, ?or))? ?(?P<b>[1-5])|"
    r"(?P<top>[0-5]) or (?:less|lower|better))"
    r"(?!\d)",
    re.I,
)
KARNOFSKY = re.compile(
    rf"\b(?:karnofsky|kps)\b{TOLD}(?:(?P<sign>≥|>|at least) ?(?P<n>\d0|100)|"
    r"(?P<top>\d0) or (?:more|higher|greater|above|better))"
    r"(?!\d) ?%?",
    re.I,
)


def find_performance(text: str) -> Iterator[Atom]:
    """Limits on performance status: ECOG (the same as WHO and Zubrod) and Karnofsky."""
    for match in ECOG.finditer(text):
        most = int(match["n"] or match["b"] or match["top"]) - (match["sign"] == "<")
        yield _performance(match, "ecog", 0, most)
    for match in KARNOFSKY.finditer(text):
        least = int(match["n"] or match["top"]) + (match["sign"] == ">")
        yield _performance(match, "karnofsky", least, 100)


def _performance(match: re.Match[str], scale: str, low: int, high: int) -> Atom:
    def test(facts: Facts) -> Judged:
        found = facts.performance.get(scale)
        if found is None:
            return None, "the performance status is not known"
        return low <= found <= high, f"{scale} {found}"

    return Atom(kind="performance", start=match.start(), end=match.end(), test=test)


BETWEEN = (
    r"(?: ?\([^()]{1,25}\)| (?:counts?|levels?|values?|is|are|of|must|be|should|a|with|"
    r"concentrations?|serum|score))*[ :]*"
)
LAB = re.compile(
    rf"(?<![\w-])(?:{ANY_NAME})(?![\w-]){BETWEEN}(?:{OPERATOR}) ?(?:than )?(?P<n>{NUMBER})(?![\d.])", re.I
)
LAB_RANGE = re.compile(
    rf"(?<![\w-])(?:{ANY_NAME})(?![\w-]){BETWEEN}(?:between |from )?(?P<n>{NUMBER})[^\d,;.]{{0,12}}? ?(?:-|–|to|and) ?"
    rf"(?P<b>{NUMBER})(?![\d.])",
    re.I,
)
# Nothing that could be a unit stands after the number.
CLOSED = re.compile(r"\s*(?:$|[,;)]|\.(?!\d)|(?:and|or|at|on|in the|during)\b)", re.I)
CHANGE = re.compile(
    r"(?:change|decrease|increase|drop|fall|reduction|rise|ratio|loss|gain|birth|ideal)\w*(?: \w+){0,2} ?$",
    re.I,
)


def find_measures(text: str) -> Iterator[Atom]:
    """Limits on measured values, in their units or as multiples of the upper limit of normal."""
    for match in LAB.finditer(text):
        sign = next(sign for name, sign in SIGNS if match[name])
        yield from _measure_atom(text, match, [(sign, match["n"])])
    for match in LAB_RANGE.finditer(text):
        yield from _measure_atom(text, match, [(">=", match["n"]), ("<=", match["b"])])


def _measure_atom(text: str, match: re.Match[str], limits: list[tuple[str, str]]) -> Iterator[Atom]:
    if CHANGE.search(text[max(0, match.start() - 30) : match.start()]):
        return
    name = next(name for order, name in enumerate(MEASURES) if match[f"m{order}"])
    normal = LIMIT_OF_NORMAL.match(text, match.end() + (text[match.end() : match.end() + 1] == " "))
    unit, end = (None, normal.end()) if normal else unit_at(text, match.end())
    bare = unit is None and CLOSED.match(text, end) is not None
    bounds = [
        Bound(operator=sign, value=number(value), unit=unit, of_normal=bool(normal), bare=bare)
        for sign, value in limits
    ]

    def test(facts: Facts) -> Judged:
        truth = every(within(facts.measurements, name, bound) for bound in bounds)
        shown = [
            f"{each.value} {each.unit or ''}".strip() for each in facts.measurements if each.name == name
        ]
        if not shown:
            return None, f"{name} is not known"
        return truth, f"{name} {', '.join(shown)}" + ("" if truth is not None else ", which does not compare")

    yield Atom(kind="measurement", start=match.start(), end=end, test=test)
