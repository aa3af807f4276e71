"""The catalogue of coded errors of patient matching.

One function makes each error, so that a message is written once and a test can assert its code. No message
repeats what was said about the patient: messages end up in logs, and logs hold no patient's value.
"""

from __future__ import annotations

from equipoise.registry.errors import RegistryError

CATALOGUE: dict[str, tuple[str, str, str]] = {
    "MATC-001": (
        "the description is empty",
        "Without a word about the patient every study would be as good as any other.",
        "Describe the patient in a few sentences, or give facts as JSON.",
    ),
    "MATC-002": (
        "the description is longer than {detail} signs",
        "A whole health record drowns the few words that matter, and should not leave its system.",
        "Give a summary: age, sex, conditions, treatments, the last laboratory values.",
    ),
    "MATC-003": (
        "the facts are not valid: {detail}",
        "A fact read as something else would judge criteria wrongly.",
        "Correct the field; docs/explanation/patient-matching.md lists all of them.",
    ),
    "MATC-004": (
        "two facts contradict each other: {detail}",
        "Each of them would decide criteria, and one of them is false.",
        "Correct one, or leave both out: what is not known is shown as not known.",
    ),
    "MATC-005": (
        "the number of studies to show is not between 1 and {detail}",
        "No list has fewer than one entry, and nobody reads a longer one.",
        "Give a number in that range.",
    ),
    "MATC-006": (
        "the model cannot be used: {detail}",
        "Retrieval by meaning was asked for; going on without it would give another ranking in silence.",
        "Install the extra `embeddings`, or match without it.",
    ),
}


def match_error(code: str, place: str, detail: str = "") -> RegistryError:
    """The error of this code at this place; `detail` completes its sentence."""
    fault, why, remedy = CATALOGUE[code]
    return RegistryError(code=code, place=place, fault=fault.format(detail=detail), why=why, remedy=remedy)
