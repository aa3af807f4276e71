"""The codes of treatment: prescribing and holding (DOSE), dispensing and returning (DRUG), intake (TAKE)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LABEL = "Dosing is what the protocol and the label of the drug allow, and nothing else."
HAPPENED = "If it has happened already, record it as such (`happened: yes`)."
SAFE_INTAKE = "A medication error is reportable like a reaction (Regulation (EU) 536/2014, Annex III)."
TELL = (
    "Nothing to enter: the deviation is recorded. Tell the investigator, and report harm as an adverse event."
)

TREATMENT: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "DOSE-001": ("Only a randomised participant has an arm.", HAPPENED),
        "DOSE-002": (LABEL, f"Choose a regimen of the participant's arm. {HAPPENED}"),
        "DOSE-003": ("Consent to treatment can be withdrawn at any time.", HAPPENED),
        "DOSE-004": ("The participant's part is over.", HAPPENED),
        "DOSE-005": ("A stop is for good.", HAPPENED),
        "DOSE-006": (
            "A hold protects the participant until somebody lifts it.",
            "Resume the treatment first.",
        ),
        "DOSE-007": ("A pregnancy bars drugs that could harm the child.", HAPPENED),
        "DOSE-008": (
            "A live trial doses only by what the sponsor has decided.",
            "Have each decision taken, with a citation of the protocol, by a named signatory.",
        ),
        "DOSE-009": (
            "Only a condition that is true opens a gate; unknown keeps it closed.",
            "Record what is missing, or do not give the drug.",
        ),
        "DOSE-010": (
            "Two exceptions apply at once, so there is no one dose.",
            "Have the definition corrected.",
        ),
        "DOSE-011": ("A dose is never guessed.", "Record the missing items first."),
        "DOSE-012": (
            "The protocol gives no instruction for this participant.",
            "Ask the sponsor for a decision.",
        ),
        "DOSE-013": (LABEL, f"Prescribe the dose of the protocol. {HAPPENED}"),
        "DOSE-014": ("A supply is limited, so that nobody is treated unseen.", "Prescribe fewer days."),
        "DOSE-015": (
            "A weekly drug has one named weekday; taken daily it has killed (EMA/521627/2019).",
            "Give the weekday, monday to sunday.",
        ),
        "DOSE-016": ("A change of dose or weekday must be explained.", "Give the reason of the change."),
        "DOSE-017": (
            "Whether a companion drug is needed is never guessed.",
            "Record the missing items first.",
        ),
        "DOSE-018": ("The protocol does not ask for this companion drug now.", HAPPENED),
        "DOSE-019": ("Each prescription has its own number.", "Give a new number."),
        "DOSE-020": ("An impossible value is no record.", "Correct the value."),
        "DOSE-021": ("Treatment has a planned length.", f"Stop the treatment as completed. {HAPPENED}"),
        "DOSE-022": ("A limit that is unknown keeps the gate closed.", "Record the missing items first."),
        "DOSE-030": (
            "What the need of a companion drug rests on has changed.",
            "Write a new prescription with the companion as it is needed now.",
        ),
        "DOSE-031": (
            "A hold rule of the protocol has come true.",
            "Hold the treatment, or document why not.",
        ),
        "DOSE-032": (
            "A stop rule of the protocol has come true.",
            "Stop the treatment, or document why not.",
        ),
        "DOSE-040": (
            "The analysis needs the cause of every hold and stop.",
            "Give one of the listed causes.",
        ),
        "DOSE-041": ("Only a treatment that is held can be resumed.", "Check which regimen is held."),
        "DOSE-042": ("A hold rule of the protocol is still true.", f"Record new results first. {HAPPENED}"),
        "DOSE-043": ("A stop is recorded once.", "Nothing to do: the visits go on."),
        "DOSE-044": ("A hold is recorded once.", "Nothing to do."),
        "DRUG-001": ("Nothing is dispensed without a prescription.", HAPPENED),
        "DRUG-002": ("A prescription is valid for a few days only.", "Ask for a new prescription."),
        "DRUG-003": ("A supply is limited, so that nobody is treated unseen.", "Dispense fewer days."),
        "DRUG-004": ("No more than what is prescribed is dispensed.", "Ask for a new prescription."),
        "DRUG-005": (
            "The units dispensed must be the dose times the days, in whole units.",
            "Count again, or correct the number of days.",
        ),
        "DRUG-006": ("An impossible value is no record.", "Correct the value."),
        "DRUG-010": (
            "What comes back must have been given out.",
            "Tell the pharmacist: the accounts disagree.",
        ),
        "DRUG-011": (
            "What comes back must have been given out.",
            "Tell the pharmacist: no such supply is recorded.",
        ),
        "TAKE-001": (SAFE_INTAKE, TELL),
        "TAKE-002": (SAFE_INTAKE, TELL),
        "TAKE-003": (SAFE_INTAKE, TELL),
        "TAKE-004": ("A dose below the prescribed one is an underdose.", TELL),
        "TAKE-005": ("A weekly drug taken on another day risks a double dose.", TELL),
        "TAKE-006": (
            "Two intakes too close together are an overdose; a weekly drug taken daily has killed.",
            "Call the participant now; follow the label on overdose.",
        ),
        "TAKE-007": ("A late dose shifts all later ones.", TELL),
        "TAKE-008": (SAFE_INTAKE, TELL),
        "TAKE-009": (SAFE_INTAKE, TELL),
        "TAKE-010": ("A companion drug taken too early can undo the treatment.", TELL),
        "TAKE-011": ("A companion drug taken too late does not protect.", TELL),
        "TAKE-012": ("An impossible value is no record.", "Correct the value."),
        "TAKE-013": (SAFE_INTAKE, TELL),
        "TAKE-014": ("The companion drug belongs to an intake of the other drug, and there was none.", TELL),
    }
)
