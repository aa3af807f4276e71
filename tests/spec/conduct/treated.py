"""A participant of the invented drug trial, ready for treatment, and the words in which tests ask about it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from equipoise.conduct.state import ParticipantState
from equipoise.study import load
from equipoise.study.study import Study

from .driver import Driver

FOLDER = Path(__file__).parent / "drugs"
MONDAY = "2026-03-02"


@cache
def drugs(*changes: tuple[str, str]) -> Study:
    """The drug trial, with each first text of its definition replaced by the second."""
    if not changes:
        return load(FOLDER)
    text = (FOLDER / "study.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    with TemporaryDirectory() as folder:
        (Path(folder) / "study.yaml").write_text(text, encoding="utf-8")
        return load(Path(folder))


class Clinic(Driver):
    """A driver with one participant, `subject`, in the arm that a test asks for."""

    subject: str

    @property
    def state(self) -> ParticipantState:
        """The participant as folded so far."""
        return self.people[self.subject]

    def do(
        self, kind: str, *, reason: str | None = None, encounter: str | None = None, **data: Any
    ) -> list[Any]:
        """The events of a command on the participant that must not be refused; `data` are its fields."""
        given = {name: data.pop(name) for name in ("effective", "at", "actor", "role") if name in data}
        return list(self.ok(kind, self.subject, data=data, reason=reason, encounter=encounter, **given))

    def no(self, kind: str, *, reason: str | None = None, encounter: str | None = None, **data: Any) -> Any:
        """The refusal of a command on the participant."""
        given = {name: data.pop(name) for name in ("effective", "at", "actor", "role") if name in data}
        return self.refused(kind, self.subject, data=data, reason=reason, encounter=encounter, **given)

    def record(
        self, form: str, encounter: str | None = None, repeat: str | None = None, **values: Any
    ) -> list[Any]:
        """Records a form."""
        data: dict[str, Any] = {"form": form, "values": values}
        if repeat:
            data["repeat"] = repeat
        return list(self.ok("record_form", self.subject, encounter=encounter, data=data))

    def weekly(self, number: str = "P1", **more: Any) -> list[Any]:
        """A usual prescription of the weekly drug."""
        data = {"prescription": number, "regimen": "weekly", "days": "28", "weekday": "monday", **more}
        return self.do("prescribe", **data)

    def daily(self, number: str = "P1", **more: Any) -> list[Any]:
        """A usual prescription of the daily drug."""
        return self.do("prescribe", **{"prescription": number, "regimen": "daily", "days": "28", **more})

    def took(self, regimen: str, on: str, dose: str, **more: Any) -> list[Any]:
        """An intake."""
        return self.do("record_intake", regimen=regimen, dose=dose, effective=on, **more)

    def randomised_too(self) -> str:
        """Another participant, in the other arm."""
        other = self.ok("screen_participant")[0].data["subject"]
        self.ok("give_consent", other, data={"version": "1"})
        self.ok("randomise", other, data={"happened": "yes", "arm": "south"})
        return str(other)


def clinic(
    arm: str | None = "north", *, weight: str = "70.0", age: str = "40", mode: str = "practice",
    study: Study | None = None,
) -> Clinic:  # fmt: skip
    """A trial with one participant, randomised to an arm on Monday 2 March 2026, or in screening without one."""
    here = Clinic(study or drugs(), mode)
    here.opened()
    here.subject = here.ok("screen_participant")[0].data["subject"]
    here.do("give_consent", version="1")
    here.record("person", "screening", age=age, sex="f")
    here.record("body", "baseline", weight=weight)
    here.record("blood", "baseline", platelets="200")
    here.do("close_log", form="medicine", status="none")
    if arm is not None:
        here.do("submit_assessment", encounter="baseline", values={"red": "8"}, blinded="true")
        here.do("randomise", happened="yes", arm=arm)
    return here


def deviations(events: list[Any]) -> list[str]:
    """The codes of the deviations among events."""
    return [event.data["code"] for event in events if event.type == "DeviationRecorded"]


def alarms(events: list[Any]) -> list[str]:
    """The codes of the alarms among events."""
    return [event.data["code"] for event in events if event.type == "AlarmRaised"]
