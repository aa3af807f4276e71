"""A small trial as events, written without the engine's decisions, so that every count in it is known by hand.

Thirteen persons are screened (one of them twice), three are not randomised, ten are: five to each arm.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from equipoise.analysis.cut import Cut, cut
from equipoise.analysis.plan import plan_digest
from equipoise.ledger.entry import Event, Head
from equipoise.study import load
from equipoise.study.study import Study

START = date(2026, 3, 2)


@cache
def small() -> Study:
    """The small trial of the neighbouring folder."""
    return load(Path(__file__).parent / "analysis_study")


class Trial:
    """A ledger's events, added one by one; `day` is counted from the first day."""

    def __init__(self, mode: str = "simulation") -> None:
        self.events: list[Event] = []
        self.numbers: dict[str, int] = {}
        self.slots: Counter[str] = Counter()
        commitments = {"seed_commitment": "00", "blocks_commitment": None, "planned": "40"}
        self.add("LedgerOpened", data={"mode": mode, "study_id": "SMALL", **commitments})
        site = {"site": "01", "name": "Site", "country": "France", "approved_on": "2026-01-01"}
        self.add("SiteActivated", data=site)
        self.add("SiteActivated", data={**site, "site": "02"})

    def add(self, kind: str, subject: str | None = None, day: int = 0, **given: Any) -> Event:
        on = (START + timedelta(days=day)).isoformat()
        event = Event(
            sequence=len(self.events) + 1,
            type=kind,
            participant=subject,
            encounter=given.pop("encounter", None),
            effective=on,
            recorded=f"{on}T12:00:00Z",
            actor=given.pop("actor", "investigator-1"),
            role="investigator",
            site=given.pop("site", "01"),
            command=f"c{len(self.events) + 1}",
            reason=given.pop("reason", None),
            study=small().digest,
            data=given.pop("data", {}),
        )
        assert not given
        self.events.append(event)
        return event

    def screen(self, subject: str, person: str | None = None, attempt: int = 1) -> None:
        data = {"subject": subject, "person": person or subject, "attempt": str(attempt)}
        self.add("ParticipantScreened", subject, data=data)
        self.add("ConsentGiven", subject, data={"version": "1", "given_on": START.isoformat()})

    def form(
        self, subject: str, form: str, values: dict, day: int = 0, encounter: str | None = None, **more: Any
    ) -> None:
        kind = more.pop("kind", "FormRecorded")
        data = {
            "form": form,
            "values": values,
            **({"repeat": more.pop("repeat")} if "repeat" in more else {}),
        }
        self.add(kind, subject, day, encounter=encounter, data=data, **more)

    def score(self, subject: str, encounter: str, day: int, red: int, scale: int = 0, **more: Any) -> None:
        """A signed score; its total is red + scale."""
        values = {"red": str(red), "scale": str(scale)}
        assessor = more.pop("assessor", "assessor-1")
        data = {
            "form": "score",
            "number": more.pop("number", f"{day}"),
            "values": values,
            "assessor": assessor,
        }
        self.add(
            "AssessmentSubmitted",
            subject,
            day,
            encounter=encounter,
            actor=assessor,
            data={**data, "blinded": more.pop("blinded", "true")},
        )

    def randomise(self, subject: str, arm: str, sex: str, born: str = "1980-05", baseline: int = 20) -> None:
        """Forms, baseline score and allocation, all on the first day."""
        self.form(subject, "person", {"born": born, "sex": sex}, encounter="screening")
        self.form(subject, "body", {"weight": "70.5"}, encounter="screening")
        self.score(subject, "start", 0, baseline)
        number = f"R-{len(self.numbers) + 1:04d}"
        self.numbers[subject] = len(self.numbers) + 1
        stratum = f"sex={sex}"
        self.add("ParticipantRandomised", subject, data={"number": number, "stratum": stratum})
        self.slots[sex] += 1
        slot = {"scheme": "permuted_blocks", "slot": str(self.slots[sex]), "block": "1"}
        self.add("TreatmentAllocated", subject, data={**slot, "stratum": stratum, "arm": arm})

    def dose(self, subject: str, arm: str, day: int = 1) -> None:
        taken = (START + timedelta(days=day)).isoformat()
        self.add(
            "DoseTaken", subject, day, data={"regimen": f"{arm}_ointment", "taken_on": taken, "dose": "1"}
        )

    def close(self, plan: str | None = None) -> None:
        """Freezes, locks and unblinds."""
        self.add("AnalysisFrozen", day=300, data={"plan": plan or plan_digest(small()), "seed": "1"})
        self.add("TrialLocked", day=301)
        self.add("TrialUnblinded", day=302, data={"to": ["statistician-1"]})

    def cut(self, number: int = 1) -> Cut:
        last = len(self.events)
        return cut(self.events, number, Head(last, hashlib.sha256(str(last).encode()).digest()))


