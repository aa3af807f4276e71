"""The findings on the reference record are its 61, by general rules or by reviewed annotations."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from equipoise.registry.lint import RULES, Finding, lint, load_annotations
from equipoise.registry.lint.engine import text_at
from equipoise.registry.record import load_record

ROOT = Path(__file__).parents[3]
STUDY = ROOT / "studies" / "NCT06965244"
RULE_SOURCES = sorted((ROOT / "src" / "equipoise" / "registry" / "lint").glob("*"))
RECORD = load_record(STUDY / "record.json")
NOTES = load_annotations(STUDY / "annotations.yaml")
TODAY = date(2026, 11, 22)
LAST = 61


@pytest.fixture(scope="module")
def findings() -> tuple[Finding, ...]:
    return lint(RECORD, NOTES, today=TODAY)


def numbers(finding: Finding) -> tuple[int, ...]:
    return (finding.number,) if finding.number else NOTES.rules.get(finding.code, ())


def test_each_of_the_61_is_found(findings: tuple[Finding, ...]) -> None:
    covered = {number for finding in findings for number in numbers(finding)}
    assert sorted(set(range(1, LAST + 1)) - covered) == []
    assert covered <= set(range(1, LAST + 1))


def test_more_than_thirty_are_found_by_general_rules(findings: tuple[Finding, ...]) -> None:
    by_rule = {number for finding in findings if finding.source == "rule" for number in numbers(finding)}
    assert len(by_rule) == 51


def test_every_rule_that_fires_here_answers_a_finding_of_the_list(findings: tuple[Finding, ...]) -> None:
    fired = {finding.code for finding in findings if finding.source == "rule"}
    assert fired == set(NOTES.rules)


def test_quoted_words_are_the_records_own(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        text = text_at(RECORD, finding.path)
        assert text[finding.start : finding.end] == finding.words, finding
        assert finding.words or finding.start == finding.end == 0


def test_every_finding_says_why_it_matters_and_what_to_ask(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        assert finding.message and finding.why and finding.question
        if finding.source == "annotation":
            assert finding.reviewed_by and re.fullmatch(r"\d{4}-\d{2}-\d{2}", finding.reviewed_on)


# The exact words that the list quotes, by number: each must be inside or around a finding of that number.
WORDS = {
    1: "over 80 kg", 2: "15 to 20 mg", 3: "16", 4: "CLE or CLE", 5: "open label", 8: "during 16 weeks",
    11: "equal dose of folic acid", 12: "48 hours after each dose", 13: "except for patients already receiving",
    15: "randomised (1:1)", 21: "and/or", 22: "an/or", 23: "stable dose", 25: "pregnancy test",
    26: "4 weeks following treatment", 27: "monthly", 28: "adequate contraception",
    29: "at both screening and randomization", 31: "with or without associated SLE", 34: "according to the SMPC",
    35: "no more than", 36: "failure of methotrexate and lenalidomide", 38: "mycophenolate mofetil, azathioprine",
    39: "before screening", 40: "obinituzumab", 42: "Ongoing cancer", 43: "history of digestive bleeding",
    44: "≤ 5 years", 46: "1 month after the last dose", 47: "and inability to comply", 50: "(CLASI) Index",
    51: "1000 more potent", 52: "absence of drowsiness and peripheral neuropathy", 54: "difficult to-treat",
    58: "0142163131", 61: "We assume that such trial",
}  # fmt: skip


@pytest.mark.parametrize("number", WORDS)
def test_the_words_of_the_list_are_the_words_of_the_finding(
    findings: tuple[Finding, ...], number: int
) -> None:
    found = [finding.words for finding in findings if number in numbers(finding)]
    assert any(WORDS[number] in words for words in found), found


SEVERE = {1, 2, 3, 4, 5, 6, 7, 8, 11, 21, 22, 25, 26, 30, 34, 35, 36, 37, 44}


@pytest.mark.parametrize("number", sorted(SEVERE))
def test_what_blocks_execution_is_an_error(findings: tuple[Finding, ...], number: int) -> None:
    assert "E" in {finding.severity for finding in findings if number in numbers(finding)}


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def test_no_rule_knows_this_trial() -> None:
    protocol = RECORD.protocol
    names = [one.name for one in protocol.arms_interventions_module.interventions]
    names += [one.label for one in protocol.arms_interventions_module.arm_groups]
    names += list(protocol.conditions_module.conditions)
    own = {word for name in names for word in _words(name)} - {"with", "acid"}
    own |= {RECORD.nct_id.lower(), "clasi", "sle", "antimalarials", "thalidomide", "belimumab", "anifrolumab"}
    sources = {
        word for path in RULE_SOURCES if path.is_file() for word in _words(path.read_text(encoding="utf-8"))
    }
    assert own & sources == set()


def test_no_rule_quotes_a_sentence_of_this_record() -> None:
    runs: set[tuple[str, ...]] = set()
    for text in _texts(RECORD.raw):
        words = _words(text)
        runs |= {tuple(words[place : place + 5]) for place in range(len(words) - 4)}
    for path in (path for path in RULE_SOURCES if path.suffix == ".py"):
        words = _words(path.read_text(encoding="utf-8"))
        same = {tuple(words[place : place + 5]) for place in range(len(words) - 4)} & runs
        assert same == set(), path.name


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []


def test_codes_are_unique_and_every_rule_explains_itself() -> None:
    codes = [rule.code for rule in RULES]
    assert len(codes) == len(set(codes))
    for rule in RULES:
        assert re.fullmatch(r"LINT-\d{3}", rule.code) and rule.severity in "EWI"
        assert rule.why.endswith((".", "?")) and rule.check.__doc__
