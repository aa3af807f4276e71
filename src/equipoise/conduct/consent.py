"""Screening numbers and consent.

A person may be screened again: each attempt has a number of its own and names the person by the first one.
No act of the trial may precede consent; facts of the past may.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from msgspec.structs import replace

from equipoise.conduct.command import Command, Context, Decision, Refusal
from equipoise.conduct.errors import refuse
from equipoise.conduct.state import ParticipantState, TrialState, put
from equipoise.study.facts import Facts

if TYPE_CHECKING:
    from equipoise.ledger.entry import Event
    from equipoise.study.study import Study

SCOPES = ("treatment", "visits", "data")


def screen_participant(context: Context, command: Command) -> Decision:
    """Gives the next screening number of the site. Again for one who failed: `data.previous` is that
    attempt."""
    site = context.state.trial.sites.get(command.site or "")
    if site is None:
        return refuse("CONS-001", command, f"site {command.site} is not active")
    subject = f"{site.site}-{site.screened + 1:04d}"
    previous = context.state.participant
    if previous is None:
        person, attempt = subject, 1
    elif previous.status != "failed":
        return refuse("CONS-002", command, f"{previous.subject} has not failed screening")
    else:
        person, attempt = previous.person, previous.attempt + 1
    data = {"subject": subject, "person": person, "attempt": str(attempt)}
    return (context.draft(command, "ParticipantScreened", data, participant=subject),)


def give_consent(context: Context, command: Command) -> Decision:
    """Consent, or consent to a new version after an amendment."""
    participant, data = context.participant, command.data
    if not data.get("version"):
        return refuse("COND-010", command, "a consent needs the version of the document")
    if participant.status in ("failed", "ended"):
        return refuse("CONS-003", command, f"the participant's part is over ({participant.status})")
    if participant.consent == data["version"]:
        return refuse("CONS-004", command, f"version {data['version']} has been signed already")
    if data.get("given_on", command.effective[:10]) != command.effective[:10]:
        return refuse("CONS-005", command, "the day given is not the day on which it happened")
    given = {"version": data["version"], "given_on": command.effective[:10]}
    return (context.draft(command, "ConsentGiven", given),)


def withdraw_consent(context: Context, command: Command) -> Decision:
    """A participant may stop treatment, visits or the use of data, each apart; it is never refused for its
    reason."""
    scope = command.data.get("scope")
    if scope not in SCOPES:
        return refuse("CONS-006", command, f"`{scope}` is not a scope; one of {', '.join(SCOPES)}")
    return (context.draft(command, "ConsentWithdrawn", {"scope": scope}),)


def check_consented(context: Context, command: Command, on: date | None = None) -> Refusal | None:
    """A trial act may not precede consent; the day counts, since consent and screening may share one."""
    participant = context.participant
    if participant.consented_on is None:
        return refuse("CONS-007", command, "the participant has not consented")
    day = on or command.day
    if day < participant.consented_on:
        return refuse("CONS-008", command, f"{day} precedes consent, given on {participant.consented_on}")
    return None


def _screened(study: Study, participant: ParticipantState | None, event: Event) -> ParticipantState:
    data = event.data
    return ParticipantState(
        subject=data["subject"],
        person=data["person"],
        attempt=int(data["attempt"]),
        site=event.site or "",
        facts=Facts.empty(study),
    )


def _given(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    day = date.fromisoformat(event.data["given_on"])
    if participant.consented_on is not None:
        return replace(participant, consent=event.data["version"], digest=event.study)
    facts = participant.facts.with_name("consented_on", day)
    return replace(
        participant, consent=event.data["version"], consented_on=day, facts=facts, digest=event.study
    )


def _withdrawn(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    return replace(participant, withdrawn=participant.withdrawn | {event.data["scope"]})


def _counted(study: Study, trial: TrialState, event: Event) -> TrialState:
    site = trial.sites[event.site or ""]
    return replace(trial, sites=put(trial.sites, site.site, replace(site, screened=site.screened + 1)))


HANDLERS = {
    "screen_participant": screen_participant,
    "give_consent": give_consent,
    "withdraw_consent": withdraw_consent,
}
FOLDS = {"ParticipantScreened": _screened, "ConsentGiven": _given, "ConsentWithdrawn": _withdrawn}
TRIAL_FOLDS = {"ParticipantScreened": _counted}
