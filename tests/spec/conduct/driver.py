"""Drives the engine in a test: sends commands, folds what comes back, keeps every event."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from equipoise.allocation import Seal
from equipoise.conduct.command import Command, Refusal
from equipoise.conduct.engine import decide, evolve
from equipoise.conduct.state import ParticipantState, State, TrialState
from equipoise.ledger.entry import Event, numbered
from equipoise.simulation.draws import sealed
from equipoise.study import load
from equipoise.study.study import Study

SEAL = Seal(seed=bytes(range(32)), block_sizes=(2, 4), salt=bytes(16))
ROLES = {
    "adjudicate": "adjudicator",
    "submit_assessment": "assessor",
    "guess_arm": "assessor",
    "open_query": "monitor",
    "close_query": "monitor",
    "freeze_analysis": "statistician",
}
SPONSOR = [
    "open_ledger",
    "activate_site",
    "delegate_user",
    "revoke_delegation",
    "activate_amendment",
    "lock_trial",
    "unblind_trial",
]


@cache
def tiny() -> Study:
    """The small trial of this folder."""
    return load(Path(__file__).parent / "tiny")


class Driver:
    """One trial in memory; `day` is today, and every command happens today unless it says otherwise."""

    def __init__(self, study: Study | None = None, mode: str = "practice") -> None:
        self.study = study or tiny()
        self.mode = mode
        self.trial = TrialState()
        self.people: dict[str, ParticipantState] = {}
        self.events: list[Event] = []
        self.day = "2026-03-02"
        self.count = 0

    def send(self, kind: str, subject: str | None = None, *, at: str | None = None, **given: Any) -> Any:
        """The events of a command, or its refusal."""
        self.count += 1
        role = (
            given.pop("role", None) or ROLES.get(kind) or ("sponsor" if kind in SPONSOR else "investigator")
        )
        given.setdefault(
            "site", None if role in ("sponsor", "statistician", "monitor", "adjudicator") else "01"
        )
        command = Command(
            kind=kind,
            id=f"t{self.count}",
            actor=given.pop("actor", f"{role}-1"),
            role=role,
            effective=given.pop("effective", self.day),
            participant=subject,
            **given,
        )
        now = datetime.fromisoformat(at or f"{self.day}T12:00:00").replace(tzinfo=UTC)
        state = State(trial=self.trial, participant=self.people.get(subject or ""))
        draws = sealed(SEAL, self.study.definition.allocation.blocks_commitment is not None)
        decision = decide(self.study, state, command, now, draws)
        if isinstance(decision, Refusal):
            return decision
        for draft in decision:
            event = numbered(draft, len(self.events) + 1)
            self.events.append(event)
            state = evolve(self.study, state, event)
        self.trial = state.trial
        if state.participant is not None:
            self.people[state.participant.subject] = state.participant
        return decision

    def ok(self, kind: str, subject: str | None = None, **given: Any) -> tuple[Any, ...]:
        """The events of a command that must not be refused."""
        answer = self.send(kind, subject, **given)
        assert not isinstance(answer, Refusal), answer
        return answer

    def refused(self, kind: str, subject: str | None = None, **given: Any) -> Refusal:
        """The refusal of a command that must be refused; nothing changes."""
        before = (self.trial, dict(self.people), len(self.events))
        answer = self.send(kind, subject, **given)
        assert isinstance(answer, Refusal), answer
        assert (self.trial, self.people, len(self.events)) == before
        assert answer.fault and answer.why and answer.remedy
        return answer

    def opened(self) -> Driver:
        """With an open ledger and one active site."""
        self.ok("open_ledger", data={"mode": self.mode})
        site = {"site": "01", "name": "Site 01", "country": "France", "approved_on": "2026-01-01"}
        self.ok("activate_site", data=site)
        return self

    def screened(self, age: str = "40", sex: str = "f") -> str:
        """A consented participant with the forms of screening; the subject's number."""
        subject = self.ok("screen_participant")[0].data["subject"]
        self.ok("give_consent", subject, data={"version": "1"})
        person = {"form": "person", "values": {"age": age, "sex": sex}}
        self.ok("record_form", subject, encounter="screening", data=person)
        body = {"form": "body", "values": {"weight": "70.0"}}
        self.ok("record_form", subject, encounter="screening", data=body)
        self.ok("close_log", subject, data={"form": "history", "status": "none"})
        self.score(subject, "screening")
        return subject

    def score(self, subject: str, encounter: str, red: str = "8", **given: Any) -> Any:
        """A masked score."""
        data = {"form": "score", "values": {"red": red}, "blinded": "true"}
        return self.ok("submit_assessment", subject, encounter=encounter, data=data, **given)

    def ready(self, **given: str) -> str:
        """A participant on the day of randomisation, with everything but the act."""
        subject = self.screened(**given)
        blood = {"form": "blood", "values": {"platelets": "200"}}
        self.ok("record_form", subject, encounter="baseline", data=blood)
        self.score(subject, "baseline")
        self.ok("confirm_eligibility", subject, data={"moment": "randomisation"})
        return subject

    def randomised(self, **given: str) -> str:
        """A randomised participant."""
        subject = self.ready(**given)
        self.ok("randomise", subject)
        return subject
