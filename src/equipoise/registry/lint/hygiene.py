"""Rules on the record as such: fields that are missing, formats that are mixed, numbers of the wrong form."""

from __future__ import annotations

import re
from collections.abc import Iterator

from equipoise.registry.lint.model import Hit, Subject, Text, absent, rule, span

PROTOCOL = "protocolSection"
STOPPED = ("TERMINATED", "SUSPENDED", "WITHDRAWN")
LIMITS = {
    "briefTitle": 300,
    "officialTitle": 600,
    "briefSummary": 5_000,
    "detailedDescription": 32_000,
    "interventionModelDescription": 1_000,
    "maskingDescription": 1_000,
    "eligibilityCriteria": 20_000,
    "whyStopped": 250,
    "genderDescription": 1_000,
}


@rule(
    "LINT-110",
    "W",
    "Fields that a reader needs are missing",
    why="Without title, places, primary completion and keywords a trial cannot be found, compared or monitored.",
    question="Please give the missing fields.",
)
def missing_fields(subject: Subject) -> Iterator[Hit]:
    """Official title, primary completion, locations or oversight: one finding, naming keywords and data sharing too."""
    protocol = subject.protocol
    if not subject.interventional:
        return
    needed = {
        "official title": (
            "identificationModule.officialTitle",
            protocol.identification_module.official_title,
        ),
        "primary completion date": (
            "statusModule.primaryCompletionDateStruct",
            protocol.status_module.primary_completion_date_struct,
        ),
        "locations": ("contactsLocationsModule.locations", protocol.contacts_locations_module.locations),
        "keywords": ("conditionsModule.keywords", protocol.conditions_module.keywords),
        "data monitoring committee": (
            "oversightModule.oversightHasDmc",
            protocol.oversight_module.oversight_has_dmc is not None,
        ),
        "data sharing": ("ipdSharingStatementModule", protocol.ipd_sharing_statement_module),
    }
    missing = {name: path for name, (path, value) in needed.items() if not value}
    if missing.keys() - {"keywords", "data sharing"}:
        yield absent(f"{PROTOCOL}.{next(iter(missing.values()))}", f"missing: {', '.join(missing)}")


@rule(
    "LINT-111",
    "I",
    "There is no detailed description",
    why="Visits, procedures and analysis are not described anywhere in public.",
    question="Please describe the procedures, or give the protocol.",
)
def no_description(subject: Subject) -> Iterator[Hit]:
    """An empty detailed description in an interventional study."""
    if subject.interventional and not subject.protocol.description_module.detailed_description.strip():
        yield absent(f"{PROTOCOL}.descriptionModule.detailedDescription")


@rule(
    "LINT-112",
    "I",
    "Telephone numbers are written in different forms",
    why="Those without a country code cannot be dialled from abroad.",
    question="Please give every number with its country code.",
)
def phones(subject: Subject) -> Iterator[Hit]:
    """Some central contacts with `+`, others without: the first without."""
    found = [
        (n, one.phone)
        for n, one in enumerate(subject.protocol.contacts_locations_module.central_contacts)
        if one.phone
    ]
    if any(phone.startswith("+") for _, phone in found):
        for number, phone in found:
            if not phone.startswith("+"):
                path = f"{PROTOCOL}.contactsLocationsModule.centralContacts[{number}].phone"
                yield span(Text(path=path, text=phone), 0, len(phone))
                return


_CTIS = re.compile(r"\d{4}-5\d{5}-\d{2}-\d{2}")


@rule(
    "LINT-113",
    "I",
    "A secondary number has no type, or the form of its type is not kept",
    why="A number that cannot be traced to its register links to nothing.",
    question="Which register does the number belong to?",
)
def secondary_numbers(subject: Subject) -> Iterator[Hit]:
    """The first secondary identifier without type; CTIS numbers that are not YYYY-5NNNNN-NN-NN."""
    untyped = False
    for number, one in enumerate(subject.protocol.identification_module.secondary_id_infos):
        text = Text(path=f"{PROTOCOL}.identificationModule.secondaryIdInfos[{number}].id", text=one.id)
        if one.type == "CTIS" and not _CTIS.fullmatch(one.id):
            yield span(text, 0, len(one.id), "not of the form YYYY-5NNNNN-NN-NN")
        elif one.id and not one.type and not untyped:
            untyped = True
            yield span(text, 0, len(one.id))


@rule(
    "LINT-114",
    "W",
    "The study stopped and does not say why",
    why="Readers cannot tell harm from lack of money.",
    question="Why did the study stop?",
)
def why_stopped(subject: Subject) -> Iterator[Hit]:
    """TERMINATED, SUSPENDED or WITHDRAWN without a reason."""
    status = subject.protocol.status_module
    if status.overall_status in STOPPED and not status.why_stopped.strip():
        yield absent(f"{PROTOCOL}.statusModule.whyStopped", status.overall_status)


@rule(
    "LINT-115",
    "E",
    "A withdrawn study has participants",
    why="Withdrawn means that nobody was enrolled.",
    question="Was anybody enrolled?",
)
def withdrawn_with_people(subject: Subject) -> Iterator[Hit]:
    """WITHDRAWN with an actual enrolment above zero."""
    info = subject.protocol.design_module.enrollment_info
    if (
        subject.protocol.status_module.overall_status == "WITHDRAWN"
        and info
        and info.count
        and info.type == "ACTUAL"
    ):
        yield absent(f"{PROTOCOL}.designModule.enrollmentInfo.count", str(info.count))


@rule(
    "LINT-116",
    "W",
    "A text is longer than the registry takes",
    why="The registry cuts it or refuses the record.",
    question="Please shorten the text.",
)
def too_long(subject: Subject) -> Iterator[Hit]:
    """Free texts against the lengths of the registry's data-element definitions."""
    for text in subject.texts:
        name = text.path.rsplit(".", 1)[-1]
        if len(text.text) > LIMITS.get(name, len(text.text)):
            yield absent(text.path, f"{len(text.text)} of {LIMITS[name]} characters")


@rule(
    "LINT-117",
    "W",
    "Nobody can be reached",
    why="Patients and other investigators cannot ask; a recruiting trial without a contact recruits nobody.",
    question="Who answers questions, at which address?",
)
def no_contact(subject: Subject) -> Iterator[Hit]:
    """Recruiting or about to, with no contact at the centre or at any location."""
    module = subject.protocol.contacts_locations_module
    open_now = subject.protocol.status_module.overall_status in ("RECRUITING", "NOT_YET_RECRUITING")
    if open_now and not module.central_contacts and not any(one.contacts for one in module.locations):
        yield absent(f"{PROTOCOL}.contactsLocationsModule.centralContacts")
