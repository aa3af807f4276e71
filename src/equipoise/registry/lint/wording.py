"""Rules on words: slips, abbreviations and claims that change or hide the meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator

from equipoise.registry.lint.criteria import found_in
from equipoise.registry.lint.layout import word_list
from equipoise.registry.lint.model import Hit, Subject, rule, span, within

_STRAY = re.compile(r"/(?:day|week|month|d|wk|kg)\s+(\d+)\s+(?:for|in|of|by|with|at)\s+[a-z]", re.I)


@rule(
    "LINT-090",
    "W",
    "A number stands where no number belongs",
    why="Words were lost: the number may be a time point, a duration or a dose.",
    question="What does the number mean?",
)
def stray_number(subject: Subject) -> Iterator[Hit]:
    """A bare number between a rate such as `/week` and a preposition."""
    for text in subject.texts:
        for found in _STRAY.finditer(text.text):
            yield span(text, found.start(), found.end(1))


_TWICE = re.compile(r"(?<!non )(?<!non-)(?<!pre-)\b(?P<one>[A-Za-z][\w-]{1,40})\s+or\s+(?P=one)\b(?!-)")
_IDIOM = {"more", "less", "one", "same"}


@rule(
    "LINT-091",
    "W",
    "Both sides of an alternative are the same",
    why="One of the two terms is lost, so a population, group or comparison is missing.",
    question="What should stand on the other side?",
)
def same_alternative(subject: Subject) -> Iterator[Hit]:
    """`X or X` at the end of a clause of titles, design, groups, criteria or outcomes, and nothing tells them apart."""
    for text in subject.under(
        "Title", "designModule", "armsInterventionsModule", "outcomesModule", "eligibility"
    ):
        for found in _TWICE.finditer(text.text):
            ended = re.match(r"\s*(?:[.;)]|$)", text.text[found.end() :])
            qualified = re.search(r"\w-\w+\s+$", text.text[max(0, found.start() - 40) : found.start()])
            if found["one"].lower() not in _IDIOM and ended and not qualified:
                yield span(text, found.start(), found.end())


@rule(
    "LINT-092",
    "W",
    "A connective is misspelt",
    why="`and`, `or` and `and/or` give three different rules.",
    question="Which connective is meant?",
)
def misspelt_connective(subject: Subject) -> Iterator[Hit]:
    """`an/or`, `and/of`, `andor` and their like."""
    for text in subject.texts:
        for found in re.finditer(r"\b(?:an/or|and/of|andor|and\\or|or/an)\b", text.text, re.I):
            yield span(text, found.start(), found.end())


@rule(
    "LINT-093",
    "W",
    "A drug's name is misspelt",
    why="Coding and searches look for the exact name: the drug is missed when a patient takes it.",
    question="Is this the drug meant?",
)
def misspelt_drug(subject: Subject) -> Iterator[Hit]:
    """A long word one letter away from exactly one known drug name, and none itself; other names are left."""
    by_length: dict[int, list[str]] = {}
    for name in subject.drug_names:
        by_length.setdefault(len(name), []).append(name)
    seen: set[str] = set()
    for text in (one for one in subject.texts if ".otherNames" not in one.path):
        for found in re.finditer(r"\b[A-Za-z]{8,}\b", text.text):
            word = found[0].lower()
            if word in seen or word in subject.drug_names or word.rstrip("s") in subject.drug_names:
                continue
            seen.add(word)
            near = [
                name
                for size in (-1, 0, 1)
                for name in by_length.get(len(word) + size, [])
                if one_apart(word, name)
            ]
            if len(near) == 1:
                yield span(text, found.start(), found.end(), f"`{found[0]}`: {near[0]}?")


def one_apart(word: str, name: str) -> bool:
    """Whether one letter more, less, other, or two neighbours swapped makes the one the other."""
    if word == name or abs(len(word) - len(name)) > 1 or word[0] != name[0]:
        return False
    start = next(
        (n for n, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), min(len(word), len(name))
    )
    one, two = word[start:], name[start:]
    return (
        one[1:] == two[1:]
        or one[1:] == two
        or one == two[1:]
        or (one[:2] == two[1::-1] and one[2:] == two[2:])
    )


_BRACKET = re.compile(r"\((?P<short>[A-Z][A-Za-z]*[A-Z][A-Za-z]*)s?\)")
_ABBREVIATION = re.compile(r"(?<![\w-])[A-Z]{2,6}s?(?:-[A-Z])?(?![\w-])")


@rule(
    "LINT-094",
    "I",
    "An abbreviation stands inside the name that it shortens",
    why="A glossary made from the text takes the wrong words.",
    question="What is the full name?",
)
def misplaced_abbreviation(subject: Subject) -> Iterator[Hit]:
    """The bracket's last letter begins the word behind it, not a word before it."""
    for text in subject.texts:
        for found in _BRACKET.finditer(text.text):
            before = re.findall(r"[A-Za-z]+", text.text[max(0, found.start() - 90) : found.start()])
            after = re.match(r"\s+([A-Z][a-z]+)", text.text[found.end() :])
            short = found["short"].upper()
            if not after or len(short) < 3 or after[1][0] != short[-1]:
                continue
            if not initials(short, before) and initials(short[:-1], before):
                yield span(text, found.start(), found.end() + after.end(1))