def whole(mode: str = "simulation") -> Trial:
    """The whole small trial up to its last visit, not yet closed."""
    trial = Trial(mode)
    not_randomised(trial)
    people = [
        (f"01-{place:04d}", "new" if place % 2 else "old", "female" if place < 18 else "male")
        for place in range(10, 20)
    ]
    trial.screen("01-0009")
    trial.add("ScreeningFailed", "01-0009", data={"reasons": ["E1"]})
    trial.screen("01-0010", person="01-0009", attempt=2)
    for subject, _, _ in people[1:]:
        trial.screen(subject)
    for subject, arm, sex in people:
        trial.randomise(subject, arm, sex)
        if subject != "01-0019":
            trial.dose(subject, arm)
        trial.form(subject, "body", {"weight": "72.0"}, 0, "start")
    follow(trial)
    return trial


def not_randomised(trial: Trial) -> None:
    """Three persons who leave before randomisation: two criteria, a refusal, other words."""
    for subject, reasons in (
        ("01-0001", ["I1", "E1"]),
        ("01-0002", ["declined"]),
        ("01-0003", ["other: moved away"]),
    ):
        trial.screen(subject)
        trial.add("ScreeningFailed", subject, data={"reasons": reasons})


def follow(trial: Trial) -> None:
    """What happens to the ten: 10 to 19, even ones on the old ointment, odd ones on the new."""
    values = {"10": 15, "11": 8, "12": 9, "13": 10, "14": 11, "15": 6}
    for place, last in values.items():
        subject = f"01-00{place}"
        trial.score(subject, "week_4", 28, 16)
        trial.score(subject, "week_16", 112, last)
    sixteen, seventeen, eighteen, nineteen = (f"01-00{place}" for place in (16, 17, 18, 19))
    # 16 (old): a steroid on day 50, entered on day 112; its low score does not count.
    trial.form(
        sixteen,
        "medication",
        {"drug": "steroid", "since": (START + timedelta(days=50)).isoformat()},
        112,
        repeat="1",
    )
    trial.score(sixteen, "week_16", 112, 2)
    # 17 (new): stopped for an adverse event on day 40, scored all the same, lost later.
    trial.add("TreatmentStopped", seventeen, 40, data={"cause": "adverse_event"})
    trial.score(seventeen, "week_16", 112, 7)
    trial.add("StudyEnded", seventeen, 130, data={"status": "lost", "cause": ""})
    # 18 (old): scored outside the window. 19 (new): never started, scored by an unmasked substitute.
    trial.score(eighteen, "week_4", 28, 17)
    trial.score(eighteen, "week_16", 125, 5)
    trial.score(nineteen, "week_16", 112, 4, blinded="false", assessor="nurse-1")
    # 11: the assessor learnt the arm before scoring; 13: moved to another site; 15: a corrected score.
    trial.add(
        "UnblindingRecorded",
        "01-0011",
        100,
        data={"person": "assessor-1", "participant": "01-0011", "how": "said"},
    )
    trial.add("ParticipantTransferred", "01-0013", 60, data={"from": "01", "to": "02"})
    trial.score("01-0015", "week_16", 112, 30, number="112")
    trial.add("DeviationRecorded", eighteen, 125, data=deviation("ASSE-015", "minor"))
    trial.add("DeviationRecorded", sixteen, 50, data=deviation("DEVI-001", "major"))
    trial.add("DeathRecorded", "01-0012", 200, data={})
    trial.add("ParticipantLost", "01-0014", 150, data={"last_contact": "2026-07-20"})
    trial.add("ConsentWithdrawn", "01-0018", 140, data={"scope": "visits"}, reason="no time")
    harms(trial)


def harms(trial: Trial) -> None:
    """Rash twice in one participant of the new arm, once in the old; a pneumonia that becomes serious later; and
    one event of somebody who was never randomised."""
    for subject, event, term in (
        ("01-0011", "1", "rash"), ("01-0011", "2", "rash"), ("01-0010", "1", "rash"), ("01-0013", "1", "pneumonia"),
        ("01-0019", "1", "rash"), ("01-0002", "1", "faint"),
    ):  # fmt: skip
        told = {
            "event": event,
            "term": term,
            "onset": "2026-04-01",
            "grade": "2",
            "serious": "false",
            "criteria": [],
        }
        told |= {
            "causality": {},
            "outcome": "recovered",
            "site_aware": "2026-04-02T08:00:00Z",
            "expected": {},
        }
        trial.add("AdverseEventReported", subject, 31, data=told)
    worse = {"serious": "true", "criteria": ["hospitalisation"], "grade": "3"}
    data = {"event": "1", "changes": worse, "site_aware": "2026-04-09T08:00:00Z", "expected": {}}
    trial.add("AdverseEventUpdated", "01-0013", 38, data=data)


def deviation(code: str, category: str) -> dict[str, str]:
    return {
        "code": code,
        "text": "words",
        "concerns": "open",
        "category": category,
        "happened": "2026-06-01",
        "known": "",
    }
