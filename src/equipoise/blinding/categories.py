"""What kind of thing an event is, and so who may read it: the one place that says what is sealed.

An event is open or sealed, never half. Sealed is what differs between arms, or would tell the arm: the drug and
all that is done with it, laboratory results and other forms that the definition seals, adverse events, and
whatever happens at an encounter whose day counts from the drug.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.ledger import events as e

if TYPE_CHECKING:
    from equipoise.ledger.entry import Event
    from equipoise.study.model import Category
    from equipoise.study.study import Study

TRIAL = frozenset(
    {
        e.LEDGER_OPENED,
        e.SITE_ACTIVATED,
        e.USER_DELEGATED,
        e.DELEGATION_REVOKED,
        e.AMENDMENT_ACTIVATED,
        e.ANALYSIS_FROZEN,
        e.TRIAL_LOCKED,
        e.TRIAL_UNBLINDED,
    }
)
PERSON = frozenset(
    {
        e.PARTICIPANT_SCREENED,
        e.CONSENT_GIVEN,
        e.CONSENT_WITHDRAWN,
        e.ELIGIBILITY_CONFIRMED,
        e.SCREENING_FAILED,
        e.PARTICIPANT_RANDOMISED,
        e.PARTICIPANT_TRANSFERRED,
        e.VISIT_MISSED,
        e.PARTICIPANT_LOST,
        e.DEATH_RECORDED,
        e.STUDY_ENDED,
    }
)
FORM = frozenset({e.FORM_RECORDED, e.FORM_CORRECTED, e.LOG_CLOSED})
QUERY = frozenset({e.QUERY_OPENED, e.QUERY_ANSWERED, e.QUERY_CLOSED})
ASSESSMENT = frozenset({e.ASSESSMENT_SUBMITTED, e.ARM_GUESSED})
DRUG_ANCHORS = frozenset({"first_dose_on", "treatment_stopped_on"})


def category(study: Study, event: Event) -> Category:
    """The category of an event. What is not known to be open is sealed."""
    if event.type in TRIAL:
        return "trial"
    if _counts_from_drug(study, event.encounter):
        return "sealed"
    if event.type in PERSON:
        return "person"
    if event.type in ASSESSMENT:
        return "assessment"
    if event.type in FORM or event.type in QUERY:
        if sealed_record(study, event.data["form"], event.encounter):
            return "sealed"
        return "form" if event.type in FORM else "query"
    if event.type == e.DEVIATION_RECORDED and event.data["concerns"] == "open":
        return "person"
    return "sealed"


def sealed_record(study: Study, form: str, encounter: str | None) -> bool:
    """Whether a record of a form at an encounter is sealed, and with it every query about it."""
    return study.form(form).sealed or _counts_from_drug(study, encounter)


def _counts_from_drug(study: Study, encounter_id: str | None) -> bool:
    """Whether the day of an encounter follows the drug, so that a record there tells of the drug by itself."""
    encounter = study.definition.encounters.get(encounter_id or "")
    return encounter is not None and encounter.anchor in DRUG_ANCHORS
