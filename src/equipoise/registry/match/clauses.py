"""A note cut into pieces that name one thing each, with how each is said: denied, past, doubtful, of a relative.

What is denied ends where something else begins: at "but", at a verb or a person of its own, at a figure. In "no
fever, chills or cough" the closing "or" carries the denial through the list; in "no diabetes, hypertension" nothing
tells whether the second is denied, so it is neither had nor denied. The few words by which French says the same are
known too, so that "pas d'asthme" is no asthma; its names of diseases are compared as they are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from equipoise.registry.match.family import ABOUT_RELATIVE, FAMILY
from equipoise.registry.match.wording import content

# A small letter begins a sentence only behind a word that is hardly a short form ("vs.", "incl.", "approx.").
SENTENCE = re.compile(
    r"(?<=[.!?])\s+(?=[A-Z0-9])|(?:(?<=[a-z]{5}\.)(?<!approx\.)|(?<=: no\.))\s+(?=[a-z])|\n+|;|\s-\s|\s\*\s"
)
# Where a thing ends: signs and the words that join or begin another.
CHUNK = re.compile(
    r"[,:()]|(?<=[a-z]{3})/(?=[a-z]{3})|\b(?:and|or|nor|but|with|who|which|whose|plus|as well as|complicated by|due to|"
    r"for|however|although|though|except)\b",
    re.I,
)
CONTRAST = ("but", "however", "although", "though", "except")
NEGATION = re.compile(
    r"\b(?:denie[sd]|denying|deny|no|not(?! only)|never|without|neg(?:ative)? for|absence of|free of|nor|n't|non|"
    r"pas d(?:e|u|es)|aucune?|sans|jamais|ni|absence d(?:e|u))\b|n't\b|\b(?:pas|absence) d['’]|"
    r"\bne? ?['’]?\w{1,3} pas\b",
    re.I,
)
# Denials after which a list is denied to its end, whatever closes it.
WHOLE_LIST = re.compile(r"\b(?:denie[sd]|denying|deny|negative for)\b", re.I)
ENDS = re.compile(
    r"\b(?:but|however|although|though|except|presents?|presented|presenting|reports?|reported|has|had|is|was|were|"
    r"are|found|developed|complains?|positive|now|reveals?|revealed|showed?|shows|underwent|received|receives|"
    r"takes|taking|sous|started|she|he|patient|pt|diagnosed|admitted|who|which|on|lives?|living|resid\w+|works?|working|"
    r"smokes|drinks|uses|weighs|currently|known|status|s/p|h/o|hx|pmhx?|prior(?! to)|previous(?:ly)?)\b",
    re.I,
)
FIGURE = re.compile(r"(?<![A-Za-z])(?<!type )(?<!grade )(?<!stage )(?<!class )\d", re.I)
EVER = re.compile(
    r"\b(?:history|hx|h/o|never|jamais|ant[ée]c[ée]dents?|atcd|prior(?! to)|previous|past)\b", re.I
)
PAST = re.compile(
    r"\b(?:history of|hx of|h/o|s/p|status post|prior(?! to)|previous(?:ly)?|past|ago|former(?:ly)?|resolved|"
    r"ant[ée]c[ée]dents?|atcd|underwent|treated with|completed|discontinued|stopped|pmh|pmhx|childhood)\b",
    re.I,
)
FORMER = re.compile(r"\bex-(?=[a-z])|\bancien(?:ne)?\b", re.I)  # of this one thing alone
CURRENT = re.compile(
    r"^\W*(?:(?:is|she is|he is|and|now) )*on (?!exam|admission|arrival|ct\b|mri|x-?ray|ultraso|imaging|the |her |his |"
    r"presentation|physical|ausc|palp)|^\W*sous\b|\b(?:takes|taking|currently|current|ongoing|receiving|receives)\b",
    re.I,
)
# "HER2-negative cancer" is a cancer, and "HIV negative" is none.
NEGATED_AFTER = re.compile(
    r"\b(?:neg(?:ative)?(?=\W*(?:$|\d|(?:on|by|at|in|as of|this|last|x)\b))|ruled out|absent|unremarkable|"
    r"not (?:present|found|seen))(?!\w)",
    re.I,
)
NAIVE = re.compile(r"[\s-]*\bna[iï]ve(?: (?:to|for))?\b", re.I)
ANSWER = re.compile(r"\W*(?:no|none|nil|neg(?:ative)?|denied|non)\W*", re.I)
DOUBT = re.compile(
    r"\b(?:risks?|screen\w*|rule out|r/o|suspect\w*|possibl[ey]|probabl[ey]|likely|presum\w+|provisional|tentative|"
    r"concern\w*|question\w*|exposures?|"
    r"vaccin\w*|prophyla\w*|prevent\w*|candidates?|consider\w*|schedul\w*|plan(?:s|ned|ning)?|offer\w*|evaluat\w*|"
    r"work-?up|if|whether|may|might|would|refus\w*|declin\w*|differential|versus|vs|test(?:s|ed|ing)?|against|"
    r"scales?|scores?|index|prior to|before|until|agree\w*|wants?|wish\w*|trying|interested|"
    r"will|await\w*|pending|fail\w*|challenge)\b|\?",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of a note that names one thing, and how it is said. current: that it goes on is said."""

    text: str
    negated: bool = False
    past: bool = False
    ever: bool = False
    doubtful: bool = False
    relative: bool = False
    current: bool = False


