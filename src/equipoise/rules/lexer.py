"""The text of an expression cut into tokens, each with the offset of its first character.

A number takes the unit that follows it, after a space or at once, into the same token: `80 kg`, `0.5
10*9/L`, `70 /min`, `28 days`. A word of the language (`and`, `then`, `before` ...) is never a unit. A unit
holds no spaces, so spaces around an operator always separate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches

from equipoise.rules.arithmetic import MAX_DIGITS
from equipoise.rules.errors import fault
from equipoise.rules.place import Place
from equipoise.rules.types import DURATION_WORDS, TIME_CODES
from equipoise.rules.unit_table import COMMON
from equipoise.rules.units import known

WORDS = "if then else implies and or not in is within at where before after of true false"
RESERVED = frozenset(WORDS.split())

TOKEN = re.compile(
    r"""(?P<space>\s+)
    | (?P<date>@\d{4}(?:-\d\d(?:-\d\d)?)?(?![\w-]) | \d{4}-\d\d-\d\d(?![\w-]))
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<text>'(?:[^']|'')*')
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<symbol>\.\.|!=|<=|>=|[=<>+\-*/(){},:.])""",
    re.VERBOSE,
)
PIECE = r"(?:10[*^]-?\d+|[A-Za-z%]|\[[A-Za-z0-9_]+\]|\{[A-Za-z0-9_.%]+\})"
UNIT = re.compile(rf"(?:[ \t]+/(?=[A-Za-z])|[ \t]*)(?P<unit>{PIECE}(?:{PIECE}|[0-9_*^]|-\d|/|\.(?!\.))*)")


@dataclass(frozen=True, slots=True)
class Token:
    """One token. `kind`: number, date, text, word, symbol or end; `unit` belongs to a number."""

    kind: str
    text: str
    offset: int
    unit: str | None = None

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else repr(self.text)


def tokens(text: str, place: Place) -> list[Token]:
    """All tokens of `text`, closed by one of kind `end`. Raises RULE-001, 002, 007, 008 and 048."""
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            code = "RULE-002" if text[position] == "'" else "RULE-001"
            raise fault(code, place.moved(text, position), found=text[position])
        kind, start, position = str(match.lastgroup), position, match.end()
        if kind == "number":
            unit, position = _unit(text, position, place)
            if len(match.group()) > MAX_DIGITS:
                raise fault("RULE-048", place.moved(text, start), limit=MAX_DIGITS)
            found.append(Token(kind, match.group(), start, unit))
        elif kind != "space":
            found.append(Token(kind, match.group(), start))
    found.append(Token("end", "", len(text.rstrip())))
    return found


def _unit(text: str, position: int, place: Place) -> tuple[str | None, int]:
    match = UNIT.match(text, position)
    if match is None:
        return None, position
    inverse = "/" in text[position : match.start("unit")]
    unit = ("/" if inverse else "") + match["unit"]
    if unit in RESERVED or (inverse and not known(unit)):
        return None, position
    if unit in DURATION_WORDS or (known(unit) and unit not in TIME_CODES):
        return unit, match.end()
    start = place.moved(text, match.start("unit"))
    if unit in TIME_CODES:
        raise fault("RULE-008", start, unit=unit)
    raise fault("RULE-007", start, unit=unit, hint=hint(unit, [*COMMON, *DURATION_WORDS]))


def hint(word: str, known_words: object) -> str:
    """A suggestion of the nearest known word, to end a sentence with; empty when none is near."""
    near = get_close_matches(word, list(known_words), n=1, cutoff=0.6)  # type: ignore[call-overload]
    return f" (did you mean {near[0]}?)" if near else ""
