"""The organ systems under which registries take adverse events, and how a study codes its reported terms.

The names are the organ systems that the results section of ClinicalTrials.gov lists. A study writes its own map
from reported terms to these and to preferred terms; a licensed dictionary stays outside, named with its version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

ORGAN_SYSTEMS = (
    "Blood and lymphatic system disorders",
    "Cardiac disorders",
    "Congenital, familial and genetic disorders",
    "Ear and labyrinth disorders",
    "Endocrine disorders",
    "Eye disorders",
    "Gastrointestinal disorders",
    "General disorders",
    "Hepatobiliary disorders",
    "Immune system disorders",
    "Infections and infestations",
    "Injury, poisoning and procedural complications",
    "Investigations",
    "Metabolism and nutrition disorders",
    "Musculoskeletal and connective tissue disorders",
    "Neoplasms benign, malignant and unspecified (incl cysts and polyps)",
    "Nervous system disorders",
    "Pregnancy, puerperium and perinatal conditions",
    "Product Issues",
    "Psychiatric disorders",
    "Renal and urinary disorders",
    "Reproductive system and breast disorders",
    "Respiratory, thoracic and mediastinal disorders",
    "Skin and subcutaneous tissue disorders",
    "Social circumstances",
    "Surgical and medical procedures",
    "Vascular disorders",
)

Systems = Mapping[str, Mapping[str, str]]


def folded(term: str) -> str:
    """A reported term without differences of case and of spaces."""
    return " ".join(term.casefold().split())


def codes(systems: Systems) -> Iterator[tuple[str, str, str]]:
    """Every line of a coding in its order: the reported term as written, its preferred term, its organ system. A
    preferred term that is not among the reported ones stands for itself."""
    for system, terms in systems.items():
        written = {folded(term) for term in terms}
        for term, preferred in terms.items():
            yield term, preferred, system
        for preferred in dict.fromkeys(terms.values()):
            if folded(preferred) not in written:
                yield preferred, preferred, system


def coded(systems: Systems) -> dict[str, tuple[str, str]]:
    """By folded reported term, its preferred term and organ system."""
    return {folded(term): (preferred, system) for term, preferred, system in codes(systems)}
