"""Rules on planned outcomes: there is one, it is specific, and it has a time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from equipoise.registry.lint.model import Hit, Subject, Text, absent, rule, span
from equipoise.registry.record import Outcome

PLACE = "protocolSection.outcomesModule"


@rule(
    "LINT-040",
    "E",
    "An interventional study states no primary outcome",
    why="Without a primary outcome and its time there is no sample size, no analysis and no result to publish.",
    question="What is the primary outcome, by which instrument, at which time, analysed how?",
)
def no_primary_outcome(subject: Subject) -> Iterator[Hit]:
    """INTERVENTIONAL, started when a primary outcome was due, and none in its field or in the description."""
    if _no_primary(subject) and _begun(subject) >= DUE_SINCE and not _in_words(subject):
        yield absent(f"{PLACE}.primaryOutcomes")


DUE_SINCE = "2005-07"
TIMED_SINCE = "2008"


def _no_primary(subject: Subject) -> bool:
    return subject.interventional and not subject.protocol.outcomes_module.primary_outcomes


_NAMED = re.compile(
    r"\b(?:primary|main|principal) (?:\w+ )?(?:outcomes?|end-?\s?points?|objectives?|aims?)"
    r"(?: \w+){0,3}?\s*(?::|\bis\b|\bare\b|\bwill\b|\bwas\b|=)",
    re.I,
)


def _in_words(subject: Subject) -> bool:
    return any(_NAMED.search(text.text) for text in subject.under("descriptionModule"))


def _begun(subject: Subject) -> str:
    status = subject.protocol.status_module
    return (status.start_date_struct and status.start_date_struct.date) or status.study_first_submit_date


@rule(
    "LINT-044",
    "W",
    "The primary outcome stands in no field of its own",
    why="In old records, and in some new ones, a reader must look for it in the description, and programs find none.",
    question="What was the primary outcome, and at which time?",
)
def old_record_without_outcome(subject: Subject) -> Iterator[Hit]:
    """INTERVENTIONAL and no primary outcome: of before July 2005, without a date, or named in the description."""
    if _no_primary(subject) and (_begun(subject) < DUE_SINCE or _in_words(subject)):
        yield absent(f"{PLACE}.primaryOutcomes")


@rule(
    "LINT-041",
    "W",
    "A primary outcome has no time, or only a number",
    why="A value without a time cannot be scheduled or analysed.",
    question="At which time, in which unit, is this outcome measured?",
)
def time_of_primary(subject: Subject) -> Iterator[Hit]:
    """No time frame or digits alone (once), no time in its words, no time to an event, in a trial begun since 2008."""
    seen: set[str] = set()
    for path, one in _planned(subject):
        known = one.time_frame.strip() in seen and bool(one.time_frame.strip())
        if _untimed(one) and not known and _must_be_timed(subject, path, one):
            seen.add(one.time_frame.strip())
            yield _on(f"{path}.timeFrame", one.time_frame, f"{one.measure[:80]!r}")


_TIME = re.compile(
    r"\b\d+[\s-]*(?:min\w*|hours?|days?|weeks?|months?|years?)\b|\b(?:day|week|month|year|visit|cycle)\s*\d"
    r"|\bsurvival\b|\bmortality\b|\bdeath|\btime (?:to|until)\b|\bduration\b|\brecurrence|\brelapse|\bprogression"
    r"|\bincidence\b|\bpharmacokinetic|\bdischarge\b|\btoxicity\b|\badverse\b|\bbirth\b",
    re.I,
)


def _must_be_timed(subject: Subject, path: str, one: Outcome) -> bool:
    said = _TIME.search(f"{one.measure} {one.description}")
    return "primary" in path and not said and _begun(subject) >= TIMED_SINCE


def _untimed(one: Outcome) -> bool:
    return not one.time_frame.strip() or bool(re.fullmatch(r"[\d.\s]+", one.time_frame))


@rule(
    "LINT-045",
    "W",
    "An outcome has no time frame",
    why="The field is what programs read; a time elsewhere, or the time to an event, is not seen by them.",
    question="At which time, or until when, is this outcome observed?",
)
def time_frame(subject: Subject) -> Iterator[Hit]:
    """A missing time frame that LINT-041 leaves: of a secondary outcome, an old trial, or with a time in its words."""
    for path, one in _planned(subject):
        if _untimed(one) and not _must_be_timed(subject, path, one):
            yield _on(f"{path}.timeFrame", one.time_frame, f"{one.measure[:80]!r}")


@rule(
    "LINT-042",
    "W",
    "An outcome's title names no measure",
    why="`Safety` or `Efficacy` can be anything; what was planned could be chosen afterwards.",
    question="Which measure, on which scale or count?",
)
def vague_title(subject: Subject) -> Iterator[Hit]:
    """A title that is one general word, with nothing that makes it specific."""
    words = r"(?:safety|tolerability|efficacy|feasibility|satisfaction|effectiveness)"
    general = rf"(?:(?:overall|long-term|clinical)\s+)?{words}"
    for path, one in _planned(subject):
        if re.fullmatch(rf"{general}(?:\s+and\s+{general})*\.?", one.measure.strip(), re.I):
            yield _on(f"{path}.measure", one.measure)


@rule(
    "LINT-043",
    "I",
    "An outcome's title is an aim, not a measure",
    why="`To assess ...` says why, not what is measured.",
    question="What is measured?",
)
def aim_as_title(subject: Subject) -> Iterator[Hit]:
    """A title that begins with `To assess`, `To evaluate` and their like."""
    for path, one in _planned(subject):
        if re.match(
            r"\s*to (?:assess|evaluate|determine|compare|investigate|examine|study|demonstrate)\b",
            one.measure,
            re.I,
        ):
            yield _on(f"{path}.measure", one.measure)


_TIMED = re.compile(
    r"\bat (?:the )?(?P<unit>day|week|month|year)s?\s*(?P<n>\d+)\b"
    r"|\bat (?P<n2>\d+)\s*-?\s*(?P<unit2>hour|day|week|month|year)s?\b"
    r"|\b(?P<n3>\d+)[- ](?P<unit3>day|week|month|year)[- ](?:all[- ]cause )?(?:mortality|survival|readmissions?)\b",
    re.I,
)
_LONE = re.compile(r"(?<![\w.-])\d+(?![\w-])")
_POINT = re.compile(
    r"(?:at |baseline (?:and|to) )?(?:(?P<n>\d+)\s*-?\s*(?P<unit>hour|day|week|month|year)s?"
    r"|(?P<unit2>hour|day|week|month|year)\s*(?P<n2>\d+))\.?",
    re.I,
)
_DAYS = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.4, "year": 365.25}
_APART = 1.12  # twelve weeks and three months, or 48 weeks and a year, are one time


@rule(
    "LINT-046",
    "W",
    "An outcome's title and its time frame give two times",
    why="A visit can be planned for one of them, and the primary time point decides the sample size.",
    question="At which time is the outcome measured?",
)
def two_times(subject: Subject) -> Iterator[Hit]:
    """`at week 12` or `28-day mortality` in a title with no other number, and a time frame that is another time alone.

    The same two times in further outcomes are not repeated. Units are compared as days; a month is 30.4 of them,
    and times less than 12% apart are one.
    """
    seen: set[tuple[str, str]] = set()
    for path, one in _planned(subject):
        said, frame = list(_TIMED.finditer(one.measure)), one.time_frame.strip()
        lone = _LONE.findall(_TIMED.sub(" ", one.measure))
        point = _POINT.fullmatch(frame)
        if len(said) != 1 or lone or not point:
            continue
        early, late = sorted((_days(said[0]), _days(point)))
        if late > early * _APART and (said[0][0].lower(), frame.lower()) not in seen:
            seen.add((said[0][0].lower(), frame.lower()))
            text = Text(path=f"{path}.measure", text=one.measure)
            yield span(text, said[0].start(), said[0].end(), f"the time frame says {frame!r}")


def _days(found: re.Match[str]) -> float:
    """The time that a match names, in days."""
    given = {name: text for name, text in found.groupdict().items() if text}
    count = next(text for name, text in given.items() if name.startswith("n"))
    unit = next(text for name, text in given.items() if name.startswith("unit"))
    return int(count) * _DAYS[unit.lower()]


def _planned(subject: Subject) -> Iterator[tuple[str, Outcome]]:
    module = subject.protocol.outcomes_module
    for name, found in (
        ("primaryOutcomes", module.primary_outcomes),
        ("secondaryOutcomes", module.secondary_outcomes),
    ):
        for number, one in enumerate(found):
            yield f"{PLACE}.{name}[{number}]", one


def _on(path: str, text: str, message: str = "") -> Hit:
    if not text.strip():
        return absent(path, message and f"no time frame for {message}")
    return span(Text(path=path, text=text), 0, len(text))
