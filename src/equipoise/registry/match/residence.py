"""The country in which a note says that the patient lives, and the year of birth that it gives.

Only words of living somewhere count, or a town with its country where the patient is seen: a journey, an origin and
a nationality say nothing of where somebody can take part. Two countries are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from equipoise.registry.countries import english_names, registry_names
from equipoise.registry.match.ages import Age
from equipoise.registry.match.family import FAMILY

# Names that people write and registries do not.
PLAIN = {
    "USA": "United States",
    "U.S.A.": "United States",
    "U.S.": "United States",
    "US": "United States",
    "UK": "United Kingdom",
    "U.K.": "United Kingdom",
    "England": "United Kingdom",
    "Scotland": "United Kingdom",
    "Wales": "United Kingdom",
    "Northern Ireland": "United Kingdom",
    "Holland": "Netherlands",
}
LIVES = r"(?:lives?|living|resid(?:es?|ing|ent)|based|settled|domiciled|treated|seen|hospitali[sz]ed|followed(?: up)?)"
TOWN = r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2}, ?"
ELSEWHERE = re.compile(
    r"\b(?:born|travel\w*|trip|journey|vacation|holidays?|visit\w*|return\w*|from|native|origin\w*|emigra\w*|"
    r"immigra\w*|moved|came|refugee|until|formerly|previously|used|not|never|no longer|military|deployed)\b"
    r"[^.;\n]{0,25}$",
    re.I,
)
FORMERLY = re.compile(r"\b(?:was|were|been|had)\s+(?:living|residing|based|settled)\b", re.I)
LONGEST = 40
BORN_DAY = re.compile(r"\b(?:born|dob|date of birth)(?: on| is|:)?\s*(?P<day>\d{4}-\d{2}-\d{2})\b", re.I)
BORN = re.compile(
    r"\b(?:born|dob|date of birth|year of birth|yob)(?: in| on| is|:)?\s*(?:[\w./]{1,9},?[ ./-]){0,3}"
    r"(?P<year>(?:19|20)\d\d)\b",
    re.I,
)


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    names = "|".join(sorted(map(re.escape, {*_names(), *PLAIN}), key=len, reverse=True))
    country = rf"(?:the )?(?P<country>{names})(?![\w-])"
    return (
        re.compile(rf"\b(?i:{LIVES})(?: (?:\w+ )?)(?:(?i:in|near|at)) (?:{TOWN}|[a-z ]{{0,20}})?{country}"),
        re.compile(rf"(?:\A|[,;.\n(]|\b(?i:in|of|at))\s*{TOWN}{country}"),
        re.compile(rf"(?:\A|[,;.\n(])\s*(?i:country|residence)\s*:?\s*{country}"),
    )


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    """Every English name of a country, and the parts of its registry names."""
    return frozenset(name for one in english_names() for name in registry_names(one) if "," not in name)


def places(note: str) -> Iterator[re.Match[str]]:
    """Where a note names the country in which the patient lives or is seen."""
    for pattern in _patterns():
        for match in pattern.finditer(note):
            before = note[max(0, match.start() - LONGEST) : match.start("country")]
            sentence = re.split(r"[.;\n]", before)[-1]
            if not any(each.search(sentence) for each in (ELSEWHERE, FORMERLY, FAMILY)):
                yield match


def read_country(note: str) -> tuple[str | None, str]:
    """The country, and a remark where the note names several."""
    found = {PLAIN.get(match["country"], match["country"]) for match in places(note)}
    if len(found) > 1:
        return None, "several countries are named: none is used"
    return (found.pop() if found else None), ""


def read_birth(note: str, today: date | None) -> Age | None:
    """The age from a date or a year of birth; None without today's date, of a relative, or when it is not possible."""
    if today is None:
        return None
    day, year = BORN_DAY.search(note), BORN.search(note)
    found = day or year
    before = note[max(0, found.start() - LONGEST) : found.start()].rpartition(".")[2] if found else ""
    if found is None or FAMILY.search(before):
        return None
    if day:
        try:
            born = date.fromisoformat(day["day"])
        except ValueError:
            return None
        return Age(born=born, on=today) if born <= today else None
    years = today.year - int(year["year"]) if year else -1
    if years < 0:
        return None
    # The birthday of this year may have been or not: in the year of birth itself only one age is left.
    return Age(count=max(years - 1, 0), spread=min(years, 1))
