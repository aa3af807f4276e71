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
SHORT, STATED = 70, 90
MODULE = "protocolSection.eligibilityModule"
_ANY_AGE = re.compile(
    r"\b\d{1,3}\s*(?:-\s*)?(?:years?|yrs?|y/?o)\b|\b(?:age[ds]?|ages)\b[^.\n]{0,20}\d", re.I
)
_RANGE = re.compile(
    r"(?:\b(?:age[ds]?|ages|between)\b[^.;\n\d]{0,30}|\A\W*)(?P<low>\d{1,3})\s*(?:years?|yrs?)?\s*(?:-|–|to|and|through)\s*(?P<high>\d{1,3})\s*(?:years?|yrs?)\b",
    re.I,
)
_LEAST = re.compile(
    r"(?:\b(?:at least|minimum(?: of)?)|≥|>=|\\>=|\bage[ds]?\s*(?:>|\\>|over|above))\s*(?P<low>\d{1,3})"
    r"\s*(?:years?|yrs?)(?:\s+of\s+age|\s+old)?\b"
    r"|\b(?P<older>\d{1,3})\s*(?:years?|yrs?)(?:\s+of\s+age|\s+old)?,?\s*(?:or|and)\s*(?:older|above|over)\b",
    re.I,
)
_OLDER = re.compile(r"\b(?:or|and) (?:older|above|over)\b", re.I)
_SUBGROUP = re.compile(
    r"\b(?:if|for|with|when|or|unless|wom[ae]n|females?|m[ae]n|males?|child|children|son|daughter|parents?|partner"
    r"|post-?menopaus\w*|diagnos\w+|duration|onset|history|since|education|expectancy|interval|follow\w*|groups?"
    r"|cohort|arm|part|phase|stage|prefer\w*|vaccin\w*|within|ago|smok\w+|disease|months?|weeks?|donors?|controls?"
    r"|siblings?|famil\w+|relatives?)\b",
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
    """The one short inclusion criterion that states an age for everybody, against the fields of age in years.

    Criteria with headings for several groups of people are left, and an age behind donors, volunteers or controls.
    A limit in the text and none in its field differ too; one year of difference does not (`over 18`, `under 65`).
    """
    stated = [one for one in subject.criteria if one.side == "inclusion" and _ANY_AGE.search(one.text)]
    if len(stated) != 1 or len(stated[0].text) > STATED or _SUBGROUP.search(_OLDER.sub("", stated[0].text)):
        return
    whole = subject.protocol.eligibility_module.eligibility_criteria
    if _GROUPS.search(whole) or "volunteer" in stated[0].text.lower() and "patient" in whole.lower():
        return
    found = _RANGE.search(stated[0].text) or _LEAST.search(stated[0].text)
    if found and not _part_of_a_list(subject, stated[0]):
        ages = found.groupdict()
        module = subject.protocol.eligibility_module
        pairs = (
            ("minimum", ages.get("low") or ages.get("older"), module.minimum_age),
            ("maximum", ages.get("high"), module.maximum_age),
        )
        said = [f"{name} {text or 'none'}" for name, age, text in pairs if age and _differ(int(age), text)]
        if said:
            yield within(stated[0], found.start(), found.end(), f"the field says {', '.join(said)}")


OLDEST = 95


def _differ(age: int, text: str) -> bool:
    """Whether a field of age is more than a year away, or has no limit where the text has a real one."""
    field = AGE.fullmatch(text)
    if field:
        return field[2].lower() == "year" and abs(int(field[1]) - age) > 1
    return 0 < age < OLDEST and text in ("", "N/A", "None")


_GROUPS = re.compile(
    r"\b(?:donors?|volunteers|patients?|controls|cases|parents|caregivers|cohort \w+|group \w+)(?: criteria)?\s*:"
    r"|\bcriteria for\b",
    re.I,
)
_OTHERS = re.compile(
    r"\b(?:donors?|(?:healthy|normal) (?:volunteers?|subjects?|controls?|adults?|people))\b", re.I
)
OTHERS_NEAR = 200
_ONE_OF = re.compile(
    r"\b(?:one|any|either|more|two|some) of (?:the )?(?:following|these)\b|\bpredictors?\b|\brisk factors?\b",
    re.I,
)


def _part_of_a_list(subject: Subject, one: Criterion) -> bool:
    """Whether the criterion hangs on another, as one of several definitions or for one group of participants."""
    whole = subject.protocol.eligibility_module.eligibility_criteria[: one.start]
    if _ONE_OF.search(whole[-400:]) or _OTHERS.search(whole[-OTHERS_NEAR:]):
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
    "W",
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


_HEALTHY = re.compile(
    r"\A\W*(?:(?!not\b|no\b|non\b|otherwise\b|of\b)[\w-]+,?\s+)?healthy,?\s+"
    r"(?:(?:and|or|adult|male|female|young|elderly|human|normal|post-?menopausal|older|men|women|non-?\w+)s?,?\s+){0,4}"
    r"(?:volunteers?|subjects?|participants?|individuals?|controls?|adults?|m[ae]n|wom[ae]n|males?|females?)\b",
    re.I,
)


@rule(
    "LINT-075",
    "E",
    "The text includes healthy people, the field takes none",
    why="Registries and recruiters filter by the field: the healthy people whom the text wants are turned away.",
    question="Are healthy volunteers taken, as a group of their own or as all participants?",
)
def healthy_people(subject: Subject) -> Iterator[Hit]:
    """`Healthy volunteers` and their like begin an inclusion criterion, and the field for them says no."""
    if subject.protocol.eligibility_module.healthy_volunteers is not False:
        return
    for one, match in found_in(subject, _HEALTHY, "inclusion"):
        yield within(one, match.start(), match.end(), "the field says that no healthy volunteers are taken")
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
    "W",
    "The title names children, the fields take adults only",
    why="Searches and screening by the fields find nobody of those for whom the trial was made.",
    question="Do children take part, or those who care for them?",
)
def title_and_fields(subject: Subject) -> Iterator[Hit]:
    """Children in a title, nobody else, and a minimum age of 18 years or more."""
    module, text = subject.protocol.eligibility_module, subject.protocol.identification_module.brief_title
    low, found = AGE.fullmatch(module.minimum_age), _CHILDREN.search(text)
    adults = low and low[2].lower() == "year" and int(low[1]) >= 18
    if found and adults and not _FOR_OTHERS.search(text):
        title = Text(path="protocolSection.identificationModule.briefTitle", text=text)
        yield span(title, found.start(), found.end(), f"the field says {module.minimum_age}")


@rule(
    "LINT-076",
    "W",
    "The title names one sex, the field takes only the other",
    why="Searches and screening by the field find nobody of those for whom the study was made.",
    question="Which sex may take part?",
)
def sex_of_title(subject: Subject) -> Iterator[Hit]:
    """Women or pregnancy in a title and sex MALE, men or the prostate and sex FEMALE."""
    module, text = subject.protocol.eligibility_module, subject.protocol.identification_module.brief_title
    for applies, pattern, field in (
        (module.sex == "MALE" and not _MEN.search(text), _WOMEN, "MALE"),
        (module.sex == "FEMALE" and not _WOMEN.search(text), _MEN, "FEMALE"),
    ):
        found = pattern.search(text) if applies else None
        if found:
            title = Text(path="protocolSection.identificationModule.briefTitle", text=text)
            yield span(title, found.start(), found.end(), f"the field says {field}")
            return
