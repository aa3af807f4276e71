"""The judgements on the linter's errors are whole, and their interval is Wilson's."""

from __future__ import annotations

import yaml

from benchmarks.lint_precision.__main__ import JUDGEMENTS
from benchmarks.lint_precision.sample import used
from benchmarks.lint_precision.tables import NAMES, kappa, key, second_reader, share, wilson
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
    assert "| 6 | 2 | 2/2 = 1.00 [0.34, 1.00] | 1/2 = 0.50 [0.09, 0.91] | 0.00 | 0.00 |" in second_reader(
        first, second
    )
    assert second_reader(first, []).startswith("No second reader")


def test_no_finding_is_judged_twice_and_later_readings_take_no_used_record() -> None:
    judged = yaml.safe_load(JUDGEMENTS.read_text(encoding="utf-8"))
    later = [one for one in judged if one["reading"] in (6, 7)]
    assert {one["reading"] for one in judged} == set(NAMES)
    assert len({key(one) for one in later}) == len(later) > 100
    earlier = {one["record"] for one in judged if one["reading"] < 6}
    assert not {one["record"] for one in later} & (earlier | used())
