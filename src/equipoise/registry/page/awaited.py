"""What a page says where a record holds no results: whether they can be expected yet, and what else there is.

A study that ended long ago promises nothing. Results of trials that the law of the United States applies to are due one
year after the last data for the primary outcome were collected (42 CFR 11.44); a page cannot tell to which trials it
applies, so it uses that year as the time for which results are called pending, and after it says for how long the
study has been over. Of dates without a day or a month the latest is taken, so that no time is called longer than it is.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from equipoise.registry.match.hard import OPEN
from equipoise.registry.record import DateStruct, Record

ENDED = frozenset({"COMPLETED", "TERMINATED"})
BEFORE = frozenset({"NOT_YET_RECRUITING", "WITHHELD"})
CITED = frozenset({"RESULT", "DERIVED"})
PENDING, NONE_POSTED, NONE = "Results pending.", "No results posted.", "No results."
UNDER_WAY = OPEN | BEFORE | {"ACTIVE_NOT_RECRUITING", "SUSPENDED"}
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A head and a sentence, both message ids (the sentence perhaps with a number in it).

    planned: when the study is to end. sent: when results were sent to the registry. cited: whether the record names
    publications of results.
    """

    head: str
    text: str
    planned: str = ""
    sent: str = ""
    cited: bool = False


def awaited(record: Record, today: date | None) -> Awaited:
    """What to say of results that are not there. today: None where no day was given: then no time is reckoned."""
    status = record.protocol.status_module
    cited = any(one.type in CITED for one in record.protocol.references_module.references)
    if status.overall_status == "WITHDRAWN":
        return Awaited(head=NONE, text="The study was withdrawn before anybody joined it.")
    if record.protocol.design_module.study_type == "EXPANDED_ACCESS":
        return Awaited(
            head=NONE, text="Expanded access gives a treatment outside a trial; it has no results."
        )
    if status.results_first_submit_date:
        text = "The study team has sent results to the registry, which reviews them before they are posted."
        return Awaited(head=PENDING, text=text, sent=status.results_first_submit_date, cited=cited)
    primary = status.primary_completion_date_struct or status.completion_date_struct
    end = status.completion_date_struct or status.primary_completion_date_struct
    if status.overall_status in ENDED:
        return _over(_years(primary, today), _years(end, today), cited)
    late = _years(end, today)
    if late is not None and late >= 0:
        return Awaited(head=NONE_POSTED, text=_overdue(late), cited=cited)
    if status.overall_status not in UNDER_WAY:
        text = "The record does not say whether the study is over."
        return Awaited(head=NONE_POSTED, text=text, cited=cited)
    text = "The study has not begun." if status.overall_status in BEFORE else "The study is not over."
    return Awaited(head=PENDING, text=text, planned=end.date if end else "", cited=cited)


def last_day(text: str) -> date | None:
    """The latest day that a date can mean; None for what is no date."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(piece) if piece else 0 for piece in found.groups())
    month = month or 12
    try:
        return date(year, month, day or monthrange(year, month)[1])
    except (ValueError, IndexError):  # a month or a year that no calendar has
        return None


def _years(when: DateStruct | None, today: date | None) -> int | None:
    """How many whole years ago a date was: negative before it, None when it or the day is not known."""
    day = last_day(when.date) if when else None
    if day is None or today is None:
        return None
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day)) if day <= today else -1


def _over(since_primary: int | None, since_end: int | None, cited: bool) -> Awaited:
    """Of a study that its record calls over."""
    if since_end is None or since_end < 0:
        return Awaited(
            head=NONE_POSTED, text="The study is over, and its record holds no results.", cited=cited
        )
    if since_primary is not None and since_primary < 1:
        text = (
            "The study ended less than a year ago; results are often posted within a year of the last data."
        )
        return Awaited(head=PENDING, text=text, cited=cited)
    told = {
        0: "The study ended less than a year ago, and its record holds no results.",
        1: "The study ended more than a year ago, and its record holds no results.",
    }
    text = told.get(since_end, f"The study ended {since_end} years ago, and its record holds no results.")
    return Awaited(head=NONE_POSTED, text=text, cited=cited)


def _overdue(years: int) -> str:
    """Of a study that should be over by the dates of its record, and is not by its status."""
    if years < 2:
        return "By the dates of its record the study should be over; the record does not say that it is."
    return f"By the dates of its record the study should have ended {years} years ago; the record does not say so."