def pieces(note: str) -> Iterator[Piece]:
    """The note cut into pieces, each with what its sentence says about it."""
    for sentence in SENTENCE.split(note):
        yield from _of_sentence(sentence)


def _of_sentence(sentence: str) -> Iterator[Piece]:
    chunks, joints = _cut(sentence)
    family = _relatives(chunks)
    scope = Piece(text="")
    for place, chunk in enumerate(chunks):
        joint = joints[place]
        if joint in CONTRAST or ENDS.search(chunk) or _answered(chunks, joints, place - 1):
            scope = Piece(text="")
        denies = _denies(chunk)
        # A figure begins something of its own; the words beside it are neither denied nor said.
        figure = scope.negated and not denies and FIGURE.search(chunk) is not None
        opened = scope.negated and not denies and _open(chunks, joints, place)
        scope = replace(
            scope,
            negated=(scope.negated or denies) and not figure,
            past=scope.past or bool(PAST.search(chunk)),
            ever=scope.ever or bool(EVER.search(chunk)),
        )
        naive = bool(NAIVE.search(chunk))
        after = naive or bool(NEGATED_AFTER.search(chunk)) or _answered(chunks, joints, place)
        mixed = not denies and NEGATION.search(chunk) is not None
        doubtful = bool(DOUBT.search(chunk)) or after and scope.negated or figure or opened or mixed
        yield replace(
            scope,
            text=chunk.strip(),
            negated=scope.negated or after,
            past=scope.past or bool(FORMER.search(chunk)),
            ever=scope.ever or naive,
            doubtful=doubtful,
            relative=family[place],
            current=bool(CURRENT.search(chunk)) and not scope.past,
        )


def _answered(chunks: Sequence[str], joints: Sequence[str], place: int) -> bool:
    """Whether a chunk is answered by no: "diabetes: no"."""
    behind = 0 <= place < len(chunks) - 1 and joints[place + 1] == ":"
    return behind and ANSWER.fullmatch(chunks[place + 1]) is not None


def _cut(sentence: str) -> tuple[list[str], list[str]]:
    """The chunks of a sentence, and what stands before each, in small letters."""
    chunks, joints, place = [], [""], 0
    for match in CHUNK.finditer(sentence):
        chunks.append(sentence[place : match.start()])
        joints.append(match[0].lower())
        place = match.end()
    return [*chunks, sentence[place:]], joints


def _relatives(chunks: Sequence[str]) -> list[bool]:
    """Which chunks are of relatives: those from a clause about one on; all of them where one is named otherwise."""
    start = next((place for place, chunk in enumerate(chunks) if ABOUT_RELATIVE.search(chunk)), len(chunks))
    named = any(FAMILY.search(chunk) for chunk in chunks[:start])
    return [named or place >= start for place in range(len(chunks))]


def _open(chunks: Sequence[str], joints: Sequence[str], place: int) -> bool:
    """Whether nothing tells if a denial reaches this chunk: it stands behind a comma in a list that no "or" closes."""
    first = next(back for back in range(place, -1, -1) if _denies(chunks[back]))
    if WHOLE_LIST.search(chunks[first]):
        return False
    last = place
    while last + 1 < len(chunks) and not _breaks(chunks[last + 1], joints[last + 1]):
        last += 1
    listed = joints[first + 1 : last + 1]
    return "," in joints[first + 1 : place + 1] and not {"or", "nor"} & set(listed)


def _breaks(chunk: str, joint: str) -> bool:
    return joint in CONTRAST or bool(ENDS.search(chunk) or FIGURE.search(chunk) or _denies(chunk))


def _denies(chunk: str) -> bool:
    """Whether a piece denies what it names. What follows "but" is not denied; "never had" still denies."""
    trigger = NEGATION.search(chunk)
    if trigger is None:
        return False
    ends = ENDS.finditer(chunk, trigger.end())
    return not any(content(chunk[trigger.end() : end.start()]) for end in ends)
