"""Facts from a short description in words: age, sex, pregnancy, performance, measurements, and statements.

Reading is by rules that know no disease. Negation ("denies", "no history of"), the past ("status post") and what
is said of relatives, risks and plans are kept apart, so that nothing is taken as present that is not. What two
places say differently is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from equipoise.registry.match.ages import Age
from equipoise.registry.match.clauses import NAIVE, NEGATED_AFTER, NEGATION, SENTENCE, Piece, pieces
from equipoise.registry.match.consent import read_consent, read_keeping
from equipoise.registry.match.errors import match_error
from equipoise.registry.match.facts import LONGEST, OLDEST, Facts, Statement
from equipoise.registry.match.family import FAMILY, OWNER, RELATIVES
from equipoise.registry.match.measures import (
    ANY_NAME,
    MEASURES,
    NUMBER,
    Measurement,
    number,
    plain_unit,
    unit_at,
)
from equipoise.registry.match.residence import places, read_birth, read_country
from equipoise.registry.match.wording import content, listed

PERSON = r"woman|man|lady|gentleman|girl|boy|female|male|patient|person"
PERSON_FR = r"(?:femme|homme|patiente?|fillette|garçon|bébé|enfant|nourrisson|mme|monsieur|madame)"
# A figure behind these is an age only where nothing makes it another measure.
ALONE = r"(?![\d.,]*\d|\s*(?:%|/|[-–]\s?\d|(?:to|or|mg|kg|kilos?|g|cm|lbs?|pounds|weeks?|days?|hours?)\b))"
STOP = r"(?:[,;:)]|\.(?!\d)|\Z|\n)"
WHO_IS = r"(?:I am|I['’]m|(?:he|she|patient|pt) is|(?:he|she)['’]s)"
RELATIVE_TO = r"(?:after|ago|before|since|later|post)\b"
UNIT = r"(?P<unit>years?|yrs?|y\.?o\.?|y/o|months?|mo|m/o|weeks?|days?|hours?)"
AGES = (
    re.compile(rf"\b(?P<n>\d{{1,3}})[\s-]*{UNIT}[\s-]*(?:old|of age)\b", re.I),
    re.compile(r"\b(?P<n>\d{1,3})[\s-]*(?P<unit>y\.?o\b|y/o\b|yr\b)", re.I),
    re.compile(rf"\bage(?:d)?\s*(?:is|of|:|=)?\s*(?P<n>\d{{1,3}})(?:[\s-]*{UNIT})?\b", re.I),
    re.compile(
        rf"(?:\b{PERSON_FR}[\s,(]+(?:âgée?\s+)?(?:de\s+)?|\bâgée?\s+de\s+|\A\W*)"
        r"(?P<n>\d{1,3})\s?(?P<unit>ans?|mois|semaines?|jours?)\b", re.I
    ),
    re.compile(
        r"\A\W*(?:(?i:otherwise )?(?i:healthy)\s|an?\s)?(?P<n>\d{1,3})[\s,/-]*"
        r"(?P<unit>)(?=(?:M|F|man|woman|male|female)\b)"
    ),
    re.compile(r"(?:\A\W*|[,;.]\s+|\b(?i:pt|patient|is|an?)\s+(?:an?\s)?)(?P<n>\d{1,3})(?P<unit>)\s?(?=[MF]\b)"),
    re.compile(r"\b[MF]\s?[/,-]\s?(?P<n>\d{1,3})(?P<unit>)(?![\d/]|\s*(?:%|mg|kg))"),
    re.compile(rf"\b(?P<n>\d{{1,3}})[\s-]*{UNIT}[\s-]+(?=(?:man|woman|male|female|boy|girl|infant|M|F)\b)"),
    re.compile(rf"\b(?:{PERSON})\s+(?:of|aged)\s+(?P<n>\d{{1,3}})(?:[\s-]*{UNIT}\b|(?!\d){ALONE})", re.I),
    re.compile(rf"\b(?:{PERSON})\s*[,(]\s*(?P<n>\d{{1,3}})(?:[\s-]*{UNIT})?(?=\s*{STOP})", re.I),
    re.compile(rf"\b(?:{PERSON})\s+(?P<n>\d{{1,3}})\s?(?P<unit>y|yo|yrs?|years)\b(?!\s+{RELATIVE_TO})", re.I),
    re.compile(rf"\b{WHO_IS}\s+(?P<n>\d{{1,3}})(?P<unit>)(?=\s*(?:{STOP}|(?:and|with)\b))", re.I),
)  # fmt: skip
FEMALE = r"woman|women|female|girl|lady|gentlewoman|femme|fillette|patiente|madame|mme"
MALE = r"man|men|male|boy|gentleman|homme|garçon|monsieur"
SEXED = re.compile(rf"\b(?:(?P<f>{FEMALE})|(?P<m>{MALE}))\b", re.I)
LETTER_FIRST = re.compile(r"\b(?P<s>[MF])\s?[/,-]\s?\d{1,3}(?![\d/]|\s*(?:%|mg|kg))")
LETTER = re.compile(
    r"(?<![\d.,])\d{1,3}[\s-]*(?:years?|yrs?|y\.?o\.?|y/o|yr)?[\s-]*(?:old)?[\s,/-]*(?P<s>[MF])\b"
)
# "temperature 98 F" tells no sex and no age.
HEAT = re.compile(r"\b(?:temp\w*|fever|febrile|t)\b[^.;\n]*$", re.I)
RELATIVE = re.compile(rf"\b(?:{RELATIVES})\b", re.I)
PRONOUN = re.compile(r"\b(?:(?P<f>she|her|hers)|(?P<m>he|his|him))\b", re.I)
IS_PREGNANT = re.compile(
    r"\b(?:is|currently|who is|\d+ weeks?(?:'|’)?|a|healthy|old)\s+pregnant\b|"
    r"\bpregnant (?:woman|female|patient|with)\b|"
    r"\benceinte\b|"
    r"\bat \d{1,2}(?:\+\d)? weeks?(?:'|’)? (?:of )?gestation\b",
    re.I,
)
PREGNANT = re.compile(r"\b(?:pregnant|pregnancy|gravid)\b", re.I)
PREGNANT_NOW = re.compile(r"\b(?:pregnant|gravid)\b", re.I)
WAS_PREGNANT = re.compile(
    r"\b(?:been|was|became|become|becoming|get|getting|got|when|while|once|twice|could be)\b", re.I
)
NOT_PREGNANT = re.compile(
    r"\b(?:(?:non|pas) enceinte|not (?:currently )?pregnant|non-?pregnant|denies (?:being )?pregnan\w+|"
    r"(?:hcg|pregnancy)(?: test)?(?: is| was)?"
    r"\s*:?\s*negative|negative (?:\w+ )?(?:hcg|pregnancy))\b",
    re.I,
)
FEEDING = re.compile(
    r"\b(?P<no>not |non-?|denies )?(?:currently )?(?:breast-?\s?feeding|lactating|nursing (?:her|an?) )", re.I
)
HEALTHY = re.compile(r"\bhealthy (?:male |female )?volunteer\b", re.I)
# "who 3 days ago" is no performance status: those letters count as capitals, and with a word that says so.
ECOG = re.compile(
    r"\b(?:(?i:ecog|zubrod)|WHO(?= ?(?i:performance|status|score|grade|ps)))"
    r"(?i: ?(?:performance|status|score|grade|ps))*(?i: of| is| was|:|=)*\s*(?P<n>[0-5])"
    r"(?![\d.,/]*\d|\s*(?:-|–|to|or)\s*\d)"
)
KARNOFSKY = re.compile(r"\b(?:karnofsky|kps)[a-z ]{0,30}?(?: of| is| was|:|=)*\s*(?P<n>[1-9]0|100)\b", re.I)
VALUE = re.compile(
    rf"\b(?:{ANY_NAME})(?![a-z])(?:\s*(?:levels?|values?|count))?(?:\s*(?:is|was|of|at|:|=|to|level|up|now|currently|measured|about|~))*\s*\(?\s*(?P<value>{NUMBER})"
    rf"(?![\d.,]*\d)(?!\s*(?:-|–|to)\s*\d)(?!\s*(?:del|ins|exon|mut)|[A-Z]\d)",
    re.I,
)  # fmt: skip
PRESSURE = re.compile(
    r"\b(?:bp|blood pressure)\s*(?:is|was|of|:|=)*\s*(?P<s>\d{2,3})\s*/\s*(?P<d>\d{2,3})\b", re.I
)
STRANGE = re.compile(r"\s*(?:[/x×*]|times\b|-?\s?fold\b)", re.I)
# A number that counts time or occasions is no value.
COUNTED = re.compile(
    r"[\s-]*(?:days?|weeks?|wks?|months?|mo|years?|yrs?|yo|hours?|hrs?|times|episodes|doses)\b", re.I
)
LISTED = re.compile(r"\b(?:history of|hx of|h/o|pmhx?)\b", re.I)
OVER = re.compile(
    r"\b(?:ago|former\w*|resolved|childhood|cured|gestational|previous(?:ly)?|prior|treated|s/p|status post|underwent|"
    r"family|remission)\b",
    re.I,
)
LASTING = listed("lasting")
WORDS = {
    "y": "year",
    "a": "year",
    "s": "week",
    "j": "day",
    "m": "month",
    "w": "week",
    "d": "day",
    "h": "hour",
}
MOST_STATEMENTS = 2_000


def read_note(text: str, *, place: str = "description", today: date | None = None) -> Facts:
    """The facts in a description. today: makes an age of a year of birth.

    Errors: MATC-001 (empty), MATC-002 (too long).
    """
    if len(text) > LONGEST:
        raise match_error("MATC-002", place, str(LONGEST))
    note = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)
    if not any(sign.isalnum() for sign in note):
        raise match_error("MATC-001", place)
    sex, doubt = read_sex(note)
    pregnant = _pregnant(note)
    country, several = read_country(note)
    notes = [each for each in (doubt, several) if each]
    if sex == "MALE" and pregnant:
        pregnant = None
        notes.append("a pregnancy is named, and the patient is male: it is not used")
    measurements, unsure = read_measurements(note)
    return Facts(
        age=read_age(note) or read_birth(note, today),
        sex=sex,
        pregnant=pregnant,
        breastfeeding=_feeding(note),
        healthy=True if HEALTHY.search(note) else None,
        country=country,
        consents=read_consent(note),
        keeps=read_keeping(note),
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
        if FAMILY.search(before.rpartition(".")[2]) or not match["unit"] and HEAT.search(before[-20:]):
            continue
        written = (match["unit"] or "y").lower()
        unit = WORDS[written[0]]
        if unit != "year" or int(match["n"]) <= OLDEST:
            return Age(count=int(match["n"]), unit=unit)
    return None


def read_sex(note: str) -> tuple[str | None, str]:
    """The sex, and a remark where the words differ: by noun or letter first, else by pronouns."""
    letters = (*LETTER.finditer(note), *LETTER_FIRST.finditer(note))
    letter = next((each for each in letters if not HEAT.search(note[: each.start()][-20:])), None)
    if letter:
        return ("MALE" if letter["s"] == "M" else "FEMALE"), ""
    for match in SEXED.finditer(note):
        if not FAMILY.search(note[max(0, match.start() - 25) : match.start()]):
            return ("FEMALE" if match["f"] else "MALE"), ""
    found = {"FEMALE" if match["f"] else "MALE" for part in SENTENCE.split(note) for match in _own(part)}
    if len(found) > 1:
        return None, "the words point to both sexes: the sex is not known"
    return (found.pop() if found else None), ""


def _own(sentence: str) -> Iterator[re.Match[str]]:
    """The pronouns that are the patient's: all where no relative is named, else the owner of the first relative."""
    if not FAMILY.search(sentence):
        yield from PRONOUN.finditer(sentence)
        return
    owner = OWNER.search(sentence)
    if owner and not RELATIVE.search(sentence[: owner.start()]):
        yield from PRONOUN.finditer(owner["who"])


