"""The tables of a report, built from its data: baseline, results, harms, deviations, decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from equipoise.analysis.data.consort import POOLED
from equipoise.analysis.data.rows import Deviation
from equipoise.analysis.data.summaries import Characteristic, Harm, Harms, Mean, Spread
from equipoise.analysis.numbers import count_percent, fixed, hundredfold, interval, percent, percent_interval
from equipoise.analysis.reporting.harm_rates import HarmRate, HarmRates
from equipoise.analysis.reporting.result_listing import group_cell as group_cell
from equipoise.analysis.reporting.result_listing import result_table as result_table
from equipoise.analysis.tables import Row, Table
from equipoise.conduct.errors import CATALOGUE
from equipoise.registry.escapes import plain

if TYPE_CHECKING:
    from equipoise.study.model import Decision

EVERYBODY = "All"


def headings(sizes: Mapping[str, int], labels: Mapping[str, str]) -> tuple[str, ...]:
    """The column headings: label and number of participants."""
    return tuple(f"{labels.get(arm, EVERYBODY)} (n = {size})" for arm, size in sizes.items())


def colours(names: Sequence[str], arms: Sequence[str]) -> tuple[int, ...]:
    """The number of the arm of each column, 0 for everybody."""
    return tuple(arms.index(name) + 1 if name in arms and name != POOLED else 0 for name in names)


def baseline_table(
    rows: Sequence[Characteristic], sizes: Mapping[str, int], labels: Mapping[str, str], arms: Sequence[str]
) -> Table:
    """Continuous: mean (SD) and median (quartiles); categorical: n (%). Missing values are counted, never
    hidden."""
    lines: list[Row] = []
    for each in rows:
        lines.append(Row(head=f"{each.label}{f', {each.unit}' if each.unit else ''}", key=each.id))
        lines += spread_rows(each, list(sizes)) if each.spreads else count_rows(each, sizes)
    return Table(
        id="baseline",
        title="Baseline characteristics",
        corner="Characteristic",
        columns=headings(sizes, labels),
        arms=colours(list(sizes), arms),
        keys=tuple(sizes),
        rows=tuple(lines),
        notes=("SD: standard deviation. Percentages are of those whose value is known.",),
    )


def spread_rows(each: Characteristic, names: Sequence[str]) -> list[Row]:
    """Mean (SD), median (quartiles) and, where there is one, the number missing."""
    found = [(each.spreads or {})[name] for name in names]
    rows = [
        Row(
            head="Mean (SD)", cells=tuple(mean_sd(one, each.decimals) for one in found), level=1, key=each.id
        ),
        Row(
            head="Median (quartiles)",
            cells=tuple(quartiles(one, each.decimals) for one in found),
            level=1,
            key=each.id,
        ),
    ]
    if any(one.missing for one in found):
        rows.append(Row(head="Missing", cells=tuple(str(one.missing) for one in found), level=1, key=each.id))
    return rows


def mean_sd(one: Spread, decimals: int) -> str:
    """`61.2 (14.3)`, with one decimal more than the value is recorded with."""
    return f"{fixed(one.mean, decimals + 1)} ({fixed(one.sd, decimals + 1)})"


def quartiles(one: Spread, decimals: int) -> str:
    """`60 (51 to 70)`."""
    return f"{fixed(one.median, decimals)} ({interval(one.lower, one.upper, decimals)})"


def count_rows(each: Characteristic, sizes: Mapping[str, int]) -> list[Row]:
    """A row for each code, of those known, then the number missing."""
    counts, missing, codes = each.counts or {}, each.missing or {}, each.codes or {}
    rows = []
    for code, label in codes.items():
        cells = (count_percent(counts[name][code], size - missing[name]) for name, size in sizes.items())
        rows.append(Row(head=label, cells=tuple(cells), level=1, key=f"{each.id}:{code}"))
    if any(missing.values()):
        cells = (str(missing[name]) for name in sizes)
        rows.append(Row(head="Missing", cells=tuple(cells), level=1, key=each.id))
    return rows


def means_table(
    rows: Sequence[Mean], labels: Mapping[str, str], encounters: Mapping[str, str], title: str
) -> Table:
    """The data behind the curve: n, mean, SD and interval by encounter and arm."""
    lines = []
    for encounter in dict.fromkeys(row.encounter for row in rows):
        lines.append(Row(head=encounters.get(encounter, encounter), key=encounter))
        for row in (each for each in rows if each.encounter == encounter):
            cells = (str(row.observed), fixed(row.mean), fixed(row.sd), interval(row.lower, row.upper))
            key = f"{encounter}:{row.arm}"
            lines.append(Row(head=labels.get(row.arm, EVERYBODY), cells=cells, level=1, key=key))
    return Table(
        id="means",
        title=title,
        corner="Encounter",
        columns=("n", "Mean", "SD", "95% interval"),
        rows=tuple(lines),
        notes=("Observed masked scores, whatever happened before; missing ones are not imputed here.",),
    )


def harms_table(
    found: Harms, labels: Mapping[str, str], arms: Sequence[str], population: str, notes: Sequence[str] = ()
) -> Table:
    """Participants with at least one event, n (%), and the number of events; serious events, then all by
    term."""
    deaths = tuple(str(found.deaths[arm]) for arm in arms)
    lines = [
        Row(head="Deaths from any cause (all randomised)", cells=deaths, strong=True, key="deaths"),
        replace(harm_row(found.serious, found, arms, 0), key="serious"),
        replace(harm_row(found.any_event, found, arms, 0), key="any"),
    ]
    serious = {each.system: each for each in found.serious_systems}
    lines += harm_block("serious", "Serious adverse events", found.serious_terms, serious, found, arms)
    systems = {each.system: each for each in found.systems}
    lines += harm_block("all", "All adverse events", found.terms, systems, found, arms)
    return Table(
        id="harms",
        title="Adverse events",
        corner="Participants, n (%); events",
        columns=headings({arm: found.at_risk[arm] for arm in arms}, labels),
        arms=colours(arms, arms),
        keys=tuple(arms),
        rows=tuple(lines),
        notes=(f"Population: {population}. A participant counts once in each row.", *notes),
    )


def harm_block(
    kind: str,
    title: str,
    rows: Sequence[Harm],
    systems: Mapping[str, Harm],
    found: Harms,
    arms: Sequence[str],
) -> list[Row]:
    """A heading, then the terms below their organ system where the definition codes them."""
    lines = [Row(head=title)] if rows else []
    for place, each in enumerate(rows):
        if each.system and (place == 0 or rows[place - 1].system != each.system):
            whole = harm_row(systems[each.system], found, arms, 1)
            lines.append(replace(whole, head=each.system, key=f"{kind}:{whole.key}"))
        made = harm_row(each, found, arms, 2 if each.system else 1)
        lines.append(replace(made, key=f"{kind}:{made.key}"))
    return lines


def harm_row(each: Harm, found: Harms, arms: Sequence[str], level: int) -> Row:
    """`12 (19.7%); 15`."""
    cells = (f"{count_percent(each.people[arm], found.at_risk[arm])}; {each.events[arm]}" for arm in arms)
    head, key = each.term[:1].upper() + each.term[1:], f"{each.system}:{each.term}"
    return Row(head=head, cells=tuple(cells), level=level, strong=level == 0, key=key)


def rates_table(rows: Sequence[HarmRates], labels: Mapping[str, str], arms: Sequence[str]) -> Table:
    """Risk with its exact interval and rate per 100 years by arm, and the difference of the risks of each
    arm and the last."""
    lines = []
    for place, each in enumerate(rows):
        if each.system and each.system != rows[place - 1].system:
            lines.append(Row(head=each.system))
        cells = [rate_cell(each.arms[arm]) for arm in arms]
        cells += [difference_cell(each, arm) for arm in arms[:-1]]
        whole = not each.system and each.term.startswith("Any ")
        kind = "serious" if "serious" in each.term else "any"
        key = kind if whole else f"all:{each.system}:{each.term}"
        level = 1 if each.system else 0
        lines.append(Row(head=each.term, cells=tuple(cells), level=level, strong=whole, key=key))
    compared = (f"{labels[arm]} minus {labels[arms[-1]]}" for arm in arms[:-1])
    return Table(
        id="harm-rates",
        title="Risks and rates of adverse events",
        corner="Share (95% interval); rate per 100 years (95% interval)",
        columns=(*(labels[arm] for arm in arms), *compared),
        arms=(*colours(arms, arms), *[0] * (len(arms) - 1)),
        keys=(*arms, *(f"{arm},{arms[-1]}" for arm in arms[:-1])),
        rows=tuple(lines),
        notes=(
            "By arm: the share of participants with at least one event with its exact interval (Clopper-Pearson), "
            "and the rate per 100 participant-years until the first event with its exact interval (Garwood).",
            "Differences of shares in percentage points with Miettinen-Nurminen 95% intervals; nothing is tested, and "
            "nothing is corrected for the number of comparisons.",
        ),
    )


def rate_cell(one: HarmRate) -> str:
    """`19.7% (10.6 to 31.8); 40.1 (20.7 to 70.0)`: the share and the rate per 100 years, with their intervals."""
    if one.risk is None or one.interval is None:
        return "–"
    share = f"{percent(one.people, one.at_risk)} ({percent_interval(one.risk.lower, one.risk.upper)})"
    return f"{share}; {fixed(one.rate)} ({interval(one.interval.lower, one.interval.upper)})"


def difference_cell(each: HarmRates, arm: str) -> str:
    """`4.8 (-3.1 to 13.9)`, in percentage points."""
    if arm not in each.difference:
        return "–"
    value, bounds = each.difference[arm]
    return f"{fixed(hundredfold(value))} ({percent_interval(bounds.lower, bounds.upper)})"


def deviation_table(
    rows: Sequence[Deviation], arm_of: Mapping[str, str], labels: Mapping[str, str], arms: Sequence[str]
) -> Table:
    """By category and code: participants; deviations, by arm."""
    lines = []
    for category in ("major", "minor"):
        mine = [row for row in rows if row.category == category]
        if mine:
            lines.append(Row(head=f"{category.capitalize()} deviations"))
        counts = Counter(row.code for row in mine)
        for code, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
            these = [row for row in mine if row.code == code]
            cells = tuple(deviation_cell(these, arm, arm_of) for arm in arms)
            lines.append(Row(head=kind_of(code), cells=cells, level=1, key=f"{category}:{code}"))
    if not lines:
        lines.append(Row(head="None recorded", cells=("0",) * len(arms)))
    return Table(
        id="deviations",
        title="Protocol deviations",
        corner="Participants; deviations",
        columns=tuple(labels.get(arm, EVERYBODY) for arm in arms),
        arms=colours(arms, arms),
        keys=tuple(arms),
        rows=tuple(lines),
    )


def kind_of(code: str) -> str:
    """A deviation's code with the catalogue's words, which name no participant."""
    words = CATALOGUE.get(code, ("",))[0]
    return f"{code}: {words}" if words else code


def deviation_cell(rows: Sequence[Deviation], arm: str, arm_of: Mapping[str, str]) -> str:
    """`3; 5`: participants and deviations of one arm."""
    mine = [row.subject for row in rows if arm in (POOLED, arm_of.get(row.subject))]
    return f"{len(set(mine))}; {len(mine)}"


def decision_table(decisions: Mapping[str, Decision]) -> Table:
    """Every decision: the record's words, the choice, its reason and status."""
    rows = []
    for key, each in decisions.items():
        chosen = each.options.get(each.choice or "", "not chosen")
        who = f"{each.status}: {each.decided_by.name}, {each.on}" if each.decided_by else each.status
        rows.append(
            Row(head=key.replace("_", " ").capitalize(), cells=(plain(each.quote), chosen, each.reason, who))
        )
    return Table(
        id="decisions",
        title="Decisions and assumptions that the trial rests on",
        corner="Decision",
        columns=("Words of the record", "Choice", "Reason", "Status"),
        rows=tuple(rows),
        prose=True,
    )
