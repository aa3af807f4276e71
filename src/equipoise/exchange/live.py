"""From what a running ledger says in public to the record and the recruitment of the trial's page.

Nothing here reads an arm: it is made of `blinding.public` alone, so the page before the unblinding cannot hold what
the public may not know. Counts by site are of whole months, and small ones are left out, because somebody who knows
some allocations of a site could tell the last of a block by subtraction.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from equipoise.blinding.public import Announced
from equipoise.ledger import events as e
from equipoise.registry.page.recruitment import Recruitment, SiteCount
from equipoise.registry.record import Record, read_record

LEAST = 5
"""The smallest number of randomised people that is said of one site."""


PLANNED = ("startDateStruct", "primaryCompletionDateStruct", "completionDateStruct")
"""Dates that are plans until they have come."""


def recruitment(announced: Iterable[Announced], planned: int) -> Recruitment:
    """How far the trial has come. planned: how many participants the definition in force plans."""
    told = tuple(announced)
    days = {one.type: one.day for one in reversed(told)}  # the first of each type
    randomised = [one for one in told if one.type == e.PARTICIPANT_RANDOMISED]
    opened = [one for one in told if one.type == e.SITE_ACTIVATED]
    until = max((one.day for one in told), default="")
    locked, full = e.TRIAL_LOCKED in days, len(randomised) >= planned
    whole = [one for one in randomised if locked or full or one.day[:7] < until[:7]]
    return Recruitment(
        mode=next((one.data["mode"] for one in told if one.type == e.LEDGER_OPENED), ""),
        status=status_of(bool(opened), full=full, locked=locked),
        until=until,
        planned=planned,
        screened=sum(one.data["attempt"] == "1" for one in told if one.type == e.PARTICIPANT_SCREENED),
        randomised=len(randomised),
        months=by_month([one.day[:7] for one in randomised]),
        sites=by_site(opened, Counter(one.site for one in whole)),
        counted=max((one.day[:7] for one in whole), default=""),
        least=LEAST,
        locked=days.get(e.TRIAL_LOCKED, ""),
        unblinded=days.get(e.TRIAL_UNBLINDED, ""),
    )


def status_of(opened: bool, *, full: bool, locked: bool) -> str:
    """The registry's code for how the trial stands."""
    if locked:
        return "COMPLETED"
    if not opened:
        return "NOT_YET_RECRUITING"
    return "ACTIVE_NOT_RECRUITING" if full else "RECRUITING"


def by_month(months: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """`YYYY-MM` and how many of these months are not after it, from the first to the last without gaps."""
    if not months:
        return ()
    counts, found, total = Counter(months), [], 0
    month = min(months)
    while month <= max(months):
        total += counts[month]
        found.append((month, total))
        year, number = int(month[:4]), int(month[5:])
        month = f"{year + number // 12:04}-{number % 12 + 1:02}"
    return tuple(found)


def by_site(opened: Iterable[Announced], counts: Counter[str | None]) -> tuple[SiteCount, ...]:
    """The sites in the order of their opening. When one count alone is too small to be said, the next smallest is
    not said either: the one could be told from the sum."""
    sites = {one.data["site"]: one for one in opened}
    sized = sorted((counts[site], site) for site in sites)
    hidden = [site for count, site in sized if count < LEAST]
    if len(hidden) == 1:
        hidden += [site for _, site in sized[1:2]]
    return tuple(
        SiteCount(
            name=one.data["name"],
            country=one.data["country"],
            opened=one.data["approved_on"],
            randomised=None if site in hidden else counts[site],
        )
        for site, one in sites.items()
    )


def live_record(record: Record, told: Recruitment, banner: str | None) -> Record:
    """The registered record with the status of the trial, its real start and, when it is full, its real size; what is
    still a plan is called so, and a locked trial has ended by the day of the lock.

    banner: what must be said of a ledger that is not live; the record then says it too, under `notice`.
    Raises the codes of reading a record.
    """
    raw: dict[str, Any] = copy.deepcopy(dict(record.raw))
    if banner:
        raw = {"notice": banner, **raw}
    protocol = raw.setdefault("protocolSection", {})
    status = protocol.setdefault("statusModule", {})
    status["overallStatus"] = told.status
    if told.until:
        status["lastUpdatePostDateStruct"] = {"date": told.until, "type": "ACTUAL"}
    if told.months:
        status["startDateStruct"] = {"date": told.months[0][0], "type": "ACTUAL"}
    size = protocol.setdefault("designModule", {}).setdefault("enrollmentInfo", {"count": told.planned})
    if told.status in ("COMPLETED", "ACTIVE_NOT_RECRUITING"):
        protocol["designModule"]["enrollmentInfo"] = {"count": told.randomised, "type": "ACTUAL"}
    else:
        size.setdefault("type", "ESTIMATED")
    if told.locked:
        status["completionDateStruct"] = {"date": told.locked, "type": "ACTUAL"}
    for name in PLANNED:
        if name in status:
            status[name].setdefault("type", "ESTIMATED")
    return read_record(raw, place=record.nct_id)
