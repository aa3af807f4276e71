"""A small registry of invented studies, and a client that calls the application as a server would."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

from equipoise.registry.ingest import ingest
from tests.spec.registry import example

TODAY = date(2026, 6, 1)
EVIL = "<script>alert(1)</script><img src=x onerror='y'>\"'&"
FIRST, SECOND = "NCT10000001", "NCT10000002"
CRITERIA = """Inclusion Criteria:

* Age 18 years or older
* Low back pain for more than 12 weeks

Exclusion Criteria:

* Pregnant women
* Previous spinal surgery"""


def study(number: str, title: str, **more: Any) -> dict[str, Any]:
    """An invented record with what lists, facets and matching need."""
    place = {"facility": "City Hospital", "city": "Lyon", "country": "France"}
    made = example.record(
        identificationModule={
            "nctId": number,
            "orgStudyIdInfo": {"id": f"EX-{number[-2:]}"},
            "briefTitle": title,
            "officialTitle": f"A randomised trial: {title}",
        },
        statusModule={
            "overallStatus": more.pop("status", "RECRUITING"),
            "startDateStruct": {"date": "2024-01-15"},
            "studyFirstSubmitDate": "2023-11-02",
            "lastUpdatePostDateStruct": {"date": more.pop("updated", "2025-02-03")},
        },
        sponsorCollaboratorsModule={"leadSponsor": {"name": "University of Lyon", "class": "OTHER"}},
        descriptionModule={"briefSummary": more.pop("summary", f"We compare ways of {title.lower()}.")},
        conditionsModule={"conditions": more.pop("conditions", ["Low Back Pain"])},
        designModule={
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE3"],
            "designInfo": {"allocation": "RANDOMIZED", "maskingInfo": {"masking": "NONE"}},
            "enrollmentInfo": {"count": 40},
        },
        armsInterventionsModule={
            "armGroups": [{"label": "Walking", "type": "EXPERIMENTAL"}],
            "interventions": [{"type": "BEHAVIORAL", "name": "Walking", "armGroupLabels": ["Walking"]}],
        },
        eligibilityModule={
            "eligibilityCriteria": CRITERIA,
            "sex": "ALL",
            "minimumAge": "18 Years",
            "healthyVolunteers": False,
        },
        contactsLocationsModule={"locations": [place]},
        **more,
    )
    return made


def records() -> list[dict[str, Any]]:
    """Forty studies: two on walking and swimming, one with hostile text everywhere, the others alike."""
    cited = [{"pmid": "1", "type": "RESULT", "citation": "Doe J. Walking. 2025."}, {"citation": "Old."}]
    first = study(
        FIRST,
        "Walking for low back pain",
        referencesModule={
            "references": cited,
            "seeAlsoLinks": [
                {"label": "Site", "url": "https://example.org/a"},
                {"label": "Bad", "url": "javascript:alert(1)"},
            ],
        },
        ipdSharingStatementModule={"ipdSharing": "YES", "description": "On request.", "infoTypes": ["SAP"]},
    )
    first["protocolSection"]["contactsLocationsModule"]["locations"] += [
        {"facility": "North", "city": "Oslo", "country": "Norway", "geoPoint": {"lat": 59.9, "lon": 10.7}},
        {"facility": "Nowhere", "city": "Atlantis", "country": "Atlantis"},
    ]
    first["documentSection"] = {
        "largeDocumentModule": {"largeDocs": [{"label": "Protocol", "date": "2024-01-01"}]}
    }
    second = study(SECOND, "Swimming for low back pain", status="COMPLETED")
    others = [
        study(
            f"NCT100001{n:02}", f"Rest number {n} for headache", conditions=["Headache"], status="COMPLETED"
        )
        for n in range(36)
    ]
    return [first, second, hostile("NCT10000003"), *others]


def hostile(number: str) -> dict[str, Any]:
    """A record with HTML and scripts in every text."""

    def poisoned(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: poisoned(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [poisoned(item, name) for item in value]
        kept = ("nctId", "date", "studyType", "lastUpdatePostDateStruct")
        return value + EVIL if isinstance(value, str) and name not in kept else value

    return poisoned(
        study(
            number,
            "Poison",
            referencesModule={
                "references": [{"pmid": "2", "type": "RESULT", "citation": "Evil."}],
                "seeAlsoLinks": [{"label": "L", "url": "https://example.org/"}],
            },
            ipdSharingStatementModule={
                "ipdSharing": "YES",
                "description": "D",
                "url": "https://example.org/",
            },
        )
    )


def make_index(folder: Path) -> Path:
    """The index of these studies; the first has an older version, with another status and other words."""
    older = study(FIRST, "Walking for back pain", status="NOT_YET_RECRUITING", updated="2024-05-06")
    for name, listed, read in (
        ("older.jsonl", [older], date(2024, 6, 1)),
        ("newer.jsonl", records(), TODAY),
    ):
        path = folder / name
        path.write_text("\n".join(json.dumps(one) for one in listed), encoding="utf-8")
        assert ingest([path], folder / "index", today=read).unread == 0
    return folder / "index"


@dataclass(frozen=True)
class Answer:
    """What the application answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Client:
    """Calls a WSGI application."""

    application: Callable[..., Iterable[bytes]]

    def get(self, path: str, **headers: str) -> Answer:
        return self._call("GET", path, b"", headers)

    def post(self, path: str, body: bytes, kind: str = "application/x-www-form-urlencoded") -> Answer:
        return self._call("POST", path, body, {"CONTENT_TYPE": kind})

    def ask(self, method: str, path: str) -> Answer:
        return self._call(method, path, b"", {})

    def _call(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        where, _, query = path.partition("?")
        environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": where, "QUERY_STRING": query}
        environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), **headers}
        setup_testing_defaults(environ)
        told: list[Any] = []
        found = self.application(environ, lambda status, fields, *_: told.extend((status, fields)))
        content = b"".join(found)
        getattr(found, "close", lambda: None)()
        return Answer(status=int(told[0].split()[0]), headers=dict(told[1]), body=content)
