"""A criterion in words, read into parts that were understood and how they are joined.

The text is cut into atoms (age, sex, ...) and phrases. `and` needs all, `or` one; where commas or a mixture leave
open which is meant, only what both readings say is said. Anything not understood is a part of unknown truth, so a
criterion is never guessed: it is false when one understood part that it needs is false, and so on after Kleene.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from equipoise.registry.lint.layout import split_criteria
from equipoise.registry.match import atoms
from equipoise.registry.match.atoms import Atom, Judged
from equipoise.registry.match.caution import ONE_SEX, cautious, of_others
from equipoise.registry.match.consent import find_consent, whole_consent
from equipoise.registry.match.facts import Facts
from equipoise.registry.match.lifestages import find_stages
from equipoise.registry.match.phrases import TOO_GENERAL, find_phrase
from equipoise.registry.match.truth import (
    EXCLUSION,
    INCLUSION,
    Truth,
    Verdict,
    agreed,
    every,
    negated,
    some,
    verdict,
)
from equipoise.registry.match.wording import content, listed

LONGEST = 1_000  # signs of one criterion; a longer one is a page of prose and is not read
MOST = 300  # criteria of one record
# Words after which a sentence says something else than its parts do.
HEDGE = re.compile(
    r"\b(?:unless|except\w*|other than|apart from|if|excluding|but|only|however|when|either|neither|"
    r"rather|instead|occasions?|episodes?|twice|times)\b",
    re.I,
)
WHO = r"(?:(?:patients?|subjects?|participants?|women|females?)\W+)?(?:who\W+)?"
NEGATION = re.compile(
    rf"^\W*{WHO}(?:(?:must |should |do |does |are |is |have )*(?:no|not|without|never)\b"
    r"(?: (?:have|has|had|be|been))*(?: (?:any|a|an))?|absence of|free of)\s",
    re.I,
)
DUTY = re.compile(
    r"\b(?:must|should|agree\w*|willing\w*|will|use|using|require\w*|need\w*|accept\w*|potential)\b", re.I
)
INNER_NEGATION = re.compile(r"\b(?:no|not|without|never|neither|nor|cannot)\b", re.I)
LIST = re.compile(
    r"\b(?:following|(?:one|two|three|any|all|more) of|either|at least (?:one|two|three|\d)|or more)\b", re.I
)
# A line such as "--Prior Therapy--" or "PROTOCOL ENTRY CRITERIA:".
TITLE = re.compile(r"-{2,}[^-].{0,80}[^-]-{2,}:?|[A-Z][A-Z0-9 /&,()-]{3,80}:")
JOINT = re.compile(
    r"[,;:]|\.(?=\s+[A-Z])|(?<=[a-z]{3}) ?/ ?(?=[a-z]{3})|\band\s?/\s?or\b|\bor\b|\band\b|\bas well as\b|&",
    re.I,
)
PREGNANCY_WORDS = listed("pregnancy_words")
WOMEN_TOO = frozenset(
    {"no", "if", "do", "unless", "only", "who", "are", "have", "appropriate", "acceptable", "medically"}
)
FILLER = listed("filler")
# What goes on behind an "or" is still what somebody is treated for, wants or needs.
GOVERNED = re.compile(
    r"\b(?:interest\w*|desir\w+|treat\w*|therap\w+|need\w*|seek\w*|counsel\w*|waiting)\b[^,;.]*\bfor\b", re.I
)
# A sentence of the other side within a criterion ("adults; those under guardianship will be excluded").
OTHER_SIDE = {
    False: re.compile(r"\b(?:(?:be|are|is)\s+excluded|(?:be|are|is)\s+not\s+eligible|ineligible)\b", re.I),
    True: re.compile(r"\b(?:be|are|is)\s+(?:included|eligible)\b", re.I),
}
PLAIN = ("age", "sex", "performance")  # what everybody must be


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a criterion was understood: its parts, what joins them, whether the whole is denied."""

    parts: tuple[Atom, ...]
    join: Callable[[Iterable[Truth]], Truth]
    denied: bool

    def holds(self, facts: Facts) -> Judged:
        """Whether the words of the criterion are true of a patient, and what decided it."""
        found = [part.test(facts) for part in self.parts]
        truth = self.join(truth for truth, _ in found)
        decided = [why for each, why in found if why and (each == truth or truth is None)]
        return (negated(truth) if self.denied else truth), "; ".join(dict.fromkeys(decided))

    def mentioned(self, facts: Facts) -> bool:
        """Whether anything known bears on a part."""
        return any(part.test(facts)[0] is not None for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One criterion of a record: its side (empty when the record does not say) and its words.

    listed: whether it is one item under words that say what to do with the list ("at least two of the following"),
    so that it means nothing by itself.
    """

    side: str
    text: str
    listed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is known about one criterion for one patient.

    kind: `age`, `sex`, `status` ... for a field of the record, `criterion` for one in words, `rule` for a rule of
    a trial that runs here. words: the record's own. why: what decided it. mentioned: whether anything known
    bears on it; an exclusion of which nothing is mentioned is not known, and likely does not concern the patient.
    bars: whether it keeps the patient out.
    """

    kind: str
    side: str
    words: str
    verdict: Verdict
    why: str = ""
    mentioned: bool = False

    @property
    def bars(self) -> bool:
        """Whether this keeps the patient out."""
        return self.verdict is Verdict.NOT_MET


def criteria_of(text: str) -> Iterator[Criterion]:
    """The criteria of an eligibility text, lists kept as lists, with the side on which each stands.

    An item that stands further in than the first of its side, or under words that open a list, is an item of a list.
    """
    first: dict[str, int] = {}
    head: tuple[str, int] | None = (
        None  # side and column of words that open a list of items in the same column
    )
    for number, each in enumerate(split_criteria(text)):
        if number >= MOST:
            return
        line = text[text.rfind("\n", 0, each.start) + 1 : each.start]
        column = len(line) - len(line.lstrip())
        words = " ".join(each.text.split())
        if head and (each.side, column) != head:
            head = None
        if TITLE.fullmatch(words) and not LIST.search(words):
            continue  # it names what follows, and asks nothing
        inside = column > first.setdefault(each.side, column) + 1
        yield Criterion(side=each.side, text=words, listed=inside or head is not None or bool(each.parent))
        if (
            not inside
            and words.endswith((":", "following", "following.", "following)"))
            and LIST.search(words)
        ):
            head = each.side, column


def judge(criterion: Criterion, facts: Facts) -> Finding:
    """The verdict on one criterion in words. Without a side, or as an item of a list, it is not known."""
    alone = criterion.side and not criterion.listed
    reading = read_criterion(criterion.text, criterion.side) if alone else None
    holds, why = reading.holds(facts) if reading else (None, "")
    return Finding(
        kind="criterion",
        side=criterion.side,
        words=criterion.text,
        verdict=verdict(holds, criterion.side),
        why=why,
        mentioned=bool(reading and reading.mentioned(facts)),
    )


@lru_cache(maxsize=65_536)
def read_criterion(text: str, side: str = "inclusion") -> Reading | None:
    """How the criterion is understood; None when nothing of it is."""
    if len(text) > LONGEST or text.rstrip().endswith(":"):
        return None
    plain = atoms.tidy(text)
    whole = whole_consent(plain, side) or (_women_alone(plain) if side == EXCLUSION else None)
    if whole is not None:
        return Reading(parts=(whole,), join=every, denied=False)
    if HEDGE.search(text) or OTHER_SIDE[side == EXCLUSION].search(text):
        return None
    parts = tuple(_atoms(plain))
    denial = None if any(part.start == 0 for part in parts) else NEGATION.match(plain)
    start = denial.end() if denial else 0
    elements, joints = _elements(plain, start, parts)
    if not any(each.kind for each in elements) or _conditional(elements, plain, side):
        return None
    elements = cautious(_without_shared_heads(elements, joints, plain), plain)
    between = "".join(plain[each.start : each.end] for each in elements if each.kind in ("", "statement"))
    if INNER_NEGATION.search(between):
        return None
    if any(each.kind == "pregnancy" for each in elements):
        elements = [_for_women(each, plain) for each in elements]
    ends = (
        (0, len(elements)) if denial or side == EXCLUSION or LIST.search(plain) else _core(elements, joints)
    )
    return Reading(
        parts=tuple(elements), join=_joined(elements, joints, side, ends), denied=denial is not None
    )


def _conditional(elements: Sequence[Atom], text: str, side: str) -> bool:
    """Whether the words ask something of one sex only ("women must ..."), or of each sex something else."""
    if ONE_SEX.search(text):
        return True
    named = {text[each.start : each.end].lower()[:1] for each in elements if each.kind == "sex"}
    duty = DUTY.search(text) is not None
    if side == INCLUSION and duty and any(each.kind == "pregnancy" for each in elements):
        return True
    return bool(named) and (duty or len(named) > 1)


def _atoms(text: str) -> Iterator[Atom]:
    """The atoms of a text in order, each place read once: the first finder that knows it has it."""
    pregnancy = atoms.CHILD_WORDS.search(text)
    finders = [
        find_consent,
        atoms.find_ages,
        find_stages,
        atoms.find_performance,
        atoms.find_measures,
        atoms.find_pregnancy,
    ]
    finders += [] if pregnancy else [atoms.find_sex]
    taken: list[Atom] = []
    for finder in finders:
        for atom in finder(text):
            if all(atom.end <= other.start or other.end <= atom.start for other in taken):
                alone = atom.kind == "sex" and " " not in text[atom.start : atom.end]
                other = alone and of_others(text, atom.start)
                taken.append(replace(atom, kind="", test=lambda facts: (None, "")) if other else atom)
    yield from sorted(taken, key=lambda each: each.start)


def _elements(text: str, start: int, parts: Sequence[Atom]) -> tuple[list[Atom], list[str]]:
    """Atoms and the phrases between them, in order, and what stands between each two: the joining words."""
    elements: list[Atom] = []
    joints: list[str] = []
    waiting = ""

    def take(atom: Atom) -> None:
        nonlocal waiting
        if elements:
            joints.append(waiting.lower())
        elements.append(atom)
        waiting = ""

    place = start
    for atom in [*(each for each in parts if each.start >= start), None]:
        end = atom.start if atom else len(text)
        for begin, stop, joint in _pieces(text, place, end):
            if joint:
                waiting += joint
            elif set(content(text[begin:stop])) <= FILLER:
                # Words that say nothing by themselves may still be one side of an "or".
                waiting += " ~ " if text[begin:stop].strip() else ""
            else:
                for phrase in find_phrase(text, begin, stop):
                    take(phrase)
        if atom:
            take(atom)
            place = atom.end
    return elements, joints


def _without_shared_heads(elements: list[Atom], joints: Sequence[str], text: str) -> list[Atom]:
    """The elements, of unknown truth where a word alone may mean less than it seems: "thyroid" in "thyroid or heart
    disease", and "alcohol use" in "treatment for cannabis or alcohol use"."""
    kept = list(elements)
    for position, one in enumerate(elements[1:], 1):
        if one.kind == "statement" and GOVERNED.search(text, elements[0].start, elements[position - 1].end):
            kept[position] = replace(one, kind="", test=lambda facts: (None, ""))
    for position, joint in enumerate(joints):
        one, other = (content(text[each.start : each.end]) for each in elements[position : position + 2])
        alone = elements[position].kind == "statement" and len(one) == 1 and joint.strip()
        if alone and len(other) > 1 and other[-1] in TOO_GENERAL:
            kept[position] = replace(elements[position], kind="", test=lambda facts: (None, ""))
    return kept


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """A gap cut at its joints: (start, end, the joint or nothing)."""
    place = start
    for match in JOINT.finditer(text, start, end):
        yield place, match.start(), ""
        yield match.start(), match.end(), f" {match[0]} "
        place = match.end()
    yield place, end, ""


def _join(elements: Sequence[Atom], joints: Sequence[str], side: str) -> Callable[[Iterable[Truth]], Truth]:
    """How the parts are joined, as far as the words tell."""
    kinds = {_kind_of(joint) for joint in joints}
    if not kinds or kinds == {"beside"}:
        return every
    if "or" in kinds and kinds <= {"or", "list"}:
        return some if not any(each.kind == "sex" for each in elements) else agreed
    if "and" in kinds and kinds <= {"and", "list", "beside"}:
        # In a list of exclusions people write "and" for "or": only what both say is certain.
        return agreed if side == EXCLUSION else every
    if kinds <= {"list", "beside"} and all(each.kind in ("age", "sex") for each in elements):
        return every
    return agreed


def _core(elements: Sequence[Atom], joints: Sequence[str]) -> tuple[int, int]:
    """From where to where the criterion goes once what everybody must be stands apart: age, sex, performance.

    "Adults with asthma or gout" asks for an adult, and for one of two; "asthma or gout, 18 to 65 years" likewise.
    """
    start, end = 0, len(elements)
    while (
        start + 1 < end
        and elements[start].kind in PLAIN
        and _kind_of(joints[start]) in ("beside", "and", "list")
    ):
        start += 1
    while (
        end - 1 > start
        and elements[end - 1].kind in PLAIN
        and _kind_of(joints[end - 2]) in ("beside", "list")
    ):
        end -= 1
    return start, end


def _joined(
    elements: Sequence[Atom], joints: Sequence[str], side: str, ends: tuple[int, int]
) -> Callable[[Iterable[Truth]], Truth]:
    """How the parts are joined: those outside these ends are all needed, beside what those inside say together."""
    start, end = ends
    inner = _join(elements[start:end], joints[start : end - 1], side)
    if ends == (0, len(elements)):
        return inner

    def join(truths: Iterable[Truth]) -> Truth:
        found = tuple(truths)
        return every((*found[:start], inner(found[start:end]), *found[end:]))

    return join


def _women_alone(text: str) -> Atom | None:
    """An exclusion of which every word is on pregnancy, whatever it asks: it is false of a man."""
    if not atoms.WOMEN.search(text) or not set(content(text)) <= PREGNANCY_WORDS | WOMEN_TOO:
        return None
    if not INNER_NEGATION.search(text) and not HEDGE.search(text):
        return None  # it is read part by part
    return Atom(
        kind="pregnancy",
        start=0,
        end=len(text),
        test=lambda facts: (False, "male") if facts.sex == "MALE" else (None, ""),
    )


def _kind_of(joint: str) -> str:
    words = joint.split()
    if "~" in words:
        return "open" if set(words) != {"~"} else "beside"
    if "or" in words or "/" in joint:
        return "or"
    if "." in words:
        return "and"
    if "and" in words or "&" in words or "as" in words:
        return "and"
    return "list" if words else "beside"


def _for_women(part: Atom, text: str) -> Atom:
    """In a criterion on pregnancy, words that concern women alone are false of a man."""
    own = set(content(text[part.start : part.end])) if not part.kind else set()
    if not own or not own <= PREGNANCY_WORDS:
        return part

    def test(facts: Facts) -> Judged:
        return (False, "male") if facts.sex == "MALE" else (None, "")

    return Atom(kind="pregnancy", start=part.start, end=part.end, test=test)
