"""The hard facts of a record: age limits, sex, healthy volunteers, country and recruitment, judged as criteria.

Each is a field of the record, so no words need to be read. A record that states no limit has no such criterion.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from equipoise.registry.countries import registry_names
from equipoise.registry.escapes import plain
from equipoise.registry.match.ages import Age, Limit, at_least, at_most, read_limit
from equipoise.registry.match.criteria import Finding
from equipoise.registry.match.facts import Facts
from equipoise.registry.match.truth import INCLUSION, Truth, verdict

OPEN = frozenset({"RECRUITING", "NOT_YET_RECRUITING", "ENROLLING_BY_INVITATION", "AVAILABLE"})
CLOSED = frozenset(
    {
        "ACTIVE_NOT_RECRUITING", "COMPLETED", "SUSPENDED", "TERMINATED", "WITHDRAWN", "NO_LONGER_AVAILABLE",
        "TEMPORARILY_NOT_AVAILABLE", "APPROVED_FOR_MARKETING", "WITHHELD",
    }
)  # fmt: skip
STATUS = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a record says on who may enter, where and when, with the parts that a list of matches shows."""

    nct_id: str
    title: str = ""
    status: str = ""
    sex: str = ""
    minimum: Limit | None = None
    maximum: Limit | None = None
    healthy: bool | None = None
    countries: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    criteria: str = ""


def terms_of(nct_id: str, data: Mapping[str, Any]) -> Terms:
    """The terms of a record in version 2 JSON. A part of the wrong type says nothing."""
    protocol = _part(data, "protocolSection")
    eligibility = _part(protocol, "eligibilityModule")
    names = _part(protocol, "identificationModule")
    places = _part(protocol, "contactsLocationsModule").get("locations")
    healthy = eligibility.get("healthyVolunteers")
    listed = _part(protocol, "conditionsModule").get("conditions")
    return Terms(
        nct_id=nct_id,
        title=_text(names, "briefTitle") or _text(names, "officialTitle"),
        status=_text(_part(protocol, "statusModule"), "overallStatus"),
        sex=_text(eligibility, "sex"),
        minimum=read_limit(_text(eligibility, "minimumAge")),
        maximum=read_limit(_text(eligibility, "maximumAge")),
        healthy=healthy if isinstance(healthy, bool) else None,
        countries=tuple(
            dict.fromkeys(
                _text(each, "country")
                for each in (places if isinstance(places, list) else [])
                if isinstance(each, Mapping) and _text(each, "country")
            )
        ),
        conditions=tuple(plain(str(each)) for each in listed) if isinstance(listed, list) else (),
        criteria=_text(eligibility, "eligibilityCriteria"),
    )


def _part(data: Any, name: str) -> Mapping[str, Any]:
    found = data.get(name) if isinstance(data, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _text(data: Mapping[str, Any], name: str) -> str:
    found = data.get(name)
    return plain(found) if isinstance(found, str) else ""


def hard_findings(terms: Terms, facts: Facts) -> Iterator[Finding]:
    """The verdicts on the fields of a record."""
    if terms.minimum:
        truth = at_least(facts.age, terms.minimum)
        why = _age_why(facts.age, truth, "<", terms.minimum)
        yield _finding("minimum age", str(terms.minimum), truth, why)
    if terms.maximum:
        truth = at_most(facts.age, terms.maximum)
        yield _finding(
            "maximum age", str(terms.maximum), truth, _age_why(facts.age, truth, ">", terms.maximum)
        )
    if terms.sex:
        yield _sex(terms, facts)
    if terms.healthy is not None:
        yield _healthy(terms, facts)
    if terms.countries:
        yield _country(terms, facts)
    yield _status(terms)


def _finding(kind: str, words: str, truth: Truth, why: str) -> Finding:
    return Finding(
        kind=kind,
        side=INCLUSION,
        words=words,
        verdict=verdict(truth, INCLUSION),
        why=why,
        mentioned=truth is not None,
    )


def _age_why(age: Age | None, truth: Truth, sign: str, limit: Limit) -> str:
    if age is None:
        return "the age is not known"
    if truth is None:
        return f"age {age} may be on either side of {limit}"
    # Years are the common unit, and are left out of the short reason.
    shown = [str(each).removesuffix(" years") for each in (age, limit)]
    return f"age {shown[0]} {sign} {shown[1]}" if truth is False else f"age {shown[0]}"


def _sex(terms: Terms, facts: Facts) -> Finding:
    if terms.sex.upper() == "ALL":
        return _finding("sex", "all", True, "all sexes may enter")
    truth = None if facts.sex is None else facts.sex == terms.sex.upper()
    why = "the sex is not known" if facts.sex is None else facts.sex.lower()
    return _finding(
        "sex",
        terms.sex.lower(),
        truth,
        why if truth is not False else f"{why}, and only {terms.sex.lower()} may enter",
    )


def _healthy(terms: Terms, facts: Facts) -> Finding:
    """Where healthy volunteers are accepted, all are; where not, whoever has a condition is no healthy volunteer."""
    if terms.healthy:
        return _finding("healthy volunteers", "accepted", True, "healthy volunteers may enter too")
    ill = facts.healthy is False or any(each.present and not each.past for each in facts.statements)
    truth = False if facts.healthy else True if ill else None
    said = {True: "no healthy volunteer", False: "a healthy volunteer", None: "health is not known"}
    return _finding("healthy volunteers", "not accepted", truth, said[truth])


def _country(terms: Terms, facts: Facts) -> Finding:
    shown = ", ".join(terms.countries[:5]) + (
        f" and {len(terms.countries) - 5} more" if len(terms.countries) > 5 else ""
    )
    if facts.country is None:
        return _finding("country", shown, None, "the country is not known")
    here = not {name.casefold() for name in registry_names(facts.country)}.isdisjoint(
        each.casefold() for each in terms.countries
    )
    return _finding("country", shown, here, facts.country if here else f"no site in {facts.country}")


def _status(terms: Terms) -> Finding:
    status = terms.status.upper()
    truth = True if status in OPEN else False if status in CLOSED else None
    words = status.lower().replace("_", " ") or "not stated"
    return _finding(STATUS, words, truth, f"the status is {words}")
