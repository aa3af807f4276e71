"""Facts from a short description in words: age, sex, pregnancy, performance, measurements, and statements.

Reading is by rules that know no disease. Negation ("denies", "no history of"), the past ("status post") and what
is said of relatives, risks and plans are kept apart, so that nothing is taken as present that is not. What two
places say differently is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from equipoise.registry.match.ages import Age
from equipoise.registry.match.errors import match_error
from equipoise.registry.match.facts import LONGEST, OLDEST, Facts, Statement
from equipoise.registry.match.measures import ANY_NAME, MEASURES, NUMBER, Measurement, number, unit_at
from equipoise.registry.match.wording import content

UNIT = r"(?P<unit>years?|yrs?|y\.?o\.?|y/o|months?|mo|m/o|weeks?|days?|hours?)"
AGES = (
    re.compile(rf"\b(?P<n>\d{{1,3}})[\s-]*{UNIT}[\s-]*(?:old|of age)\b", re.I),
    re.compile(r"\b(?P<n>\d{1,3})[\s-]*(?P<unit>y\.?o\b|y/o\b|yr\b)", re.I),
    re.compile(rf"\bage(?:d)?\s*(?:is|of|:|=)?\s*(?P<n>\d{{1,3}})(?:[\s-]*{UNIT})?\b", re.I),
    re.compile(r"\A\W*(?:an?\s)?(?P<n>\d{1,3})[\s,/-]*(?P<unit>)(?=(?:M|F|man|woman|male|female)\b)"),
    re.compile(rf"\b(?P<n>\d{{1,3}})[\s-]*{UNIT}[\s-]+(?=(?:man|woman|male|female|boy|girl|infant|M|F)\b)"),
)  # fmt: skip
FEMALE = r"woman|women|female|girl|lady|gentlewoman"
MALE = r"man|men|male|boy|gentleman"
SEXED = re.compile(rf"\b(?:(?P<f>{FEMALE})|(?P<m>{MALE}))\b", re.I)
LETTER = re.compile(r"\b\d{1,3}[\s-]*(?:years?|yrs?|y\.?o\.?|y/o|yr)?[\s-]*(?:old)?[\s,/-]*(?P<s>[MF])\b")
PRONOUN = re.compile(r"\b(?:(?P<f>she|her|hers)|(?P<m>he|his|him))\b", re.I)
FAMILY = re.compile(
    r"\b(?:family|mother|father|parents?|brothers?|sisters?|siblings?|sons?|daughters?|husband|wife|spouse|uncles?|"
    r"aunts?|cousins?|grand\w+|relatives?|maternal|paternal|fh|fhx|familial)\b",
    re.I,
)
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9])|\n+|;|\s-\s|\s\*\s")
# Where a thing ends: signs and the words that join or begin another.
CHUNK = re.compile(
    r"[,:()]|(?<=[a-z]{3})/(?=[a-z]{3})|\b(?:and|or|with|who|which|whose|plus|as well as|complicated by|due to|for)\b",
    re.I,
)
NEGATION = re.compile(
    r"\b(?:denie[sd]|denying|no|not|never|without|negative for|absence of|free of|nor|n't|non)\b|n't\b", re.I
)
ENDS = re.compile(
    r"\b(?:but|however|although|though|except|presents?|presented|presenting|reports?|reported|has|had|is|was|were|"
    r"are|found|developed|complains?|positive|now|reveals?|revealed|showed?|shows|underwent|received|receives|"
    r"takes|taking|started|she|he|patient|pt|diagnosed|admitted|who|which|on)\b",
    re.I,
)
EVER = re.compile(r"\b(?:history|hx|h/o|never|prior(?! to)|previous|past)\b", re.I)
PAST = re.compile(
    r"\b(?:history of|hx of|h/o|s/p|status post|prior(?! to)|previous(?:ly)?|past|ago|former|resolved|underwent|"
    r"treated with|completed|discontinued|stopped|pmh|pmhx|childhood)\b",
    re.I,
)
NEGATED_AFTER = re.compile(r"\b(?:negative|ruled out|absent|unremarkable|not (?:present|found|seen))\b", re.I)
DOUBT = re.compile(
    r"\b(?:risks?|screen\w*|rule out|r/o|suspect\w*|possibl[ey]|probabl[ey]|likely|concern\w*|question\w*|exposures?|"
    r"vaccin\w*|prophyla\w*|prevent\w*|candidates?|consider\w*|schedul\w*|plan(?:s|ned)?|offer\w*|evaluat\w*|"
    r"work-?up|if|whether|may|might|would|refus\w*|declin\w*|differential|versus|vs|test(?:s|ed|ing)?|against|"
    r"prior to|before|until|agree\w*|"
    r"will|await\w*|pending|fail\w*|challenge)\b|\?",
    re.I,
)
IS_PREGNANT = re.compile(
    r"\b(?:is|currently|who is|\d+ weeks?(?:'|’)?|a|healthy|old)\s+pregnant\b|"
    r"\bpregnant (?:woman|female|patient|with)\b|"
    r"\bat \d{1,2}(?:\+\d)? weeks?(?:'|’)? (?:of )?gestation\b",
    re.I,
)
NOT_PREGNANT = re.compile(
    r"\b(?:not (?:currently )?pregnant|non-?pregnant|denies (?:being )?pregnan\w+|"
    r"(?:hcg|pregnancy)(?: test)?(?: is| was)?"
    r"\s*:?\s*negative|negative (?:\w+ )?(?:hcg|pregnancy))\b",
    re.I,
)
FEEDING = re.compile(
    r"\b(?P<no>not |non-?|denies )?(?:currently )?(?:breast-?\s?feeding|lactating|nursing (?:her|an?) )", re.I
)
HEALTHY = re.compile(r"\bhealthy (?:male |female )?volunteer\b", re.I)
ECOG = re.compile(
    r"\b(?:ecog|zubrod|who)(?: performance)?(?: status| score| ps)*(?: of| is| was|:|=)*\s*(?P<n>[0-5])\b",
    re.I,
)
KARNOFSKY = re.compile(r"\b(?:karnofsky|kps)[a-z ]{0,30}?(?: of| is| was|:|=)*\s*(?P<n>[1-9]0|100)\b", re.I)
VALUE = re.compile(
    rf"\b(?:{ANY_NAME})(?![a-z])(?:\s*(?:levels?|values?|count))?\s*(?:is|was|of|at|:|=|to|level|up)*\s*\(?\s*(?P<value>{NUMBER})"
    rf"(?![\d.,]*\d)(?!\s*(?:-|–|to)\s*\d)",
    re.I,
)  # fmt: skip
PRESSURE = re.compile(
    r"\b(?:bp|blood pressure)\s*(?:is|was|of|:|=)*\s*(?P<s>\d{2,3})\s*/\s*(?P<d>\d{2,3})\b", re.I
)
WORDS = {"y": "year", "m": "month", "w": "week", "d": "day", "h": "hour"}
MOST_STATEMENTS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of a note that names one thing, and how it is said."""

    text: str
    negated: bool
    past: bool
    ever: bool
    doubtful: bool
    relative: bool


