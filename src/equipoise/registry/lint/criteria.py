"""Rules on eligibility: criteria that two people would judge differently, or that say the opposite."""

from __future__ import annotations

import re
from collections.abc import Iterator

from equipoise.registry.lint.model import CRITERIA, Criterion, Hit, Subject, absent, rule, within


def found_in(
    subject: Subject, pattern: re.Pattern[str], side: str = ""
) -> Iterator[tuple[Criterion, re.Match[str]]]:
    """Each match of a pattern in the criteria of one side (or of all)."""
    for one in subject.criteria:
        if not side or one.side == side:
            for match in pattern.finditer(one.text):
                yield one, match


_JOINED = re.compile(r"\band\s?/\s?or\b(?=\W*$)", re.I)
_DOSED = re.compile(r"\b(?:dos(?:e|es|age)|agents?)\b", re.I)


@rule(
    "LINT-050",
    "W",
    "Required treatments are joined by `and/or` at the end of an item",
    why="Whether all or any of the treatments must have been given decides who is in; software needs one of the two.",
    question="Must every one of these have been given, or is one enough?",
)
def joined_items(subject: Subject) -> Iterator[Hit]:
    """`and/or` as the last words of an item that speaks of a dose or of agents."""
    for one, match in found_in(subject, _JOINED):
        if _DOSED.search(one.text):
            yield within(one, match.start(), match.end())


@rule(
    "LINT-049",
    "W",
    "Criteria are joined by `and/or` at the end of an item",
    why="Read as logic it means that one is enough, and then `and` is idle; some readers ask for all.",
    question="Must every one of these hold, or is one enough?",
)
def joined_signs(subject: Subject) -> Iterator[Hit]:
    """`and/or` as the last words of an item that speaks of no dose and no agents: the first in the record."""
    for one, match in found_in(subject, _JOINED):
        if not _DOSED.search(one.text):
            yield within(one, match.start(), match.end())
            return


@rule(
    "LINT-051",
    "W",
    "A criterion mixes `and/or` with another connective, so its scope is open",
    why="Which words the connective joins changes who is excluded.",
    question="Please rewrite with brackets or as separate criteria: what joins what?",
)
def mixed_connectives(subject: Subject) -> Iterator[Hit]:
    """`and/or` inside an item that also has `or` or `requiring` after or before it."""
    inner = re.compile(r"\band\s?/\s?or\b(?!\W*$)", re.I)
    for one, match in found_in(subject, inner):
        rest = one.text[match.end() :]
        if re.search(r"\bor\b", rest, re.I) and re.search(
            r"\brequir\w+|\bwith\b|\bdue to\b", one.text[: match.start()], re.I
        ):
            yield within(one, match.start(), match.end())


_STABLE = re.compile(r"\bstable (?:dos\w+|regimen|treatment|therapy)\b", re.I)
SPAN = re.compile(r"(?:\d+|one|two|three|four|six|twelve)[\s-]*(?:hours?|days?|weeks?|months?|years?)", re.I)


@rule(
    "LINT-052",
    "W",
    "A stable dose without a duration",
    why="Stable since yesterday and stable for a year are different patients.",
    question="Stable for how long, before which day?",
)
def stable_for_how_long(subject: Subject) -> Iterator[Hit]:
    """`stable dose` with no number of days, weeks or months in the rest of its item."""
    for one, match in found_in(subject, _STABLE):
        if not SPAN.search(one.text[max(0, match.start() - 60) : match.end() + 2_000]):
            yield within(one, match.start(), match.end())


_FERTILE = re.compile(r"\b(?:pregnancy tests?)\b", re.I)
_WHO = re.compile(
    r"\b(?:wom[ae]n|females?|child-?\s?bearing|WOCBP|fertile|m[ae]n|males?|partners?|both sexes|girls?|she|her)\b",
    re.I,
)


@rule(
    "LINT-053",
    "E",
    "A pregnancy test is asked of everybody",
    why="Read literally, nobody who cannot become pregnant can be included.",
    question="Of whom is it asked (definition of childbearing potential), and what holds for men?",
)
def pregnancy_test_for_all(subject: Subject) -> Iterator[Hit]:
    """An inclusion criterion with a pregnancy test, no word on sex or potential in it or near it, sex ALL."""
    if subject.protocol.eligibility_module.sex != "ALL":
        return
    for one, match in found_in(subject, _FERTILE, "inclusion"):
        whole = subject.protocol.eligibility_module.eligibility_criteria
        end = one.start + len(one.text)
        near = whole[max(0, one.start - 400) : end + 150]
        if not _WHO.search(f"{near} {one.parent}") and "applicable" not in one.text:
            yield within(one, match.start(), match.end())
            return


_VAGUE = re.compile(
    r"\b(?:adequate|appropriate|acceptable|sufficient|reliable|normal|good|satisfactory)\s+(?:\w+\s+){0,2}?"
    r"(?:contraception|contraceptives?|function|reserve|control|health|performance)\b",
    re.I,
)


@rule(
    "LINT-054",
    "W",
    "A quality is asked for and not defined",
    why="Two physicians draw the line in two places; the trial then recruits two populations.",
    question="Which methods, values or limits count?",
)
def undefined_quality(subject: Subject) -> Iterator[Hit]:
    """`adequate contraception`, `normal function` with no number, list or definition just behind it."""
    defined = re.compile(
        r"[:(\[<>≤≥]|\bsuch as\b|\bdefined\b|\bi\.e\.|\be\.g\.|\binclud|\baccording\b|\bas follows|\bunless\b"
    )
    for one, match in found_in(subject, _VAGUE):
        ended = one.text.rstrip().endswith(":")
        if not ended and not defined.search(one.text[match.end() : match.end() + 60]):
            yield within(one, match.start(), match.end())


