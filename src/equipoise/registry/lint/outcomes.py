"""Rules on planned outcomes: there is one, it is specific, and it has a time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from equipoise.registry.lint.model import Hit, Subject, Text, absent, rule, span
from equipoise.registry.record import Outcome

PLACE = "protocolSection.outcomesModule"


@rule(
    "LINT-040",
    "E",
    "An interventional study states no primary outcome",
    why="Without a primary outcome and its time there is no sample size, no analysis and no result to publish.",
    question="What is the primary outcome, by which instrument, at which time, analysed how?",
)
def no_primary_outcome(subject: Subject) -> Iterator[Hit]:
    """INTERVENTIONAL and an empty list of primary outcomes."""
    if subject.interventional and not subject.protocol.outcomes_module.primary_outcomes:
        yield absent(f"{PLACE}.primaryOutcomes")


@rule(
    "LINT-041",
    "E",
    "An outcome has no time frame, or only a number",
    why="A value without a time cannot be scheduled or analysed.",
    question="At which time, in which unit, is this outcome measured?",
)
def time_frame(subject: Subject) -> Iterator[Hit]:
    """Missing time frame or one that is digits alone."""
    for path, one in _planned(subject):
        if not one.time_frame.strip() or re.fullmatch(r"[\d.\s]+", one.time_frame):
            yield _on(f"{path}.timeFrame", one.time_frame, f"{one.measure[:80]!r}")


@rule(
    "LINT-042",
    "W",
    "An outcome's title names no measure",
    why="`Safety` or `Efficacy` can be anything; what was planned could be chosen afterwards.",
    question="Which measure, on which scale or count?",
)
def vague_title(subject: Subject) -> Iterator[Hit]:
    """A title that is one general word, with nothing that makes it specific."""
    words = r"(?:safety|tolerability|efficacy|feasibility|satisfaction|effectiveness)"
    general = rf"(?:(?:overall|long-term|clinical)\s+)?{words}"
    for path, one in _planned(subject):
        if re.fullmatch(rf"{general}(?:\s+and\s+{general})*\.?", one.measure.strip(), re.I):
            yield _on(f"{path}.measure", one.measure)


@rule(
    "LINT-043",
    "I",
    "An outcome's title is an aim, not a measure",
    why="`To assess ...` says why, not what is measured.",
    question="What is measured?",
)
def aim_as_title(subject: Subject) -> Iterator[Hit]:
    """A title that begins with `To assess`, `To evaluate` and their like."""
    for path, one in _planned(subject):
        if re.match(
            r"\s*to (?:assess|evaluate|determine|compare|investigate|examine|study|demonstrate)\b",
            one.measure,
            re.I,
        ):
            yield _on(f"{path}.measure", one.measure)


def _planned(subject: Subject) -> Iterator[tuple[str, Outcome]]:
    module = subject.protocol.outcomes_module
    for name, found in (
        ("primaryOutcomes", module.primary_outcomes),
        ("secondaryOutcomes", module.secondary_outcomes),
    ):
        for number, one in enumerate(found):
            yield f"{PLACE}.{name}[{number}]", one


def _on(path: str, text: str, message: str = "") -> Hit:
    if not text.strip():
        return absent(path, message and f"no time frame for {message}")
    return span(Text(path=path, text=text), 0, len(text))
