"""Every kind of endpoint from its events to its report, also where there is next to nothing to analyse.

Each report is made whole: tables, figures, data, and the results of a record. Nothing in them may read `nan`, and what
cannot be estimated says by a code what to do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path

import pytest
import yaml

from equipoise.analysis.plan import plan_digest
from equipoise.analysis.reporting.render import figures, report_json, sections, tables
from equipoise.analysis.reporting.report import Report, analyse
from equipoise.analysis.reporting.trace import behind, estimator_of, rows_of
from equipoise.analysis.tables import Table
from equipoise.exchange.ctgov import fill_results
from equipoise.exchange.registered import finished
from equipoise.exchange.report import results_of
from equipoise.registry.record import read_record
from equipoise.study import load
from equipoise.study.study import Study

from .analysis_trial import Trial

HERE = Path(__file__).parent / "analysis_study" / "study.yaml"
WEEK_16 = {"encounter": "week_16", "anchor": "randomised_on", "day": 112, "window": {"before": 7, "after": 7}}
SCORED = {"label": "Skin score", "score": "score.total", "timepoint": WEEK_16}
CHANGE = {**SCORED, "endpoint": "continuous", "rule": "score.total at week_16 - score.total at start"}
HALF = {**SCORED, "endpoint": "binary", "rule": "2 * score.total at week_16 <= score.total at start"}
RED = {"label": "Redness", "rule": "score.red at week_16", "timepoint": WEEK_16}
STEROID = {
    "label": "Time to a steroid",
    "endpoint": "time_to_event",
    "rule": "earliest(m in medication where m.drug = 'steroid': m.since)",
    "censor": "randomised_on + last_day",
    "horizons": [50, 100],
}
WEIGHED = {"model": {"covariates": ["weight", "sex"]}}

KINDS: dict[str, dict] = {
    "risk_difference": {"variable": HALF, "summary": "risk_difference", "interval": "newcombe"},
    "risk_ratio": {"variable": HALF, "summary": "risk_ratio", "interval": "miettinen_nurminen"},
    "stratified": {
        "variable": HALF, "summary": "risk_difference", "interval": "mantel_haenszel", "strata": ["sex"],
        "missing": {"method": "non_response"},
    },
    "imputed": {
        "variable": HALF, "summary": "risk_difference", "interval": "rubin", "strata": ["sex"],
        "missing": {"method": "multiple_imputation", "imputations": 5},
    },
    "odds_ratio": {
        "variable": HALF, "summary": "odds_ratio", "interval": "ge", "missing": {"method": "non_response"}, **WEIGHED,
    },
    "ancova": {"variable": CHANGE, "summary": "mean_difference", "interval": "student",
               "model": {"covariates": ["baseline", "weight", "sex"]}},
    "ancova_robust": {"variable": CHANGE, "summary": "mean_difference", "interval": "hc3",
                      "model": {"covariates": ["baseline", "weight"]}},
    "ancova_imputed": {
        "variable": CHANGE, "summary": "mean_difference", "interval": "student",
        "missing": {"method": "multiple_imputation", "imputations": 5}, **WEIGHED,
    },
    "mmrm": {"variable": CHANGE, "summary": "mean_difference", "interval": "satterthwaite",
             "model": {"covariates": ["baseline", "sex"], "fallback": ["cs"]}},
    "ordinal": {"variable": {**RED, "endpoint": "ordinal"}, "summary": "common_odds_ratio", "interval": "wald"},
    "win_odds": {
        "variable": {**RED, "endpoint": "ordinal"}, "summary": "win_odds", "interval": "wald", "strata": ["sex"],
    },
    "poisson": {"variable": {**RED, "endpoint": "count"}, "summary": "rate_ratio", "interval": "wald",
                "estimator": "poisson", **WEIGHED},
    "negative_binomial": {"variable": {**RED, "endpoint": "count"}, "summary": "rate_ratio", "interval": "wald"},
    "cox": {"variable": STEROID, "summary": "hazard_ratio", "interval": "wald", "strata": ["sex"],
            "model": {"covariates": ["weight"]}},
    "restricted_mean": {"variable": STEROID, "summary": "restricted_mean_difference", "interval": "wald"},
}  # fmt: skip


@cache
def definition(folder: Path, kind: str) -> Study:
    """The small study with one estimand of this kind."""
    raw = yaml.safe_load(HERE.read_text(encoding="utf-8"))
    common = {
        "label": f"New against old, {kind}", "objective": "Superiority", "population": "All randomised adults",
        "treatment": ["new", "old"], "intercurrent_events": {},
        "measures": {
            "weight": {"label": "Weight", "rule": "body.weight at start"},
            "heavy": {"label": "Heavy", "rule": "body.weight at start >= 75 kg"},
            "sex": {"label": "Sex", "rule": "person.sex"},
        },
        "subgroups": ["heavy"],
    }  # fmt: skip
    raw["estimands"] = {"primary": {**common, **KINDS[kind]}}
    path = folder / kind
    path.mkdir()
    (path / "study.yaml").write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return load(path)


def person(trial: Trial, place: int, arm: str, *, sex: str, baseline: int = 20) -> str:
    """One randomised and treated participant."""
    subject = f"01-{place:04d}"
    trial.screen(subject)
    trial.randomise(subject, arm, sex, baseline=baseline)
    trial.dose(subject, arm)
    return subject


def usual(trial: Trial) -> None:
    """Twenty-four, with scores that differ, a few missing, steroids in both arms, one weight unknown."""
    for place in range(24):
        arm, sex = ("new", "old")[place % 2], ("female", "male")[place // 2 % 2]
        subject = person(trial, place, arm, sex=sex, baseline=16 + place % 7)
        if place != 5:
            trial.form(subject, "body", {"weight": f"{66 + place}.0"}, 0, "start")
        trial.score(subject, "week_4", 28, 14 + place % 5)
        if place % 9 != 8:
            trial.score(subject, "week_16", 112, (2 if arm == "new" else 5) + (place * 5) % 11)
        if place % 3 == 0:
            log(trial, subject, 30 + 3 * place)


def log(trial: Trial, subject: str, day: int) -> None:
    """A steroid on a day."""
    since = trial.add("DeviationRecorded", subject, day, data={"code": "X", "text": "", "category": "minor"})
    trial.form(subject, "medication", {"drug": "steroid", "since": since.effective}, day, repeat="1")
    closed = {"form": "medication", "status": "complete", "on": since.effective}
    trial.add("LogClosed", subject, day, data=closed)


def alike(trial: Trial, *, scores: tuple[int, ...] = (5,), arms: tuple[str, ...] = ("new", "old")) -> None:
    """Twelve who are the same but for their score, and nobody takes a steroid."""
    for place in range(12):
        subject = person(trial, place, arms[place % len(arms)], sex="female")
        trial.form(subject, "body", {"weight": "70.0"}, 0, "start")
        trial.score(subject, "week_16", 112, scores[place % len(scores)])


def one_arm_of_a_stratum(trial: Trial) -> None:
    """All men are in the new arm."""
    for place in range(16):
        arm = ("new", "old")[place % 2]
        subject = person(trial, place, arm, sex="male" if arm == "new" and place > 7 else "female")
        trial.form(subject, "body", {"weight": f"{70 + place}.0"}, 0, "start")
        trial.score(subject, "week_16", 112, (place * 5) % 13)
        if place % 4 < 2:
            log(trial, subject, 1 + place)


def event_on_the_first_day(trial: Trial) -> None:
    """Ties, and times of zero."""
    usual(trial)
    for place in range(30, 34):
        log(trial, person(trial, place, ("new", "old")[place % 2], sex="male"), 0)


WORLDS: dict[str, Callable[[Trial], object]] = {
    "usual": usual,
    "nobody": lambda trial: None,
    "one participant": lambda trial: alike_one(trial),
    "all the same": alike,
    "no response in one arm": lambda trial: alike(trial, scores=(2, 20)),
    "everybody missing": lambda trial: [
        person(trial, place, ("new", "old")[place % 2], sex="male") for place in range(8)
    ],
    "an empty arm": lambda trial: alike(trial, scores=(3, 9, 15), arms=("new",)),
    "one arm of a stratum": one_arm_of_a_stratum,
    "ties and times of zero": event_on_the_first_day,
}  # fmt: skip


def alike_one(trial: Trial) -> None:
    """One participant with everything."""
    trial.score(person(trial, 1, "new", sex="male"), "week_16", 112, 4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kinds")


def report_of(folder: Path, kind: str, world: str) -> Report:
    """The report of one kind of estimand in one world."""
    study, trial = definition(folder, kind), Trial()
    WORLDS[world](trial)
    trial.close(plan_digest(study))
    return analyse(study, trial.cut(), 1)


def cells(made: dict[str, Table]) -> Iterator[str]:
    for table in made.values():
        for row in table.rows:
            yield from (row.head, *row.cells)
        yield from table.notes


RECORD = {
    "protocolSection": {
        "identificationModule": {"nctId": "NCT00000000"},
        "outcomesModule": {"primaryOutcomes": [{"measure": "Score", "timeFrame": "16 weeks"}]},
    }
}
WRONG = re.compile(r"\b(nan|inf)\b")


def no_number_that_is_none(report: Report) -> None:
    """Tables, figures, the page, the data and the record."""
    assert [text for text in cells(tables(report)) if WRONG.search(text)] == []
    for figure in figures(report).values():
        assert "nan" not in str(figure.body) and "nan" not in figure.description + figure.caption
    assert all("nan" not in part.html for part in sections(report))
    assert "NaN" not in report_json(report) and "Infinity" not in report_json(report)
    if report.data.participants:
        filled = fill_results(finished(read_record(RECORD), report), results_of(report))
        assert not re.search(r'"(nan|inf|-inf|None)"', json.dumps(filled.raw["resultsSection"]))


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_in_every_world_has_numbers_or_a_code_that_says_what_to_do(
    folder: Path, kind: str, world: str
) -> None:
    report = report_of(folder, kind, world)
    no_number_that_is_none(report)
    (analysis,) = report.estimates[0].analyses
    if not analysis.contrasts:
        assert any(re.match(r"ANAL-\d{3}: .+\. .+", note) for note in analysis.notes), analysis.notes


@pytest.mark.parametrize("kind", KINDS)
def test_the_usual_world_has_an_estimate_by_every_level_of_every_subgroup(folder: Path, kind: str) -> None:
    """The factor of the allocation and the measure; on the scale of the estimand, the whole between its parts."""
    report = report_of(folder, kind, "usual")
    (analysis,) = report.estimates[0].analyses
    (contrast,) = analysis.contrasts
    assert contrast.lower < contrast.estimate < contrast.upper
    assert [each.id for each in report.subgroups] == ["sex", "heavy"]
    heavy = report.subgroups[1]
    assert [(each.id, len(each.people)) for each in heavy.levels] == [("yes", 15), ("no", 8)]
    assert heavy.unknown == (1 if kind != "ancova_imputed" else heavy.unknown)
    found = [each.contrast.estimate for each in heavy.levels if each.contrast]
    if len(found) == 2 and kind not in ("odds_ratio", "cox", "poisson", "mmrm"):
        assert min(found) - 0.5 <= contrast.estimate <= max(found) + 0.5
    assert heavy.p_value is None or 0 <= heavy.p_value <= 1
    assert "Heavy" in [row.head for row in tables(report)["subgroups"].rows]
    assert "forest" in figures(report)


def test_means_rates_and_categories_have_pictures(folder: Path) -> None:
    for kind in ("ancova", "mmrm", "poisson", "negative_binomial", "restricted_mean"):
        figure = figures(report_of(folder, kind, "usual"))["values"]
        assert figure.description.startswith("New ointment: ") and "whisker" in figure.body
    for kind in ("ordinal", "win_odds"):
        figure = figures(report_of(folder, kind, "no response in one arm"))["values"]
        assert figure.description == "New ointment: 2 6, 20 0. Old ointment: 2 0, 20 6."
        assert "values" not in figures(report_of(folder, kind, "usual"))  # too many categories for a bar


def test_who_has_no_value_is_left_out_and_said_to_be(folder: Path) -> None:
    report = report_of(folder, "risk_difference", "usual")
    groups = report.estimates[0].analyses[0].groups
    assert sum(each.analysed for each in groups) == 22 and sum(each.missing for each in groups) == 2
    assert "Participants whose value is missing are left out." in report.estimates[0].analyses[0].notes


def test_models_are_checked_and_the_report_says_how(folder: Path) -> None:
    for kind, words in (
        ("ordinal", "Proportional odds"),
        ("poisson", "No over-dispersion"),
        ("cox", "Proportional"),
    ):
        table = tables(report_of(folder, kind, "usual"))["checks"]
        assert any(row.head.startswith(words) for row in table.rows)
        assert all(0 <= float(row.cells[2].lstrip("<")) <= 1 for row in table.rows if row.cells)


def test_every_estimand_that_names_subgroups_has_them(folder: Path) -> None:
    """The first estimand has those of the allocation in any case; a further one only when it names some."""
    definition(folder, "ancova")
    raw = yaml.safe_load((folder / "ancova" / "study.yaml").read_text(encoding="utf-8"))
    first = raw["estimands"]["primary"]
    silent = {**first, "subgroups": [], "label": "Silent"}
    divided = {**first, "label": "Divided"}
    raw["estimands"] = {"main": deepcopy(silent), "quiet": deepcopy(silent), "divided": deepcopy(divided)}
    path = folder / "several"
    path.mkdir()
    (path / "study.yaml").write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    study = load(path)
    trial = Trial()
    usual(trial)
    trial.close(plan_digest(study))
    report = analyse(study, trial.cut(), 1)
    assert [(each.estimand, each.id) for each in report.subgroups] == [
        ("main", "sex"), ("divided", "sex"), ("divided", "heavy"),
    ]  # fmt: skip
    made = tables(report)
    assert {name for name in made if name.startswith("subgroups")} == {"subgroups", "subgroups-divided"}
    assert made["subgroups-divided"].title == "Divided: subgroups"
    assert "Heavy" in [row.head for row in made["subgroups-divided"].rows]
    assert figures(report).keys() >= {"forest", "forest-quiet", "forest-divided"}
    said = json.loads(report_json(report))["subgroups"]
    assert [each["estimand"] for each in said] == ["main", "divided", "divided"]
    known = rows_of(report)
    assert behind(report, known, "subgroups-divided", "heavy:no", "new,old")[0].startswith("outcome/divided/")
    assert len(behind(report, known, "subgroups-divided", "heavy:no", "new,old")) == 8
    row = made["subgroups-divided"].rows[1]
    assert estimator_of(report, "subgroups-divided", row) == report.estimates[2].analyses[0].method
    no_number_that_is_none(report)
