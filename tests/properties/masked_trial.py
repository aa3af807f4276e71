"""The command log of a small masked trial: what people send at two sites, drawn from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from equipoise.conduct.command import Command
from equipoise.study import load
from equipoise.study.study import Study

from .under_seal import Sent

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


@cache
def masked() -> Study:
    """The small masked trial of this folder."""
    return load(Path(__file__).parent / "masked")


def trial(seed: int, participants: int, *, plain: bool = False) -> list[Sent]:
    """The commands of a whole trial in the order of their times; `plain` for a study that knows no remark
    and takes nobody with few platelets."""
    chance, sent = Random(seed), list(_opening())
    people = [_Person(chance, index, plain) for index in range(participants)]
    for person in people:
        sent += person.commands()
    sent.sort(key=lambda each: each[1])
    last = sent[-1][1] + timedelta(days=10)
    sent += _closing(last)
    return sent


def _command(kind: str, at: datetime, role: str, subject: str | None, site: str | None, **given: Any) -> Sent:
    actor = given.pop("actor", f"{role}-{site or '00'}")
    day = at.date().isoformat()
    return Command(
        kind=kind, id="", actor=actor, role=role, site=site, participant=subject, effective=day, **given
    ), at  # fmt: skip


def _opening() -> Iterator[Sent]:
    yield _command("open_ledger", START, "sponsor", None, None, data={"mode": "practice"})
    for site in ("01", "02"):
        data = {"site": site, "name": f"Site {site}", "country": "FR", "approved_on": "2026-01-01"}
        yield _command("activate_site", START, "sponsor", None, None, data=data)


def _closing(at: datetime) -> Iterator[Sent]:
    yield _command("freeze_analysis", at, "sponsor", None, None, data={"plan": "0" * 64})
    yield _command("lock_trial", at, "sponsor", None, None)
    yield _command("unblind_trial", at, "sponsor", None, None, data={"to": ["statistician-00"]})


class _Person:
    """One participant: when things happen, and what is sent."""

    def __init__(self, chance: Random, index: int, plain: bool) -> None:
        self.chance, self.index = chance, index
        self.remark = {} if plain else {"remark": "said something"}
        self.few = "200" if plain else "90"
        self.site = ("01", "02")[index % 2]
        self.subject = f"{self.site}-{index // 2 + 1:04d}"
        self.at = START + timedelta(days=index, minutes=index)
        self.zero = self.at + timedelta(days=5)

    def commands(self) -> Iterator[Sent]:
        """From screening to the end."""
        yield from self.screening()
        yield from self.randomising()
        yield from self.treating()
        yield from self.following()

    def send(self, kind: str, at: datetime, *, role: str = "investigator", **given: Any) -> Sent:
        site = None if role in ("monitor", "sponsor", "observer") else given.pop("site", self.site)
        encounter, reason = given.pop("encounter", None), given.pop("reason", None)
        more = {"actor": given.pop("actor")} if "actor" in given else {}
        return _command(
            kind, at, role, given.pop("subject", self.subject), site, encounter=encounter, reason=reason,
            data=given.get("data", given), **more,
        )  # fmt: skip

    def form(self, form: str, encounter: str, at: datetime, **values: str) -> Sent:
        return self.send("record_form", at, encounter=encounter, form=form, values=values)

    def weight(self) -> str:
        return self.chance.choice(["55.0", "70.0", "160.0"])

    def screening(self) -> Iterator[Sent]:
        at = self.at
        yield self.send("screen_participant", at, subject=None)
        yield self.send("give_consent", at, version="1")
        sex = self.chance.choice("fm")
        yield self.form("person", "screening", at, age="40", sex=sex, **self.remark)
        yield self.form("body", "screening", at, weight="70.0")
        data = {"form": "history", "repeat": "1", "values": {"condition": "other"}}
        yield self.send("record_form", at, data=data)
        yield self.send("close_log", at, form="history", status="complete")
        yield self.score("screening", at)

    def score(self, encounter: str, at: datetime) -> Sent:
        data = {"form": "score", "values": {"red": str(self.chance.randrange(10))}, "blinded": "true"}
        return self.send("submit_assessment", at, role="assessor", encounter=encounter, data=data)

    def randomising(self) -> Iterator[Sent]:
        at = self.zero
        yield self.form("body", "baseline", at, weight=self.weight())
        if self.index % 5 == 3:
            yield self.score("baseline", at)
            yield self.send("randomise", at, happened="yes", arm="north")
            return
        yield self.form("blood", "baseline", at, platelets=self.chance.choice([self.few, "200"]))
        yield self.score("baseline", at)
        yield self.send("confirm_eligibility", at, moment="randomisation")
        yield self.send("randomise", at)

    def treating(self) -> Iterator[Sent]:
        """Everything of this is sealed; what does not fit the arm is refused."""
        for day, number in ((0, "P1"), (28, "P2")):
            at = self.zero + timedelta(days=day, minutes=30)
            for regimen, units in (("weekly", "4"), ("daily", "28")):
                yield self.send("prescribe", at, prescription=number, regimen=regimen, days="28")
                yield self.send("dispense", at, prescription=number, quantity=units, days="28")
                taken = at + timedelta(hours=3)
                yield self.send("record_intake", taken, regimen=regimen, dose="10", prescription=number)
        yield self.form("blood", "week_2", self.zero + timedelta(days=14), platelets="40")

    def following(self) -> Iterator[Sent]:
        at = self.zero + timedelta(days=35 if self.index % 3 == 1 else 28)
        if self.index % 4 == 2:
            yield self.send("record_missed_visit", at, encounter="month_1", cause="ill from the drug")
        else:
            yield self.form("blood", "month_1", at, platelets=self.chance.choice(["30", "45", "300"]))
            yield self.form("body", "month_1", at, weight=self.weight())
            yield from self.scored("month_1", at)
        asked = at + timedelta(days=2)
        yield self.send("open_query", asked, role="monitor", encounter="screening", form="body", text="Sure?")
        if self.index % 4 == 0:
            yield self.send(
                "transfer_participant", asked, role="sponsor", to="02" if self.site == "01" else "01"
            )
            self.site = "02" if self.site == "01" else "01"
        at = self.zero + timedelta(days=36)
        values = {"weight": "50.0"} if self.index % 3 == 0 else {"weight": "71.0"}
        yield self.send(
            "correct_form", at, encounter="screening", reason="misread", form="body", values=values
        )
        yield self.send("record_deviation", at, text="came late", category="minor", concerns="open")
        stop = self.zero + timedelta(days=40)
        yield self.send("stop_treatment", stop, cause="completed")
        late = stop + timedelta(days=12)
        yield self.form("body", "after_stop", late, weight="160.0")
        yield self.send("answer_query", late, query="S1", text="As it is.")
        at = self.zero + timedelta(days=57)
        yield self.form("body", "month_2", at, weight=self.weight())
        yield from self.scored("month_2", at)
        status = "died" if self.index % 6 == 5 else "completed"
        if status == "died":
            yield self.send("record_death", at)
        yield self.send("end_study", at, status=status, cause="in words")

    def scored(self, encounter: str, at: datetime) -> Iterator[Sent]:
        yield self.score(encounter, at)
        guess = self.chance.choice(["north", "south", "unknown"])
        yield self.send(
            "guess_arm", at, role="assessor", encounter=encounter, guess=guess, reason="a feeling"
        )