def initials(short: str, words: list[str]) -> bool:
    """Whether the letters begin words, in order, near the end of the words."""
    letters, recent = list(short), words[-len(short) - 4 :]
    for word in recent:
        if letters and word[0].upper() == letters[0]:
            letters.pop(0)
    return not letters


@rule(
    "LINT-095",
    "I",
    "An abbreviation in the criteria is explained nowhere",
    why="Sites in other fields and countries read it differently, or not at all.",
    question="What does it stand for?",
)
def unexplained(subject: Subject) -> Iterator[Hit]:
    """Capitals that appear in brackets nowhere: one finding a record, at the first, naming all."""
    whole, common = subject.all_text, word_list("abbreviations.txt")
    missing: dict[str, Hit] = {}
    for one, match in found_in(subject, _ABBREVIATION):
        short = match[0]
        stem = re.sub(r"s$", "", short)
        explained = rf"\([^)]*\b{re.escape(stem)}s?\b[^)]*\)|\b{re.escape(stem)}s?\s*(?:\(|=|:)"
        line = one.text[one.text.rfind("\n", 0, match.start()) + 1 :].split("\n")[0]
        shouted = line.isupper() or re.fullmatch(r"[IVX]+[A-D]?", stem)
        if stem.upper() in common or short in missing or shouted or re.search(explained, whole):
            continue
        missing[short] = within(one, match.start(), match.end())
    if missing:
        first = next(iter(missing.values()))
        message = f"not explained: {', '.join(missing)}"
        yield Hit(path=first.path, text=first.text, start=first.start, end=first.end, message=message)


@rule(
    "LINT-096",
    "I",
    "A comparison by a number lacks its `times`",
    why="A number without its unit cannot be checked.",
    question="Times, fold or per cent, compared with what?",
)
def times_missing(subject: Subject) -> Iterator[Hit]:
    """`1000 more potent` and its like."""
    quality = (
        r"(?:potent|effective|efficacious|active|likely|sensitive|selective|frequent|severe|toxic|common)"
    )
    for text in subject.texts:
        for found in re.finditer(rf"(?<![\d.,])\d[\d.,]*\s+(?:more|less)\s+{quality}\b", text.text, re.I):
            yield span(text, found.start(), found.end())


@rule(
    "LINT-097",
    "I",
    "A harm is said to be absent",
    why="An absolute claim on safety from few patients leads sites to stop looking for the harm.",
    question="Among how many, seen how, and is the harm monitored in this trial?",
)
def absolute_safety(subject: Subject) -> Iterator[Hit]:
    """`absence of` side effects or neuropathy, `no toxicity`, in titles and descriptions."""
    pattern = re.compile(
        r"\b(?:show|demonstrat|efficac|safe)\w*\b[^.;]{0,80}?"
        r"\b(?P<claim>absence of\b[^.;]{0,60}?\b(?:neuropath\w*|toxicit\w*|side[ -]effects?|adverse|complications?))\b"
        r"|\b(?:no|without any?)\s+(?:known\s+)?(?:side[ -]effects?|toxicity)\b",
        re.I,
    )
    for text in subject.under("descriptionModule"):
        for found in pattern.finditer(text.text):
            yield span(text, *(found.span("claim") if found["claim"] else found.span()))


