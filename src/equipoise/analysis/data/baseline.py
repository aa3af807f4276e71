"""The baseline characteristics of a report: what the definition marks as such, the strata, the score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from equipoise.analysis.data.endpoint import Endpoint
from equipoise.analysis.data.estimand import baseline_score
from equipoise.analysis.data.facts import characteristics
from equipoise.analysis.data.rows import Dataset, Participant
from equipoise.analysis.data.summaries import Characteristic, categorical, columns, continuous

if TYPE_CHECKING:
    from equipoise.study.study import Study


def baseline(
    study: Study, data: Dataset, arms: Sequence[str], where: Endpoint | None
) -> tuple[Characteristic, ...]:
    """Age and sex first, then the other marked items, the strata as randomised, the baseline score."""
    groups = columns(data.participants, arms)
    marked = characteristics(study)
    order = sorted(marked, key=lambda name: ("AGE", "BRTHDTC", "SEX").index(name) if name in FIRST else 9)
    rows = [one(study, name, *marked[name], data.participants, groups) for name in order]
    if "AGE" in marked and "BRTHDTC" in marked:
        rows = [row for row, name in zip(rows, order, strict=True) if name != "BRTHDTC"]
    for factor, stratum in study.definition.allocation.strata.items():
        levels = {row.factors.get(factor, "") for row in data.participants} - set(stratum.levels) - {""}
        named = stratum_codes(study, stratum.rule)
        codes = {level: named.get(level, level_label(level)) for level in (*stratum.levels, *sorted(levels))}
        values = {row.subject: row.factors.get(factor) for row in data.participants}
        rows.append(categorical(f"stratum-{factor}", f"Stratum: {stratum.label}", codes, values, groups))
    if where is not None:
        rows.append(score_row(study, data, where, groups))
    return tuple(rows)


FIRST = frozenset({"AGE", "BRTHDTC", "SEX"})


def one(
    study: Study,
    name: str,
    form: str,
    item: str,
    members: Sequence[Participant],
    groups: Mapping[str, list[Participant]],
) -> Characteristic:
    """One marked item; a date of birth becomes the age at randomisation."""
    part = study.form(form).items[item]
    key = "AGE" if name == "BRTHDTC" else name
    values = {row.subject: row.measures[key].value if key in row.measures else None for row in members}
    if part.type == "code":
        codes = study.codes(form, item)
        return categorical(
            key, part.label, codes, {k: str(v) if v else None for k, v in values.items()}, groups
        )
    numbers = {k: v if isinstance(v, Decimal) else None for k, v in values.items()}
    if key == "AGE":
        return continuous(key, "Age at randomisation", "years", 0, numbers, groups)
    return continuous(key, part.label, part.unit or "", part.decimals, numbers, groups)


def stratum_codes(study: Study, rule: str) -> Mapping[str, str]:
    """The labels of a coded item, when the rule of the stratum is that item and nothing else."""
    form, _, item = rule.strip().partition(".")
    part = study.definition.forms[form].items.get(item) if form in study.definition.forms else None
    return study.codes(form, item) if part is not None and part.type == "code" else {}


def level_label(level: str) -> str:
    """A level of a stratum in words."""
    return level.replace("_", " ").capitalize()


def score_row(
    study: Study, data: Dataset, where: Endpoint, groups: Mapping[str, list[Participant]]
) -> Characteristic:
    """The masked score on the day of randomisation."""
    part = study.form(where.form).items[where.item]
    values = {}
    for row in data.participants:
        found = baseline_score(data.scores.get(row.subject, ()), where)
        values[row.subject] = found.value if found else None
    return continuous("SCORE", part.label, part.unit or "", part.decimals, values, groups)
