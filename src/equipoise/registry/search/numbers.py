"""Numbers of studies, and names with a number in them, in all the ways in which they are written."""

from __future__ import annotations

import re

SPACED = re.compile(r"\b(NCT|ISRCTN)[\s:#_\u2010-\u2013-]{1,3}(\d{8})(?!\w)", re.IGNORECASE)
IN_ADDRESS = re.compile(
    r"\S*(?:://|www\.|trials\.gov|trials\.eu)\S*?\b(NCT\d{8}|ISRCTN\d{8}|\d{4}-\d{6}-\d{2}(?:-\d{2})?)(?!\w)[^\s()\"]*",
    re.IGNORECASE,
)
ONE = r"(?:NCT|ISRCTN)\d{8}"
SEVERAL = re.compile(rf"\W*{ONE}(?:(?:\s+(?:or|and|et|ou)\s+|[\s,;/|]+){ONE})+\W*", re.IGNORECASE)
DIGITS = re.compile(r"\s*#?(\d{8})\s*")
MIXED = re.compile(r"(?=\w*[a-z])(?=\w*\d)[a-z0-9]{2,8}")


def study_numbers(text: str) -> str:
    """A query with its numbers of studies written plainly: out of addresses, without spaces; of several, any.

    Eight digits alone may be such a number without its letters.
    """
    text = SPACED.sub(r"\1\2", IN_ADDRESS.sub(r"\1", text))
    if alone := DIGITS.fullmatch(text):
        return f"{alone[1]} OR NCT{alone[1]}"
    return " OR ".join(re.findall(ONE, text, re.IGNORECASE)) if SEVERAL.fullmatch(text) else text


def is_mixed(word: str) -> bool:
    """Whether a short word has letters and digits, so that it may also be written in two."""
    return MIXED.fullmatch(word) is not None


def parted(word: str) -> list[tuple[str, str]]:
    """The two words into which a short word of letters and digits could be parted: `il6` is `il 6`."""
    return [(word[:at], word[at:]) for at in range(1, len(word))] if is_mixed(word) else []
