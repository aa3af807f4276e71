"""What is known of one patient: facts, each known or not, and how they are read from JSON.

What is not given is not known, never assumed absent. Facts are checked against each other, because a fact and
its opposite would decide the same criterion twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from equipoise.registry.match.ages import DAYS, MONTHS, Age, completed
from equipoise.registry.match.errors import match_error
from equipoise.registry.match.measures import MEASURES, Measurement, named_measure, plain_unit, read_unit
from equipoise.registry.match.wording import content
from equipoise.rules import units

LONGEST = 20_000
OLDEST = 130
MOST = 500  # entries in one list of facts
SCALES = {"ecog": 5, "karnofsky": 100}  # and the largest value of each
FIELDS = frozenset(
    {"age", "age_unit", "birth_date", "sex", "pregnant", "breastfeeding", "healthy", "country", "ecog"}
    | {"karnofsky", "conditions", "drugs", "labs", "text"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """That the patient has something, or has it not.

    words: normal words of it. present: whether it is so. past: of the past; when not present: never.
    days_ago: how long ago it ended, None when it goes on or nobody said. current: whether it goes on.
    """

    words: frozenset[str]
    text: str
    present: bool = True
    past: bool = False
    current: bool = False
    days_ago: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One patient. None and empty mean: not known.

    sex: FEMALE or MALE. performance: by scale (`ecog`, `karnofsky`). text: the description, for retrieval.
    consents, keeps: whether the patient agrees to take part, and will keep to a protocol, as far as a description
    says so. notes: what was read in the description otherwise than it was written, or not used.
    """

    age: Age | None = None
    sex: str | None = None
    pregnant: bool | None = None
    breastfeeding: bool | None = None
    healthy: bool | None = None
    country: str | None = None
    consents: bool | None = None
    keeps: bool | None = None
    performance: Mapping[str, int] = field(default_factory=dict)
    measurements: tuple[Measurement, ...] = ()
    statements: tuple[Statement, ...] = ()
    text: str = ""
    notes: tuple[str, ...] = ()

    def over(self, other: Facts) -> Facts:
        """These facts, with those of another source where these say nothing; statements and values of both."""
        return Facts(
            **{
                name: getattr(self, name) if getattr(self, name) is not None else getattr(other, name)
                for name in (
                    "age",
                    "sex",
                    "pregnant",
                    "breastfeeding",
                    "healthy",
                    "country",
                    "consents",
                    "keeps",
                )
            },
            performance={**other.performance, **self.performance},
            measurements=self.measurements
            + tuple(
                each
                for each in other.measurements
                if each.name not in {own.name for own in self.measurements}
            ),
            statements=self.statements + other.statements,
            text=self.text or other.text,
            notes=(*self.notes, *other.notes),
        )


