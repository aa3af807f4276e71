"""What kind of thing an event is, and so who may read it: the one place that says what is sealed.

An event is open or sealed, never half. Sealed is what differs between arms, or would tell the arm: the drug and
all that is done with it, laboratory results and other forms that the definition seals, adverse events, and
whatever happens at an encounter whose day counts from the drug. What is not known to be open is sealed: a form or
an encounter that this version of the study does not have is one that another version may have sealed.
"""

from __future__ import annotations

from functools import lru_cache
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
WAY = frozenset(
    {
        e.PARTICIPANT_SCREENED,
        e.CONSENT_GIVEN,
        e.CONSENT_WITHDRAWN,
        e.ELIGIBILITY_CONFIRMED,
        e.SCREENING_FAILED,
        e.PARTICIPANT_RANDOMISED,
        e.PARTICIPANT_TRANSFERRED,
        e.PARTICIPANT_LOST,
        e.DEATH_RECORDED,
        e.STUDY_ENDED,
    }
)
"""A participant's way through the trial. These belong to no encounter, so that none can tell of the drug."""

FORM = frozenset({e.FORM_RECORDED, e.FORM_CORRECTED, e.LOG_CLOSED})
QUERY = frozenset({e.QUERY_OPENED, e.QUERY_ANSWERED, e.QUERY_CLOSED})
ASSESSMENT = frozenset({e.ASSESSMENT_SUBMITTED, e.ARM_GUESSED})
OPEN_ANCHORS = frozenset({None, "consented_on", "randomised_on"})
SEALED_NAMES = ("arm", "first_dose_on", "last_dose_on", "treatment_stopped_on")
SEALED_QUERY = "S"
"""The first letter of the number of a query about something sealed."""


def category(study: Study, event: Event) -> Category:
    """The category of an event. What is not known to be open is sealed."""
    if event.type in TRIAL:
        return "trial"
    if _counts_from_drug(study, event.encounter) or _tells_of_drug(study, event):
        return "sealed"
    if event.type in WAY or event.type == e.VISIT_MISSED:
        return "person"
    if event.type in ASSESSMENT:
        return "assessment"
    if event.type in FORM:
        return "sealed" if sealed_record(study, event.data["form"], event.encounter) else "form"
    if event.type in QUERY:
        return "sealed" if sealed_record(study, event.data["form"], event.encounter) else "query"
    if event.type == e.DEVIATION_RECORDED and event.data["concerns"] == "open":
        return "person"
    return "sealed"


def sealed_record(study: Study, form: str, encounter: str | None) -> bool:
    """Whether a record of a form at an encounter is sealed, and with it every query about it."""
    known = study.definition.forms.get(form)
    return known is None or known.sealed or _counts_from_drug(study, encounter)


def reads_sealed(study: Study, key: str) -> bool:
    """Whether the rule at a dotted path reads what is sealed, also through derivations: its verdict, and all that
    follows from it, then tells of what was read."""
    return key in _reading_sealed(study)


@lru_cache(maxsize=16)
def _reading_sealed(study: Study) -> frozenset[str]:
    roots: set[tuple[str, ...]] = {("name", name) for name in (*SEALED_NAMES, *study.sealed)}
    for form_id, form in study.definition.forms.items():
        if form.sealed or form.act not in (None, "guess"):
            roots.add(("form", form_id))
            roots |= {("item", form_id, item) for item in form.items}
    return frozenset().union(*(study.dependents.get(root, frozenset()) for root in roots))


def _tells_of_drug(study: Study, event: Event) -> bool:
    """What is sealed among events whose type is open: a stop of the drug in the form of a withdrawn consent, a
    query of a sealed number, a missed visit at which all that was to be recorded is sealed."""
    if event.type == e.CONSENT_WITHDRAWN:
        return event.data["scope"] == "treatment"
    if event.type in QUERY:
        return event.data["query"].startswith(SEALED_QUERY)
    if event.type == e.VISIT_MISSED and event.encounter is not None:
        forms = study.encounter(event.encounter).forms
        return bool(forms) and all(sealed_record(study, form, event.encounter) for form in forms)
    return False


def _counts_from_drug(study: Study, encounter_id: str | None) -> bool:
    """Whether the day of an encounter follows the drug, so that a record there tells of the drug by itself."""
    if encounter_id is None:
        return False
    encounter = study.definition.encounters.get(encounter_id)
    return encounter is None or encounter.anchor not in OPEN_ANCHORS
