"""A weight rule from text to verdict."""

from __future__ import annotations

from equipoise.rules import EmptyCase, FormScope, ItemScope, Scope, check, evaluate, parse, unit_type


def test_a_rule_about_a_weight_that_nobody_recorded_is_unknown() -> None:
    form = FormScope(kind="encounter", encounters=("start",), items={"weight": ItemScope(type=unit_type("kg", 1))})
    scope = Scope(forms={"vital_signs": form}, encounters={"start": "Start"})
    verdict = evaluate(check(parse("vital_signs.weight at start < 80 kg"), scope), EmptyCase({}))
    assert verdict.is_unknown
    assert [fact.item for fact in verdict.missing] == ["vital_signs.weight"]