def _pregnant(note: str) -> bool | None:
    """Whether the patient is pregnant: said of her, now, and not of a wish or a test to come."""
    found = {True} if IS_PREGNANT.search(NOT_PREGNANT.sub(" ", note)) else set()
    found |= {False} if NOT_PREGNANT.search(note) else set()
    for piece in pieces(note):
        if PREGNANT.search(piece.text) and not (piece.doubtful or piece.relative or piece.ever):
            if piece.negated:
                found.add(False)
            elif not piece.past and PREGNANT_NOW.search(piece.text) and not WAS_PREGNANT.search(piece.text):
                found.add(True)
    return found.pop() if len(found) == 1 else None


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
        if COUNTED.match(note, match.end()):
            continue
        unit, _ = unit_at(note, match.end())
        value = number(match["value"])
        # A number without a unit has none that is guessed; what looks like one and is not known makes it no value.
        if unit or not STRANGE.match(note, match.end()):
            yield name, value, unit or plain_unit(name, value)
    for match in PRESSURE.finditer(note):
        yield "systolic pressure", Decimal(match["s"]), "mm[Hg]"
        yield "diastolic pressure", Decimal(match["d"]), "mm[Hg]"


def statements(note: str) -> Iterator[Statement]:
    """What the note says that the patient has or has not; nothing of relatives, doubts, plans, and where one lives."""
    bare = list(note)
    for match in places(note):
        bare[match.start() : match.end()] = " " * (match.end() - match.start())
    count = 0
    for piece in pieces("".join(bare)):
        if piece.doubtful or piece.relative or count >= MOST_STATEMENTS:
            continue
        words = frozenset(content(_bare(piece.text)[:400]))
        if words:
            count += 1
            yield _stated(piece, words)


def _bare(text: str) -> str:
    for pattern in (NAIVE, NEGATED_AFTER, NEGATION):
        text = pattern.sub(" ", text)
    return text


def _stated(piece: Piece, words: frozenset[str]) -> Statement:
    """The statement of a piece. "History of hypertension" is how notes name what lasts; what is over is said to be."""
    lasting = (
        piece.past and bool(LISTED.search(piece.text)) and not OVER.search(piece.text) and words & LASTING
    )
    return Statement(
        words=words,
        text=piece.text[:200],
        present=not piece.negated,
        past=piece.ever if piece.negated else piece.past and not lasting,
        current=piece.current and not piece.negated,
    )
