"""The names of all event types, and which of them belong to the trial as a whole.

A name is what is stored, for ever: it is never derived from a Python class, so that a record can be read
when this program is gone. Names are past tense, because an event says what happened. An event that the
state of the trial needs (sites, delegations, allocations, randomised numbers) has trial scope: a store
gives those without reading every participant.
"""

from __future__ import annotations

# The trial, its sites and its people
LEDGER_OPENED = "LedgerOpened"
SITE_ACTIVATED = "SiteActivated"
USER_DELEGATED = "UserDelegated"
DELEGATION_REVOKED = "DelegationRevoked"
AMENDMENT_ACTIVATED = "AmendmentActivated"
ANALYSIS_FROZEN = "AnalysisFrozen"
TRIAL_LOCKED = "TrialLocked"
TRIAL_UNBLINDED = "TrialUnblinded"

# A participant's way through the trial
PARTICIPANT_SCREENED = "ParticipantScreened"
CONSENT_GIVEN = "ConsentGiven"
CONSENT_WITHDRAWN = "ConsentWithdrawn"
ELIGIBILITY_CONFIRMED = "EligibilityConfirmed"
SCREENING_FAILED = "ScreeningFailed"
PARTICIPANT_RANDOMISED = "ParticipantRandomised"
TREATMENT_ALLOCATED = "TreatmentAllocated"
PARTICIPANT_TRANSFERRED = "ParticipantTransferred"
VISIT_MISSED = "VisitMissed"
PARTICIPANT_LOST = "ParticipantLost"
DEATH_RECORDED = "DeathRecorded"
STUDY_ENDED = "StudyEnded"

# Forms, logs and queries
FORM_RECORDED = "FormRecorded"
FORM_CORRECTED = "FormCorrected"
LOG_CLOSED = "LogClosed"
QUERY_OPENED = "QueryOpened"
QUERY_ANSWERED = "QueryAnswered"
QUERY_CLOSED = "QueryClosed"

# Treatment
DOSE_PRESCRIBED = "DosePrescribed"
DOSE_DISPENSED = "DoseDispensed"
DRUG_RETURNED = "DrugReturned"
DOSE_TAKEN = "DoseTaken"
TREATMENT_HELD = "TreatmentHeld"
TREATMENT_RESUMED = "TreatmentResumed"
TREATMENT_STOPPED = "TreatmentStopped"

# Assessment and its blinding
ASSESSMENT_SUBMITTED = "AssessmentSubmitted"
ARM_GUESSED = "ArmGuessed"
UNBLINDING_RECORDED = "UnblindingRecorded"
CODE_BROKEN = "CodeBroken"
EVENT_ADJUDICATED = "EventAdjudicated"

# Safety
ADVERSE_EVENT_REPORTED = "AdverseEventReported"
ADVERSE_EVENT_UPDATED = "AdverseEventUpdated"
SPONSOR_ASSESSED = "SponsorAssessed"
SAFETY_REPORT_SUBMITTED = "SafetyReportSubmitted"
PREGNANCY_REPORTED = "PregnancyReported"
PREGNANCY_OUTCOME_RECORDED = "PregnancyOutcomeRecorded"
ALARM_RAISED = "AlarmRaised"
DEVIATION_RECORDED = "DeviationRecorded"

# The record itself
PAYLOAD_ERASED = "PayloadErased"

ALL: frozenset[str] = frozenset(
    value for name, value in list(globals().items()) if name.isupper() and isinstance(value, str)
)
"""Every event type, for tests that ask whether each one is handled."""

TRIAL_SCOPE: frozenset[str] = frozenset(
    {
        LEDGER_OPENED,
        SITE_ACTIVATED,
        USER_DELEGATED,
        DELEGATION_REVOKED,
        AMENDMENT_ACTIVATED,
        ANALYSIS_FROZEN,
        TRIAL_LOCKED,
        TRIAL_UNBLINDED,
        PARTICIPANT_SCREENED,
        PARTICIPANT_RANDOMISED,
        TREATMENT_ALLOCATED,
        PAYLOAD_ERASED,
    }
)
"""Types that a store gives for the trial, whether or not they also name a participant."""
