"""The query language: text in, a tree and remarks out, whatever the text is.

Nothing that anybody types is an error. A quote without its end is closed, a bracket without its partner is left
out, what asks for too much is cut; each time a note says so, in words for the person who typed.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, field

from equipoise.registry.search.document import FIELDS, MOST, NUMBERS
from equipoise.registry.search.numbers import is_mixed, study_numbers
from equipoise.registry.search.query import FACETS, MOST_TEXT
from equipoise.registry.search.text import words
from equipoise.registry.search.tree import (
    Facet,
    Loose,
    Near,
    Node,
    Not,
    Phrase,
    Prefix,
    Range,
    Term,
    all_of,
    any_of,
)

HELP = """\
a b              both words, anywhere in the record, in any of their forms
"a b"            these words one after the other, exactly so
a OR b           either; a b OR c d is (a b) OR (c d)
-a, NOT a        not this
(a OR b) c       brackets group
abc*             any word that begins so (at least three letters)
abc~             a word spelled nearly so
FIELD:a          in one field; FIELD:"a b" and FIELD:(a OR b) too
status:a         a facet: {facets}
start:2015..2020 a span, either end may be left open; also posted, updated (years, months or days),
                 enrolment (participants) and age:45 (an age in years that the study takes)
fields: {fields}
A number or an acronym alone puts its study first. A word that no record has finds words spelled nearly so.
Plain words find their synonyms too, where a list of synonyms was given."""
MOST_WORDS = 64
MOST_DEPTH = 16
SHORTEST_PREFIX = 3
# Words that nearly every record has; they are left out of what is not quoted.
COMMON = frozenset({"the", "of", "in", "on", "for", "with", "and", "or", "to"})
TOKEN = re.compile(r'(?P<space>\s+)|(?P<mark>[()])|(?P<quoted>"[^"]*"?)|(?P<word>[^\s()"]+)')
QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'))
PREFIXED = re.compile(r"(-?)([a-z]+):(.*)", re.DOTALL)
SPAN = re.compile(r"(.*?)\.\.(.*)")
MOMENT = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
DATES = frozenset({"start", "posted", "updated"})


@dataclass(slots=True)
class Parser:
    """One reading of one text. `notes` grows with each thing that was understood otherwise than written."""

    tokens: list[tuple[str, str]]
    notes: list[str] = field(default_factory=list)
    words: int = 0
    place: int = 0

    def peek(self) -> tuple[str, str]:
        """The next token; an empty one at the end."""
        return self.tokens[self.place] if self.place < len(self.tokens) else ("end", "")

    def take(self) -> tuple[str, str]:
        """The next token, which is then behind us."""
        token = self.peek()
        self.place += 1
        return token

    def note(self, text: str) -> None:
        """Remarks on something, once."""
        if text not in self.notes:
            self.notes.append(text)


def parse(text: str) -> tuple[Node, tuple[str, ...]]:
    """What a text asks for, and how it was understood where that is not plain."""
    parser = Parser(tokens_of(study_numbers(text[:MOST_TEXT].translate(QUOTES))))
    if len(text) > MOST_TEXT:
        parser.note(f"only the first {MOST_TEXT} letters were read")
    nodes = []
    while parser.peek()[0] != "end":
        nodes += _either(parser, "", 0)
        if parser.peek() == ("mark", ")"):
            parser.take()
            parser.note("a closing bracket has no partner")
    return all_of(nodes), tuple(parser.notes)


def tokens_of(text: str) -> list[tuple[str, str]]:
    """The tokens of a text: (mark | quoted | word, text). A field before a quote or a bracket is a word of its own."""
    found = ((match.lastgroup or "", match.group()) for match in TOKEN.finditer(text))
    return [token for token in found if token[0] != "space"]


def _either(parser: Parser, name: str, depth: int) -> list[Node]:
    """Alternatives apart by OR; none when nothing in them says anything."""
    found = [_every(parser, name, depth)]
    while parser.peek() == ("word", "OR"):
        parser.take()
        found.append(_every(parser, name, depth))
    said = [all_of(parts) for parts in found if parts]
    return [any_of(said)] if said else []


def _every(parser: Parser, name: str, depth: int) -> list[Node]:
    """Everything up to an OR, a closing bracket or the end."""
    nodes: list[Node] = []
    while parser.peek()[0] != "end" and parser.peek() not in (("word", "OR"), ("mark", ")")):
        if parser.peek() == ("word", "AND"):
            parser.take()
            continue
        nodes += _one(parser, name, depth)
    return _without_common(nodes)


def _without_common(nodes: list[Node]) -> list[Node]:
    """The nodes without common words, unless there is nothing else."""
    kept = [node for node in nodes if not (isinstance(node, Loose) and node.word in COMMON)]
    return kept or nodes


def _one(parser: Parser, name: str, depth: int) -> list[Node]:
    """One word, phrase or group, perhaps negated, perhaps in a field; none when it says nothing."""
    kind, text = parser.take()
    if kind == "word" and text in ("NOT", "-"):
        return _negated(_operand(parser, name, depth))
    if kind == "word" and (match := PREFIXED.fullmatch(text)):
        minus, chosen, rest = match.groups()
        if chosen in FIELDS or chosen in FACETS or chosen in NUMBERS:
            nodes = _named(parser, chosen, rest, depth)
            return _negated(nodes) if minus else nodes
    if kind == "mark":
        return _group(parser, name, depth)
    if kind == "quoted":
        return _quoted(parser, text, name)
    if text.startswith("-"):
        return _negated(_word(parser, text[1:], name))
    return _word(parser, text, name)


def _operand(parser: Parser, name: str, depth: int) -> list[Node]:
    """What follows a NOT; nothing at the end, before a closing bracket and beyond the depth."""
    if parser.peek()[0] == "end" or parser.peek() == ("mark", ")") or depth >= MOST_DEPTH:
        return []
    return _one(parser, name, depth + 1)


def _negated(nodes: list[Node]) -> list[Node]:
    return [Not(all_of(nodes))] if nodes else []


def _group(parser: Parser, name: str, depth: int) -> list[Node]:
    """What stands in brackets; the opening one has been taken."""
    if depth >= MOST_DEPTH:
        parser.note(f"brackets deeper than {MOST_DEPTH} were left out")
        return []
    nodes = _either(parser, name, depth + 1)
    if parser.peek() == ("mark", ")"):
        parser.take()
    else:
        parser.note("an opening bracket has no partner")
    return nodes


def _quoted(parser: Parser, text: str, name: str) -> list[Node]:
    if len(text) < 2 or not text.endswith('"'):
        parser.note("a quote has no end")
    return _counted(parser, [_exact(tuple(words(text)), name)]) if words(text) else []


def _exact(found: tuple[str, ...], name: str) -> Node:
    return Term(found[0], name) if len(found) == 1 else Phrase(found[:MOST_WORDS], name)


def _named(parser: Parser, chosen: str, rest: str, depth: int) -> list[Node]:
    """What stands behind the name of a field, a facet or a number."""
    following = parser.peek()[0]
    if not rest and following == "quoted" and chosen not in FIELDS:
        rest = parser.take()[1].strip('"')
    if chosen in NUMBERS and (span := _span(chosen, rest)):
        return [span]
    if chosen in FACETS and chosen not in FIELDS and chosen not in NUMBERS and rest:
        return _counted(parser, [Facet(chosen, rest)])
    if chosen not in FIELDS:
        parser.note(f"{chosen}: needs a value that it can have, and was left out")
        return []
    if not rest and following in ("quoted", "mark"):
        return _one(parser, chosen, depth) if parser.peek() != ("mark", ")") else []
    return _word(parser, rest, chosen)


def _word(parser: Parser, text: str, name: str) -> list[Node]:
    """A word as it was typed: with `*` a beginning, with `~` a neighbourhood, with signs inside a phrase."""
    bare, sign = text.rstrip("*~"), text[len(text.rstrip("*~")) :]
    found = tuple(words(bare))
    if not found:
        if text:
            parser.note(f"there is no word in {text[:40]}")
        return []
    if sign.startswith("*"):
        return _counted(parser, [_beginning(parser, found, name)])
    if sign.startswith("~") and len(found) == 1:
        distance = 1 if len(found[0]) < 8 else 2
        return _counted(parser, [Near(found[0], distance, name)])
    if len(found) == 1:
        return _counted(parser, [Loose(found[0], name)])
    phrase = Phrase(found[:MOST_WORDS], name)
    together = "".join(found)
    # `IL-6` is also written `IL6`, and `COVID-19` without its hyphen.
    return _counted(parser, [any_of([phrase, Term(together, name)]) if is_mixed(together) else phrase])


def _beginning(parser: Parser, found: tuple[str, ...], name: str) -> Node:
    if len(found[-1]) < SHORTEST_PREFIX:
        parser.note(f"{found[-1]}* is too short for a beginning, and was read as a word")
        return _exact(found, name)
    return Prefix(found[0], name) if len(found) == 1 else Phrase(found[:MOST_WORDS], name, True)


def _counted(parser: Parser, nodes: list[Node]) -> list[Node]:
    """The nodes, as long as the query is not too long."""
    parser.words += len(nodes)
    if parser.words <= MOST_WORDS:
        return nodes
    parser.note(f"only the first {MOST_WORDS} words were searched")
    return []


def _span(name: str, text: str) -> Range | None:
    """A span of dates or numbers; None when the text is none."""
    match = SPAN.fullmatch(text)
    low, high = match.groups() if match else (text, text)
    bound = _date if name in DATES else _number
    ends = bound(low, last=False), bound(high, last=True)
    if (low and ends[0] is None) or (high and ends[1] is None) or ends == (None, None):
        return None
    return Range(name, *ends)


def _number(text: str, *, last: bool) -> int | None:
    return min(int(text), MOST) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _date(text: str, *, last: bool) -> int | None:
    """A day as YYYYMMDD: of a year or a month the first (with zeros, so that open dates are in) or the last."""
    match = MOMENT.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(piece) if piece else 0 for piece in match.groups())
    if month > 12 or day > 31:
        return None
    if last:
        month = month or 12
        day = day or (monthrange(year, month)[1] if year else 31)
    return year * 10000 + month * 100 + day


def help_text() -> str:
    """The query language in words, for the help of the box and of the command."""
    facets = ", ".join(name for name in FACETS if name not in FIELDS and name not in NUMBERS)
    return HELP.format(facets=facets, fields=", ".join(FIELDS))
