"""Two versions of a study are compared part by part, and the differences are said in words."""

from __future__ import annotations

from pathlib import Path

from equipoise.study import Study, load
from equipoise.study.compare import compare
from tests.copying import copied
from tests.spec.study_samples import FOLDER, whole


def version(folder: Path, *changes: tuple[str, str]) -> Study:
    """`whole` with changes in study.yaml."""
    copied(FOLDER, folder / "study")
    path = folder / "study" / "study.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return load(folder / "study")


def test_a_study_does_not_differ_from_itself() -> None:
    assert compare(whole(), whole()) == ()


def test_a_change_of_layout_is_no_difference(tmp_path: Path) -> None:
    after = version(
        tmp_path, ("rule: body.weight at baseline >= band", "rule: 'body.weight  at baseline>=band'")
    )
    assert compare(whole(), after) == ()
    assert after.digest == whole().digest


def test_what_is_new_gone_or_changed_is_said(tmp_path: Path) -> None:
    after = version(
        tmp_path,
        ("adult: {value: 18 years", "adult: {value: 21 years"),
        ("    stops:\n      pregnancy: {when", "    stops:\n      nursing: {when"),
        ("expected: [nausea]", "expected: [nausea, rash]"),
        ('version: "1.0"\n  protocol', 'version: "1.1"\n  acronym: W\n  protocol'),
    )
    assert [str(difference) for difference in compare(whole(), after)] == [
        "parameters.adult.value was '18 years', and is now '21 years'",
        "regimens.tablet.stops.nursing is new: {when, message, reference}",
        "regimens.tablet.stops.pregnancy is gone; it was {when, message, reference}",
        "safety.reference_information.tablet.expected was ['nausea'], and is now ['nausea', 'rash']",
        "study.acronym is new: 'W'",
        "study.version was '1.0', and is now '1.1'",
    ]


def test_a_part_with_a_label_is_said_by_its_label(tmp_path: Path) -> None:
    after = version(tmp_path, ("  extra: {label: Unscheduled", "  spare: {label: Spare"))
    assert [str(difference) for difference in compare(whole(), after)] == [
        "encounters.extra is gone; it was 'Unscheduled'",
        "encounters.spare is new: 'Spare'",
    ]
