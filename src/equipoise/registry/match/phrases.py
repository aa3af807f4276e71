"""The parts of a criterion that name a condition, a drug or an event, and how they compare with what is stated.

A phrase is true when one statement has all its words, false when something more general is denied. What a
phrase asks beyond its words (a time window, the past, now) must be known too, else the phrase is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from equipoise.registry.match.atoms import Atom, Judged
from equipoise.registry.match.facts import Facts, Statement
from equipoise.registry.match.measures import ANY_NAME
from equipoise.registry.match.truth import Truth
from equipoise.registry.match.wording import content, listed

DAYS = {"hour": 0, "day": 1, "week": 7, "month": 31, "year": 366}
SPAN = r"(?P<n>\d{1,3}) ?(?P<u>hour|day|week|month|year)s?"
ENTRY = r"(?: (?:to|the|study|screening|enrol\w+|entry|inclusion|randomi[sz]ation|baseline))*"
WINDOW = re.compile(
    rf"\b(?:within|in|during) (?:the )?(?:last |past |previous |preceding |prior )?{SPAN}"
    rf"(?: (?:prior|before|of|preceding)\b{ENTRY})?",
    re.I,
)
PAST = re.compile(r"\b(?:history of|h/o|prior(?! to)|previous(?:ly)?|ever|past)\b", re.I)
NOW = re.compile(r"\b(?:current(?:ly)?|concurrent(?:ly)?|concomitant(?:ly)?|ongoing|at present)\b", re.I)
# What makes a phrase say something else than that the patient has the thing.
OTHER = re.compile(
    r"\b(?:no|not|non|without|risk|suspect\w*|possib\w+|probab\w+|family|relative|sibling|parent|"
    r"mother|exposure|contact|vaccin\w*|test\w*|screen\w*|plan\w*|"
    r"willing\w*|able|unable|agree\w*|consent\w*|requir\w+|need\w*|candidate|"
    r"other|another|additional|outside|range|percentile|x-?rays?|radiogra\w+|spirometry|echocardiogra\w*|ecg|ekg|"
    r"ultraso\w+|endoscop\w+|tomogra\w+|ct|mri|scale|score|index|"
    r"eligible|refus\w*|contra-?indicat\w*|intoleran\w+|respon\w+|fail\w*(?! ?$)|investigator|opinion|likely|life|"
    r"at least|more than|less than|[<>≤≥=]|\d+ ?(?:mg|g|ml|x|%))|[<>≤≥=%]",
    re.I,
)
THERAPY = listed("therapy")
TOO_GENERAL = listed("too_general")
# A piece that begins so goes on with what stood before, and names no thing of its own; "treatment for" a thing is
# not the thing.
FRAGMENT = re.compile(r"^\W*(?:of|to|due|by|than|as|on|at|from|per|that|which)\b|\bfor\b", re.I)
ADJECTIVE = re.compile(r".{3,}(?:ic|al|ive|ous|ed|ar|ing|ary|ent|able)$")
MEASURE = re.compile(ANY_NAME, re.I)
CONTINUES = re.compile(r"[a-z]|[ivx]+|\d+")
MOST_WORDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One thing that a criterion names. window: within so many days; None without a window."""

    words: frozenset[str]
    head: str
    past: bool
    now: bool
    window: int | None

    def test(self, facts: Facts) -> Judged:
        """The truth of the phrase for a patient, with the words that decided it."""
        found = [(truth, each) for each in facts.statements if (truth := self._compare(each)) is not None]
        if not found:
            return None, ""
        if len({truth for truth, _ in found}) > 1:
            return None, "the description says both"
        return found[0][0], f"“{found[0][1].text}”"

    def _compare(self, stated: Statement) -> Truth:
        if stated.present:
            return self._present(stated) if self.words <= stated.words else None
        general = stated.words <= self.words and self.head in stated.words
        if not general or stated.words <= TOO_GENERAL:
            return None
        never = stated.past
        return False if never or not (self.past or self.window is not None) else None

    def _present(self, stated: Statement) -> Truth:
        over = stated.days_ago is not None and not stated.current
        if self.now:
            return None if over or stated.past or not stated.current else True
        if self.window is not None:
            if over:
                return stated.days_ago <= self.window  # type: ignore[operator]
            return None if stated.past else True
        if self.past:
            return True
        return None if over or stated.past else True


def read_phrase(text: str) -> Phrase | None:
    """The phrase in these words; None when they say more than that the patient has something, or too little."""
    window = WINDOW.search(text)
    bare = text[: window.start()] + " " + text[window.end() :] if window else text
    if OTHER.search(bare):
        return None
    if FRAGMENT.search(bare):
        return None
    past, now = bool(PAST.search(bare)), bool(NOW.search(bare))
    words = [word for word in content(bare) if word not in THERAPY]
    # "class B or C cirrhosis": a letter or number goes on with what stood before. A measurement's name is no condition.
    if not words or CONTINUES.fullmatch(words[0]) or MEASURE.fullmatch(" ".join(words)):
        return None
    if not 0 < len(words) <= MOST_WORDS or all(word in TOO_GENERAL or len(word) < 3 for word in words):
        return None
    if len(words) == 1 and ADJECTIVE.fullmatch(words[0]):
        return None
    return Phrase(words=frozenset(words), head=words[-1], past=past, now=now, window=_days(window))


def _days(window: re.Match[str] | None) -> int | None:
    if window is None:
        return None
    return int(window["n"]) * DAYS[window["u"].lower()]


def find_phrase(text: str, start: int, end: int) -> Iterator[Atom]:
    """The phrase between two places of a criterion, or a part of unknown truth; nothing when no word means anything."""
    piece = text[start:end]
    if not content(piece):
        return
    phrase = read_phrase(piece)
    if phrase is None:
        yield Atom(kind="", start=start, end=end, test=lambda facts: (None, ""))
    else:
        yield Atom(kind="statement", start=start, end=end, test=phrase.test)
