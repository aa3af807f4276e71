"""A page promises results only where they can still be expected, and says for how long a study has been over."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from equipoise.registry.page import render_page
from equipoise.registry.page.awaited import awaited, last_day
from equipoise.registry.page.catalogue import catalogue
from equipoise.registry.record import read_record
from tests.spec.registry import example

TODAY = date(2026, 6, 1)


def said(status: str, end: str = "", primary: str = "", today: date | None = TODAY, **more: Any) -> str:
    module: dict[str, Any] = {"overallStatus": status, **more.pop("module", {})}
    if end:
        module["completionDateStruct"] = {"date": end}
    if primary:
        module["primaryCompletionDateStruct"] = {"date": primary}
    found = awaited(read_record(example.record(statusModule=module, **more)), today)
    return f"{found.head} {found.text}"


@pytest.mark.parametrize(
    ("status", "end", "primary", "text"),
    [
        ("COMPLETED", "2009-03", "", "No results posted. The study ended 17 years ago"),
        ("COMPLETED", "2024", "", "No results posted. The study ended more than a year ago"),
        ("TERMINATED", "2023-06-01", "", "No results posted. The study ended 3 years ago"),
        ("TERMINATED", "2023-06-02", "", "No results posted. The study ended 2 years ago"),
        ("COMPLETED", "2026-01-31", "", "Results pending. The study ended less than a year ago"),
        ("COMPLETED", "2025-12", "2024-01-01", "No results posted. The study ended less than a year ago"),
        ("COMPLETED", "2025-06-02", "2025-06-02", "Results pending."),
        ("COMPLETED", "2025-06-01", "2025-06-01", "No results posted. The study ended more than a year ago"),
        ("COMPLETED", "", "2010-01-01", "No results posted. The study ended 16 years ago"),
        ("COMPLETED", "", "", "No results posted. The study is over"),
        ("COMPLETED", "2030-01", "", "No results posted. The study is over"),
        ("COMPLETED", "soon", "", "No results posted. The study is over"),
        ("RECRUITING", "2030-01", "", "Results pending. The study is not over."),
        ("RECRUITING", "2015-01", "", "No results posted. By the dates of its record the study should have ended 11"),
        ("ACTIVE_NOT_RECRUITING", "2026-01", "", "No results posted. By the dates of its record the study should"),
        ("UNKNOWN", "2011-01", "", "No results posted. By the dates of its record the study should have ended 15"),
        ("UNKNOWN", "", "", "No results posted. The record does not say whether"),
        ("NOT_YET_RECRUITING", "2028-01", "", "Results pending. The study has not begun."),
        ("", "", "", "No results posted. The record does not say whether"),
        ("PAUSED_BY_X", "", "", "No results posted. The record does not say whether"),
        ("WITHDRAWN", "2010-01", "", "No results. The study was withdrawn before"),
    ],
)  # fmt: skip
def test_what_is_said_follows_status_and_dates(status: str, end: str, primary: str, text: str) -> None:
    assert said(status, end, primary).startswith(text)


def test_results_that_were_sent_are_pending_and_expanded_access_has_none() -> None:
    sent = said("COMPLETED", "2010-01", module={"resultsFirstSubmitDate": "2026-05-01"})
    assert sent.startswith("Results pending. The study team has sent results")
    assert said("AVAILABLE", designModule={"studyType": "EXPANDED_ACCESS"}).startswith(
        "No results. Expanded access"
    )


def test_without_a_day_no_time_is_reckoned() -> None:
    assert said("COMPLETED", "2001-01", today=None) == (
        "No results posted. The study is over, and its record holds no results."
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [("2024", date(2024, 12, 31)), ("2024-02", date(2024, 2, 29)), ("2024-02-03", date(2024, 2, 3)),
     ("2024-13", None), ("2023-02-30", None), ("0000", None), ("0000-01", None), ("", None), ("May 2024", None)],
)  # fmt: skip
def test_a_date_means_its_latest_day(text: str, day: date | None) -> None:
    assert last_day(text) == day


@pytest.mark.parametrize("status", ["COMPLETED", "RECRUITING", "WITHDRAWN", "UNKNOWN", "NOT_YET_RECRUITING"])
@pytest.mark.parametrize("end", ["", "2010-01", "2025-01", "2026-05", "2030-01"])
def test_every_sentence_is_said_in_french(status: str, end: str) -> None:
    cited = {"references": [{"type": "RESULT", "citation": "Doe J."}]}
    module = {"overallStatus": status, "completionDateStruct": {"date": end}}
    record = read_record(example.record(statusModule=module, referencesModule=cited))
    found = awaited(record, TODAY)
    say = catalogue("fr").gettext
    assert say(found.head) != found.head
    assert say(found.text) != found.text
    html = render_page(record, banner=None, language="fr", today=TODAY)
    pending = re.search(r'(?s)<div class="pending">(.*?)</div>', html)
    assert pending is not None
    assert say(found.head) in pending[1]
    assert ('href="#references"' in pending[1]) == (status != "WITHDRAWN")
