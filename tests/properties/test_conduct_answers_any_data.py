"""Whatever JSON a command of treatment, assessment or safety carries, the engine answers with events or a refusal,
and what it answers can be folded and stored."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.conduct.command import Refusal
from equipoise.ledger.canonical import payload_bytes
from tests.spec.conduct.treated import Clinic, clinic

WORDS = (
    "P1", "P2", "AE1", "PR1", "weekly", "follower", "daily", "none", "10", "0", "-1", "1.5", "28", "monday", "yes",
    "true", "false", "2026-03-02", "2026-03-01T08:00:00Z", "2026-02-30", "nausea", "death", "related", "alphadrug",
    "participant", "partner", "ongoing", "recovered", "wish", "site", "fatal", "north", "unknown", "5", "red",
    "assessor-1",
)  # fmt: skip
LEAF = st.one_of(st.sampled_from(WORDS), st.none(), st.booleans(), st.text(max_size=4), st.integers(-3, 99))
JSON = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=3)
    ),
    max_leaves=4,
)
FIELDS = {
    "prescribe": ("prescription", "regimen", "days", "dose", "weekday", "happened"),
    "dispense": ("prescription", "regimen", "quantity", "days", "kit", "happened"),
    "record_return": ("prescription", "regimen", "quantity"),
    "record_intake": ("regimen", "dose", "taken_on", "prescription"),
    "hold_treatment": ("regimen", "cause", "rule"),
    "resume_treatment": ("regimen", "happened"),
    "stop_treatment": ("regimen", "cause"),
    "submit_assessment": ("form", "values", "blinded", "happened"),
    "guess_arm": ("assessment", "guess", "reason", "confidence"),
    "report_adverse_event": (
        "event", "term", "onset", "grade", "serious", "criteria", "causality", "site_aware", "outcome",
    ),
    "update_adverse_event": ("event", "changes", "site_aware"),
    "assess_adverse_event": ("event", "causality", "expected", "sponsor_aware"),
    "submit_safety_report": ("event", "clock", "complete"),
    "report_pregnancy": ("event", "of", "site_aware"),
    "record_pregnancy_outcome": ("event", "outcome"),
    "break_code": ("to", "scope"),
    "record_unblinding": ("person", "how"),
}  # fmt: skip
USUAL: dict[str, Any] = {
    "prescription": "P1", "regimen": "weekly", "days": "28", "weekday": "monday", "quantity": "16", "dose": "10",
    "cause": "wish", "values": {"red": "4"}, "blinded": "true", "guess": "north", "confidence": "5", "event": "AE1",
    "term": "nausea", "onset": "2026-03-01", "grade": "2", "serious": "true", "criteria": ["death"],
    "causality": {"alphadrug": "related"}, "site_aware": "2026-03-02T08:00:00Z", "outcome": "fatal",
    "changes": {"grade": "3"}, "sponsor_aware": "2026-03-02T09:00:00Z", "clock": "site", "of": "partner",
    "to": ["somebody"], "person": "somebody", "how": "overheard",
}  # fmt: skip


@st.composite
def commands(draw: st.DrawFn) -> tuple[str, dict[str, Any], str | None]:
    """A kind, its data (each field usual, strange or absent) and an encounter."""
    kind = draw(st.sampled_from(sorted(FIELDS)))
    data = {}
    for field in FIELDS[kind]:
        choice = draw(st.sampled_from(("usual", "usual", "strange", "absent")))
        if choice == "strange":
            data[field] = draw(JSON)
        elif choice == "usual" and field in USUAL:
            data[field] = USUAL[field]
    return kind, data, draw(st.sampled_from((None, "baseline", "month_1", "extra", "nowhere")))


def begun() -> Clinic:
    """A participant with a prescription, an adverse event and a pregnancy."""
    here = clinic()
    here.weekly()
    report = {**{name: USUAL[name] for name in FIELDS["report_adverse_event"]}, "grade": "5"}
    here.do("report_adverse_event", **report)
    here.do("report_pregnancy", event="PR1", of="partner", site_aware="2026-03-02T08:00:00Z")
    return here


BEGUN = begun()


@given(st.lists(commands(), min_size=1, max_size=4))
@settings(max_examples=200)
def test_the_engine_answers_any_data(sent: list[tuple[str, dict[str, Any], str | None]]) -> None:
    here = Clinic(BEGUN.study)
    here.subject, here.trial, here.people = BEGUN.subject, BEGUN.trial, dict(BEGUN.people)
    roles = {"assess_adverse_event": "safety", "submit_assessment": "assessor", "guess_arm": "assessor"}
    for kind, data, encounter in sent:
        role = roles.get(kind, "investigator")
        answer = here.send(kind, here.subject, data=data, encounter=encounter, role=role, reason="because")
        assert isinstance(answer, Refusal) or all(payload_bytes(event) for event in here.events)
