"""The other forms of a word: singular and plural, British and American spelling, and how near two words are."""

from __future__ import annotations

# (British, American): where one is part of a word, the other is tried in its place.
SPELLINGS = (
    ("aemia", "emia"),
    ("haem", "hem"),
    ("anaes", "anes"),
    ("paedi", "pedi"),
    ("orthopaed", "orthoped"),
    ("gynaec", "gynec"),
    ("oedema", "edema"),
    ("oesoph", "esoph"),
    ("oestr", "estr"),
    ("rrhoea", "rrhea"),
    ("tumour", "tumor"),
    ("behaviour", "behavior"),
    ("labour", "labor"),
    ("colour", "color"),
    ("centre", "center"),
    ("fibre", "fiber"),
    ("litre", "liter"),
    ("isation", "ization"),
    ("ised", "ized"),
    ("sulph", "sulf"),
    ("foet", "fet"),
)
KEPT_ENDINGS = ("ss", "us", "is", "as", "os")


def forms(word: str) -> tuple[str, ...]:
    """The word and its other forms, the word first; some of them may be no words."""
    if len(word) < 4 or not word.isalpha():
        return (word,)
    spelled = [word]
    for british, american in SPELLINGS:
        if british in word:
            spelled.append(word.replace(british, american))
        elif american in word:
            spelled.append(word.replace(american, british))
    found = [form for each in spelled for form in (each, *_numbers(each))]
    return tuple(dict.fromkeys(found))


def american(word: str) -> str:
    """The word in American spelling, so that both spellings are one."""
    for british, other in SPELLINGS:
        if british in word:
            word = word.replace(british, other)
    return word


def _numbers(word: str) -> list[str]:
    """The singular of a plural, the plural of a singular."""
    if word.endswith("ies") and len(word) > 4:
        return [word[:-3] + "y"]
    if word.endswith("sis"):
        return [word[:-2] + "es"]
    if word.endswith("ses"):
        return [word[:-2] + "is", word[:-2], word[:-1]]
    if word.endswith(("ches", "shes", "xes")):
        return [word[:-2]]
    if word.endswith("s") and not word.endswith(KEPT_ENDINGS):
        return [word[:-1]]
    if word.endswith("y") and word[-2] not in "aeiou":
        return [word[:-1] + "ies"]
    if word.endswith(("ch", "sh", "x")):
        return [word + "es"]
    return [] if word.endswith("s") else [word + "s"]


def tolerance(word: str) -> int:
    """How many letters may be wrong in a word that nobody wrote: none in short ones and in numbers."""
    if not word.isalpha() or len(word) < 4:
        return 0
    return 1 if len(word) < 8 else 2


def distance(first: str, second: str, most: int) -> int:
    """How many letters must be put in, left out, changed or swapped with the next; more than `most` is `most` + 1."""
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(second, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == second[j - 2] and other == first[i - 2]:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
