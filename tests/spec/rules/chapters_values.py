"""Chapters on values: literals, units, comparison, missing values, arithmetic, functions."""

from __future__ import annotations

from tests.spec.rules.chapter import Chapter
from tests.spec.rules.chapter import Example as E

W80 = {"vital_signs at screening": {"weight": "80.0 kg", "height": "1.70 m"}}
REFUSED = {"vital_signs at screening": {"weight": "missing(refused)", "pulse": "missing(not_done)"}}
WEIGHT = "vital_signs.weight at screening"
PULSE = "vital_signs.pulse at screening"

LITERALS = Chapter(
    "Values",
    """A value is `true` or `false`; a number, with a point and without exponent; a number with a unit; a
text or code in single quotes (a quote inside is doubled); a date, or a partial date after `@`; a
length of time in hours, days, weeks, months or years. Numbers are decimal and exact.""",
    (
        E("true", "true"),
        E("false", "false"),
        E("80.50", "80.5"),
        E("-3", "-3"),
        E("0.5 10*9/L", "0.5 10*9/L"),
        E("70 /min", "70 /min"),
        E("15mg/wk", "15 mg/wk"),
        E("'it''s'", "'it''s'"),
        E("2026-11-22", "2026-11-22"),
        E("@2026-11-22", "2026-11-22"),
        E("@2026-11", "@2026-11"),
        E("@2026", "@2026"),
        E("1 day", "1 days"),
        E("-2 weeks", "-2 weeks"),
    ),
)
UNITS = Chapter(
    "Units",
    """Units are UCUM codes, written without spaces; a length of time is a word. Two quantities of one
dimension compare exactly, whatever their units. The mole is kept apart from plain counts, and each
international unit from everything else: no rule converts between mass and amount of substance,
because that needs a molar mass. A sum of quantities has the unit of its left side; a product or
quotient has the common unit of its dimension, or is a plain number when the dimensions cancel.
Scales with an offset compare, but are not added or multiplied.""",
    (
        E("80 kg = 80000 g", "true"),
        E("1 [lb_av] = 453.59237 g", "true"),
        E("1 mmol/L < 1001 umol/L", "true"),
        E("37 Cel = 310.15 K", "true"),
        E("98.6 [degF] = 37 Cel", "true"),
        E("1 kg + 500 g", "1.5 kg"),
        E("1 kg + 1 [lb_av]", "1.45359237 kg"),
        E("1 [lb_av] + 1 kg", "3.20462262185 [lb_av]"),
        E("80 kg / (2 m * 2 m)", "20 kg/m2"),
        E("80 kg / (200 cm * 200 cm)", "20 kg/m2"),
        E("6 kg / 2 kg", "3"),
        E("6 kg / 3 g", "2000"),
        E("2 kg * 50 %", "1 kg"),
        E("2 V * 3 V", "6000000 C-2.g2.m4.s-4"),
        E("10 % * 10 %", "0.01"),
        E("4 mg/kg * 60 kg > 0.2 g", "true"),
        E("1 kg < 1 L", "RULE-020 column 6"),
        E("1 mg/dL < 1 mmol/L", "RULE-020 column 9"),
        E("1 mmol/L < 1 10*9/L", "RULE-020 column 10"),
        E("20 Cel + 1 Cel", "RULE-037 column 8"),
        E("80 kgg", "RULE-007 column 4"),
        E("5 foo2bar", "RULE-007 column 3"),
        E("3 wk", "RULE-008 column 3"),
        E("1 m0", "RULE-007 column 3"),
        E("1 m99", "RULE-007 column 3"),
        E("1 g/Cel", "RULE-007 column 3"),
    ),
)
COMPARISON = Chapter(
    "Comparison",
    """`=`, `!=`, `<`, `<=`, `>`, `>=`. Both sides are of one kind, and quantities of one dimension. Texts,
codes and truth values have no order. A code compares only with codes of its own list. Comparisons
do not chain.""",
    (
        E(f"{WEIGHT} < 80 kg", "false", W80),
        E(f"{WEIGHT} <= 80 kg", "true", W80),
        E(f"{WEIGHT} >= 80 kg", "true", W80),
        E(f"{WEIGHT} > 80 kg", "false", W80),
        E(f"{WEIGHT} = 80 kg", "true", W80),
        E(f"{WEIGHT} != 80 kg", "false", W80),
        E("demography.sex = 'female'", "true", {"demography": {"sex": "'female'"}}),
        E("'female' != demography.sex", "false", {"demography": {"sex": "'female'"}}),
        E("eligible = true", "true", {"eligible": "true"}),
        E("laboratory.comment = 'none'", "true", {"laboratory at screening": {"comment": "'none'"}}),
        E("demography.sex = 'woman'", "RULE-026 column 18"),
        E("demography.sex = group", "RULE-019 column 16"),
        E("demography.sex = demography.sex", "true", {"demography": {"sex": "'male'"}}),
        E("demography.sex = laboratory.comment", "RULE-019 column 16"),
        E("demography.sex < 'male'", "RULE-023 column 16"),
        E("true < false", "RULE-023 column 6"),
        E("vital_signs.weight at screening < 80", "RULE-022 column 33"),
        E("today < 5", "RULE-019 column 7"),
        E("1 < 2 < 3", "RULE-033 column 7"),
        E("1 in 0..2 is known", "RULE-033 column 11"),
    ),
)
MISSING = Chapter(
    "Missing values",
    """A value is known, or missing for a reason: `not_recorded`, `not_done`, `not_asked`, `unknown`,
`refused`. Comparison and arithmetic with a missing value are unknown, with the reason of the first
missing operand. Nothing is ever taken as zero, none or normal. `is known` and `is missing` are
always true or false.""",
    (
        E(f"{WEIGHT} < 80 kg", "unknown (not_recorded)"),
        E(f"{WEIGHT} < 80 kg", "unknown (refused)", REFUSED),
        E(f"80 kg > {WEIGHT}", "unknown (refused)", REFUSED),
        E(f"{PULSE} + 1 > {PULSE}", "unknown (not_done)", REFUSED),
        E(f"1 + {PULSE}", "unknown (not_done)", REFUSED),
        E(f"-{PULSE}", "unknown (not_done)", REFUSED),
        E(f"abs({PULSE})", "unknown (not_done)", REFUSED),
        E(f"{PULSE} in 40..120", "unknown (not_done)", REFUSED),
        E(f"60 in 40..{PULSE}", "unknown (not_done)", REFUSED),
        E(f"{PULSE} in {{1, 2}}", "unknown (not_done)", REFUSED),
        E(f"{WEIGHT} is known", "false", REFUSED),
        E(f"{WEIGHT} is known", "true", W80),
        E(f"{WEIGHT} is missing", "true", REFUSED),
        E(f"{WEIGHT} is missing(refused)", "true", REFUSED),
        E(f"{WEIGHT} is missing(not_done)", "false", REFUSED),
        E(f"{WEIGHT} is missing(refused)", "false", W80),
        E(f"not {WEIGHT} is known", "true", REFUSED),
        E(f"{WEIGHT} is missing(lost)", "RULE-030 column 44"),
        E(f"{WEIGHT} is missing(not_don)", "RULE-030 column 44"),
    ),
)
SETS = Chapter(
    "Sets and ranges",
    """`X in {A, B}` is true when X equals one of the literals. `X in LOW..HIGH` includes both ends; a unit
written once at the high end holds for both.""",
    (
        E("demography.sex in {'female', 'male'}", "true", {"demography": {"sex": "'male'"}}),
        E("demography.sex in {'female'}", "false", {"demography": {"sex": "'male'"}}),
        E("demography.sex in {'woman'}", "RULE-026 column 20"),
        E("@2026-03 in {2026-03-01, 2026-03-02}", "unknown (unknown)"),
        E("@2026-03 in {2027-03-01}", "false"),
        E("2 kg in {1 kg, 2000 g}", "true"),
        E("@2026-03 in {2026-03-01}", "unknown (unknown)"),
        E("20 kg in 20..400 kg", "true"),
        E("400 kg in 20..400 kg", "true"),
        E("400.1 kg in 20..400 kg", "false"),
        E("19999 g in 20..400 kg", "false"),
        E("2 days in 0..3 days", "true"),
        E("5 in 1..weight_limit / 10 kg", "true"),
        E("5 in -1..9", "true"),
        E("2026-03-05 in 2026-03-01..2026-03-31", "true"),
        E("@2026-03 in 2026-03-01..2026-03-31", "true"),
        E("@2026-03 in 2026-03-02..2026-03-31", "unknown (unknown)"),
        E("@2026-03 in 2026-03-01..2026-03-30", "unknown (unknown)"),
        E("@2026-03 in 2026-04-01..2026-04-30", "false"),
        E("2026-03-15 in @2026-03..2026-03-10", "false"),
        E("2026-03-15 in 2026-03-20..@2026-03", "false"),
        E("1 in 2 kg..3 kg", "RULE-022 column 6"),
        E("'a' in 'a'..'b'", "RULE-023 column 5"),
    ),
)
ARITHMETIC = Chapter(
    "Arithmetic",
    """`+`, `-`, `*`, `/` and unary `-`, on numbers, quantities and durations. Sums and products are exact;
a sum of durations has the finer of the two units. A quotient is rounded once, to 12 significant
digits, a half away from zero; a quotient by zero is unknown.""",
    (
        E("0.1 + 0.2 = 0.3", "true"),
        E("1 - 2 - 3", "-4"),
        E("1 - (2 - 3)", "2"),
        E("2 + 3 * 4", "14"),
        E("2 / 3", "0.666666666667"),
        E("-2 / 3", "-0.666666666667"),
        E("1 / 3 * 3 = 1", "false"),
        E("1 / 0", "unknown (unknown)"),
        E("1 kg / 0 kg", "unknown (unknown)"),
        E("-(2 kg)", "-2 kg"),
        E("--2", "2"),
        E("-(2 days)", "-2 days"),
        E("2 * 3 kg", "6 kg"),
        E("3 kg * 2", "6 kg"),
        E("3 kg / 2", "1.5 kg"),
        E("2 * 3 days", "6 days"),
        E("3 weeks / 2", "1.5 weeks"),
        E("3 weeks / 1 days", "21"),
        E("1 weeks + 1 days", "8 days"),
        E("1 days + 1 weeks", "8 days"),
        E("1 years + 6 months", "18 months"),
        E("1 years - 6 months = 6 months", "true"),
        E("1 kg + 1", "RULE-022 column 6"),
        E("1 kg + 1 days", "RULE-025 column 6"),
        E("1 kg + 1 L", "RULE-020 column 6"),
        E("1 / 1 kg", "RULE-025 column 3"),
        E("1 days * 1 days", "RULE-025 column 8"),
        E("1 days / 1 months", "RULE-025 column 8"),
        E("1 kg / 1 days", "RULE-025 column 6"),
        E("'a' + 'b'", "RULE-025 column 5"),
        E("-'a'", "RULE-036 column 1"),
    ),
)
FUNCTIONS = Chapter(
    "Functions",
    """`min`, `max` and `sum` take two or more values of one kind; `abs(x)`; `round(x, places)`, a half
away from zero; `age(birth, on)`, completed years, where somebody born on 29 February completes a
year on 28 February. The table is closed.""",
    (
        E("min(3, 1, 2)", "1"),
        E("max(1 kg, 1001 g)", "1001 g"),
        E("max(1 kg, 1000 g)", "1 kg"),
        E("min(@2026, 2026-03-01)", "unknown (unknown)"),
        E("min(@2026, 2027-03-01)", "@2026"),
        E("sum(1, 2, 3)", "6"),
        E("sum(1 kg, 1 g)", "1.001 kg"),
        E("abs(-2)", "2"),
        E("abs(-2 kg)", "2 kg"),
        E("round(2.25, 1)", "2.3"),
        E("round(-2.25, 1)", "-2.3"),
        E("round(2.5 kg, 0)", "3 kg"),
        E("age(2000-02-29, 2018-02-27)", "17 years"),
        E("age(2000-02-29, 2018-02-28)", "18 years"),
        E("age(2000-06-15, 2018-06-14) >= 18 years", "false"),
        E("age(2000-06-15, 2018-06-15) >= 18 years", "true"),
        E("age(@2000, 2018-06-15) >= 18 years", "unknown (unknown)"),
        E("age(@2000, 2019-01-01) >= 18 years", "true"),
        E("age(@2000, 2019-12-31)", "19 years"),
        E("min(1)", "RULE-027 column 1"),
        E("abs(1, 2)", "RULE-027 column 1"),
        E("age(today)", "RULE-027 column 1"),
        E("age(today, 5)", "RULE-019 column 12"),
        E("round(1, 1.5)", "RULE-028 column 10"),
        E("round(1, weight_limit)", "RULE-028 column 10"),
        E("round(1, 13)", "RULE-028 column 10"),
        E("sum('a', 'b')", "RULE-036 column 1"),
        E("min('a', 'b')", "RULE-023 column 1"),
        E("sum(today, today)", "RULE-036 column 1"),
        E("averag(1, 2)", "RULE-010 column 1"),
        E("medain(1, 2)", "RULE-010 column 1"),
    ),
)
CHAPTERS = (LITERALS, UNITS, COMPARISON, MISSING, SETS, ARITHMETIC, FUNCTIONS)
