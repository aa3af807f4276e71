"""Why a study was found: the fields that hold the words of the query, with the words marked in an excerpt."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

from equipoise.registry.interfaces import Reason, Stored
from equipoise.registry.search.document import FIELDS, TEXTS, exact_in
from equipoise.registry.search.forms import distance
from equipoise.registry.search.text import GREEK, UNSPACED, WORD, aligned
from equipoise.registry.search.tree import All, Near, Node, Phrase, Prefix, Term, wanted

EXCERPT = 200
MOST_REASONS = 4
START, END = r"(?<![^\W_])", r"(?![^\W_])"
# The number and the acronym come first, then the fields of less weight.
BY_WEIGHT = tuple(sorted(FIELDS, key=lambda name: -FIELDS[name].weight))
# What an index keeps beside its words: for most hits it shows why without a look at the record.
SHORT = BY_WEIGHT[:6]
LETTERS = {name: letter for letter, name in GREEK.items()}  # as `text.searched` names them
PAIRS = {"oe": "œ", "ae": "æ"}
Texts = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is looked for in the texts of one field, made once for a query.

    needles: a text that holds none of them need not be looked through. near: words of which any may be near.
    named: what the tree names otherwise than by its neighbourhood.
    """

    field: str
    pattern: re.Pattern[str]
    needles: tuple[str, ...]
    near: tuple[Near, ...]
    named: re.Pattern[str] | None


class PageReasons:
    """The reasons of one page of hits, made together when the first of them is read.

    numbers, short: the studies of the page, and of each the texts of SHORT. records: the whole records of some.
    """

    def __init__(
        self,
        tree: Node,
        asked: str,
        short: Mapping[str, Texts],
        records: Callable[[Sequence[str]], Mapping[str, Stored]],
    ) -> None:
        self._tree = tree
        self._asked = asked
        self._short = short
        self._records = records

    @cached_property
    def _made(self) -> Mapping[str, tuple[Reason, ...]]:
        made, left = {}, []
        for number, texts in self._short.items():
            found, whole = _in_short(texts, self._tree, self._asked)
            made[number] = tuple(found)
            if not whole:
                left.append(number)
        for number, stored in (self._records(left) if left else {}).items():
            made[number] = reasons_of(stored.data, self._tree, self._asked)
        return made

    def of(self, number: str) -> Reasons:
        """The reasons of one hit of the page."""
        return Reasons(lambda: self._made[number])


class Reasons(Sequence[Reason]):
    """The reasons of one hit, looked up when they are first asked for: a list of numbers needs none of them."""

    __slots__ = ("_find",)

    def __init__(self, find: Callable[[], tuple[Reason, ...]]) -> None:
        self._find = find

    def __len__(self) -> int:
        return len(self._find())

    def __getitem__(self, place: Any) -> Any:
        return self._find()[place]

    def __repr__(self) -> str:
        return repr(self._find())


def reasons_of(data: Mapping[str, Any], tree: Node, asked: str) -> tuple[Reason, ...]:
    """The reasons for one hit, those of weightier fields first. data: its record.

    asked: the text of the query where some study is named so, else empty. The texts of SHORT are looked at first;
    the others are looked at where these do not show every word.
    """
    short = {name: tuple(TEXTS[name](data)) for name in SHORT}
    found, whole = _in_short(short, tree, asked)
    if not whole:
        for sought in sought_in(tree):
            if len(found) == MOST_REASONS:
                break
            if sought.field not in SHORT and (reason := _in_field(TEXTS[sought.field](data), sought)):
                found.append(reason[0])
    return tuple(found)


def _in_short(texts: Texts, tree: Node, asked: str) -> tuple[list[Reason], bool]:
    """The reasons in the texts of SHORT, and whether they show all that is looked for (or are as many as may be)."""
    found: list[Reason] = []
    shown: set[tuple[str, str]] = set()
    fields: Sequence[str] = SHORT
    if asked and asked.casefold() in exact_in(texts):
        number = Reason(kind="number", field="number", words=(asked,), text=asked, marks=((0, len(asked)),))
        found.append(number)
        fields = SHORT[2:]
    for sought in sought_in(tree):
        if len(found) == MOST_REASONS:
            break
        if sought.field in fields and (reason := _in_field(texts[sought.field], sought)):
            found.append(reason[0])
            shown |= {(sought.field, text) for text in reason[1]}
    whole = len(found) == MOST_REASONS or all(
        any(_shows(leaf, shown) for leaf in part) for part in parts_of(tree)
    )
    return found, whole


def _shows(leaf: Node, shown: set[tuple[str, str]]) -> bool:
    """Whether a word, beginning, neighbourhood or phrase is among what was marked in the fields shown."""
    own = getattr(leaf, "field", "")
    marked = [text for field, text in shown if own in ("", field)]
    if isinstance(leaf, Term) and not _otherwise(leaf):
        return leaf.word in marked
    if isinstance(leaf, Near):
        return any(_near(text, leaf.word, leaf.distance) for text in marked)
    return any(re.fullmatch(_source(leaf), text) for text in marked)


@lru_cache(maxsize=512)
def parts_of(tree: Node) -> tuple[tuple[Node, ...], ...]:
    """The words of each part of a tree that must hold."""
    parts = tree.parts if isinstance(tree, All) else (tree,)
    return tuple(leaves for part in parts if (leaves := tuple(wanted(part))))


