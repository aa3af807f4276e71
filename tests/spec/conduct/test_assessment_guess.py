"""The assessor's guess of the arm: after the signature, once, by the same person."""

from __future__ import annotations

import pytest

from .treated import Clinic, clinic, drugs

GUESS = {"encounter": "month_1", "guess": "north", "confidence": "80"}


def scored(**given: object) -> Clinic:
    """A participant with a blind score at month 1."""
    here = clinic(**given)  # type: ignore[arg-type]
    here.day = "2026-03-30"
    here.do("submit_assessment", encounter="month_1", values={"red": "4"}, blinded="true")
    return here


def test_a_guess_belongs_to_the_signed_score() -> None:
    here = scored()
    data = {"guess": "north", "confidence": "80", "reason": "it went so fast"}
    (event,) = here.ok("guess_arm", here.subject, encounter="month_1", data=data)
    score = here.state.assessments[-1]
    assert event.data == {
        "assessment": score.id, "guess": "north", "reason": "it went so fast", "confidence": "80",
    }  # fmt: skip
    assert score.guessed and not here.state.assessments[0].guessed


def test_a_guess_may_name_its_score() -> None:
    here = scored()
    named = {**GUESS, "encounter": None, "assessment": here.state.assessments[-1].id}
    assert here.do("guess_arm", **named)
    assert here.no("guess_arm", **{**named, "assessment": "other"}).code == "ASSE-010"


def test_there_is_no_guess_before_the_score_or_by_somebody_else() -> None:
    here = clinic()
    assert here.no("guess_arm", **GUESS).code == "ASSE-010"
    assert scored().no("guess_arm", **GUESS, actor="assessor-2").code == "ASSE-010"
    here = clinic()
    here.do("submit_assessment", encounter="month_1", values={"red": "4"}, blinded="false")
    assert here.no("guess_arm", **GUESS).code == "ASSE-010"


def test_a_guess_is_made_once() -> None:
    here = scored()
    here.do("guess_arm", **GUESS)
    assert here.no("guess_arm", **GUESS).code == "ASSE-011"


def test_before_allocation_there_is_nothing_to_guess() -> None:
    assert clinic().no("guess_arm", **{**GUESS, "encounter": "baseline"}).code == "ASSE-013"
    here = clinic(None)
    here.do("submit_assessment", encounter="screening", values={"red": "4"}, blinded="true")
    assert here.no("guess_arm", **{**GUESS, "encounter": "screening"}).code == "ASSE-013"


@pytest.mark.parametrize(
    "change",
    [{"guess": "east"}, {"guess": None}, {"confidence": None}, {"confidence": "101"}, {"confidence": "very"}],
)
def test_a_guess_fits_its_form(change: dict[str, str | None]) -> None:
    assert scored().no("guess_arm", **{**GUESS, **change}).code == "ASSE-012"


def test_without_a_form_a_guess_is_an_arm_or_none() -> None:
    study = drugs(
        ("    kind: assessment\n    act: guess\n", "    kind: encounter\n"), (", guess: guess}", "}")
    )
    here = scored(study=study)
    assert here.no("guess_arm", **{**GUESS, "guess": "east"}).code == "ASSE-012"
    assert here.do("guess_arm", encounter="month_1", guess="unknown")
