"""The judgements on the linter's errors are whole, and their interval is Wilson's."""

from __future__ import annotations

import yaml

from benchmarks.lint_precision.__main__ import JUDGEMENTS, share, wilson
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
