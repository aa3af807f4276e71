"""The registry's coded values in words.

A value that the table does not know is shown in its own letters, in sentence case: a registry adds
codes before its readers learn them, and hiding one would be worse than showing it plainly.
"""

from __future__ import annotations

import re
from collections.abc import Callable

LABELS: dict[str, str] = {
    "ACTIVE_NOT_RECRUITING": "Active, not recruiting",
    "COMPLETED": "Completed",
    "ENROLLING_BY_INVITATION": "Enrolling by invitation",
    "NOT_YET_RECRUITING": "Not yet recruiting",
    "RECRUITING": "Recruiting",
    "SUSPENDED": "Suspended",
    "TERMINATED": "Terminated",
    "WITHDRAWN": "Withdrawn",
    "UNKNOWN": "Unknown",
    "AVAILABLE": "Available",
    "NO_LONGER_AVAILABLE": "No longer available",
    "TEMPORARILY_NOT_AVAILABLE": "Temporarily not available",
    "APPROVED_FOR_MARKETING": "Approved for marketing",
    "WITHHELD": "Withheld",
    "STUDY_PROTOCOL": "Study protocol",
    "SAP": "Statistical analysis plan",
    "ICF": "Informed consent form",
    "CSR": "Clinical study report",
    "ANALYTIC_CODE": "Analytic code",
    "NA": "Not applicable",
    "EARLY_PHASE1": "Early phase 1",
    "PHASE1": "Phase 1",
    "PHASE2": "Phase 2",
    "PHASE3": "Phase 3",
    "PHASE4": "Phase 4",
    "INTERVENTIONAL": "Interventional",
    "OBSERVATIONAL": "Observational",
    "EXPANDED_ACCESS": "Expanded access",
    "RANDOMIZED": "Randomised",
    "NON_RANDOMIZED": "Not randomised",
    "SINGLE_GROUP": "Single group",
    "PARALLEL": "Parallel groups",
    "CROSSOVER": "Crossover",
    "FACTORIAL": "Factorial",
    "SEQUENTIAL": "Sequential",
    "TREATMENT": "Treatment",
    "PREVENTION": "Prevention",
    "DIAGNOSTIC": "Diagnostic",
    "ECT": "Educational, counselling or training",
    "SUPPORTIVE_CARE": "Supportive care",
    "SCREENING": "Screening",
    "HEALTH_SERVICES_RESEARCH": "Health services research",
    "BASIC_SCIENCE": "Basic science",
    "DEVICE_FEASIBILITY": "Device feasibility",
    "OTHER": "Other",
    "NONE": "None (open label)",
    "SINGLE": "Single",
    "DOUBLE": "Double",
    "TRIPLE": "Triple",
    "QUADRUPLE": "Quadruple",
    "PARTICIPANT": "Participant",
    "CARE_PROVIDER": "Care provider",
    "INVESTIGATOR": "Investigator",
    "OUTCOMES_ASSESSOR": "Outcomes assessor",
    "EXPERIMENTAL": "Experimental",
    "ACTIVE_COMPARATOR": "Active comparator",
    "PLACEBO_COMPARATOR": "Placebo comparator",
    "SHAM_COMPARATOR": "Sham comparator",
    "NO_INTERVENTION": "No intervention",
    "BEHAVIORAL": "Behavioural",
    "BIOLOGICAL": "Biological",
    "COMBINATION_PRODUCT": "Combination product",
    "DEVICE": "Device",
    "DIAGNOSTIC_TEST": "Diagnostic test",
    "DIETARY_SUPPLEMENT": "Dietary supplement",
    "DRUG": "Drug",
    "GENETIC": "Genetic",
    "PROCEDURE": "Procedure",
    "RADIATION": "Radiation",
    "ALL": "All",
    "FEMALE": "Female",
    "MALE": "Male",
    "CHILD": "Children",
    "ADULT": "Adults",
    "OLDER_ADULT": "Older adults",
    "ACTUAL": "actual",
    "ESTIMATED": "estimated",
    "NIH": "National Institutes of Health (US)",
    "FED": "Federal agency (US)",
    "OTHER_GOV": "Government",
    "INDIV": "Individual",
    "INDUSTRY": "Industry",
    "NETWORK": "Network",
    "SPONSOR": "Sponsor",
    "PRINCIPAL_INVESTIGATOR": "Principal investigator",
    "SPONSOR_INVESTIGATOR": "Sponsor-investigator",
    "STUDY_CHAIR": "Study chair",
    "STUDY_DIRECTOR": "Study director",
    "SUB_INVESTIGATOR": "Sub-investigator",
    "CONTACT": "Contact",
    "EUDRACT_NUMBER": "EudraCT",
    "CTIS": "EU CTIS",
    "REGISTRY": "Other registry",
    "OTHER_GRANT": "Grant",
    "PRIMARY": "Primary",
    "SECONDARY": "Secondary",
    "OTHER_PRE_SPECIFIED": "Other, pre-specified",
    "POST_HOC": "Post hoc",
    "MEAN": "Mean",
    "MEDIAN": "Median",
    "NUMBER": "Number",
    "GEOMETRIC_MEAN": "Geometric mean",
    "LEAST_SQUARES_MEAN": "Least squares mean",
    "COUNT_OF_PARTICIPANTS": "Participants",
    "COUNT_OF_UNITS": "Units",
    "STANDARD_DEVIATION": "standard deviation",
    "STANDARD_ERROR": "standard error",
    "INTER_QUARTILE_RANGE": "interquartile range",
    "FULL_RANGE": "full range",
    "CONFIDENCE_95": "95% confidence interval",
    "STARTED": "Started",
    "NOT COMPLETED": "Not completed",
    "SUPERIORITY": "Superiority",
    "NON_INFERIORITY": "Non-inferiority",
    "EQUIVALENCE": "Equivalence",
    "SYSTEMATIC_ASSESSMENT": "Systematic assessment",
    "NON_SYSTEMATIC_ASSESSMENT": "Non-systematic assessment",
    "YES": "Yes",
    "NO": "No",
    "UNDECIDED": "Undecided",
}


def words(code: str) -> str:
    """The English words of a code: the message id that the catalogues translate."""
    if code in LABELS:
        return LABELS[code]
    if code and code == code.upper() and "_" in code:
        return code.replace("_", " ").capitalize()
    return code


MONTHS: tuple[str, ...] = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def date_words(date: str, say: Callable[[str], str]) -> str:
    """`1 October 2025` or `October 2025` of an ISO date; any other text as it stands."""
    found = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", date)
    if not found or not 1 <= int(found[2]) <= 12:
        return date
    day = f"{int(found[3])} " if found[3] else ""
    return f"{day}{say(MONTHS[int(found[2]) - 1])} {found[1]}"
