"""Each rule of the linter on an invented record: the words that it must find, and words that it must leave."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from equipoise.exchange.ctgov import fill_results
from equipoise.registry.lint import RULES, lint
from equipoise.registry.lint.engine import text_at
from equipoise.registry.lint.layout import split_criteria
from equipoise.registry.lint.manual import manual
from equipoise.registry.lint.wording import one_apart
from equipoise.registry.record import parse_record, read_record
from tests.spec.registry import example

TODAY = date(2026, 11, 22)


def criteria(inclusion: str = "", exclusion: str = "", **fields: Any) -> dict[str, Any]:
    text = (
        f"Inclusion Criteria:\n\n* {inclusion or 'Pain'}\n\nExclusion Criteria:\n\n* {exclusion or 'Fever'}"
    )
    return {"eligibilityModule": {"eligibilityCriteria": text, "sex": "ALL", **fields}}


def arms(*descriptions: str, labels: tuple[str, ...] = (), **design: Any) -> dict[str, Any]:
    named = labels or tuple(f"Group {number}" for number in range(1, len(descriptions) + 1))
    drugs = [
        {"type": "DRUG", "name": f"Druga{'b' * n}ine", "description": text, "armGroupLabels": [label]}
        for n, (text, label) in enumerate(zip(descriptions, named, strict=True))
    ]
    return {
        "designModule": {"studyType": "INTERVENTIONAL", **design},
        "armsInterventionsModule": {
            "armGroups": [{"label": label} for label in named],
            "interventions": drugs,
        },
    }


def described(text: str, **design: Any) -> dict[str, Any]:
    return {"descriptionModule": {"briefSummary": text, "detailedDescription": text[::-1]}, **design}


def designed(masking: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    info = {"maskingInfo": masking, **fields} if masking else fields
    return {"designModule": {"studyType": "INTERVENTIONAL", "designInfo": info}}


def outcome(**fields: Any) -> dict[str, Any]:
    return {
        "outcomesModule": {"primaryOutcomes": [{"measure": "Pain at rest", "timeFrame": "16 weeks"} | fields]}
    }


def status(**fields: Any) -> dict[str, Any]:
    return {"statusModule": fields}


def identified(**fields: Any) -> dict[str, Any]:
    return {"identificationModule": {"nctId": "NCT00000000", "briefTitle": "Title", **fields}}


def titled(title: str, **info: Any) -> dict[str, Any]:
    return identified(briefTitle=title) | designed(**info)


def placebo(kind: str, label: str, title: str, masking: str = "NONE") -> dict[str, Any]:
    """Two groups, one of them of this kind and label, under this title."""
    groups = [{"label": "Drug A", "type": "EXPERIMENTAL"}, {"label": label, "type": kind}]
    return titled(title, maskingInfo={"masking": masking}) | {
        "armsInterventionsModule": {"armGroups": groups}
    }


def shared_drug() -> dict[str, Any]:
    """Both groups are given one drug, and the first another besides, for some days."""
    modules = arms("5 mg daily", "5 mg daily for 7 days", labels=("Alone", "Both"))
    modules["armsInterventionsModule"]["interventions"][0]["armGroupLabels"] = ["Alone", "Both"]
    return modules


def ranged(text: str) -> dict[str, Any]:
    """A drug of two fixed doses, and this text on the design."""
    return arms("5 mg daily or 10 mg daily", designInfo={"interventionModelDescription": text})


def one_group() -> dict[str, Any]:
    return {"armsInterventionsModule": {"armGroups": [{"label": "All"}]}}


def parts() -> dict[str, Any]:
    return {"armsInterventionsModule": {"armGroups": [{"label": "Part 1"}, {"label": "Part 2"}]}}


def typed(label: str, kind: str, text: str, drug: str = "") -> dict[str, Any]:
    given = [{"name": drug, "armGroupLabels": [label]}] if drug else []
    group = {"label": label, "type": kind, "description": text}
    return {"armsInterventionsModule": {"armGroups": [group], "interventions": given}}


def alike() -> dict[str, Any]:
    labels = ["Children", "Adults"]
    one = {"name": "Drugaine", "armGroupLabels": labels}
    groups = {"armGroups": [{"label": label} for label in labels], "interventions": [one]}
    return {
        "designModule": {"studyType": "INTERVENTIONAL", "designInfo": UNDIVIDED},
        "armsInterventionsModule": groups,
    }


def full() -> dict[str, Any]:
    return {
        "identificationModule": {"nctId": "NCT00000001", "briefTitle": "T", "officialTitle": "Title"},
        "statusModule": {"primaryCompletionDateStruct": {"date": "2026-01"}},
        "contactsLocationsModule": {"locations": [{"city": "Paris"}]},
        "oversightModule": {"oversightHasDmc": True},
        "designModule": {"studyType": "INTERVENTIONAL"},
    }


UNDIVIDED = {"allocation": "NON_RANDOMIZED", "interventionModel": "SINGLE_GROUP"}
RANDOMISED = {"designModule": {"studyType": "INTERVENTIONAL", "designInfo": {"allocation": "RANDOMIZED"}}}
ASSESSOR = {"masking": "SINGLE", "whoMasked": ["OUTCOMES_ASSESSOR"]}
WHO = {"masking": "DOUBLE", "whoMasked": ["INVESTIGATOR", "OUTCOMES_ASSESSOR"]}

WHO_ALL = {"masking": "TRIPLE", "whoMasked": ["PARTICIPANT", "INVESTIGATOR", "OUTCOMES_ASSESSOR"]}

FINDS: list[tuple[str, dict[str, Any], str]] = [
    ("LINT-001", arms("5 mg under 60 kg and 10 mg over 60 kg"), "under 60 kg and 10 mg over 60 kg"),
    ("LINT-001", arms("5 mg if ≤ 60 kg, 10 mg if ≥ 60 kg"), "≤ 60 kg, 10 mg if ≥ 60 kg"),
    ("LINT-002", ranged("Drugaine 5 to 10 mg daily"), "5 to 10 mg"),
    ("LINT-003", arms("5 mg daily for 12 weeks", "5 mg daily"), "for 12 weeks"),
    ("LINT-004", arms("low dose of vitamin pill", "same dose of vitamin pill"), "same dose of vitamin pill"),
    ("LINT-005", arms("a pill 24 hours after each injection"), "24 hours after each injection"),
    (
        "LINT-006",
        arms("with compression stockings except for amputees")
        | described("Everybody requires compression stockings."),
        "except for amputees",
    ),
    ("LINT-007", arms("5 mg daily", labels=("Drugaine with vitamin",)), "vitamin"),
    ("LINT-009", criteria("On a stable dose of opioids for 4 weeks") | RANDOMISED, "stable dose"),
    ("LINT-020", designed(WHO, interventionModelDescription="An open label trial"), "open label"),
    (
        "LINT-021",
        designed(interventionModelDescription="Open label, masked evaluation of the primary outcome"),
        "masked evaluation of the primary outcome",
    ),
    (
        "LINT-020",
        designed(WHO) | described("This study is a small, open-label trial of walking."),
        "open-label",
    ),
    ("LINT-010", typed("Controls", "PLACEBO_COMPARATOR", "usual care"), "Controls"),
    ("LINT-011", typed("Placebo group", "EXPERIMENTAL", ""), "Placebo group"),
    (
        "LINT-012",
        identified(briefTitle="A randomised controlled trial of rest")
        | {"designModule": {"studyType": "OBSERVATIONAL"}},
        "randomised controlled trial",
    ),
    ("LINT-013", identified(briefTitle="A double-blind trial") | designed(ASSESSOR), "double-blind"),
    ("LINT-013", identified(briefTitle="Single blind trial") | designed(WHO_ALL), "Single blind"),
    (
        "LINT-001",
        described("Over 60 years 5 mg. Patients under 60 years 10 mg."),
        "Over 60 years 5 mg. Patients under 60 years",
    ),
    ("LINT-088", criteria("", "Glucose > 300 or fever"), "Glucose > 300"),
    ("LINT-088", criteria("", "Hemoglobin < 80"), "Hemoglobin < 80"),
    ("LINT-089", criteria("", "Glucose > 11,5 or fever"), "Glucose > 11,5"),
    ("LINT-089", criteria("", "Creatinine greater than 2."), "Creatinine greater than 2."),
    (
        "LINT-070",
        criteria("Able to walk\n* Aged 18 to 65 years", minimumAge="18 Years"),
        "Aged 18 to 65 years",
    ),
    (
        "LINT-030",
        described("This is a randomised, double-blind trial.") | designed({"masking": "NONE"}),
        "double-blind",
    ),
    (
        "LINT-033",
        identified(briefTitle="A phase II trial")
        | arms("5 mg", phases=["NA"])
        | {"armsInterventionsModule": {"interventions": [{"type": "DRUG", "name": "Drugaine"}]}},
        "phase II",
    ),
    ("LINT-039", arms("a", "b", designInfo=UNDIVIDED), ""),
    ("LINT-039", arms("a", designInfo=UNDIVIDED | {"interventionModel": "PARALLEL"}), ""),
    ("LINT-046", outcome(measure="28-day mortality", timeFrame="60 days"), "28-day mortality"),
    ("LINT-022", designed({"masking": "DOUBLE", "whoMasked": ["PARTICIPANT"]}), ""),
    ("LINT-023", designed(allocation="RANDOMIZED", interventionModel="SINGLE_GROUP"), ""),
    (
        "LINT-024",
        {"armsInterventionsModule": {"armGroups": [{"label": "A", "interventionNames": ["Drug: X"]}]}},
        "",
    ),
    (
        "LINT-024",
        {
            "armsInterventionsModule": {
                "armGroups": [{"label": "A"}],
                "interventions": [{"name": "X", "armGroupLabels": ["B"]}],
            }
        },
        "",
    ),
    (
        "LINT-025",
        {
            "designModule": {"studyType": "INTERVENTIONAL"},
            "armsInterventionsModule": {
                "armGroups": [{"label": "A"}, {"label": "B"}],
                "interventions": [{"name": "X", "armGroupLabels": ["A"]}],
            },
        },
        "",
    ),
    ("LINT-026", described("Patients are randomised (2:1)."), "randomised (2:1)"),
    (
        "LINT-027",
        described("We hypothesize that walking is better than rest.") | RANDOMISED,
        "hypothesize that walking is better than",
    ),
    ("LINT-028", {"designModule": {"enrollmentInfo": {"count": 20}}}, ""),
    (
        "LINT-029",
        designed({"masking": "DOUBLE", "whoMasked": ["PARTICIPANT", "INVESTIGATOR", "CARE_PROVIDER"]}),
        "",
    ),
    ("LINT-030", titled("A double-blind trial", maskingInfo={"masking": "NONE"}), "double-blind"),
    ("LINT-031", titled("A randomised trial", allocation="NON_RANDOMIZED"), "randomised"),
    ("LINT-032", titled("A crossover trial", interventionModel="PARALLEL"), "crossover"),
    ("LINT-032", titled("A parallel-group trial", interventionModel="CROSSOVER"), "parallel-group"),
    (
        "LINT-033",
        identified(briefTitle="A phase II trial") | {"designModule": {"phases": ["PHASE3"]}},
        "phase II",
    ),
    ("LINT-034", described("Patients are randomised 1:1:1 in blocks.") | arms("a", "b"), "1:1:1"),
    (
        "LINT-035",
        described("A total of 120 patients will be seen.")
        | {"designModule": {"enrollmentInfo": {"count": 60, "type": "ESTIMATED"}}},
        "120",
    ),
    ("LINT-036", placebo("PLACEBO_COMPARATOR", "Placebo", "Title"), "Placebo"),
    ("LINT-037", placebo("EXPERIMENTAL", "Drug", "A placebo-controlled trial"), "placebo-controlled"),
    ("LINT-038", identified(briefTitle="A three-arm trial") | arms("a", "b"), "three-arm"),
    ("LINT-040", RANDOMISED | status(startDateStruct={"date": "2005-07"}), ""),
    ("LINT-041", outcome(timeFrame="16") | status(startDateStruct={"date": "2008-01"}), "16"),
    ("LINT-041", outcome(timeFrame="") | status(studyFirstSubmitDate="2020-01-01"), ""),
    ("LINT-044", RANDOMISED, ""),
    ("LINT-045", outcome(timeFrame=""), ""),
    ("LINT-046", outcome(measure="Pain at week 12"), "at week 12"),
    ("LINT-049", criteria("Fever and/or\n* Cough"), "and/or"),
    ("LINT-042", outcome(measure="Safety and tolerability"), "Safety and tolerability"),
    ("LINT-043", outcome(measure="To assess pain"), "To assess pain"),
    ("LINT-050", criteria("Stable dose of opioids and/or\n* Steroids"), "and/or"),
    ("LINT-051", criteria("", "Infection requiring drip and/or tablets or surgery"), "and/or"),
    ("LINT-052", criteria("Stable dose of opioids"), "Stable dose"),
    ("LINT-053", criteria("Negative pregnancy test"), "pregnancy test"),
    ("LINT-054", criteria("Adequate renal function"), "Adequate renal function"),
    ("LINT-055", criteria("Pain of 4 at both baseline and day 1"), "at both baseline and day 1"),
    (
        "LINT-056",
        criteria("Disease shown by biopsy, which may be historical"),
        "biopsy, which may be historical",
    ),
    ("LINT-057", criteria("Pain with or without fever"), "with or without fever"),
    ("LINT-058", criteria("Able to give consent"), "Able to give consent"),
    ("LINT-059", criteria("", "Contraindicated as per the SmPC"), "as per the SmPC"),
    ("LINT-060", criteria("", "Coffee: no more than two cups"), "no more than"),
    ("LINT-060", criteria("", "Patients must not have fever"), "Patients must not have"),
    ("LINT-060", criteria("", "No history of fever"), "No history"),
    (
        "LINT-061",
        criteria("", "Allergy to drugaine and drugabine") | arms("a", "b"),
        "Allergy to drugaine and drugabine",
    ),
    ("LINT-062", criteria("", "In prison and unable to attend"), "and unable to attend"),
    ("LINT-063", criteria("", "Pain drugs (morphine, codeine)"), "drugs (morphine, codeine)"),
    ("LINT-064", criteria("", "Pain drugs, including morphine, codeine"), "including morphine, codeine"),
    ("LINT-065", criteria("", "High dose opioids"), "High dose opioids"),
    ("LINT-066", criteria("", "Active cancer"), "Active cancer"),
    ("LINT-067", criteria("", "History of stroke"), "History of stroke"),
    ("LINT-068", criteria("", "Stroke (note: minor stroke is allowed)"), "note: "),
    ("LINT-069", criteria("Not pregnant", "Pregnancy"), "Pregnancy"),
    ("LINT-070", criteria("At least 21 years of age", minimumAge="18 Years"), "At least 21 years of age"),
    (
        "LINT-070",
        criteria("Aged 18 to 75 years", minimumAge="18 Years", maximumAge="65 Years"),
        "Aged 18 to 75 years",
    ),
    ("LINT-073", criteria("Men and women", sex="FEMALE"), "Men and women"),
    ("LINT-074", identified(briefTitle="Pain in children") | criteria(minimumAge="18 Years"), "children"),
    ("LINT-076", identified(briefTitle="Pain in pregnant women") | criteria(sex="MALE"), "pregnant"),
    ("LINT-076", identified(briefTitle="Prostate pain") | criteria(sex="FEMALE"), "Prostate"),
    ("LINT-075", criteria("Healthy adult volunteers", healthyVolunteers=False), "Healthy adult volunteers"),
    ("LINT-070", criteria("Aged 18 to 65 years", minimumAge="18 Years"), "Aged 18 to 65 years"),
    ("LINT-070", criteria("40 years or older", minimumAge="18 Years"), "40 years or older"),
    ("LINT-071", criteria(minimumAge="65 Years", maximumAge="18 Years"), "65 Years"),
    ("LINT-072", RANDOMISED, ""),
    ("LINT-080", criteria("Monthly blood test, from 4 weeks before"), "Monthly blood test"),
    (
        "LINT-081",
        criteria(
            "Contraception until 8 weeks after the last dose",
            "Pregnancy planned 3 months after the last dose",
        ),
        "3 months after the last dose",
    ),
    (
        "LINT-082",
        criteria("Pain 4 weeks before screening", "Opioids 2 weeks before randomization"),
        "2 weeks before randomization",
    ),
    (
        "LINT-083",
        criteria(
            "Pain 4 weeks before screening\n* Fever 2 days before enrolment", "Bleeding events ≤ 6 months"
        ),
        "≤ 6 months",
    ),
    (
        "LINT-084",
        criteria(
            "",
            "Failure of drugaine\n* Use of morphine, codeine, and tramadol 4 weeks before entry\n"
            "* Steroid use within 2 weeks",
        )
        | arms("a"),
        "Use of morphine, codeine, and tramadol 4 weeks before",
    ),
    (
        "LINT-085",
        status(startDateStruct={"date": "2026-05"}, completionDateStruct={"date": "2026-04-01"}),
        "",
    ),
    ("LINT-086", status(overallStatus="NOT_YET_RECRUITING", startDateStruct={"date": "2026-10"}), ""),
    ("LINT-087", arms("Tablets of 5 mg"), "5 mg"),
    ("LINT-089", criteria("", "Hemoglobin < 8 or fever"), "Hemoglobin < 8"),
    ("LINT-088", criteria("", "Platelets below 100,000"), "Platelets below 100,000"),
    ("LINT-090", described("Walking 30 min/day 12 for less pain"), "/day 12"),
    ("LINT-091", criteria("With arthritis or arthritis."), "arthritis or arthritis"),
    ("LINT-092", criteria("Pain an/or fever"), "an/or"),
    ("LINT-093", criteria("", "Infliximabe"), "Infliximabe"),
    ("LINT-094", described("The Back Pain (BPI) Index is used."), "(BPI) Index"),
    ("LINT-095", criteria("Score on the QRS"), "QRS"),
    ("LINT-105", described("Visual analogue scale (VAS); vessels after surgery (VAS)."), "(VAS)"),
    ("LINT-106", described("Kept in Intensive Care Init (ICU)."), "(ICU)"),
    ("LINT-107", described("Take [insert drug] daily."), "[insert drug]"),
    ("LINT-108", described("Patients of this BEST-2 study."), "BEST-2"),
    ("LINT-118", described("Pain. " * 7_000), ""),
    ("LINT-096", described("It is 50 more potent."), "50 more potent"),
    ("LINT-097", described("It showed an absence of any toxicity."), "absence of any toxicity"),
    ("LINT-098", described("Hard-to-treat pain is hard to-treat."), "hard to-treat"),
    ("LINT-099", criteria("Age \\< 80"), "\\<"),
    ("LINT-100", described("Doses of 5mg and 10 mg."), "5mg"),
    ("LINT-101", described("We believe in walking."), "We believe in walking"),
    ("LINT-102", described("As in NCT00000002."), "NCT00000002"),
    ("LINT-103", outcome(measure="To be determined"), "To be determined"),
    ("LINT-110", RANDOMISED, ""),
    ("LINT-111", RANDOMISED, ""),
    (
        "LINT-112",
        {"contactsLocationsModule": {"centralContacts": [{"phone": "+33123"}, {"phone": "0123"}]}},
        "0123",
    ),
    ("LINT-113", identified(secondaryIdInfos=[{"id": "2024-1", "type": "CTIS"}]), "2024-1"),
    ("LINT-113", identified(secondaryIdInfos=[{"id": "ABC"}]), "ABC"),
    ("LINT-114", status(overallStatus="TERMINATED"), ""),
    (
        "LINT-115",
        status(overallStatus="WITHDRAWN")
        | {"designModule": {"enrollmentInfo": {"count": 3, "type": "ACTUAL"}}},
        "",
    ),
    ("LINT-116", identified(briefTitle="x" * 301), ""),
    ("LINT-117", status(overallStatus="RECRUITING"), ""),
]

SENTENCE = "The participants walk for half an hour on each working day of the trial."
FINDS += [
    ("LINT-104", {**arms(SENTENCE), **described(SENTENCE)}, SENTENCE[:-1]),
    (
        "LINT-008",
        {
            "armsInterventionsModule": {
                "armGroups": [{"label": "Walking", "description": "Walking half an hour daily"}],
                "interventions": [
                    {"name": "Walk", "description": "half an hour daily", "armGroupLabels": ["Walking"]}
                ],
            }
        },
        "Walking half an hour daily",
    ),
]

LEAVES: list[tuple[str, dict[str, Any]]] = [
    ("LINT-002", ranged("Other medicine 5 to 10 mg daily")),
    ("LINT-002", ranged("Drugaine titrated from 5 to 10 mg")),
    ("LINT-002", ranged("Drugaine 5-10 mg daily (below 75 kg 5 mg, else 10 mg)")),
    ("LINT-002", ranged("Drugaine 10 mg-5 mg tablets")),
    ("LINT-002", ranged("Drugaine (filtration rate 5-10 mg / min)")),
    ("LINT-002", ranged("Drugaine: starting dose 5-10 mg per day")),
    ("LINT-091", described("Without postponement or postponement.")),
    ("LINT-001", arms("5 mg if BMI < 30 kg/m2, 10 mg if BMI > 30 kg/m2")),
    ("LINT-060", criteria("", "At least 2 and no more than 24 weeks after fever")),
    ("LINT-060", criteria("", "Fever\n\nPatients must have pain.")),
    (
        "LINT-060",
        {"eligibilityModule": {"eligibilityCriteria": "Excluded:\n\n* No prior drug", "sex": "ALL"}},
    ),
    ("LINT-060", criteria("", "Fever. Note:\n* Patients must be at rest")),
    ("LINT-010", typed("Controls", "PLACEBO_COMPARATOR", "usual care and dummy pills")),
    ("LINT-010", typed("Controls", "PLACEBO_COMPARATOR", "usual care", "Placebo")),
    ("LINT-010", typed("Controls", "ACTIVE_COMPARATOR", "usual care")),
    ("LINT-011", typed("Placebo", "EXPERIMENTAL", "", "Drugaine")),
    ("LINT-011", typed("Placebo", "EXPERIMENTAL", "each drug in the order of a list")),
    ("LINT-011", typed("Placebo", "PLACEBO_COMPARATOR", "")),
    (
        "LINT-012",
        identified(briefTitle="Follow-up of a randomised trial")
        | {"designModule": {"studyType": "OBSERVATIONAL"}},
    ),
    (
        "LINT-012",
        identified(briefTitle="A randomised trial") | {"designModule": {"studyType": "INTERVENTIONAL"}},
    ),
    ("LINT-013", identified(briefTitle="A double-blind trial") | designed(WHO_ALL)),
    ("LINT-013", identified(briefTitle="A double-blind, single-blind trial") | designed(WHO_ALL)),
    ("LINT-013", identified(briefTitle="Single blind trial") | designed(WHO)),
    ("LINT-001", described("Brain death (defined as over 60 years); shock (under 60 years) with 5 mg.")),
    ("LINT-001", described("Donors over 60 kg or, for others, under 60 kg: 5 mg.")),
    ("LINT-088", criteria("", "Glucose > 300 or fever, in mg/dL")),
    ("LINT-089", criteria("", "Glucose > 300 or fever")),
    ("LINT-089", criteria("", "Glucose < 40, or fever")),
    ("LINT-089", criteria("", "Triglycerides > 1,000")),
    ("LINT-070", criteria("Plasma of healthy donors\n* Aged 18 to 65 years", minimumAge="21 Years")),
    ("LINT-070", criteria("Pain, or normal volunteers\n* Aged 18 to 65 years")),
    (
        "LINT-033",
        identified(briefTitle="A phase II trial")
        | {"designModule": {"phases": ["NA"]}}
        | {"armsInterventionsModule": {"interventions": [{"type": "DRUG"}, {"type": "DEVICE"}]}},
    ),
    ("LINT-033", identified(briefTitle="Meal project: phase 2") | {"designModule": {"phases": ["PHASE3"]}}),
    ("LINT-020", designed(WHO) | described("This study is an open-label trial, then double-blind.")),
    ("LINT-030", described("A former trial was double-blind.") | designed({"masking": "NONE"})),
    ("LINT-039", arms("a", "b", designInfo=UNDIVIDED, labels=("Cohort 1", "Cohort 2"))),
    ("LINT-039", arms("a", "b", designInfo=UNDIVIDED, labels=("Dose 1", "Dose 2"))),
    ("LINT-039", arms("a", designInfo=UNDIVIDED)),
    ("LINT-046", outcome(measure="28-day mortality", timeFrame="4 weeks")),
    ("LINT-046", outcome(measure="Pain at 28 days", timeFrame="60 days after surgery")),
    ("LINT-070", criteria("Over 18 years of age", minimumAge="19 Years")),
    ("LINT-070", criteria("Donors:\n* Aged 18 to 65 years")),
    ("LINT-070", criteria("Healthy volunteers aged 18 to 65 years\n* Certain patients")),
    ("LINT-033", identified(briefTitle="A phase II trial") | {"designModule": {"phases": ["NA"]}}),
    ("LINT-039", alike()),
    ("LINT-001", arms("5 mg if pressure < 60 mmHg, 10 mg if pressure > 60 mmHg")),
    ("LINT-070", criteria("Aged 18 to 99 years", minimumAge="18 Years")),
    ("LINT-070", criteria("Aged 2 to 6 years", minimumAge="24 Months", maximumAge="6 Years")),
    ("LINT-075", criteria("Healthy adult volunteers", healthyVolunteers=True)),
    ("LINT-075", criteria("Otherwise healthy adults", healthyVolunteers=False)),
    ("LINT-076", identified(briefTitle="Pain in women and men") | criteria(sex="MALE")),
    ("LINT-088", criteria("", "Hemoglobin < 8 or fever")),
    ("LINT-089", criteria("", "Hemoglobin < 8 or > 12 g/dL")),
    ("LINT-089", criteria("", "Glycated hemoglobin > 7 or fever")),
    (
        "LINT-093",
        {"armsInterventionsModule": {"interventions": [{"name": "X", "otherNames": ["Infliximabe"]}]}},
    ),
    ("LINT-034", described("Cohort 1: patients are randomised 1:1:1.") | arms("a", "b")),
    (
        "LINT-035",
        described("A total of 120 patients will be seen.")
        | {"designModule": {"enrollmentInfo": {"count": 60}}}
        | status(overallStatus="COMPLETED"),
    ),
    ("LINT-062", criteria("", "On opioids and unable to stop")),
    ("LINT-099", described("It is \\*small\\*.")),
    ("LINT-103", described("The scale has been adapted to be completed by parents.")),
    ("LINT-110", full()),
    ("LINT-061", criteria("", "Allergy to drugaine and pt on dialysis") | arms("a")),
    ("LINT-074", identified(briefTitle="Obstetric and neonatal risks") | criteria(minimumAge="18 Years")),
    ("LINT-060", criteria("", "Patients must be able to give consent")),
    ("LINT-023", designed(allocation="RANDOMIZED", interventionModel="CROSSOVER") | one_group()),
    (
        "LINT-023",
        designed(allocation="RANDOMIZED", interventionModel="SINGLE_GROUP")
        | described("One side is treated."),
    ),
    (
        "LINT-040",
        RANDOMISED
        | status(startDateStruct={"date": "2020"})
        | described("The primary outcome is pain at rest."),
    ),
    (
        "LINT-070",
        criteria("At least one of the following:\n* Cough\n* Age >= 65 years", minimumAge="18 Years"),
    ),
    ("LINT-070", criteria("Has a child between 6 and 13 years", minimumAge="18 Years")),
    ("LINT-073", criteria("For the partner:\n* Men and women", sex="FEMALE")),
    (
        "LINT-074",
        identified(briefTitle="Drops in labour for preterm infants, given to women")
        | criteria(minimumAge="18 Years"),
    ),
    ("LINT-003", arms("5 mg daily for 7 days, followed by a lower dose", "5 mg daily")),
    ("LINT-003", shared_drug()),
    ("LINT-004", arms("same dose of vitamin pill, then a lower dose of vitamin pill")),
    ("LINT-023", designed(allocation="RANDOMIZED", interventionModel="SINGLE_GROUP") | parts()),
    ("LINT-050", criteria("Saturation on minimal oxygen therapy; and/or\n* Fever")),
    ("LINT-059", criteria("", "Heart failure, class II to IV, as per the label")),
    ("LINT-059", criteria("Renal failure is not a contraindication, as per the SmPC")),
    ("LINT-060", criteria("", "No other drug can be given while in the trial")),
    ("LINT-061", criteria("", "Allergic to drugaine and or aspirin") | arms("a")),
    ("LINT-083", criteria("", "Bleeding events ≤ 6 months")),
    (
        "LINT-003",
        arms("5 mg daily for 12 weeks", "5 mg daily") | described("Patients are treated for 12 weeks."),
    ),
    ("LINT-003", arms("5 mg daily for 12 weeks", "5 mg daily", designInfo={"maskingInfo": WHO_ALL})),
    (
        "LINT-003",
        arms("5 mg daily for 12 weeks", "5 mg daily", labels=("Short", "Long (20 weeks)"))
        | arms("5 mg daily for 12 weeks", "5 mg daily", labels=("Short", "Long, for 20 weeks")),
    ),
    ("LINT-020", designed(WHO, interventionModelDescription="Double-blind, followed by an open label part")),
    (
        "LINT-022",
        designed({"masking": "DOUBLE", "whoMasked": ["PARTICIPANT", "INVESTIGATOR", "CARE_PROVIDER"]}),
    ),
    (
        "LINT-029",
        designed({"masking": "DOUBLE", "whoMasked": ["PARTICIPANT", "INVESTIGATOR", "CARE_PROVIDER"]})
        | status(lastUpdatePostDateStruct={"date": "2020-01-01"}),
    ),
    ("LINT-030", titled("A double-blind trial followed by an extension", maskingInfo={"masking": "NONE"})),
    ("LINT-031", titled("A non-randomised trial", allocation="NON_RANDOMIZED")),
    ("LINT-032", titled("A crossover trial of parallel groups", interventionModel="PARALLEL")),
    ("LINT-033", identified(briefTitle="A phase II/III trial") | {"designModule": {"phases": ["PHASE3"]}}),
    ("LINT-033", identified(briefTitle="A phase 2 trial") | {"designModule": {"phases": ["EARLY_PHASE1"]}}),
    ("LINT-034", described("Randomised 2:1 at first, then randomised 1:1:1.") | arms("a", "b")),
    (
        "LINT-035",
        described("A total of 60 patients in each arm will be seen.")
        | {"designModule": {"enrollmentInfo": {"count": 120}}},
    ),
    ("LINT-036", placebo("PLACEBO_COMPARATOR", "Placebo", "Title", masking="SINGLE")),
    ("LINT-037", placebo("PLACEBO_COMPARATOR", "Comparator", "A placebo-controlled trial")),
    ("LINT-038", identified(briefTitle="A two-arm trial") | arms("a", "b")),
    ("LINT-040", RANDOMISED | status(startDateStruct={"date": "2005-06"})),
    (
        "LINT-041",
        outcome(measure="Overall survival", timeFrame="") | status(startDateStruct={"date": "2020"}),
    ),
    ("LINT-041", outcome(timeFrame="") | status(startDateStruct={"date": "2007-12"})),
    ("LINT-046", outcome(measure="Pain at week 16")),
    ("LINT-046", outcome(measure="Pain at week 12 on a scale of 10")),
    ("LINT-050", criteria("Fever and/or\n* Cough")),
    ("LINT-053", criteria("Women of childbearing potential:\n* Negative pregnancy test")),
    ("LINT-060", criteria("", "Alcohol above the limit of low risk: no more than two glasses")),
    ("LINT-060", criteria("", "Patients must have:\n* Fever")),
    ("LINT-060", criteria("", "Donation. In all, blood volumes must not exceed 200 ml")),
    ("LINT-070", criteria("Postmenopausal, as any of:\n* At least 55 years of age", minimumAge="18 Years")),
    ("LINT-070", criteria("Aged 18 to 65 years", minimumAge="18 Years", maximumAge="65 Years")),
    ("LINT-073", criteria("Men and women must use contraception", sex="FEMALE")),
    ("LINT-073", criteria("Men and women")),
    ("LINT-074", identified(briefTitle="Pain in children") | criteria(minimumAge="2 Years")),
    ("LINT-074", identified(briefTitle="Pain in mothers of children") | criteria(minimumAge="18 Years")),
    ("LINT-060", criteria("", "Tumours other than skin lesions (no more than five)")),
    (
        "LINT-083",
        criteria(
            "Pain 4 weeks before screening\n* Fever 2 days before enrolment",
            "Bleeding ≤ 6 months\n  before screening",
        ),
    ),
    (
        "LINT-083",
        criteria(
            "Pain 4 weeks before screening\n* Fever 2 days before enrolment",
            "Illness expected to require surgery within < 7 days",
        ),
    ),
    ("LINT-088", criteria("", "Hemoglobin < 8\n g/dL, bilirubin > 2 x ULN, platelets < 100 000/mm3")),
    ("LINT-091", criteria("Progression-free survival or survival.")),
    ("LINT-105", described("Visual analogue scale (VAS); visual analog scores (VAS).")),
    ("LINT-106", described("Time to Disease Progression (TTP); Quick Rating Scale (QRS).")),
    (
        "LINT-108",
        identified(briefTitle="Title", acronym="BEST-2")
        | described("In the BEST-2 study, this BEST2 study."),
    ),
    ("LINT-001", arms("5 mg under 60 kg and 10 mg from 60 kg, that is ≥ 60 kg")),
    ("LINT-001", arms("Walking below 10 kg and above 10 kg of load")),
    ("LINT-003", arms("5 mg daily for 12 weeks", "matching placebo")),
    ("LINT-003", arms("5 mg for 12 weeks", "5 mg for 12 weeks")),
    (
        "LINT-003",
        arms(
            "5 mg for 12 weeks", "5 mg", designInfo={"interventionModelDescription": "Treated for 12 weeks"}
        ),
    ),
    ("LINT-004", arms("low dose of vitamin pill", "low dose of iron pill")),
    ("LINT-005", arms("a pill within 24 hours after each injection")),
    ("LINT-007", arms("5 mg daily", labels=("Drugaine with placebo",))),
    ("LINT-009", criteria("On a stable dose of opioids, which is continued") | RANDOMISED),
    ("LINT-020", designed(ASSESSOR, interventionModelDescription="open label")),
    ("LINT-020", designed(WHO, interventionModelDescription="Masked, with an open label extension")),
    ("LINT-022", designed(WHO)),
    ("LINT-026", described("Patients are randomised (2:1) in permuted blocks.")),
    ("LINT-027", described("We hypothesize that walking is better than rest; superiority.") | RANDOMISED),
    ("LINT-042", outcome(measure="Safety as the number of falls")),
    ("LINT-050", criteria("Pain and/or stiffness of the back")),
    ("LINT-052", criteria("Stable dose of opioids for 4 weeks")),
    ("LINT-053", criteria("Negative pregnancy test in women")),
    ("LINT-053", criteria("Negative pregnancy test", sex="FEMALE")),
    ("LINT-054", criteria("Adequate renal function (clearance above 60)")),
    ("LINT-056", criteria("Disease shown by biopsy of the last 2 years, which may be historical")),
    ("LINT-058", criteria("Able to give consent, signed before any act")),
    ("LINT-059", criteria("", "As per the SmPC: clearance < 30 ml/min")),
    ("LINT-060", criteria("No more than two cups")),
    ("LINT-060", criteria("", "Coffee, but no more than two cups is allowed")),
    ("LINT-063", criteria("", "Pain drugs (e.g. morphine, codeine)")),
    ("LINT-066", criteria("", "Active cancer except skin cancer")),
    ("LINT-067", criteria("", "History of stroke in the last 5 years")),
    ("LINT-070", criteria("At least 18 years of age", minimumAge="18 Years")),
    (
        "LINT-081",
        criteria("Contraception 8 weeks after the last dose", "Pregnancy until 8 weeks after the last dose"),
    ),
    ("LINT-082", criteria("Pain 4 weeks before randomisation", "Opioids 2 weeks before randomization")),
    (
        "LINT-084",
        criteria(
            "",
            "Failure of drugaine\n* Use of morphine, drugaine, and tramadol 4 weeks before entry\n"
            "* Steroid use within 2 weeks",
        )
        | arms("a"),
    ),
    ("LINT-085", status(startDateStruct={"date": "2026-05"}, completionDateStruct={"date": "2026-05-01"})),
    ("LINT-086", status(overallStatus="NOT_YET_RECRUITING", startDateStruct={"date": "2026-11"})),
    ("LINT-087", arms("Tablets of 5 mg daily")),
    ("LINT-090", described("30 min/day 3 times")),
    ("LINT-091", criteria("more or more severe, arthritis or arthritis of the knee")),
    ("LINT-091", criteria("With non invasive or invasive help.")),
    ("LINT-061", criteria("", "Allergy to drugaine and its salts") | arms("a")),
    (
        "LINT-070",
        criteria(
            "At least 50 years of age, or 18 to 50 years with two or more of the risk factors",
            minimumAge="18 Years",
        ),
    ),
    ("LINT-093", criteria("", "Infliximab")),
    ("LINT-094", described("The Back Pain Index (BPI) is used.")),
    ("LINT-095", criteria("Score on the quick rating scale (QRS); QRS above 4; MRI; CT")),
    ("LINT-096", described("It is 50 times more potent.")),
    ("LINT-097", described("In the absence of toxicity the dose is doubled.")),
    ("LINT-102", described("This is NCT00000000.")),
    ("LINT-113", identified(secondaryIdInfos=[{"id": "2024-500001-10-00", "type": "CTIS"}])),
    ("LINT-114", status(overallStatus="TERMINATED", whyStopped="No money")),
]


def codes(modules: dict[str, Any], **arguments: Any) -> list[tuple[str, str]]:
    found = lint(read_record(example.record(**modules)), today=TODAY, **arguments)
    return [(one.code, one.words) for one in found]


@pytest.mark.parametrize(
    ("code", "modules", "words"), FINDS, ids=[f"{code}-{n}" for n, (code, *_) in enumerate(FINDS)]
)
def test_a_rule_finds_its_fault(code: str, modules: dict[str, Any], words: str) -> None:
    assert (code, words) in codes(modules)


@pytest.mark.parametrize(
    ("code", "modules"), LEAVES, ids=[f"{code}-{n}" for n, (code, _) in enumerate(LEAVES)]
)
def test_a_rule_leaves_what_is_right(code: str, modules: dict[str, Any]) -> None:
    assert code not in {found for found, _ in codes(modules)}


def test_every_rule_on_the_protocol_has_an_example() -> None:
    planned = {rule.code for rule in RULES if rule.code < "LINT-120"}
    assert planned - {code for code, *_ in FINDS} == set()


def posted(**changes: Any) -> dict[str, Any]:
    """The example record with results, its results section changed by JSON."""
    registered = outcome(measure="Number of participants with less pain")
    registered["designModule"] = {"enrollmentInfo": {"count": 22, "type": "ACTUAL"}}
    return fill_results(read_record(example.record(**registered)), example.results(**changes)).raw


def results_codes(raw: dict[str, Any]) -> set[str]:
    return {one.code for one in lint(read_record(raw)) if one.path.startswith("resultsSection")}


def test_results_that_this_package_writes_have_no_finding() -> None:
    assert results_codes(posted()) == set()


def changed(path: str, value: Any) -> dict[str, Any]:
    raw = json.loads(json.dumps(posted()))
    *way, last = [int(part) if part.isdecimal() else part for part in path.split(".")]
    place = raw["resultsSection"]
    for part in way:
        place = place[part]
    place[last] = value
    return raw


FLOW = "participantFlowModule.periods.0"
OUTCOME = "outcomeMeasuresModule.outcomeMeasures.0"


@pytest.mark.parametrize(
    ("code", "path", "value"),
    [
        ("LINT-120", f"{FLOW}.milestones.3.achievements.0.numSubjects", "3"),
        ("LINT-120", f"{FLOW}.dropWithdraws.0.reasons.0.numSubjects", "2"),
        ("LINT-121", f"{FLOW}.milestones.0.achievements.0.numSubjects", "11"),
        ("LINT-122", f"{OUTCOME}.classes.0.categories.0.measurements.0.value", "11"),
        ("LINT-123", f"{OUTCOME}.paramType", "MEAN"),
        ("LINT-124", f"{OUTCOME}.unitOfMeasure", "NA"),
        ("LINT-125", f"{OUTCOME}.analyses.0.pValue", "1.2"),
        ("LINT-125", f"{OUTCOME}.analyses.0.paramValue", "70"),
        ("LINT-125", f"{OUTCOME}.analyses.0.ciLowerLimit", "90"),
        ("LINT-126", "adverseEventsModule.otherEvents.0.stats.0.numAffected", 4),
        ("LINT-127", f"{OUTCOME}.groups.1.id", "OG000"),
        ("LINT-127", f"{OUTCOME}.analyses.0.groupIds", ["OG000", "OG009"]),
        ("LINT-128", f"{OUTCOME}.title", "Another outcome"),
    ],
)
def test_a_contradiction_in_results_is_found(code: str, path: str, value: Any) -> None:
    assert code in results_codes(changed(path, value))


def test_people_are_counted_against_people_where_clusters_are_counted_too() -> None:
    people = changed(f"{OUTCOME}.classes.0.categories.0.measurements.0.value", "1")
    module = people["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][0]
    counts = [{"groupId": one["id"], "value": "0"} for one in module["groups"]]
    module["denoms"] = [*module["denoms"], {"units": "Clusters", "counts": counts}]
    assert "LINT-122" not in results_codes(people)


@pytest.mark.parametrize(
    ("word", "name", "near"),
    [
        ("infliximabe", "infliximab", True), ("inflximab", "infliximab", True), ("infilximab", "infliximab", True),
        ("inflixinab", "infliximab", True), ("infliximab", "infliximab", False), ("anflixinab", "infliximab", False),
        ("rituximab", "infliximab", False), ("infliximabes", "infliximab", False),
    ],
)  # fmt: skip
def test_one_letter_apart(word: str, name: str, near: bool) -> None:
    assert one_apart(word, name) is near


def test_users_give_further_drug_names() -> None:
    modules = criteria("", "Zzyzxovab")
    assert "LINT-093" not in {code for code, _ in codes(modules)}
    assert ("LINT-093", "Zzyzxovab") in codes(modules, drug_names=["zzyzxomab"])


def test_criteria_are_split_with_their_side_offset_and_parent() -> None:
    text = "Inclusion Criteria\n\n1. Pain\n despite\n\n* walking\n2. Adult\nExclusion Criteria:\n - Fever\n\nOther text"
    found = list(split_criteria(text))
    assert [(one.side, one.text, one.parent) for one in found] == [
        ("inclusion", "Pain\n despite", ""),
        ("inclusion", "walking", "Pain\n despite"),
        ("inclusion", "Adult", ""),
        ("exclusion", "Fever", ""),
        ("exclusion", "Other text", ""),
    ]
    assert all(text[one.start : one.start + len(one.text)] == one.text for one in found)


def test_headings_inside_a_section_open_a_side() -> None:
    text = "Exclusion Criteria\n\nRequired:\n\n- Fever\n\nAllowed:\n\n- Walking\n\nExcluded:\n\n- Pain"
    assert [(one.side, one.text) for one in split_criteria(text)] == [
        ("inclusion", "Fever"),
        ("", "Walking"),
        ("exclusion", "Pain"),
    ]


def test_criteria_of_a_further_registration_are_of_neither_side() -> None:
    text = "Exclusion Criteria\n\n- Fever\n\nEligibility Criteria for Re-registration:\n\n- Patient must be alive"
    assert [one.side for one in split_criteria(text)] == ["exclusion", ""]


def test_posted_records_are_nearly_clean(shared: Path) -> None:
    lines = (shared / "registry" / "native_v2.jsonl").read_text(encoding="utf-8").splitlines()
    found = {
        (record.nct_id, one.code)
        for record in map(parse_record, lines)
        for one in lint(record, today=TODAY)
        if one.path.startswith("resultsSection")
    }
    assert found == {("NCT00763412", "LINT-121")}  # posted with an enrolment of 31 and 16 who started


def test_no_record_makes_it_fail_and_errors_are_rare(shared: Path) -> None:
    with gzip.open(shared / "registry" / "records.jsonl.gz", "rt", encoding="utf-8") as stream:
        records = [parse_record(line) for number, line in enumerate(stream) if number % 35 == 7]
    findings = [(record, one) for record in records for one in lint(record, today=TODAY)]
    severities = Counter(one.severity for _, one in findings)
    assert all(text_at(record, one.path)[one.start : one.end] == one.words for record, one in findings)
    assert len(records) > 300
    assert sum(severities.values()) / len(records) < 6
    assert severities["E"] / len(records) < 0.7


def test_the_manual_is_written_from_the_rules(root: Path) -> None:
    assert (root / "docs" / "reference" / "lint.md").read_text(encoding="utf-8") == manual()


MONOTONOUS = ("a-", "1 ", "\n* ", "(AB ", "history of and or requires except ", "4 weeks before 5 mg to ")


@pytest.mark.parametrize("unit", MONOTONOUS)
def test_findings_in_long_monotonous_texts_still_quote_their_place(unit: str) -> None:
    text = unit * 300
    record = read_record(example.record(**(criteria(text, text) | arms(text, text) | described(text))))
    for one in lint(record, today=TODAY):
        assert text_at(record, one.path)[one.start : one.end] == one.words


def test_a_record_too_large_to_be_read_whole_keeps_its_number() -> None:
    """The modules stand in the order of their names where records are kept: long ones before the number."""
    arms = [{"label": f"Arm {n}", "description": "x" * 2000} for n in range(250)]
    modules = {"armsInterventionsModule": {"armGroups": arms}}
    data = json.loads(json.dumps(example.record(**modules), sort_keys=True))
    assert "LINT-118" in {one.code for one in lint(read_record(data))}
