"""What is known of one participant, as the rules read it.

`Facts` is immutable: a change gives another `Facts` that shares all that did not change. Derivations are
evaluated when they are first asked for, once for each state of the facts; a change keeps those values that it
cannot have touched. What has not read the day is kept apart from what has, so that it holds for every day on
which the same facts are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from equipoise.rules.values import ABSENT, Missing, Value

if TYPE_CHECKING:
    from equipoise.rules.check import Expression
    from equipoise.study.study import Study

TODAY = "today"
"""The name of the day on which the facts are read."""


class Day(Struct, gc=False):
    """The day on which facts are read: `today`, and the values of the derivations that have read it.

    reads: how often either was asked for.
    """

    values: dict[str, Value | Missing]
    reads: int = 0


def _no_day() -> Day:
    return Day({TODAY: ABSENT})


class Record(Struct, frozen=True, kw_only=True, gc=False):
    """One record of a form: of an encounter, or a row of a log (`repeat`); `date` is when it holds.

    sequence: the ledger's number of the event that it came from, 0 while it is only proposed.
    """

    form: str
    date: date
    values: Mapping[str, Value | Missing]
    encounter: str | None = None
    repeat: str | None = None
    sequence: int = 0

    @property
    def key(self) -> str | None:
        """Which record of its form it is: the row of a log, else the encounter."""
        return self.repeat or self.encounter


class Facts(Struct, frozen=True, kw_only=True, gc=False):
    """The case of `rules` for one participant of a study.

    forms: the records of each form in order of date, then of entry.  closed: the logs that are complete.
    names: context names that are known (dates, the arm).  own: the record that is being entered.
    derived: the values of the derivations that have not read the day.  day: the day, and those that have.
    read: these facts as they were last read on a day.
    """

    study: Study
    forms: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    names: Mapping[str, Value | Missing] = field(default_factory=dict)
    own: Record | None = None
    derived: dict[str, Value | Missing] = field(default_factory=dict)
    day: Day = field(default_factory=_no_day)
    read: list[Facts] = field(default_factory=list)

    @classmethod
    def empty(cls, study: Study) -> Facts:
        """A participant about whom nothing is known; forms that the engine writes are complete by nature."""
        return cls(study=study, closed=study.written_by_acts)

    def record(self, form: str, encounter: str) -> Record | None:
        """The record of a form at an encounter."""
        for record in self.forms.get(form, ()):
            if record.encounter == encounter:
                return record
        return None

    def records(self, form: str) -> tuple[Record, ...]:
        """All records of a form, in order of date, then of entry."""
        return self.forms.get(form, ())

    def row(self, form: str, repeat: str) -> Record | None:
        """The row of a log with this number."""
        for record in self.forms.get(form, ()):
            if record.repeat == repeat:
                return record
        return None

    def filled_at(self, encounter: str) -> tuple[str, ...]:
        """The forms that people have filled in at an encounter."""
        return tuple(
            form
            for form, records in self.forms.items()
            if form not in self.study.written_by_acts and any(row.encounter == encounter for row in records)
        )

    def log_closed(self, form: str) -> bool:
        """Whether the log was said to be complete."""
        return form in self.closed

    def named(self, name: str) -> Value | Missing:
        """The value of a context name, a parameter or a derivation."""
        if name in self.names:
            return self.names[name]
        if name in self.derived:
            return self.derived[name]
        day = self.day
        if name in day.values:
            day.reads += 1
            return day.values[name]
        rule = self.study.derivations.get(name)
        return self.study.parameters.get(name, ABSENT) if rule is None else self._derive(name, rule)

    def _derive(self, name: str, rule: Expression) -> Value | Missing:
        """The value of a derivation, which is kept for every day unless the day was read on the way to it."""
        before = self.day.reads
        value = rule.value(self)
        held = self.derived if self.day.reads == before else self.day.values
        held[name] = value
        return value

    def _changed(self, root: tuple[str, str], **parts: Any) -> Facts:
        """With other parts. The derived values that a change of this form or name cannot have touched are kept;
        where no derivation reads it, they are the same for good."""
        touched = self.study.touched.get(root)
        if touched is None:
            return replace(self, read=[], **parts)
        derived, daily = _without(self.derived, touched), _without(self.day.values, touched)
        return replace(self, derived=derived, day=Day(daily), read=[], **parts)

    def with_record(self, record: Record) -> Facts:
        """With one more record; one with the same key in the same form is replaced in its place."""
        before, key = self.forms.get(record.form, ()), record.repeat or record.encounter
        for index, other in enumerate(before if key is not None else ()):
            if (other.repeat or other.encounter) == key:
                found = _ordered((*before[:index], record, *before[index + 1 :]))
                break
        else:
            last = not before or before[-1].date <= record.date
            found = (*before, record) if last else _ordered((*before, record))
        return self._changed(("form", record.form), forms={**self.forms, record.form: found})

    def without_record(self, form: str, key: str) -> Facts:
        """Without the record of this key."""
        found = tuple(record for record in self.forms.get(form, ()) if record.key != key)
        return self._changed(("form", form), forms={**self.forms, form: found})

    def with_log(self, form: str, closed: bool = True) -> Facts:
        """With a log closed, or opened again."""
        logs = self.closed | {form} if closed else self.closed - {form}
        return self._changed(("form", form), closed=logs)

    def with_name(self, name: str, value: Value | Missing) -> Facts:
        """With the value of a context name."""
        return self._changed(("name", name), names={**self.names, name: value})

    def on(self, day: date) -> Facts:
        """As read on a day: `today` is that day. What was read of them on the same day is still known."""
        if self.day.values[TODAY] == day:
            return self
        for facts in self.read:
            if facts.day.values[TODAY] == day:
                return facts
        facts = replace(self, day=Day({TODAY: day}), read=[])
        self.read[:] = [facts]
        return facts

    def with_own(self, record: Record | None) -> Facts:
        """With the record that is being entered, for the rules of its form."""
        return replace(self, own=record, read=[])


def _without(values: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """A copy of some values without those of these names."""
    kept = values.copy()
    for name in names.intersection(values):
        del kept[name]
    return kept


def _ordered(records: Iterable[Record]) -> tuple[Record, ...]:
    """In order of date, then as they were."""
    return tuple(sorted(records, key=attrgetter("date")))
