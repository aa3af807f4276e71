"""Words of a text, as the index knows them: runs of letters and digits, in small letters, without accents."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Letters and digits of any script; the underscore is no letter.
WORD = re.compile(r"[^\W_]+")
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
LONGEST = 100  # bytes; a longer run is no word of any language
SPECIAL = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ł": "l",
    "þ": "th",
    "ı": "i",
    "ħ": "h",
}


def words(text: str) -> list[str]:
    """The words of a text, in order; empty when it has none."""
    lowered = text.lower()
    found = WORD.findall(lowered)
    if not lowered.isascii():
        found = [fold(word) for word in found]
    return [word for word in found if len(word) < LONGEST and len(word.encode()) < LONGEST]


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """A word without accents, in plain letters where there are such."""
    return word if word.isascii() else "".join(map(_fold_letter, word))


def _fold_letter(letter: str) -> str:
    if letter.isascii():
        return letter
    if letter in SPECIAL:
        return SPECIAL[letter]
    plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    return plain if plain.isascii() and plain.isalnum() else letter


@lru_cache(maxsize=10_000)
def _same_length(letter: str) -> str:
    folded = _fold_letter(letter.lower())
    return folded if len(folded) == 1 else letter


def aligned(text: str) -> str:
    """The text in small letters without accents, letter for letter, so that places in it are places in the text."""
    lowered = text.lower()
    if lowered.isascii():
        return lowered
    if len(lowered) != len(text) or "Σ" in text:  # what a letter becomes alone is not what it became here
        return "".join(map(_same_length, text))
    return BEYOND_ASCII.sub(lambda match: _same_length(match.group()), lowered)
