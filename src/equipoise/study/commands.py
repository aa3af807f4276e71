"""The kinds of command that a role may be given, in the order of a trial's life; conduct handles each."""

from __future__ import annotations

TRIAL = (
    "open_ledger",
    "activate_site",
    "delegate_user",
    "revoke_delegation",
    "activate_amendment",
    "freeze_analysis",
    "lock_trial",
    "unblind_trial",
)
ENTRY = ("screen_participant", "give_consent", "withdraw_consent", "confirm_eligibility", "fail_screening")
ALLOCATION = ("randomise", "report_randomisation_error")
DATA = ("record_form", "correct_form", "close_log", "record_missed_visit", "record_deviation")
QUERIES = ("open_query", "answer_query", "close_query")
TREATMENT = (
    "prescribe",
    "dispense",
    "record_return",
    "record_intake",
    "hold_treatment",
    "resume_treatment",
    "stop_treatment",
)
ASSESSMENT = ("submit_assessment", "guess_arm", "record_unblinding", "adjudicate")
SAFETY = (
    "report_adverse_event",
    "update_adverse_event",
    "assess_adverse_event",
    "submit_safety_report",
    "report_pregnancy",
    "record_pregnancy_outcome",
    "break_code",
)
EXIT = ("transfer_participant", "record_loss", "record_death", "end_study")

KINDS = frozenset(TRIAL + ENTRY + ALLOCATION + DATA + QUERIES + TREATMENT + ASSESSMENT + SAFETY + EXIT)
