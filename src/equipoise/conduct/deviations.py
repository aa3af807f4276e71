"""Protocol deviations: what happened against the protocol is recorded, with when it happened, when it was
known and when it was entered. It is never refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from equipoise.allocation import stratum_name
from equipoise.blinding import reads_sealed, sealed_record
from equipoise.conduct.command import Command, Context, Decision
from equipoise.conduct.errors import refuse
from equipoise.conduct.judgement import judge_criteria
from equipoise.conduct.schedule import planned
from equipoise.conduct.scheme import levels_of
from equipoise.ledger.entry import Draft

if TYPE_CHECKING:
    from equipoise.study.facts import Record

CATEGORIES = ("minor", "major")


def deviation(
    context: Context, command: Command, code: str, text: str, *, concerns: str, category: str = "minor"
) -> Draft:
    """One deviation. `concerns` is open or sealed: what it would tell about the arm decides who reads it."""
    data = {
        "code": code,
        "text": text,
        "concerns": concerns,
        "category": category,
        "happened": command.effective,
        "known": command.data.get("known", context.recorded),
    }
    return context.draft(command, "DeviationRecorded", data, reason=None)


def from_findings(context: Context, command: Command, code: str, findings: Iterable[Any]) -> list[Draft]:
    """One major deviation for each finding that would have refused the act, had it still been to come."""
    return [
        deviation(
            context, command, code, str(finding), concerns=concerns(context, finding.key), category="major"
        )
        for finding in findings
    ]


def concerns(context: Context, *keys: str, form: str | None = None) -> str:
    """What a deviation tells: sealed when a rule at one of these dotted paths reads something sealed, or when it
    follows from a sealed form."""
    study = context.study
    told = form is not None and study.form(form).sealed
    return "sealed" if told or any(reads_sealed(study, key) for key in keys) else "open"


def record_deviation(context: Context, command: Command) -> Decision:
    """A person reports a deviation."""
    data = command.data
    if not data.get("text") or data.get("category") not in CATEGORIES:
        return refuse("COND-010", command, "a deviation needs its words and a category, minor or major")
    if data.get("concerns") not in ("open", "sealed"):
        return refuse(
            "COND-010", command, "say whether the deviation could tell the arm: concerns open or sealed"
        )
    code = data.get("code", "DEVI-001")
    return (
        deviation(context, command, code, data["text"], concerns=data["concerns"], category=data["category"]),
    )


def report_randomisation_error(context: Context, command: Command) -> Decision:
    """Somebody learns later that a randomisation was in error: it stands, and the error is recorded."""
    if context.participant.randomised_on is None or not command.data.get("text"):
        return refuse("DEVI-005", command, "this needs a randomised participant and words for the error")
    text = command.data["text"]
    return (deviation(context, command, "RAND-014", text, concerns="open", category="major"),)


def on_window(context: Context, command: Command) -> list[Draft]:
    """The first form of an encounter that happened outside its window.

    Open and sealed forms are looked at apart, so that whether a sealed one came first shows nowhere.
    """
    study, participant, encounter = context.study, context.participant, command.encounter
    if encounter is None:
        return []
    window = planned(study, participant, encounter)
    if window is None or window.holds(command.day):
        return []
    sealed = sealed_record(study, command.data["form"], encounter)
    filled = participant.facts.filled_at(encounter)
    if any(sealed_record(study, form, encounter) == sealed for form in filled):
        return []
    text = f"{encounter} on {command.day}, planned from {window.first} to {window.last}"
    return [deviation(context, command, "DEVI-002", text, concerns="sealed" if sealed else "open")]


def on_correction(context: Context, command: Command, record: Record) -> list[Draft]:
    """A correction after randomisation that would have changed eligibility or stratum.

    It never changes the arm or the stratum that was randomised.
    """
    participant = context.participant
    if participant.randomised_on is None:
        return []
    form = command.data["form"]
    then = participant.facts.with_record(record).on(participant.randomised_on)
    drafts = []
    before = participant.facts.on(participant.randomised_on)
    was = {
        finding.rule: finding.verdict for finding in judge_criteria(context.study, before, "randomisation")
    }
    for finding in judge_criteria(context.study, then, "randomisation"):
        if finding.verdict != "met" and was[finding.rule] == "met":
            text = f"after the correction, criterion {finding.rule} is {finding.verdict}"
            told = concerns(context, finding.key, form=form)
            drafts.append(deviation(context, command, "DEVI-003", text, concerns=told, category="major"))
    site = participant.randomising_site or ""
    stratum = stratum_name(levels_of(context.study, site, then))
    if stratum not in (participant.stratum, stratum_name(levels_of(context.study, site, before))):
        text = f"after the correction the stratum would be {stratum}; randomised in {participant.stratum}"
        keys = (f"allocation.strata.{factor}.rule" for factor in context.study.definition.allocation.strata)
        told = concerns(context, *keys, form=form)
        drafts.append(deviation(context, command, "DEVI-004", text, concerns=told))
    return drafts


HANDLERS = {
    "record_deviation": record_deviation,
    "report_randomisation_error": report_randomisation_error,
}
FOLDS: dict = {}
