"""Where the words around a named thing change what it says: parts that are then of unknown truth.

A name alone is not enough to keep somebody out. "Hypersensitivity to A or B" does not name B; in "AST or ALT above
the normal range" nobody has an AST; "A or B within 6 months" asks the time of A too; a name in brackets explains
another; "as in young men" speaks of others. Such a part can still be false: who never had B has no allergy to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from equipoise.registry.match.atoms import Atom, Judged
from equipoise.registry.match.facts import Facts
from equipoise.registry.match.phrases import WINDOW
from equipoise.registry.match.wording import content

GOVERNS = re.compile(
    r"\b(?:hypersensitiv\w*|allerg\w*|intoleran\w*|contra-?indicat\w*|resist\w*|refractory|sensitiv\w*|reactions?|"
    r"respon\w+|candidates?|indications?|exposures?|needs?|requir\w+|risks?|causes?|complications?|suspicion|fear|partners?|relatives?|"
    r"donors?|contacts?|households?|siblings?)\b"
    r"[^.;]{0,40}\b(?:to|for|of|with)\b",
    re.I,
)
# "masses in neck or tongue": the tongue is only where.
PLACES = re.compile(r"\b(?:in|on|at|from)\s+(?:the\s+)?[\w-]+\s*(?:,|/|\bor\b|\band\b)[\s\w,/]*$", re.I)
STOP = re.compile(r"[.;]\s")
BRACKETS = re.compile(r"\((?!\s*(?:e\.?g|i\.?e|including|such as|like)\b)[^()]*\)?", re.I)
OTHERS = re.compile(
    r"\b(?:of|in|than|for|by|from|to|per|among|between)\s+(?:(?:the|young|old|older|healthy|normal|adult)\s+){0,3}$",
    re.I,
)
ONE_SEX = re.compile(r"^\W*(?:males?|females?|men|women|boys|girls)\s*[:=]", re.I)


def cautious(elements: Sequence[Atom], text: str) -> list[Atom]:
    """The parts, those that the words around them change made unknown where they would be true."""
    brackets = [match.span() for match in BRACKETS.finditer(text)]
    open_part = any(not each.kind for each in elements)
    return [
        _unsure(each) if each.kind == "statement" and _changed(each, text, brackets, open_part) else each
        for each in elements
    ]


def _changed(part: Atom, text: str, brackets: Sequence[tuple[int, int]], open_part: bool) -> bool:
    own = text[part.start : part.end]
    if any(start < part.start < end for start, end in brackets):
        return True
    if any(not STOP.search(text, match.end(), part.start) for match in GOVERNS.finditer(text, 0, part.start)):
        return True
    if WINDOW.search(text, part.end) and not WINDOW.search(own):
        return True
    if len(content(own)) == 1 and PLACES.search(text[: part.start]):
        return True
    # A word of its own beside a part that is not understood may be only the beginning of that part.
    return open_part and len(content(own)) == 1


def _unsure(part: Atom) -> Atom:
    def test(facts: Facts) -> Judged:
        truth, why = part.test(facts)
        return (None, "") if truth else (truth, why)

    return replace(part, test=test)


def of_others(text: str, start: int) -> bool:
    """Whether the sex named at a place is that of people whom the patient is compared with."""
    return OTHERS.search(text[max(0, start - 40) : start]) is not None
