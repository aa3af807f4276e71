"""Rules on who may take part: ages and sex in the text against their fields.

Software takes the fields, people read the text. A contradiction is only claimed where one short criterion states
the rule for everybody: longer ones, and lists of alternatives, give the age or the sex of a subgroup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from equipoise.registry.lint.criteria import found_in
from equipoise.registry.lint.model import Criterion, Hit, Subject, Text, rule, span, within

AGE = re.compile(r"(\d+)\s*(Year|Month|Week|Day)s?", re.I)
SHORT = 70
MODULE = "protocolSection.eligibilityModule"
_ANY_AGE = re.compile(r"\b\d+\s*(?:-\s*)?(?:years?|yrs?)\b", re.I)
_RANGE = re.compile(
    r"\b(?:age[ds]?|ages|between)\b[^.;\n\d]{0,30}(?P<low>\d{1,3})\s*(?:years?|yrs?)?\s*(?:-|–|to|and|through)\s*(?P<high>\d{1,3})\s*(?:years?|yrs?)\b",
    re.I,
)
_LEAST = re.compile(
    r"\b(?:at least|minimum(?: of)?|age[ds]?\s*(?:≥|>=|\\>=))\s*(?P<low>\d+)\s*(?:years?)(?:\s+of\s+age|\s+old)?\b",
    re.I,
)
_SUBGROUP = re.compile(
    r"\b(?:if|for|with|when|or|unless|wom[ae]n|female|child|children|son|daughter|parent|partner|post-?menopaus\w*|diagnos\w+|duration|onset|history|since|education|expectancy)\b",
    re.I,
)


@rule(
    "LINT-070",
    "E",
    "The age in the text and the age in its field differ",
    why="Software takes the field, people read the text.",
    question="Which age holds?",
)
def ages_disagree(subject: Subject) -> Iterator[Hit]:
    """The one short inclusion criterion that states an age for everybody, against the fields of age in years."""
    stated = [one for one in subject.criteria if one.side == "inclusion" and _ANY_AGE.search(one.text)]
    if len(stated) != 1 or len(stated[0].text) > SHORT or _SUBGROUP.search(stated[0].text):
        return
    found = _RANGE.search(stated[0].text) or _LEAST.search(stated[0].text)
    if found and not _part_of_a_list(subject, stated[0]):
        said = [
            f"{name} {field}"
            for group, name, field in _years(subject)
            if (age := found.groupdict().get(group)) and int(age) != int(field)
        ]
        if said:
            yield within(stated[0], found.start(), found.end(), f"the field says {', '.join(said)} years")


def _years(subject: Subject) -> Iterator[tuple[str, str, str]]:
    module = subject.protocol.eligibility_module
    for group, name, text in (
        ("low", "minimum", module.minimum_age),
        ("high", "maximum", module.maximum_age),
    ):
        field = AGE.fullmatch(text)
        if field and field[2].lower() == "year":
            yield group, name, field[1]


_ONE_OF = re.compile(
    r"\b(?:one|any|either|more|two|some) of (?:the )?(?:following|these)\b|\bpredictors?\b|\brisk factors?\b",
    re.I,
)


def _part_of_a_list(subject: Subject, one: Criterion) -> bool:
    """Whether the criterion hangs on another, as one of several definitions or for one group of participants."""
    whole = subject.protocol.eligibility_module.eligibility_criteria[: one.start]
    if _ONE_OF.search(whole[-400:]):
        return True
    before = whole[-40:].rstrip(" \n*-•·1234567890.)")
    return bool(one.parent) or before.endswith(":") and not before.lower().endswith(("criteria:", "age:"))


@rule(
    "LINT-071",
    "E",
    "The minimum age is above the maximum age",
    why="Nobody can be included.",
    question="Which ages are meant?",
)
def ages_inverted(subject: Subject) -> Iterator[Hit]:
    """Both fields in one unit, minimum above maximum."""
    module = subject.protocol.eligibility_module
    low, high = AGE.fullmatch(module.minimum_age), AGE.fullmatch(module.maximum_age)
    if low and high and low[2].lower() == high[2].lower() and int(low[1]) > int(high[1]):
        text = Text(path=f"{MODULE}.minimumAge", text=module.minimum_age)
        yield span(text, 0, len(text.text), f"{module.minimum_age} to {module.maximum_age}")


_BOTH = re.compile(
    r"\b(?:m[ae]n|males?)\s*(?:and|or|/|and/or)\s*(?:non-?pregnant\s+)?(?:wom[ae]n|females?)\b"
    r"|\b(?:wom[ae]n|females?)\s*(?:and|or|/|and/or)\s*(?:m[ae]n|males?)\b|\b(?:both|either) (?:sexes|genders?|sex)\b",
    re.I,
)
_ASIDE = re.compile(r"\bcontracep|\bbirth control|\bpartner|\bfertil|\bchild|\bpregnan\w+ test", re.I)


@rule(
    "LINT-073",
    "E",
    "The text admits both sexes, the field admits one",
    why="Whoever searches by sex, or screens by the field, turns away people that the text admits.",
    question="Which sexes may take part?",
)
def sexes_disagree(subject: Subject) -> Iterator[Hit]:
    """Sex FEMALE or MALE, and a short inclusion criterion that says men and women."""
    sex = subject.protocol.eligibility_module.sex
    if sex not in ("FEMALE", "MALE"):
        return
    for one, match in found_in(subject, _BOTH, "inclusion"):
        before = subject.protocol.eligibility_module.eligibility_criteria[max(0, one.start - 200) : one.start]
        if len(one.text) <= SHORT and not _ASIDE.search(f"{before} {one.text}"):
            yield within(one, match.start(), match.end(), f"the field says {sex}")
            return


_CHILDREN = re.compile(r"\b(?:children|p(?:a)?ediatric|infants?|neonat\w+|newborns?|toddlers?)\b", re.I)
_WOMEN = re.compile(r"\b(?:wom[ae]n|pregnan\w+|postmenopausal|breast-?feeding)\b", re.I)
_FOR_OTHERS = re.compile(
    r"\b(?:adults?|parents?|mothers?|maternal|antenatal|obstetric|f(?:o)?etal|prenatal"
    r"|pregnan\w+|wom[ae]n|caregiv\w+|older|of children|surviv\w+|protocol)\b",
    re.I,
)
_MEN = re.compile(r"\b(?:men|prostat\w+)\b", re.I)


@rule(
    "LINT-074",
    "E",
    "The title names people whom the fields shut out",
    why="Searches and screening by the fields find nobody of those for whom the trial was made.",
    question="Which ages and which sex may take part?",
)
def title_and_fields(subject: Subject) -> Iterator[Hit]:
    """Children in a title and a minimum age of 18 years or more; women or men alone, and the other sex alone."""
    module, text = subject.protocol.eligibility_module, subject.protocol.identification_module.brief_title
    low = AGE.fullmatch(module.minimum_age)
    adults = bool(low) and low[2].lower() == "year" and int(low[1]) >= 18  # type: ignore[index]
    for applies, pattern, field in (
        (adults and not _FOR_OTHERS.search(text), _CHILDREN, module.minimum_age),
        (module.sex == "MALE" and not _MEN.search(text), _WOMEN, "MALE"),
        (module.sex == "FEMALE" and not _WOMEN.search(text), _MEN, "FEMALE"),
    ):
        found = pattern.search(text) if applies else None
        if found:
            title = Text(path="protocolSection.identificationModule.briefTitle", text=text)
            yield span(title, found.start(), found.end(), f"the field says {field}")
            return
