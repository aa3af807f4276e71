"""Rules on terms: limits without a unit, abbreviations with two meanings, sentences of a template."""

from __future__ import annotations

import re
from collections.abc import Iterator

from equipoise.registry.lint.criteria import found_in
from equipoise.registry.lint.model import Hit, Subject, Text, rule, span, within
from equipoise.registry.lint.wording import initials

_LIMIT = re.compile(
    r"\b(?P<name>h(?:a)?emoglobin|creatinine|bilirubin|platelets?(?: counts?)?|neutrophils?(?: counts?)?|glucose"
    r"|potassium|albumin|cholesterol|triglycerides|ferritin|calcium|weight|temperature)\s*(?:levels?\s*|concentrations?\s*)?"
    r"(?:of\s+|is\s+|was\s+)?(?:<=|>=|<|>|≤|≥|above|below|less than|greater than|more than|over|under)\s*"
    r"(?P<value>\d[\d.,]*)(?P<rest>.{0,24})",
    re.I | re.S,
)
_BARE = re.compile(r"\s*(?:\Z|[;)]|[.,](?:\s|\Z)|(?:or|and|at|within|on|unless|in the|by)\b)", re.I)


@rule(
    "LINT-088",
    "W",
    "A laboratory or body limit has no unit",
    why="The same number in two units is two limits; laboratories report in the units of their country.",
    question="In which unit is the limit?",
)
def limit_without_unit(subject: Subject) -> Iterator[Hit]:
    """A named measurement, a comparison and a number, behind which the clause ends or goes on without a unit.

    Measurements that laboratories report in two units are left to LINT-089, unless the number fits one of them only.
    """
    for one, match in found_in(subject, _LIMIT):
        rest = match["rest"]
        named = _TWO_UNITS.match(match["name"])
        if _BARE.match(rest) and (not named or _fits_one_unit(match) and _no_unit_behind(one.text, match)):
            yield within(one, match.start(), match.end() - len(rest))


_TWO_UNITS = re.compile(
    r"(?<!glycated )(?<!glycosylated )\b"
    r"(?:h(?:a)?emoglobin|creatinine|bilirubin|glucose|cholesterol|triglycerides|calcium)\b",
    re.I,
)
_SAID = re.compile(
    r"\b(?:mg|g|mmol|µmol|umol|mcmol|micromol\w*|mol|mEq|ULN|upper limits?|times|normal|gm?s?|grams?)\b"
    r"|[/%×µμ]|\d\s*x\b",
    re.I,
)


# From these numbers on nobody lives in the smaller unit, or they are no limit in it: one reading is left.
_ONE_UNIT_FROM = {
    "glucose": 36.0, "creatinine": 30.0, "bilirubin": 60.0, "hemoglobin": 30.0, "haemoglobin": 30.0,
    "cholesterol": 40.0, "triglycerides": 120.0, "calcium": 6.0,
}  # fmt: skip


def _fits_one_unit(match: re.Match[str]) -> bool:
    """Whether the number is possible in one of the measurement's two units only."""
    plain = re.sub(r",(?=\d{3}\b)", "", match["value"]).replace(",", ".")
    whole, _, decimals = plain.partition(".")
    return float(f"{whole}.{decimals.strip('.') or 0}") >= _ONE_UNIT_FROM[match["name"].lower()]


def _no_unit_behind(text: str, match: re.Match[str]) -> bool:
    """Whether no unit stands between the number and the end of its sentence."""
    behind = text[match.start("rest") : match.start("rest") + 80]
    return not _SAID.search(re.split(r"[.;](?:\s|\Z)", behind)[0])


@rule(
    "LINT-089",
    "E",
    "A limit has no unit, and laboratories report it in two",
    why="Grams or moles, decilitres or litres: the number alone is two limits, up to ninety times apart.",
    question="In which unit is the limit?",
)
def limit_in_two_units(subject: Subject) -> Iterator[Hit]:
    """Haemoglobin, creatinine, bilirubin, glucose, lipids, calcium: a limit, and no unit to the end of its sentence.

    Numbers that are possible in one of the units only are left to LINT-088: glucose 300 can be milligrams alone.
    """
    for one, match in found_in(subject, _LIMIT):
        rest = match["rest"]
        named = _TWO_UNITS.match(match["name"]) and _TWO_UNITS.match(one.text, match.start())
        if named and _BARE.match(rest) and not _fits_one_unit(match) and _no_unit_behind(one.text, match):
            yield within(one, match.start(), match.end() - len(rest))


_SHORT = re.compile(r"\((?P<short>[A-Z]{2,6})\)")
_SKIPPED = frozenset({"of", "the", "and", "for", "in", "to", "a", "on", "with", "by", "at", "de", "or"})


