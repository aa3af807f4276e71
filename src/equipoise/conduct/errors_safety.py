"""The codes of masked assessment (ASSE), adverse events (SAFE), pregnancy (PREG) and unblinding (UNBL).

The words that an assessor can meet say nothing of drug, arm, or why somebody may have seen the arm.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

IMPOSSIBLE = ("An impossible value is no record.", "Correct the value.")
UNMASKED = "Say so (`blinded: false`): the score is kept as a substitute's, or leave it to a masked assessor."

SAFETY: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ASSE-001": ("The endpoint is scored at the planned encounters.", "Check the encounter."),
        "ASSE-002": ("Only a masked role scores blind.", UNMASKED),
        "ASSE-003": (
            "Whoever could have learnt the allocation can never score this participant blind.",
            UNMASKED,
        ),
        "ASSE-004": (
            "The baseline is signed before allocation, so that the allocation cannot colour it.",
            "If it was done in time and is entered late, record it as such (`happened: yes`).",
        ),
        "ASSE-005": ("A score counts once it is signed; a change needs its reason.", "Give the reason."),
        "ASSE-006": ("Only the assessor who signed a score may correct it.", "Ask that person."),
        "ASSE-007": (
            "The guess is asked when the score is final, so that the one cannot move the other.",
            "Nothing can be changed any more; write a note to file.",
        ),
        "ASSE-008": ("A value outside what the form allows has no meaning.", "Correct the value."),
        "ASSE-009": (
            "Whether a score was made blind decides how it is used.",
            "Give `blinded`, true or false.",
        ),
        "ASSE-010": ("A guess belongs to the signed score of the same person.", "Sign the score first."),
        "ASSE-011": ("The guess is asked once.", "Nothing to do."),
        "ASSE-012": ("A guess names an arm of the trial, or none.", "Give an arm, or `unknown`."),
        "ASSE-013": ("Before allocation there is nothing to guess.", "Guess after a later score."),
        "ASSE-014": ("The study has no masked assessment.", "Use the forms of the encounter."),
        "ASSE-015": (
            "A score outside its window is kept, and weighs in the analysis as planned.",
            "Nothing to do.",
        ),
        "ASSE-016": ("A baseline entered after allocation could have been coloured by it.", "Nothing to do."),
        "SAFE-001": ("Each adverse event has its own number.", "Give a new number, or update the event."),
        "SAFE-002": ("What is added needs the event it belongs to.", "Report the event first."),
        "SAFE-003": IMPOSSIBLE,
        "SAFE-004": (
            "An event is serious because of a criterion (ICH E2A II.B).",
            "Give at least one criterion, or say that the event is not serious.",
        ),
        "SAFE-005": (
            "Causality is judged for each product of the study.",
            "Name the product as the study does.",
        ),
        "SAFE-006": (
            "The sponsor may not downgrade the investigator's causality (Regulation (EU) 536/2014, Annex III).",
            "Keep `related`; state the sponsor's own view in the report: both are sent.",
        ),
        "SAFE-007": (
            "Expectedness is read from the pinned reference safety information.",
            "Give the reason for the other view, or leave it as the document says.",
        ),
        "SAFE-008": ("A report answers one of the study's clocks.", "Name a clock of the study."),
        "SAFE-009": (
            "Safety reports have legal deadlines; a late one is sent and explained.",
            "Explain the delay.",
        ),
        "SAFE-010": (
            "Clocks start with awareness, never with the onset.",
            "Give the time of awareness, in UTC.",
        ),
        "PREG-001": ("Each pregnancy has its own number.", "Give a new number."),
        "PREG-002": ("An outcome needs the pregnancy that it belongs to.", "Report the pregnancy first."),
        "PREG-003": IMPOSSIBLE,
        "PREG-004": ("A pregnancy has one outcome.", "Record what is new as an adverse event."),
        "UNBL-001": ("Before allocation there is no arm to disclose.", "Treat without it."),
        "UNBL-002": ("A code is broken for a medical need, and the need is recorded.", "Give the reason."),
        "UNBL-003": ("Who learns the arm can never again score this participant blind.", "Name each person."),
        "UNBL-004": ("A code break discloses one participant and no other.", "Use the scope `participant`."),
        "UNBL-005": (
            "An unblinding is assessed by who, whom and how.",
            "Give the person and how it happened.",
        ),
    }
)