@rule(
    "LINT-098",
    "I",
    "One compound word is written in several ways",
    why="Searches and title checks treat them as different terms.",
    question="Which spelling holds?",
)
def hyphens_differ(subject: Subject) -> Iterator[Hit]:
    """A compound with two hyphens in one place and with one of them missing elsewhere."""
    compounds = {
        found.lower()
        for text in subject.texts
        for found in re.findall(r"\b[A-Za-z]+-[A-Za-z]+-[A-Za-z]+\b", text.text)
    }
    for compound in sorted(compounds):
        first, second, third = compound.split("-")
        loose = re.compile(rf"\b{first} {second}-{third}\b|\b{first}-{second} {third}\b", re.I)
        for text in subject.texts:
            found = loose.search(text.text)
            if found:
                yield span(text, found.start(), found.end(), f"`{compound}` elsewhere")
                break


@rule(
    "LINT-099",
    "I",
    "A sign is stored with its escape",
    why="Programs that read `\\<` as text, or drop what follows `<`, lose the limit.",
    question="Please store the sign itself.",
)
def escaped_sign(subject: Subject) -> Iterator[Hit]:
    """A backslash before `<` or `>` and a number, where doses and criteria stand: the first in the record."""
    for text in subject.under("armsInterventionsModule", "eligibilityCriteria"):
        found = re.search(r"\\[<>](?=\s*\d)", text.text)
        if found:
            yield span(text, found.start(), found.end())
            return


@rule(
    "LINT-100",
    "I",
    "Numbers and units are written with and without a space",
    why="Programs that read doses meet one form and miss the other.",
    question="Please use one form.",
)
def spaces_differ(subject: Subject) -> Iterator[Hit]:
    """`15mg` and `15 mg` in one record: the first without a space."""
    tight = re.compile(r"\b\d+(?:[.,]\d+)?(?:mg|mcg|µg|ml|mL|kg|g)\b")
    if not re.search(r"\b\d+(?:[.,]\d+)?\s(?:mg|mcg|µg|ml|mL|kg|g)\b", subject.all_text):
        return
    for text in subject.texts:
        found = tight.search(text.text)
        if found:
            yield span(text, found.start(), found.end())
            return


@rule(
    "LINT-101",
    "I",
    "An opinion stands in the record",
    why="A record states what is planned; opinions age and are quoted as facts.",
    question="Which fact (for example the funder) should stand here?",
)
def opinion(subject: Subject) -> Iterator[Hit]:
    """`We assume`, `we believe`, `we hope`."""
    for text in subject.under("descriptionModule"):
        for found in re.finditer(r"\bwe (?:assume|believe|think|hope|feel)\b[^.\n]{0,120}", text.text, re.I):
            yield span(text, found.start(), found.end())


@rule(
    "LINT-102",
    "I",
    "Another study's number stands in the text",
    why="Programs take it for this study's, or for a second enrolment.",
    question="Does the number belong here, and in which role?",
)
def other_numbers(subject: Subject) -> Iterator[Hit]:
    """A registry number in a free text that is not this record's own."""
    for text in subject.texts:
        for found in re.finditer(r"\bNCT\d{8}\b", text.text):
            if found[0] != subject.record.nct_id:
                yield span(text, found.start(), found.end())


_SITE = re.compile(
    r"check back later|lorem ipsum|\bTBD\b|\bxxx+\b"
    r"|(?:\A|(?<=[:(\[])|(?<=[:(\[] ))to be (?:determined|completed|confirmed)",
    re.I,
)


@rule(
    "LINT-103",
    "W",
    "A placeholder or a website's own sentence stands in the record",
    why="It is not the sponsor's word and says nothing on this trial.",
    question="What should stand here?",
)
def placeholder(subject: Subject) -> Iterator[Hit]:
    """`to be determined`, `TBD`, `check back later`."""
    for text in subject.texts:
        for found in _SITE.finditer(text.text):
            yield span(text, found.start(), found.end())


@rule(
    "LINT-104",
    "I",
    "The same sentence stands twice",
    why="Two copies drift apart at the next amendment.",
    question="Which copy holds?",
)
def sentence_twice(subject: Subject) -> Iterator[Hit]:
    """A sentence of at least 60 letters in two texts that are not both of one list."""
    first: dict[str, str] = {}
    for text in subject.under("descriptionModule", "designModule", "armsInterventionsModule"):
        for found in re.finditer(r"[^.\n]{60,}", text.text):
            sentence = " ".join(found[0].lower().split())
            if first.setdefault(sentence, text.path) != text.path:
                yield span(text, found.start(), found.end(), f"also in {first[sentence]}")
                return