def _expansions(subject: Subject) -> Iterator[tuple[str, tuple[str, ...], Text, re.Match[str]]]:
    """Each abbreviation in brackets with as many words before it as it has letters, small words left out."""
    for text in subject.texts:
        for found in _SHORT.finditer(text.text):
            before = text.text[max(0, found.start() - 120) : found.start()]
            clause = re.split(r"[.;:,()\n]", before)[-1]
            words = [w for w in re.findall(r"[^\W\d_]+", clause) if w.lower() not in _SKIPPED]
            yield found["short"], tuple(words[-len(found["short"]) :]), text, found


def _begins(short: str, words: tuple[str, ...]) -> bool:
    return len(short) == len(words) and all(w[0].upper() == s for w, s in zip(words, short, strict=True))


@rule(
    "LINT-105",
    "W",
    "One abbreviation stands for two things",
    why="Whoever meets the abbreviation alone cannot know which of the two is meant.",
    question="Which of the two is meant at each place?",
)
def two_meanings(subject: Subject) -> Iterator[Hit]:
    """One bracketed abbreviation after two runs of words that both begin with its letters and share no word."""
    first: dict[str, set[str]] = {}
    for short, words, text, found in _expansions(subject):
        if not _begins(short, words):
            continue
        stems = {word.lower()[:5] for word in words}
        if not first.setdefault(short, stems) & stems:
            yield span(text, found.start(), found.end(), f"{short}: also {' '.join(words)}")
            return


@rule(
    "LINT-106",
    "I",
    "An abbreviation does not fit the words that it shortens",
    why="A glossary made from the text takes the wrong words, and a search for the full name finds nothing.",
    question="What does the abbreviation stand for?",
)
def wrong_expansion(subject: Subject) -> Iterator[Hit]:
    """Capitalised words before a bracket, one for each letter, of which all but one begin with its letter."""
    for short, words, text, found in _expansions(subject):
        if len(words) != len(short) or len(short) < 3 or not all(word[0].isupper() for word in words):
            continue
        before = re.findall(r"[^\W\d_]+", text.text[max(0, found.start() - 120) : found.start()])
        if initials(short, before):
            continue
        wrong = [word for word, letter in zip(words, short, strict=True) if word[0] != letter]
        if len(wrong) == 1 and not any(
            letter in wrong[0].upper() for letter in short if letter != wrong[0][0]
        ):
            yield span(text, found.start(), found.end(), f"{short} after `{' '.join(words)}`")
            return


_TEMPLATE = re.compile(
    r"[\[<]\s*(?:insert|enter|specify|name of|drug name|study drug|sponsor|institution|investigator|site)\b"
    r"[^\]>\n]{0,60}[\]>]|\bdelete if not applicable\b|\binsert (?:name|text|drug|here)\b"
    r"|\bto be (?:completed|filled) by (?:the )?(?:site|investigator|sponsor)\b",
    re.I,
)


@rule(
    "LINT-107",
    "W",
    "A sentence of a template was left unfilled",
    why="It speaks of no trial in particular; what was to be said here is not said.",
    question="What should stand here for this trial?",
)
def template_left(subject: Subject) -> Iterator[Hit]:
    """`[insert ...]`, `<drug name>`, `delete if not applicable` and their like."""
    for text in subject.texts:
        for found in _TEMPLATE.finditer(text.text):
            yield span(text, found.start(), found.end())


_STUDY_CALLED = re.compile(r"\b(?:the|this)\s+(?P<name>[A-Z][A-Z0-9-]{3,15})\s+(?:study|trial)\b")


@rule(
    "LINT-108",
    "I",
    "The text calls the trial by a name that its titles do not have",
    why="The sentence may come from another trial's record; readers look for a trial that this is not.",
    question="Is this the name of this trial? If so, give it as its acronym; if not, what should the sentence say?",
)
def another_name(subject: Subject) -> Iterator[Hit]:
    """`this NAME study` in the description or the criteria, where neither title, acronym nor number has the name."""
    given = subject.protocol.identification_module
    numbers = [one.id for one in (*given.secondary_id_infos, given.org_study_id_info) if one]
    own = re.sub(
        r"\W", "", " ".join([given.brief_title, given.official_title, given.acronym, *numbers])
    ).upper()
    for text in subject.under("descriptionModule", "eligibilityModule"):
        for found in _STUDY_CALLED.finditer(text.text):
            if found[0].startswith("this") and re.sub(r"\W", "", found["name"]) not in own:
                yield span(text, *found.span("name"))
                return
