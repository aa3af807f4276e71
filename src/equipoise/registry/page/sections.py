"""The standard sections of a study's page, in their order, each with the one sentence that says its use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of every page; title and purpose are message ids of the catalogues."""

    id: str
    title: str
    purpose: str


STANDARD: tuple[Section, ...] = (
    Section(
        id="results",
        title="Study results",
        purpose="What the trial found: who took part, how they compared at the start, outcomes, harms.",
    ),
    Section(
        id="basics",
        title="Basic information",
        purpose="Whether the trial is recruiting, how many people it needs, and its main dates.",
    ),
    Section(
        id="summary",
        title="Brief summary",
        purpose="Why the trial is done and what it compares, in the sponsor's own words.",
    ),
    Section(
        id="description",
        title="Detailed description",
        purpose="The longer account of background, aims and procedures, for readers who need the details.",
    ),
    Section(
        id="conditions",
        title="Conditions",
        purpose="The diseases or problems that the trial is about.",
    ),
    Section(
        id="design",
        title="Study design",
        purpose="How people are assigned to groups, and who knows which treatment they receive.",
    ),
    Section(
        id="outcomes",
        title="Planned outcome measures",
        purpose="What will be measured, and when, to decide whether a treatment works and is safe.",
    ),
    Section(
        id="groups",
        title="Study groups",
        purpose="The groups that are compared, and what each one receives.",
    ),
    Section(
        id="interventions",
        title="Interventions",
        purpose="The drugs, procedures or other treatments under study, with their dose and duration.",
    ),
    Section(
        id="eligibility",
        title="Eligibility criteria",
        purpose="Who can take part and who cannot; a trial physician makes the final decision.",
    ),
    Section(
        id="sponsors",
        title="Sponsors",
        purpose="The organisations that answer for the trial or support it.",
    ),
    Section(
        id="responsible-party",
        title="Responsible party",
        purpose="Who is legally accountable for the information in this record.",
    ),
    Section(
        id="contacts",
        title="Central contacts",
        purpose="People who can answer questions about taking part.",
    ),
    Section(
        id="locations",
        title="Locations",
        purpose="Where the trial takes place.",
    ),
    Section(
        id="identifiers",
        title="Other identifiers",
        purpose="The numbers under which the same trial is known elsewhere.",
    ),
    Section(
        id="references",
        title="References",
        purpose="Publications that the record cites: background, and results of this trial.",
    ),
    Section(
        id="data-sharing",
        title="Data sharing",
        purpose="Whether other researchers can obtain the data of individual participants, and how.",
    ),
    Section(
        id="related",
        title="Related trials",
        purpose="Other trials on similar questions; they are separate studies with their own records.",
    ),
    Section(
        id="history",
        title="History",
        purpose="When the record was first given, when it was changed, and which versions are kept here.",
    ),
)
