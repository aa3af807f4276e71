"""What a record's page says to machines, and parts of a record that only a page reads.

The description for search engines (schema.org, JSON-LD) stands in the page itself, because they read no other
place; it is data in a `script` element whose type no browser runs, so a policy without inline scripts lets
it be, and every `<`, `>` and `&` in it is written as an escape. The whole record is in `record.json` beside.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from equipoise.registry.escapes import plain
from equipoise.registry.record import Record

# Registry codes in schema.org's words; those without one are left out.
STATUSES = {
    "ACTIVE_NOT_RECRUITING": "ActiveNotRecruiting",
    "COMPLETED": "Completed",
    "ENROLLING_BY_INVITATION": "EnrollingByInvitation",
    "NOT_YET_RECRUITING": "NotYetRecruiting",
    "RECRUITING": "Recruiting",
    "SUSPENDED": "Suspended",
    "TERMINATED": "Terminated",
    "WITHDRAWN": "Withdrawn",
}
DESIGNS = {
    "NONE": "OpenTrial",
    "SINGLE": "SingleBlindedTrial",
    "DOUBLE": "DoubleBlindedTrial",
    "TRIPLE": "TripleBlindedTrial",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document that the registry keeps beside the record."""

    label: str
    date: str


def documents(record: Record) -> tuple[Document, ...]:
    """The study documents that the record names. What has another shape than expected is left out."""
    section = record.raw.get("documentSection")
    module = section.get("largeDocumentModule") if isinstance(section, Mapping) else None
    listed = module.get("largeDocs") if isinstance(module, Mapping) else None
    found = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    return tuple(
        Document(label=str(one.get("label") or one.get("typeAbbrev") or ""), date=str(one.get("date") or ""))
        for one in found
    )


def linked_data(record: Record) -> Markup:
    """The study as schema.org's MedicalTrial, as JSON-LD that is safe inside a `script` element."""
    protocol = record.protocol
    names = protocol.identification_module
    places = {one.country for one in protocol.contacts_locations_module.locations if one.country}
    sponsor = protocol.sponsor_collaborators_module.lead_sponsor
    facts: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "MedicalTrial" if protocol.design_module.study_type == "INTERVENTIONAL" else "MedicalStudy",
        "identifier": record.nct_id,
        "name": plain(names.brief_title),
        "alternateName": plain(names.official_title),
        "description": plain(protocol.description_module.brief_summary)[:5000],
        "status": schema_url(STATUSES.get(protocol.status_module.overall_status)),
        "healthCondition": [
            {"@type": "MedicalCondition", "name": plain(one)} for one in protocol.conditions_module.conditions
        ],
        "sponsor": {"@type": "Organization", "name": plain(sponsor.name)} if sponsor else None,
        "studyLocation": [{"@type": "AdministrativeArea", "name": one} for one in sorted(places)],
        "phase": ", ".join(protocol.design_module.phases),
        "trialDesign": schema_url(_design(record)),
    }
    return json_for_html({name: value for name, value in facts.items() if value})


def schema_url(name: str | None) -> str:
    """A schema.org term as its address; nothing for nothing."""
    return f"https://schema.org/{name}" if name else ""


def _design(record: Record) -> str | None:
    info = record.protocol.design_module.design_info
    masking = info.masking_info.masking if info and info.masking_info else ""
    return DESIGNS.get(masking)


def json_for_html(value: Any) -> Markup:
    """JSON in which no text can end the element that it stands in."""
    text = json.dumps(value, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def record_json(record: Record) -> str:
    """The machine-readable twin of a page: the record as it was read, in its own order."""
    return json.dumps(record.raw, ensure_ascii=False, indent=2) + "\n"
