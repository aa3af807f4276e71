"""What a rule is, what it finds, and how the record is laid out for it.

A rule is a plain function from a `Subject` to hits; its code, severity, reason and question are written
beside it, once, and also make the manual. Severity says how certain the rule is: E for what the record's
own words contradict or leave impossible to carry out, W for a likely gap, I for hygiene. A finding quotes
the record's exact words by path and offsets; a finding on something that is absent has the path where it
would stand and no words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from equipoise.registry.record import Protocol, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding: where, which words, what is wrong, why it matters, what to ask the sponsor.

    start, end: offsets in the text at `path` (0, 0 when something is absent). source: `rule` or
    `annotation`; an annotation names its number, its reviewer's role and the date of the reading.
    """

    code: str
    severity: str
    path: str
    start: int
    end: int
    words: str
    message: str
    why: str
    question: str
    source: str = "rule"
    number: int | None = None
    reviewed_by: str = ""
    reviewed_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One free text of the record and its path."""

    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One line of the eligibility text: `start` is its offset there; `side` inclusion, exclusion or empty.

    `parent` is the text of the item under which it is nested; `marked` says that a bullet or a number is before it.
    """

    side: str
    start: int
    text: str
    parent: str = ""
    marked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A record laid out for the rules.

    `today` is None when no clock was given; `unread` is the path from which an oversized record was not read.
    """

    record: Record
    texts: tuple[Text, ...]
    criteria: tuple[Criterion, ...]
    today: date | None
    drug_names: frozenset[str]
    unread: str = ""

    @property
    def protocol(self) -> Protocol:
        """The protocol section, typed."""
        return self.record.protocol

    @property
    def all_text(self) -> str:
        """Every free text, one after the other, to ask whether something is said anywhere."""
        return "\n".join(one.text for one in self.texts)

    def under(self, *names: str) -> tuple[Text, ...]:
        """The texts whose path contains one of these module or field names."""
        return tuple(one for one in self.texts if any(name in one.path for name in names))

    @property
    def interventional(self) -> bool:
        """Whether the study gives treatments; unknown study types are left alone."""
        return self.protocol.design_module.study_type == "INTERVENTIONAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What a rule yields: a span of a text, or an absence (`text` empty), and its own sentence if any."""

    path: str
    text: str = ""
    start: int = 0
    end: int = 0
    message: str = ""


Check = Callable[[Subject], Iterable[Hit]]
CRITERIA = "protocolSection.eligibilityModule.eligibilityCriteria"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule with all that a reader of its findings needs."""

    code: str
    severity: str
    title: str
    why: str
    question: str
    check: Check


RULES: list[Rule] = []


def rule(code: str, severity: str, title: str, *, why: str, question: str) -> Callable[[Check], Check]:
    """Enter the decorated function in the catalogue of rules."""

    def enter(check: Check) -> Check:
        assert severity in ("E", "W", "I") and all(code != one.code for one in RULES), code
        RULES.append(Rule(code=code, severity=severity, title=title, why=why, question=question, check=check))
        return check

    return enter


def absent(path: str, message: str = "") -> Hit:
    """A hit for something that is not there."""
    return Hit(path=path, message=message)


def span(text: Text, start: int, end: int, message: str = "") -> Hit:
    """A hit on part of a text."""
    return Hit(path=text.path, text=text.text[start:end], start=start, end=end, message=message)


def within(criterion: Criterion, start: int, end: int, message: str = "") -> Hit:
    """A hit on part of a criterion, placed in the whole eligibility text."""
    offset = criterion.start
    return Hit(
        path=CRITERIA, text=criterion.text[start:end], start=offset + start, end=offset + end, message=message
    )
