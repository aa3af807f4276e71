"""Rules on exclusion criteria: polarity, conjunctions, open lists, and what has no limit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from equipoise.registry.lint.criteria import SPAN, found_in
from equipoise.registry.lint.model import Hit, Subject, rule, within

_ALLOWED = re.compile(
    r"\bno more than\b|\bnot more than\b|\bmust not exceed\b|\bshould not exceed\b"
    r"|\A(?:all\s+)?(?:the\s+)?(?:participants?|patients?|subjects?|women|men)\s+(?:must|should)\s+(?:not\s+)?(?:be|have)\b"
    r"|\Ano\s+(?:prior|previous|history|active|other|concurrent|concomitant|evidence|current|uncontrolled|serious|known)\b",
    re.I,
)

_EXCEPTED = re.compile(
    r"\b(?:unless|except\w*|allowed|if|permitted|provided|eligible|excluded|will|may|can|while|during|consent)\b|\bnote\b",
    re.I,
)


@rule(
    "LINT-060",
    "W",
    "An exclusion criterion states what is acceptable",
    why="Read literally it excludes those who keep the limit and admits those who break it.",
    question="What excludes: exceeding this limit? One of several limits, or all of them?",
)
def inverted_exclusion(subject: Subject) -> Iterator[Hit]:
    """`no more than`, `patients must be`, `no history of` in exclusion criteria: the first, and how many there are.

    Only behind a heading `Exclusion Criteria`: lists under other headings are often prose that goes on to other things.
    """
    found = {}
    opened = _opened(subject)
    for one, match in found_in(subject, _ALLOWED, "exclusion"):
        if one.start < opened or _NOTE.search(_before(subject, one.start)):
            continue
        rest = one.text[: match.start()] + one.text[match.end() :]
        prior = one.text[: match.start()]
        other = re.search(
            r"\bat least\b|[.;]\s|\bexceed|\b(?:more|other) than\b|\bdefined\b|\babove\b|\bexcess",
            prior,
            re.I,
        )
        heading = re.match(r"\s*:", one.text[match.end() :]) or one.text.rstrip().endswith(":")
        if not other and not heading and one.marked and one.start not in found and not _EXCEPTED.search(rest):
            found[one.start] = (one, match)
    if found:
        one, match = next(iter(found.values()))
        yield within(one, match.start(), match.end(), f"{len(found)} such criteria" if len(found) > 1 else "")


_OPENED = re.compile(r"\bexclusion\s+(?:criteria|criterion)\b", re.I)
_NOTE = re.compile(r"\bnotes?\W*\Z", re.I)


def _opened(subject: Subject) -> int:
    """Where the heading of the exclusion criteria ends; behind the whole text where there is none."""
    text = subject.protocol.eligibility_module.eligibility_criteria
    found = _OPENED.search(text)
    return found.end() if found else len(text)


def _before(subject: Subject, start: int) -> str:
    """The end of what stands before a criterion, without its mark."""
    return subject.protocol.eligibility_module.eligibility_criteria[max(0, start - 40) : start].rstrip(
        " \r\n*-•·"
    )


_FAILED = re.compile(
    r"\b(?:failure|allerg\w+|hypersensitiv\w+|intoleran\w+|contraindication\w*|resistan\w+)\s+(?:of|to|with)\s+(?P<one>[\w-]+)\s+and\s+"
    r"(?P<two>(?!its\b|their\b|other|any\b|or\b)[\w-]+)",
    re.I,
)
_UNABLE = re.compile(
    r"\band\s+(?:inability|unable(?! to (?:stop|discontinue|switch|change|take))|unwilling\w*|refus\w+|impossibility)\b"
    r"[^.\n]{0,60}",
    re.I,
)


@rule(
    "LINT-061",
    "W",
    "An exclusion joins two study treatments by `and`",
    why="Literally only patients with both are excluded; those who failed on one may be given it again.",
    question="Is one of the two enough to exclude?",
)
def both_treatments(subject: Subject) -> Iterator[Hit]:
    """Failure of, or intolerance to, A and B, where a study treatment is one of them."""
    names = " ".join(one.name.lower() for one in subject.protocol.arms_interventions_module.interventions)
    for one, match in found_in(subject, _FAILED, "exclusion"):
        two = match["two"].lower()
        known = len(two) > 4 and two != "patients"
        if known and (match["one"].lower() in names or two in names):
            yield within(one, match.start(), match.end())


@rule(
    "LINT-062",
    "W",
    "An exclusion joins two different reasons by `and`",
    why="Literally both must hold to exclude; most often either should.",
    question="Is one of the two enough to exclude?",
)
def both_reasons(subject: Subject) -> Iterator[Hit]:
    """`... and inability to ...` in an exclusion criterion."""
    for one, match in found_in(subject, _UNABLE, "exclusion"):
        yield within(one, match.start(), match.end())


_LIST = re.compile(
    r"\b(?:drugs?|agents?|therap(?:y|ies)|treatments?|medications?|immunosuppressants?|inhibitors?|antibiotics?|steroids?)\s*"
    r"\((?P<list>[^()]*,[^()]*)\)",
    re.I,
)


@rule(
    "LINT-063",
    "W",
    "A list of drugs in brackets may be complete or may be examples",
    why="A drug of the same class that is not in the list is either forbidden or free.",
    question="Is the list complete? If not, which class or code list defines it?",
)
def closed_or_examples(subject: Subject) -> Iterator[Hit]:
    """A list in brackets after a word for drugs, with neither `including`, `such as`, `e.g.` nor `i.e.`."""
    for one, match in found_in(subject, _LIST):
        if not re.search(r"includ|such as|e\.?g\.?|i\.?e\.?|example|etc|like|\d", match["list"], re.I):
            yield within(one, match.start(), match.end())


@rule(
    "LINT-064",
    "W",
    "A list is left open by `including`",
    why="What is not named is decided at each site, by whoever screens.",
    question="Which further members count: all of the class, or only those named?",
)
def open_list(subject: Subject) -> Iterator[Hit]:
    """`including A, B` or `including but not limited to`: the first in each exclusion criterion."""
    seen: set[int] = set()
    for one, match in found_in(subject, re.compile(r"\bincluding\b[^.;:\n()]{3,80}", re.I), "exclusion"):
        if one.start not in seen and "," in match[0]:
            seen.add(one.start)
            yield within(one, match.start(), match.end())


@rule(
    "LINT-065",
    "W",
    "A high or low dose without a number",
    why="What is high for one drug or one country is usual for another.",
    question="From which dose, of which drug or equivalent?",
)
def dose_without_number(subject: Subject) -> Iterator[Hit]:
    """`high dose`, `low dose` with no dose in the same criterion."""
    for one, match in found_in(
        subject, re.compile(r"\b(?:high|low)[ -]doses?\b[^.;,\n()]{0,30}", re.I), "exclusion"
    ):
        if not re.search(r"\d\s*(?:mg|mcg|µg|g|IU|units?)\b", one.text):
            yield within(one, match.start(), match.end())
            return


@rule(
    "LINT-066",
    "W",
    "Cancer excludes, with no look-back and no exception",
    why="A cancer cured years ago, or a small skin cancer, is judged differently at each site.",
    question="Free of cancer for how long, and which cancers do not exclude?",
)
def cancer_without_limit(subject: Subject) -> Iterator[Hit]:
    """`ongoing`, `active`, `history of` cancer in an exclusion with neither a time nor an exception."""
    pattern = re.compile(
        r"\b(?:ongoing|active|current|history of|previous|known)\s+(?:\w+\s+){0,2}?(?:cancer|malignanc\w+|neoplas\w+)",
        re.I,
    )
    for one, match in found_in(subject, pattern, "exclusion"):
        if not re.search(
            r"\d|\bexcept\b|\bother than\b|\bexcluding\b|\bunless\b|\bin situ\b|\byears?\b", one.text, re.I
        ):
            yield within(one, match.start(), match.end())


@rule(
    "LINT-067",
    "I",
    "`History of` without a limit of time",
    why="Everything since birth counts; files rarely reach so far, so missing is taken for no.",
    question="How far back, on whose word?",
)
def history_without_limit(subject: Subject) -> Iterator[Hit]:
    """`history of` in an exclusion criterion that names no period: the first in the record."""
    for one, match in found_in(subject, re.compile(r"\bhistory of\b[^.;,\n()]{0,50}", re.I), "exclusion"):
        if not SPAN.search(one.text) and not re.search(r"\blifetime\b|\bany\b|\bever\b", one.text, re.I):
            yield within(one, match.start(), match.end())
            return


@rule(
    "LINT-068",
    "W",
    "An exception to an exclusion stands in a note",
    why="A note is not a rule: whether it overrides the criterion, and for whom beyond those named, is open.",
    question="Is this an exception, and how are the cases between the note and the criterion judged?",
)
def exception_in_note(subject: Subject) -> Iterator[Hit]:
    """`for note`, `note that` with a word that lets somebody in, in an exclusion criterion: its first."""
    pattern = re.compile(r"\b(?:for note|note that|note:|N\.?B\.?:?)\s|\bwill\s+not\s+be\s+excluded\b", re.I)
    lets_in = re.compile(
        r"\bnot\s+be\s+excluded\b|\ballowed\b|\bpermitted\b|\beligible\b|\benroll?ed\b", re.I
    )
    seen: set[int] = set()
    for one, match in found_in(subject, pattern, "exclusion"):
        if one.start not in seen and lets_in.search(one.text):
            seen.add(one.start)
            yield within(one, match.start(), match.end())