@rule(
    "LINT-055",
    "W",
    "A threshold must hold at two times, with no largest interval and no word which is the baseline",
    why="Selection at a threshold twice, weeks apart, changes who enters; change is computed from one of the two.",
    question="How far apart may they be, by the same assessor, and which one is the baseline?",
)
def threshold_twice(subject: Subject) -> Iterator[Hit]:
    """`at both` of two named times."""
    pattern = re.compile(
        r"\b(?:at\s+)?both\s+(?:the\s+)?(?:screening|baseline|enrol\w+|inclusion)\s+and\s+(?:\w+\s+)?(?:randomi\w+|baseline|day\s*\d+|inclusion|enrol\w+)",
        re.I,
    )
    for one, match in found_in(subject, pattern):
        yield within(one, match.start(), match.end())


@rule(
    "LINT-056",
    "W",
    "A confirmation may be of any age",
    why="An old specimen proves the diagnosis then, not the state of the disease now.",
    question="How old may it be, and what shows that the disease is active now?",
)
def confirmation_of_any_age(subject: Subject) -> Iterator[Hit]:
    """Histology or biopsy that may be historical, with no limit of time in the criterion."""
    pattern = re.compile(
        r"\b(?:histolog\w*|biops\w+|patholog\w+)\b.{0,160}?\b(?:historical\w*|in the past|previously documented)\b",
        re.I | re.S,
    )
    for one, match in found_in(subject, pattern, "inclusion"):
        if not SPAN.search(one.text):
            yield within(one, match.start(), match.end())


@rule(
    "LINT-057",
    "W",
    "`With or without` selects nobody",
    why="It suggests a stratum or a subgroup but states neither, nor how the condition is established.",
    question="By which criteria is it established, and is it a stratum, a subgroup or neither?",
)
def with_or_without(subject: Subject) -> Iterator[Hit]:
    """`with or without` something, in an inclusion criterion."""
    for one, match in found_in(subject, re.compile(r"\bwith or without\b[^.,;\n]{0,40}", re.I), "inclusion"):
        yield within(one, match.start(), match.end())


@rule(
    "LINT-058",
    "I",
    "An ability or attitude is asked for, where an act could be recorded",
    why="An act has a date, which can be checked against every act that must follow it; an attitude has none.",
    question="Which act, on which day, shows it (for example consent signed before any act of screening)?",
)
def attitude(subject: Subject) -> Iterator[Hit]:
    """`able to provide ... consent`, `accepting` a test or contraception, in inclusion criteria."""
    pattern = re.compile(
        r"\b(?:able|ability|capable|capacity|willing\w*)\b[^.;\n]{0,50}\bconsent\b|\baccept(?:ing|s|ance)?\b[^.;,\n]{0,60}",
        re.I,
    )
    for one, match in found_in(subject, pattern, "inclusion"):
        if not re.search(r"\bsigned\b|\bobtained\b|\bprior to\b|\bbefore any\b", one.text, re.I):
            yield within(one, match.start(), match.end())


@rule(
    "LINT-059",
    "W",
    "A limit is given only by reference to a product text",
    why="Product texts change, differ between products and rarely give one number; nothing can be computed from them.",
    question="Which values (number, unit, time of the test), from which version of which text?",
)
def limit_by_reference(subject: Subject) -> Iterator[Hit]:
    """`according to the SmPC`, `per label`, with no number in the criterion."""
    pattern = re.compile(
        r"\b(?:according to|as per|per|see|in accordance with)\s+(?:the\s+)?(?:current\s+|local\s+)?"
        r"(?:SmPC|SPC|summary of product|product (?:label\w*|information)|label\w*|package (?:insert|leaflet)"
        r"|prescribing information)\b[^.\n]{0,30}",
        re.I,
    )
    for one, match in found_in(subject, pattern):
        given = re.search(r"[<>≤≥]\s*\d|\d\s*(?:mg|g/|ml|x|×|/)|\b(?:[Cc]lass|[Gg]rade)\s+[IV\d]", one.text)
        allowed = re.search(
            r"\bnot an? (?:contraindication|exclusion)|\bdos(?:e|ing|age) (?:adjust|reduc|modif)", one.text
        )
        if not given and not allowed:
            yield within(one, match.start(), match.end())


_CONCEPTS = {
    "pregnancy": r"\bpregnan\w*",
    "contraception": r"\bcontracepti\w+",
    "consent": r"\binformed consent\b",
}


@rule(
    "LINT-069",
    "I",
    "One matter stands among inclusions and among exclusions",
    why="Said twice in opposite senses, the two drift apart, and one patient gets two verdicts.",
    question="Where does this criterion belong, and which wording holds?",
)
def both_sides(subject: Subject) -> Iterator[Hit]:
    """Pregnancy, contraception or consent in criteria of both sides: the words of the exclusion."""
    for name, pattern in _CONCEPTS.items():
        inside = list(found_in(subject, re.compile(pattern, re.I), "inclusion"))
        outside = list(found_in(subject, re.compile(pattern, re.I), "exclusion"))
        if inside and outside:
            one, match = outside[0]
            yield within(one, match.start(), match.end(), f"{name} is in inclusion and exclusion")


@rule(
    "LINT-072",
    "E",
    "There are no eligibility criteria",
    why="Nobody can be screened.",
    question="Who is included, who is excluded?",
)
def no_criteria(subject: Subject) -> Iterator[Hit]:
    """An interventional study whose eligibility text is empty."""
    if subject.interventional and not subject.protocol.eligibility_module.eligibility_criteria.strip():
        yield absent(CRITERIA)