def load_facts(text: str, *, today: date, place: str = "facts") -> Facts:
    """The facts in this JSON text. Errors: MATC-002, MATC-003, MATC-004."""
    if len(text) > LONGEST:
        raise match_error("MATC-002", place, str(LONGEST))
    try:
        data = json.loads(text, parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise match_error("MATC-003", place, "this is not JSON") from error
    return read_facts(data, today=today, place=place)


def read_facts(data: Any, *, today: date, place: str = "facts") -> Facts:
    """The facts in this object. Errors: MATC-003 (a field that is wrong or unknown), MATC-004."""
    if not isinstance(data, Mapping):
        raise _invalid(place, "expected an object")
    for name in sorted(set(map(str, data)) - FIELDS):
        raise _invalid(place, f"there is no field {name[:40]!r}")
    given = {name: value for name, value in data.items() if value is not None}
    statements = tuple(
        _statement(value, f"{place}.{name}[{number}]")
        for name in ("conditions", "drugs")
        for number, value in enumerate(_listed(given, name, place))
    )
    labs = tuple(
        _lab(value, f"{place}.labs[{number}]") for number, value in enumerate(_listed(given, "labs", place))
    )
    facts = Facts(
        age=_age(given, today, place),
        sex=_sex(given, place),
        pregnant=_truth(given, "pregnant", place),
        breastfeeding=_truth(given, "breastfeeding", place),
        healthy=_truth(given, "healthy", place),
        country=_words(given, "country", place) or None,
        performance={
            scale: _whole(given, scale, place, most) for scale, most in SCALES.items() if scale in given
        },
        measurements=labs,
        statements=statements,
        text=_words(given, "text", place),
    )
    _agree(facts, place)
    return facts


def _invalid(place: str, detail: str) -> Exception:
    return match_error("MATC-003", place, detail)


def _listed(given: Mapping[str, Any], name: str, place: str) -> list[Any]:
    found = given.get(name, [])
    if not isinstance(found, list) or len(found) > MOST:
        raise _invalid(f"{place}.{name}", f"expected a list of at most {MOST}")
    return found


def _words(given: Mapping[str, Any], name: str, place: str) -> str:
    found = given.get(name, "")
    if not isinstance(found, str) or len(found) > LONGEST:
        raise _invalid(f"{place}.{name}", f"expected a text of at most {LONGEST} signs")
    return found.strip()


def _truth(given: Mapping[str, Any], name: str, place: str) -> bool | None:
    found = given.get(name)
    if found is not None and not isinstance(found, bool):
        raise _invalid(f"{place}.{name}", "expected true or false")
    return found


def _whole(given: Mapping[str, Any], name: str, place: str, most: int) -> int:
    found = given.get(name)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= most:
        raise _invalid(f"{place}.{name}", f"expected a whole number between 0 and {most}")
    return found


def _sex(given: Mapping[str, Any], place: str) -> str | None:
    found = _words(given, "sex", place).upper()
    codes = {"": None, "F": "FEMALE", "FEMALE": "FEMALE", "M": "MALE", "MALE": "MALE"}
    if found not in codes:
        raise _invalid(f"{place}.sex", "expected female or male, or no field when it is not known")
    return codes[found]


def _day(text: str, place: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _invalid(place, "expected a date, YYYY-MM-DD") from error


def _age(given: Mapping[str, Any], today: date, place: str) -> Age | None:
    """The age. A date of birth and an age may both be given when they agree."""
    unit = _words(given, "age_unit", place).lower().removesuffix("s") or "year"
    if unit not in {*MONTHS, *DAYS}:
        raise _invalid(f"{place}.age_unit", "expected years, months, weeks or days")
    count = _whole(given, "age", place, OLDEST * 366) if "age" in given else None
    if count is not None and unit == "year" and count > OLDEST:
        raise _invalid(f"{place}.age", f"expected at most {OLDEST} years")
    if "birth_date" not in given:
        return None if count is None else Age(count=count, unit=unit)
    born = _day(_words(given, "birth_date", place), f"{place}.birth_date")
    if not 0 <= completed(born, today, "year") <= OLDEST:
        raise _invalid(f"{place}.birth_date", f"expected a day of the last {OLDEST} years")
    if count is not None and completed(born, today, unit) != count:
        raise match_error("MATC-004", place, "age and birth_date")
    return Age(born=born, on=today)


def _statement(value: Any, place: str) -> Statement:
    """A name, or an object: name; present (default true), or ever; days_ago; current."""
    given = {"name": value} if isinstance(value, str) else value
    known = {"name", "present", "ever", "days_ago", "current"}
    if not isinstance(given, Mapping) or set(given) - known:
        raise _invalid(place, "expected a name, or an object with name, present, ever, current, days_ago")
    name = _words(given, "name", place)
    words = frozenset(content(name))
    if not words:
        raise _invalid(f"{place}.name", "expected a name")
    present, ever = _truth(given, "present", place), _truth(given, "ever", place)
    if present and ever is False:
        raise match_error("MATC-004", place, "present and never")
    past = ever is not None and present is None or ever is False
    return Statement(
        words=words,
        text=name,
        present=ever if present is None and ever is not None else present is not False,
        past=past,
        current=bool(_truth(given, "current", place)),
        days_ago=_whole(given, "days_ago", place, OLDEST * 366) if "days_ago" in given else None,
    )


def _lab(value: Any, place: str) -> Measurement:
    """An object: name, value, unit, and the upper limit of normal (in the same unit) where it is known."""
    known = {"name", "value", "unit", "upper_limit"}
    if not isinstance(value, Mapping) or set(value) - known:
        raise _invalid(place, "expected an object with name, value, unit, upper_limit")
    name = named_measure(_words(value, "name", place))
    if name is None:
        raise _invalid(f"{place}.name", "no such measurement; known are " + ", ".join(MEASURES))
    written = _words(value, "unit", place)
    amount = _number(value.get("value"), place)
    unit = read_unit(written) if written else plain_unit(name, amount)
    if written and (unit is None or not units.known(unit)):
        raise _invalid(f"{place}.unit", "the unit is not known; write it in UCUM")
    limit = _number(value["upper_limit"], f"{place}.upper_limit") if "upper_limit" in value else None
    return Measurement(name=name, value=amount, unit=unit, upper_limit=limit)


def _number(value: Any, place: str) -> Decimal:
    """A number, or its text. It must be finite and of a size that something can have."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise _invalid(place, "expected a number")
    try:
        found = Decimal(str(value)[:60])
    except InvalidOperation as error:
        raise _invalid(place, "expected a number") from error
    if not found.is_finite() or found and not -9 <= found.adjusted() <= 15:
        raise _invalid(place, "expected a number of a possible size")
    return found


def _agree(facts: Facts, place: str) -> None:
    """Refuses a fact and its opposite. Errors: MATC-004."""
    if facts.sex == "MALE" and (facts.pregnant or facts.breastfeeding):
        raise match_error("MATC-004", place, "sex and pregnant or breastfeeding")
    stated: dict[frozenset[str], Statement] = {}
    for each in facts.statements:
        before = stated.setdefault(each.words, each)
        if before.present != each.present:
            raise match_error("MATC-004", place, "something present and absent")
    if facts.healthy and any(each.present and not each.past for each in facts.statements):
        raise match_error("MATC-004", place, "healthy and a condition or a drug")
    found: dict[tuple[str, str | None], Decimal] = {}
    for lab in facts.measurements:
        if found.setdefault((lab.name, lab.unit), lab.value) != lab.value:
            raise match_error("MATC-004", place, "two values of one measurement")
