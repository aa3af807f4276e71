"""Words of a text, as the index knows them: runs of letters and digits, in small letters, without accents.

What cannot be seen is no part of a word; letters that are written in several ways are one; a Greek letter that stands
alone is its name; and of writing without spaces each sign is a word, so that a word of it is found as a phrase.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Letters and digits of any script; the underscore is no letter.
WORD = re.compile(r"[^\W_]+")
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
# Soft hyphens, joiners and marks of direction and of byte order: nobody sees them, and whoever searches types none.
UNSEEN = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u2060\ufeff]")
JOINED = re.compile("[\ufb00-\ufb06]")
UNSPACED = re.compile(
    "[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]"
)
GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa", "λ": "lambda", "μ": "mu", "ω": "omega"
}  # fmt: skip
ALONE = re.compile(rf"(?<![^\W_])[{''.join(GREEK)}](?![^\W_])", re.IGNORECASE)
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


def readable(text: str) -> str:
    """The text without what cannot be seen, accents in one piece with their letters, letters that print joins apart."""
    if text.isascii():
        return text
    whole = UNSEEN.sub("", unicodedata.normalize("NFC", text))
    return JOINED.sub(lambda found: unicodedata.normalize("NFKC", found[0]), whole)


def searched(text: str) -> str:
    """The text as it is cut into words: see above."""
    if text.isascii():
        return text
    text = UNSEEN.sub("", unicodedata.normalize("NFKC", text)).replace("İ", "I")
    return ALONE.sub(lambda found: GREEK[found[0].lower()], UNSPACED.sub(r" \g<0> ", text))


def words(text: str) -> list[str]:
    """The words of a text, in order; empty when it has none."""
    lowered = searched(text).lower()
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