def read_note(text: str, *, place: str = "description") -> Facts:
    """The facts in a description. Errors: MATC-001 (empty), MATC-002 (too long)."""
    if len(text) > LONGEST:
        raise match_error("MATC-002", place, str(LONGEST))
    note = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)
    if not any(sign.isalnum() for sign in note):
        raise match_error("MATC-001", place)
    sex, doubt = read_sex(note)
    pregnant = _pregnant(note)
    notes = [doubt] if doubt else []
    if sex == "MALE" and pregnant:
        pregnant = None
        notes.append("a pregnancy is named, and the patient is male: it is not used")
    measurements, unsure = read_measurements(note)
    return Facts(
        age=read_age(note),
        sex=sex,
        pregnant=pregnant,
        breastfeeding=_feeding(note),
        healthy=True if HEALTHY.search(note) else None,
        performance=dict(_performance(note)),
        measurements=measurements,
        statements=tuple(statements(note)),
        text=note,
        notes=(*notes, *unsure),
    )


def read_age(note: str) -> Age | None:
    """The age: the first place that tells one which is not of a relative."""
    found = [match for pattern in AGES for match in pattern.finditer(note)]
    for match in sorted(found, key=lambda each: each.start()):
        before = note[max(0, match.start() - 40) : match.start()]
        if FAMILY.search(before.rpartition(".")[2]):
            continue
        written = (match["unit"] or "y").lower()
        unit = WORDS[written[0]]
        if unit != "year" or int(match["n"]) <= OLDEST:
            return Age(count=int(match["n"]), unit=unit)
    return None


