"""Consent and keeping to the protocol: what a note says of them, and the criteria that ask for nothing else.

A criterion is read as one on consent only when every word of it is about consent; an exclusion only when it
names a refusal or an inability.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from equipoise.registry.match.atoms import Atom, Judged
from equipoise.registry.match.facts import Facts
from equipoise.registry.match.truth import EXCLUSION, Truth, negated
from equipoise.registry.match.wording import content, listed

REFUSAL = (
    r"(?:unable|inab\w+|incapable|unwilling\w*|refus\w+|declin\w+|lack(?: of)?|without|absence of|"
    r"withdraw\w*|no|(?:can|do|does|did|is|are|was|were|will|would)\s?not(?: be)?|cannot|not (?:able|willing)|fail\w*)"
)
AGREES = re.compile(
    r"\b(?:will provide|provid\w+|gives?|gave|given|signed|has signed|obtained|willing to give)\s+"
    r"(?:(?:his|her|their|written|verbal|oral)\s+)*(?:informed )?consent\b|"
    r"\bconsent(?:ed|s) to (?:participat\w+|the (?:study|trial))|"
    r"\bwilling to (?:participate|take part)\b",
    re.I,
)
REFUSES = re.compile(
    rf"\b{REFUSAL}\s+(?:(?:to|provide|give|sign|his|her|written|the|informed)\s+)*"
    r"(?:consent|participat\w+|take part)\b",
    re.I,
)
KEEPS = re.compile(
    r"\bwill (?:comply|adhere)\b[^.;\n]{0,20}\b(?:trial|study|protocol)\b|\bwilling to (?:comply|adhere)\b",
    re.I,
)
CONSENT = re.compile(r"\b(?:consents?|assent)\b", re.I)
KEEPING = re.compile(r"\b(?:comply|complies|complying|compliant|compliance|adhere|adheres|adherence)\b", re.I)
STUDY = re.compile(r"\b(?:study|trial|protocol|visits?|procedures?|follow-?up)\b", re.I)
DENIED = re.compile(rf"\b(?:{REFUSAL}|non-?\s?complian\w+|poor|difficult\w*)\b", re.I)
# "unable to give consent" as one thing of several.
UNABLE = re.compile(
    rf"\b{REFUSAL}\b(?:\s+(?:to|of|in|the|their|accept|provide|give|giving|sign|signing|written|write|informed|inform|"
    r"participation|study|through|a|an|any|and|or|understand))*\s+(?:consent|assent)\b(?: form)?",
    re.I,
)
CONSENT_WORDS = listed("consent_words")


def read_consent(note: str) -> bool | None:
    """Whether the note says that the patient agrees to take part."""
    agrees, refuses = bool(AGREES.search(REFUSES.sub(" ", note))), bool(REFUSES.search(note))
    return None if agrees == refuses else agrees


def read_keeping(note: str) -> bool | None:
    """Whether the note says that the patient will keep to a protocol; nothing else of it is read."""
    return True if KEEPS.search(note) else None


def _consents(facts: Facts) -> Judged:
    return facts.consents, "" if facts.consents is None else (
        "consents" if facts.consents else "does not consent"
    )


def _keeps(facts: Facts) -> Judged:
    return facts.keeps, "" if facts.keeps is None else "will keep to the protocol"


def whole_consent(text: str, side: str) -> Atom | None:
    """The criterion as one on consent or on keeping to the protocol; None when it says anything else."""
    consent = CONSENT.search(text) is not None
    keeping = KEEPING.search(text) is not None and STUDY.search(text) is not None
    if not (consent or keeping) or not set(content(text)) <= CONSENT_WORDS:
        return None
    if (DENIED.search(text) is not None) != (side == EXCLUSION):
        return None

    def test(facts: Facts) -> Judged:
        asked = ((consent, _consents), (keeping, _keeps))
        found = [judged(facts) for named, judged in asked if named]
        truths: set[Truth] = {truth for truth, _ in found}
        truth = truths.pop() if len(truths) == 1 else None
        return (negated(truth) if side == EXCLUSION else truth), "; ".join(why for _, why in found if why)

    return Atom(kind="consent", start=0, end=len(text), test=test)


def _unable(facts: Facts) -> Judged:
    truth, why = _consents(facts)
    return negated(truth), why


def find_consent(text: str) -> Iterator[Atom]:
    """A refusal of consent, or being unable to give it."""
    for match in UNABLE.finditer(text):
        yield Atom(kind="consent", start=match.start(), end=match.end(), test=_unable)