@lru_cache(maxsize=512)
def sought_in(tree: Node) -> tuple[Sought, ...]:
    """What is looked for in each field of which the tree asks something, the weightier fields first."""
    found = []
    for field in BY_WEIGHT:
        leaves = [leaf for leaf in wanted(tree) if getattr(leaf, "field", "") in ("", field)]
        near = tuple(leaf for leaf in leaves if isinstance(leaf, Near))
        named = [leaf for leaf in leaves if not isinstance(leaf, Near)]
        if leaves:
            sure = not near and not any(map(_otherwise, named))
            needles = tuple(dict.fromkeys(map(_needle, named))) if sure else ()
            pattern = _pattern(leaves)
            others = _pattern(named) if named else None
            found.append(Sought(field=field, pattern=pattern, needles=needles, near=near, named=others))
    return tuple(found)


def _pattern(leaves: Sequence[Node]) -> re.Pattern[str]:
    # The longest first, so that a phrase is marked whole.
    return re.compile("|".join(sorted(dict.fromkeys(map(_source, leaves)), key=len, reverse=True)))


def _needle(leaf: Node) -> str:
    """What a text must hold somewhere to hold this word, beginning or phrase: quick to look for."""
    assert isinstance(leaf, Term | Prefix | Phrase)
    return max(leaf.words, key=len) if isinstance(leaf, Phrase) else leaf.word


def _source(leaf: Node) -> str:
    if isinstance(leaf, Prefix):
        return rf"{_begun(leaf.word)}[^\W_]*"
    if isinstance(leaf, Phrase):
        first = leaf.words[0]
        joined = _begun(first)
        for before, word in pairwise(leaf.words):
            # Of writing without spaces each sign is a word.
            between = "*" if UNSPACED.match(before) or UNSPACED.match(word) else "+"
            joined += rf"[\W_]{between}{_letters(word)}"
        return rf"{joined}[^\W_]*" if leaf.open else rf"{joined}{_ended(leaf.words[-1])}"
    if isinstance(leaf, Near):
        # Any word may be near: those of a like length are looked at one by one.
        return rf"{START}[^\W_]{{{max(len(leaf.word) - leaf.distance, 1)},{len(leaf.word) + leaf.distance}}}{END}"
    assert isinstance(leaf, Term)
    return rf"{_begun(leaf.word)}{_ended(leaf.word)}"


def _begun(word: str) -> str:
    """The beginning of a word. The letters come before the look behind them, since letters are found quickly."""
    if UNSPACED.match(word):
        return word
    return rf"{START}{_letters(word)}" if _varied(word) else rf"{word}(?<![^\W_]{word})"


def _ended(word: str) -> str:
    return "" if UNSPACED.match(word) else END


def _letters(word: str) -> str:
    """A word in all letters in which a text may write it."""
    for pair, letter in PAIRS.items():
        word = word.replace(pair, f"(?:{pair}|{letter})")
    return f"(?:{word}|{LETTERS[word]})" if word in LETTERS else word


def _otherwise(leaf: Node) -> bool:
    """Whether a text may show a word or phrase in other letters than its own."""
    found = leaf.words if isinstance(leaf, Phrase) else (getattr(leaf, "word", ""),)
    return any(map(_varied, found))


def _varied(word: str) -> bool:
    return word in LETTERS or any(pair in word for pair in PAIRS)


def _in_field(texts: Iterable[str], sought: Sought) -> tuple[Reason, set[str]] | None:
    """The words of a tree in a field, shown in the first text of it that has one; and these in plain letters."""
    for text in texts:
        plain = aligned(text)
        for needle in sought.needles:
            if needle in plain:
                break
        else:
            if sought.needles:
                continue
        places = [match.span() for match in sought.pattern.finditer(plain)]
        if sought.near:
            places = [place for place in places if _truly(plain[slice(*place)], sought)]
        if places:
            shown, marks = excerpt(text, places)
            words = tuple(dict.fromkeys(text[start:end].casefold() for start, end in places))
            reason = Reason(kind="field", field=sought.field, words=words, text=shown, marks=marks)
            return reason, {plain[slice(*place)] for place in places}
    return None


def _truly(found: str, sought: Sought) -> bool:
    """Whether a found word is near enough, or one that the tree names otherwise."""
    if any(_near(found, leaf.word, leaf.distance) for leaf in sought.near):
        return True
    return sought.named is not None and sought.named.fullmatch(found) is not None


@lru_cache(maxsize=100_000)
def _near(found: str, word: str, most: int) -> bool:
    return distance(found, word, most) <= most


def excerpt(text: str, places: Sequence[tuple[int, int]]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The part of a text around its first marked word, whole words only, with the marks that lie in it."""
    if len(text) <= EXCERPT:
        return text, tuple(places)
    begin = max(places[0][0] - EXCERPT // 4, 0)
    end = min(begin + EXCERPT, len(text))
    if begin and (inside := WORD.match(text, begin)) and inside.end() <= places[0][0]:
        begin = inside.end()
    if end < len(text) and (space := text.rfind(" ", places[0][1], end)) > 0:
        end = space
    before, after = "… " if begin else "", " …" if end < len(text) else ""
    inner = text[begin:end]
    begin += len(inner) - len(inner.lstrip())
    shift = len(before) - begin
    marks = tuple((start + shift, stop + shift) for start, stop in places if begin <= start and stop <= end)
    return f"{before}{inner.strip()}{after}", marks