def read_sex(note: str) -> tuple[str | None, str]:
    """The sex, and a remark where the words differ: by noun or letter first, else by pronouns."""
    letter = LETTER.search(note)
    if letter:
        return ("MALE" if letter["s"] == "M" else "FEMALE"), ""
    for match in SEXED.finditer(note):
        if not FAMILY.search(note[max(0, match.start() - 25) : match.start()]):
            return ("FEMALE" if match["f"] else "MALE"), ""
    own = (
        match for part in SENTENCE.split(note) if not FAMILY.search(part) for match in PRONOUN.finditer(part)
    )
    found = {"FEMALE" if match["f"] else "MALE" for match in own}
    if len(found) > 1:
        return None, "the words point to both sexes: the sex is not known"
    return (found.pop() if found else None), ""


def _pregnant(note: str) -> bool | None:
    no, yes = bool(NOT_PREGNANT.search(note)), bool(IS_PREGNANT.search(NOT_PREGNANT.sub(" ", note)))
    return None if no == yes else yes


def _feeding(note: str) -> bool | None:
    found = {match["no"] is None for match in FEEDING.finditer(note)}
    return found.pop() if len(found) == 1 else None


def _performance(note: str) -> Iterator[tuple[str, int]]:
    for scale, pattern in (("ecog", ECOG), ("karnofsky", KARNOFSKY)):
        found = {int(match["n"]) for match in pattern.finditer(note)}
        if len(found) == 1:
            yield scale, found.pop()


def read_measurements(note: str) -> tuple[tuple[Measurement, ...], list[str]]:
    """The measured values, and remarks on those that differ within the note, which are not used."""
    found: dict[tuple[str, str | None], set[Decimal]] = {}
    for name, value, unit in _values(note):
        found.setdefault((name, unit), set()).add(value)
    kept = tuple(
        Measurement(name=name, value=next(iter(values)), unit=unit)
        for (name, unit), values in found.items()
        if len(values) == 1
    )
    unsure = [
        f"several values of {name}: none is used" for (name, _), values in found.items() if len(values) > 1
    ]
    return kept, unsure


def _values(note: str) -> Iterator[tuple[str, Decimal, str | None]]:
    for match in VALUE.finditer(note):
        name = next(name for number, name in enumerate(MEASURES) if match[f"m{number}"])
        unit, _ = unit_at(note, match.end())
        yield name, number(match["value"]), unit or MEASURES[name].unit
    for match in PRESSURE.finditer(note):
        yield "systolic pressure", Decimal(match["s"]), "mm[Hg]"
        yield "diastolic pressure", Decimal(match["d"]), "mm[Hg]"


def pieces(note: str) -> Iterator[Piece]:
    """The note cut into pieces, each with what its sentence says about it."""
    for sentence in SENTENCE.split(note):
        relative = bool(FAMILY.search(sentence))
        negated = past = ever = False
        for chunk in CHUNK.split(sentence):
            if ENDS.search(chunk):
                negated = past = ever = False
            negated = negated or _denies(chunk)
            past = past or bool(PAST.search(chunk))
            ever = ever or bool(EVER.search(chunk))
            after = bool(NEGATED_AFTER.search(chunk))
            doubtful = bool(DOUBT.search(chunk)) or after and negated
            yield Piece(
                text=chunk.strip(),
                negated=negated or after,
                past=past,
                ever=ever,
                doubtful=doubtful,
                relative=relative,
            )


def _denies(chunk: str) -> bool:
    """Whether a piece denies what it names. What follows "but" is not denied; "never had" still denies."""
    trigger = NEGATION.search(chunk)
    if trigger is None:
        return False
    ends = ENDS.finditer(chunk, trigger.end())
    return not any(content(chunk[trigger.end() : end.start()]) for end in ends)


def statements(note: str) -> Iterator[Statement]:
    """What the note says that the patient has or has not; nothing of relatives, doubts and plans."""
    count = 0
    for piece in pieces(note):
        if piece.doubtful or piece.relative or count >= MOST_STATEMENTS:
            continue
        cleaned = NEGATED_AFTER.sub(" ", NEGATION.sub(" ", piece.text))
        words = frozenset(content(cleaned[:400]))
        if words:
            count += 1
            yield Statement(
                words=words,
                text=piece.text[:200],
                present=not piece.negated,
                past=piece.ever if piece.negated else piece.past,
            )
