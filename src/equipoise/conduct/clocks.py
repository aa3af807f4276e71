"""The reporting clocks of safety: when each one starts, when it is due, whether it is late.

A clock starts with awareness, never with the onset. Hours run from the minute; days are calendar days of which
day 0 is the day of awareness, so that the report is due by the end of the last day (UTC). A clock starts at the
knowledge that first made its rule hold: that of the first report, or of the later one that changed the event.
Where its rule is unknown, it runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from equipoise.conduct.acts import day_of, end_of, has_time, moved, time_of
from equipoise.rules.case import EmptyCase
from equipoise.rules.values import Duration

if TYPE_CHECKING:
    from equipoise.conduct.state import AdverseEvent, ParticipantState, Pregnancy
    from equipoise.study.facts import Facts
    from equipoise.study.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A report that is owed. started: the awareness (UTC text); due: the last moment; to: who must have it."""

    event: str
    clock: str
    label: str
    started: str
    due: datetime
    to: str
    overdue: bool
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """When a report was known. site: to the site; sponsor: to the sponsor, if that is its first awareness of the
    event; upgrade: what is new about an event that the sponsor knew already."""

    site: str
    sponsor: str | None = None
    upgrade: str | None = None


def about(study: Study, facts: Facts, event: str) -> Facts:
    """The facts with the record of an adverse event as it stands."""
    return facts.with_own(facts.row(study.acts.get("adverse_event", ""), event))


def runs(study: Study, clock: str, facts: Facts) -> bool:
    """Whether the clock's rule holds, or is unknown, for the adverse event that the facts are about."""
    return study.rule(f"safety.clocks.{clock}.when").value(facts) is not False


def started(
    study: Study, before: Facts, facts: Facts, event: AdverseEvent, known: Knowledge
) -> Mapping[str, str]:
    """The clocks of an event with those that this knowledge starts. A clock starts once.

    before, facts: without and with what is known now. A clock of the sponsor starts with the sponsor's first
    awareness, or later with what made its rule hold, unless a clock of upgrades takes that.
    """
    found, now = dict(event.started), about(study, facts, event.id)
    fresh = [
        (name, clock.starts)
        for name, clock in study.definition.safety.clocks.items()
        if name not in found and runs(study, name, now)
    ]
    new: set[str] = set()
    if fresh and known.upgrade is not None:
        then = about(study, before, event.id)
        new = {name for name, _ in fresh if not runs(study, name, then)}
    upgraded = any(starts == "upgrade_aware" and name in new for name, starts in fresh)
    for name, starts in fresh:
        if starts == "site_aware":
            found[name] = known.site
        elif starts == "upgrade_aware" and name in new:
            found[name] = known.upgrade or known.site
        elif starts == "sponsor_aware" and known.sponsor is not None:
            found[name] = known.sponsor
        elif starts == "sponsor_aware" and name in new and not upgraded:
            found[name] = known.upgrade or known.site
    return found


def followed(study: Study, facts: Facts, event: AdverseEvent, clock: str, sent: str) -> Mapping[str, str]:
    """The clocks of an event with those that start with an incomplete report to the same addressee."""
    clocks, found, now = study.definition.safety.clocks, dict(event.started), about(study, facts, event.id)
    for name, other in clocks.items():
        same = (
            other.starts == "reported" and other.to == clocks[clock].to and clocks[clock].starts != "reported"
        )
        if same and name not in found and runs(study, name, now):
            found[name] = sent
    return found


def due_at(study: Study, clock: str, start: str) -> datetime:
    """The last moment for a report, in UTC."""
    within = study.rule(f"safety.clocks.{clock}.within").value(EmptyCase(study.parameters))
    assert isinstance(within, Duration), "the definition gives a length to each clock"
    moment = time_of(start)
    assert moment is not None, "stored times are sound"
    if within.unit == "hours":
        return moved(moment, within)
    last = end_of(day_of(start), within)
    assert last is not None, "the length is of whole days"
    return datetime.combine(last, time(23, 59, 59), UTC)


def late(sent: str, due: datetime) -> bool:
    """Whether a report was sent after it was due; a day without a time counts as in time on the last day."""
    moment = time_of(sent)
    assert moment is not None, "stored times are sound"
    return moment > due if has_time(sent) else moment.date() > due.date()


def clocks(study: Study, participant: ParticipantState, on: date | datetime) -> tuple[Running, ...]:
    """The reports that are owed for a participant, on a day or at a moment (UTC), the most urgent first."""
    found = []
    for event in participant.adverse_events.values():
        now = about(study, participant.facts, event.id)
        for name in event.started:
            if name not in event.submitted and runs(study, name, now):
                found.append(_running(study, event, name, on))
    for pregnancy in participant.pregnancies.values():
        found += [
            _running(study, pregnancy, name, on)
            for name in pregnancy.started
            if name not in pregnancy.submitted
        ]
    return tuple(sorted(found, key=lambda each: (each.due, each.event, each.clock)))


def _running(study: Study, event: AdverseEvent | Pregnancy, name: str, on: date | datetime) -> Running:
    clock = study.definition.safety.clocks[name]
    due = due_at(study, name, event.started[name])
    return Running(
        event=event.id,
        clock=name,
        label=clock.label,
        started=event.started[name],
        due=due,
        to=clock.to,
        overdue=on > due if isinstance(on, datetime) else on > due.date(),
        reference=clock.reference,
    )
