"""The judgements on the linter's errors are whole, and their interval is Wilson's."""

from __future__ import annotations

import yaml

from benchmarks.lint_precision.__main__ import JUDGEMENTS, SECOND, load
from benchmarks.lint_precision.policy import (
    BAR,
    LEAST,
    STRUCTURAL,
    Verdict,
    certain,
    estimate,
    meets,
    verdicts,
)
from benchmarks.lint_precision.sample import used
from benchmarks.lint_precision.tables import NAMES, kappa, key, share, two_readers, wilson
from equipoise.registry.lint import RULES

FIELDS = {"reading", "record", "code", "path", "words", "verdict", "reason", "who"}


def test_the_interval_is_wilsons() -> None:
    low, high = wilson(81, 263)  # Newcombe 1998, Statistics in Medicine 17:857, table I: 0.2553 to 0.3662
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 0) == (0.0, 1.0)


def test_what_is_arguable_counts_as_wrong() -> None:
    assert share(["right", "arguable", "wrong", "right"]).startswith("2/4 = 0.50 ")


def test_every_judgement_quotes_a_rule_words_and_a_reason() -> None:
    codes = {rule.code for rule in RULES}
    for one in yaml.safe_load(JUDGEMENTS.read_text(encoding="utf-8")):
        assert one.keys() == FIELDS and all(one.values()), one
        assert one["code"] in codes and one["verdict"] in ("right", "wrong", "arguable")


def test_the_agreement_of_two_readers_is_cohens_kappa() -> None:
    pairs = (
        [("right", "right")] * 20
        + [("right", "wrong")] * 5
        + [("wrong", "right")] * 10
        + [("wrong", "wrong")] * 15
    )
    assert round(kappa(pairs), 6) == 0.4  # 0.7 agreed, 0.5 by chance
    assert kappa([("right", "right")] * 3) == 1.0


def test_a_second_readers_verdicts_stand_beside_the_first() -> None:
    place = {"code": "LINT-001", "path": "p", "reading": 6}
    first = [place | {"record": name, "words": "a  b", "verdict": "right"} for name in ("N1", "N2", "N3")]
    second = [
        one | {"words": "a b", "verdict": said} for one, said in zip(first, ("right", "wrong"), strict=False)
    ]
    half = "1/2 = 0.50 [0.09, 0.91]"
    assert f"| 6 | 2 | 2/2 = 1.00 [0.34, 1.00] | {half} | {half} | 0.00 | 0.00 |" in two_readers(
        first, second
    )
    assert two_readers(first, []).startswith("No second reader")


def test_a_finding_is_right_only_when_every_reader_says_so() -> None:
    place = {"code": "LINT-001", "path": "p", "words": "w", "reading": 6}
    first = [
        place | {"record": f"N{n}", "verdict": said}
        for n, said in enumerate(("right", "right", "arguable", "right"))
    ]
    second = [
        place | {"record": f"N{n}", "verdict": said} for n, said in enumerate(("right", "arguable", "right"))
    ]
    found = verdicts(first, second)
    assert [one.right for one in found] == [True, False, False, True]
    assert [one.readers for one in found] == [2, 2, 2, 1]


def test_a_rule_needs_enough_findings_and_four_in_five_of_them() -> None:
    assert (LEAST, BAR) == (3, 0.8)
    assert meets([True] * 3) and meets([True] * 4 + [False])
    assert not meets([True] * 2) and not meets([True] * 7 + [False] * 2)


def test_every_error_is_structural_or_was_judged_right_by_every_reader() -> None:
    allowed = STRUCTURAL | certain(verdicts(load(JUDGEMENTS), load(SECOND)))
    assert {rule.code for rule in RULES if rule.severity == "E"} == allowed
    assert {rule.code for rule in RULES} >= STRUCTURAL


def _seen(code: str, right: int, wrong: int) -> list[Verdict]:
    return [
        Verdict(record=f"{code} {n}", code=code, reading=6, right=n < right, readers=2)
        for n in range(right + wrong)
    ]


def test_the_estimate_counts_the_second_halves_of_rules_that_met_the_bar_on_the_first() -> None:
    good, bad, few = _seen("LINT-001", 40, 0), _seen("LINT-002", 4, 36), _seen("LINT-003", 3, 0)
    found = estimate(good + bad + few)
    assert (found.share, found.low, found.high) == (1.0, 1.0, 1.0)
    assert (found.findings, found.records) == (83, 83)
    assert 18 < found.kept < 22  # half of the good rule's findings; the bad rule's and the few never count


def test_a_rule_that_meets_the_bar_by_chance_is_held_to_what_it_has_on_the_other_half() -> None:
    found = estimate(_seen("LINT-001", 8, 4))
    assert (
        found.share < 0.6 and found.low < 0.4
    )  # when its first half is better than 8 of 12, the second is worse


def test_findings_of_one_record_stay_in_one_half() -> None:
    whole = [Verdict(record="N1", code="LINT-001", reading=6, right=True, readers=2)] * 10
    other = [Verdict(record="N2", code="LINT-001", reading=6, right=False, readers=2)] * 10
    assert estimate(whole + other).share == 0.0


def test_no_finding_is_judged_twice_and_later_readings_take_no_used_record() -> None:
    judged = yaml.safe_load(JUDGEMENTS.read_text(encoding="utf-8"))
    later = [one for one in judged if one["reading"] in (6, 7)]
    assert {one["reading"] for one in judged} == set(NAMES)
    assert len({key(one) for one in later}) == len(later) > 100
    earlier = {one["record"] for one in judged if one["reading"] < 6}
    assert not {one["record"] for one in later} & (earlier | used())
