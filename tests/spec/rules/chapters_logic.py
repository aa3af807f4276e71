"""Chapters on logic, time, records and collections, and on what cannot be read."""

from __future__ import annotations

from tests.spec.rules.chapter import Chapter
from tests.spec.rules.chapter import Example as E

TODAY = {"today": "2026-03-31", "randomised_on": "2026-03-01"}
ONE = {"event": "'thrombosis'", "began": "2024-01-10", "grade": "2", "date": "2026-01-02"}
TWO = {"event": "'cancer'", "began": "@2020", "grade": "3", "date": "2026-01-03"}
REFUSED = {"event": "missing(refused)", "date": "2026-01-05"}
VAGUE = {"event": "missing(not_asked)", "date": "2026-01-04"}
CLOSED = {"closed": ["history"]}
WEIGHTS = {
    "vital_signs at screening": {"weight": "80.0 kg", "date": "2026-01-02"},
    "vital_signs at week_4": {"weight": "79.0 kg", "date": "2026-02-01", "smoker": "true"},
}

LOGIC = Chapter(
    "Logic",
    """`not`, `and`, `or`, `implies` follow Kleene: an unknown side leaves the whole unknown unless the
other side settles it. From tight to loose: `not`, `and`, `or`, `implies`, `if`. The truth tables
are at the end of this chapter.""",
    (
        E("true or false and false", "true"),
        E("not false and false", "false"),
        E("false implies false implies false", "true"),
        E("(false implies false) implies false", "false"),
        E("eligible and false", "false"),
        E("eligible and true", "unknown (not_recorded)"),
        E("1 and true", "RULE-024 column 1"),
        E("not 1 kg", "RULE-024 column 5"),
    ),
)
CONDITIONAL = Chapter(
    "Conditionals",
    """`if COND then A else B`. Where COND is unknown the whole is unknown, unless A and B are known and
equal.""",
    (
        E("if true then 15 mg/wk else 20 mg/wk", "15 mg/wk"),
        E("if false then 15 mg/wk else 20 mg/wk", "20 mg/wk"),
        E("if eligible then 15 mg/wk else 20 mg/wk", "unknown (not_recorded)"),
        E("if eligible then 20 mg/wk else 20.0 mg/wk", "20 mg/wk"),
        E("if eligible then 20 mg/wk else 0.02 g/wk", "20 mg/wk"),
        E("if eligible then eligible else true", "unknown (not_recorded)"),
        E("if eligible then true else eligible", "unknown (not_recorded)"),
        E("if true then 'a' else 'b'", "'a'"),
        E("if true then group else 'b'", "'a'", {"group": "'a'"}),
        E("if true then 'b' else group", "'b'"),
        E("if true then today else @2026", "2026-03-31", TODAY),
        E("if true then vital_signs.weight at screening else weight_limit", "80 kg", WEIGHTS),
        E("if true then vital_signs.pulse at screening else 2", "unknown (not_recorded)", WEIGHTS),
        E(
            "(if true then demography.wait else 2 days) + 1 days",
            "3 days",
            {"demography": {"wait": "2 days"}},
        ),
        E("1 + (if true then 1 else 2)", "2"),
        E("if 1 then 2 else 3", "RULE-024 column 4"),
        E("if true then 1 kg else 1", "RULE-022 column 24"),
        E("if true then 1", "RULE-004 column 15"),
    ),
)
DATES = Chapter(
    "Dates and durations",
    """A date plus or minus a duration is a date. A month is a calendar month, clamped to the last day of a
shorter one; a week is 7 days. Exact durations (hours, days, weeks) compare with each other,
calendar ones (months, years) with each other, and never across. A partial date stands for every day
that it can be: a comparison is known only when all those days agree.""",
    (
        E("2026-11-30 + 3 months", "2027-02-28"),
        E("2026-01-31 + 2 months", "2026-03-31"),
        E("2024-02-29 + 1 years", "2025-02-28"),
        E("2026-03-31 - 1 months", "2026-02-28"),
        E("2026-03-31 + 4 weeks", "2026-04-28"),
        E("2026-03-31 + 48 hours", "2026-04-02"),
        E("2026-03-31 - 2026-03-01", "30 days"),
        E("today - randomised_on >= 4 weeks", "true", TODAY),
        E("28 days = 4 weeks", "true"),
        E("24 hours = 1 days", "true"),
        E("1 years = 12 months", "true"),
        E("4 weeks < 1 months", "RULE-021 column 9"),
        E("4 weeks + 1 months", "RULE-021 column 9"),
        E("9999-12-31 + 1 days", "unknown (unknown)"),
        E("9999-12-31 + 1 months", "unknown (unknown)"),
        E("2026-03-31 + 1.5 * 1 days", "unknown (unknown)"),
        E("@2026-03 < 2026-04-01", "true"),
        E("@2026-03 < 2026-03-01", "false"),
        E("@2026-03 < 2026-03-31", "unknown (unknown)"),
        E("@2026-03 <= 2026-03-31", "true"),
        E("@2026-03 > 2026-02-28", "true"),
        E("@2026-03 >= 2026-03-01", "true"),
        E("@2026-03 = @2026-04", "false"),
        E("@2026-04 = @2026-03", "false"),
        E("@2026-03 != @2026-04", "true"),
        E("@2026-03 = @2026-03", "unknown (unknown)"),
        E("@2026-03 + 1 months > 2026-03-31", "true"),
        E("@2026-03 + 1 months = 2026-06-01", "false"),
        E("@9999 + 1 months", "unknown (unknown)"),
        E("2026-04-15 - @2026-03 > 14 days", "true"),
        E("-(2026-04-15 - @2026-03) < -14 days", "true"),
        E("-(2026-04-15 - @2026-03) < -20 days", "unknown (unknown)"),
        E("(2026-04-15 - @2026-03) + 1 days > 15 days", "true"),
        E("2026-04-15 + (2026-04-15 - @2026-03) > 2026-04-29", "true"),
        E("2026-04-15 + (2026-04-15 - @2026-03) < 2026-05-15", "unknown (unknown)"),
        E("(2026-04-15 - @2026-03) * 2", "unknown (unknown)"),
        E("(2026-04-15 - @2026-03) / 2", "unknown (unknown)"),
        E("abs(2026-04-15 - @2026-03)", "unknown (unknown)"),
        E("round(2026-04-15 - @2026-03, 1)", "unknown (unknown)"),
        E("2026-02-30", "RULE-006 column 1"),
        E("@2026-13", "RULE-006 column 1"),
        E("@2026-00", "RULE-006 column 1"),
        E("1.5 months", "RULE-009 column 1"),
        E("today + 36 hours", "RULE-031 column 9"),
        E("today + today", "RULE-025 column 7"),
        E("1 days - today", "RULE-025 column 8"),
    ),
)
WITHIN = Chapter(
    "Within",
    """`D within L before E` means E - L <= D <= E; `after`, E <= D <= E + L; `of`, E - L <= D <= E + L.
Both ends are included.""",
    (
        E("2026-03-03 within 28 days before 2026-03-31", "true"),
        E("2026-03-02 within 28 days before 2026-03-31", "false"),
        E("2026-04-01 within 28 days before 2026-03-31", "false"),
        E("2026-04-01 within 3 days after 2026-03-31", "true"),
        E("2026-03-30 within 3 days after 2026-03-31", "false"),
        E("2026-03-29 within 2 days of 2026-03-31", "true"),
        E("2026-04-03 within 2 days of 2026-03-31", "false"),
        E("2026-02-28 within 3 months before 2026-05-31", "true"),
        E("2026-03-03 within washout before today", "true", TODAY),
        E("@2026-03 within 31 days before 2026-03-31", "true"),
        E("@2026-03 within 7 days before 2026-03-31", "unknown (unknown)"),
        E("@2026-02 within 7 days before 2026-03-31", "false"),
        E("randomised_on within 7 days before today", "unknown (not_recorded)"),
        E("9999-12-31 within 7 days after 9999-12-31", "unknown (unknown)"),
        E("5 within 7 days before today", "RULE-019 column 1"),
        E("today within 7 before today", "RULE-019 column 14"),
        E("today within 36 hours of today", "RULE-031 column 14"),
        E("today within 7 days today", "RULE-003 column 21"),
        E("today within 7 days", "RULE-004 column 20"),
    ),
)
RECORDS = Chapter(
    "Records",
    """`FORM.ITEM at ENCOUNTER` is the item in the record of that encounter. Without `at`: inside the
checks of the form, the record being entered; else the record of a form that is collected at exactly
one encounter, or the last one of a form that is tied to none. Every record also has `date` and
`encounter`. A bare name is a parameter, a derivation or a context name.""",
    (
        E("vital_signs.weight at week_4", "79 kg", WEIGHTS),
        E("vital_signs.date at week_4", "2026-02-01", WEIGHTS),
        E("vital_signs.encounter at week_4 = 'week_4'", "true", WEIGHTS),
        E("demography.encounter", "unknown (not_recorded)", {"demography": {"sex": "'male'"}}),
        E("laboratory.creatinine", "90 umol/L", {"laboratory at screening": {"creatinine": "90 umol/L"}}),
        E("demography.sex", "'male'", {"demography": {"sex": "'male'"}}),
        E("demography.sex", "unknown (not_recorded)"),
        E(
            "demography.sex",
            "'female'",
            {"demography": [{"sex": "'male'"}, {"sex": "'female'", "date": "2026-02-01"}]},
        ),
        E("vital_signs.weight", "81 kg", {"own": {"weight": "81 kg"}}, own="vital_signs"),
        E("vital_signs.weight", "unknown (not_recorded)", own="vital_signs"),
        E("weight_limit", "80 kg"),
        E("vital_signs.weight", "RULE-018 column 1"),
        E("history.grade", "RULE-017 column 1"),
        E("history.grade at screening", "RULE-016 column 18"),
        E("vital_signs.weight at week_8", "RULE-016 column 23"),
        E("vital_signs.weight at week_9", "RULE-015 column 23"),
        E("vital_sign.weight at week_4", "RULE-011 column 1"),
        E("vital_signs.wieght at week_4", "RULE-012 column 13"),
        E("todai", "RULE-013 column 1"),
        E("zzz", "RULE-013 column 1"),
        E("arm = 'a'", "RULE-014 column 1"),
    ),
)
COLLECTIONS = Chapter(
    "Collections",
    """`any`, `all` and `count` go over the records of a form; `latest` and `earliest` pick one by date,
then by entry. A log is open until "none" or "complete" is recorded: over an open one `any` is true
on a witness and else unknown, `all` is false on a counterexample and else unknown, `count`,
`latest` and `earliest` are unknown. A form that is collected at encounters is unknown while it has
no record, and closed when it has one.""",
    (
        E("any(m in history: m.event = 'thrombosis')", "unknown (not_recorded)"),
        E("any(m in history: m.event = 'thrombosis')", "false", CLOSED),
        E("any(m in history: m.event = 'thrombosis')", "true", {"history": [ONE]}),
        E("any(m in history: m.event = 'thrombosis')", "unknown (not_recorded)", {"history": [TWO]}),
        E("any(m in history: m.event = 'thrombosis')", "true", {"history": [VAGUE, ONE]}),
        E(
            "any(m in history: m.event = 'thrombosis')",
            "unknown (not_asked)",
            {"history": [TWO, VAGUE, REFUSED]} | CLOSED,
        ),
        E("all(m in history: m.grade < 3)", "unknown (not_recorded)"),
        E("all(m in history: m.grade < 3)", "true", CLOSED),
        E("all(m in history: m.grade < 3)", "false", {"history": [ONE, TWO]}),
        E("all(m in history: m.grade < 3)", "unknown (not_recorded)", {"history": [ONE]}),
        E("all(m in history: m.grade < 3)", "true", {"history": [ONE]} | CLOSED),
        E("count(m in history: m.grade > 2)", "unknown (not_recorded)", {"history": [ONE, TWO]}),
        E("count(m in history: m.grade > 2)", "1", {"history": [ONE, TWO]} | CLOSED),
        E("count(m in history: m.grade > 2)", "0", CLOSED),
        E("count(m in history: m.event = 'cancer')", "unknown (not_asked)", {"history": [VAGUE]} | CLOSED),
        E("latest(m in history: m.event)", "'cancer'", {"history": [ONE, TWO]} | CLOSED),
        E("earliest(m in history: m.event)", "'thrombosis'", {"history": [TWO, ONE]} | CLOSED),
        E("latest(m in history: m.event)", "unknown (not_recorded)", {"history": [ONE]}),
        E("latest(m in history: m.event)", "unknown (not_recorded)", CLOSED),
        E(
            "latest(m in history where m.event = 'thrombosis': m.grade)",
            "2",
            {"history": [ONE, TWO]} | CLOSED,
        ),
        E(
            "latest(m in history where m.event = 'thrombosis': m.grade)",
            "unknown (not_asked)",
            {"history": [ONE, VAGUE]} | CLOSED,
        ),
        E("any(m in vital_signs: m.weight < 80 kg)", "true", WEIGHTS),
        E("any(m in vital_signs: m.weight < 70 kg)", "false", WEIGHTS),
        E("any(m in vital_signs: m.weight < 70 kg)", "unknown (not_recorded)"),
        E("latest(m in vital_signs: m.weight)", "79 kg", WEIGHTS),
        E("latest(m in vital_signs: m.date)", "2026-02-01", WEIGHTS),
        E("earliest(m in vital_signs where m.encounter = 'week_4': m.weight)", "79 kg", WEIGHTS),
        E("any(m in history: any(k in vital_signs: k.date > m.date))", "true", WEIGHTS | {"history": [ONE]}),
        E("any(m in history: m.grade)", "RULE-024 column 19"),
        E("any(m in histori: m.grade = 1)", "RULE-011 column 10"),
        E("any(m in history: m.gradee = 1)", "RULE-012 column 21"),
        E("any(today in history: true)", "RULE-029 column 1"),
        E("any(m in history: any(m in history: true))", "RULE-029 column 23"),
        E("any(m in history where true: true)", "RULE-003 column 18"),
        E("latest(m in history where 1: 1)", "RULE-024 column 27"),
    ),
)
SYNTAX = Chapter(
    "What cannot be read",
    """Every fault has a code and points at the offending character.""",
    (
        E("", "RULE-032 column 1"),
        E("   ", "RULE-032 column 1"),
        E("1 ; 2", "RULE-001 column 3"),
        E("1 < #", "RULE-001 column 5"),
        E("'abc", "RULE-002 column 1"),
        E("1 2", "RULE-005 column 3"),
        E("(1", "RULE-004 column 3"),
        E("(1]", "RULE-001 column 3"),
        E("1 +", "RULE-004 column 4"),
        E("1 + )", "RULE-038 column 5"),
        E("- 'a' is known", "RULE-036 column 1"),
        E("1 in {2, x}", "RULE-038 column 10"),
        E("1 in {-x}", "RULE-038 column 8"),
        E("1 in {1", "RULE-004 column 8"),
        E("x.", "RULE-004 column 3"),
        E("x.1", "RULE-003 column 3"),
        E("x.y at and", "RULE-003 column 8"),
        E("x is", "RULE-004 column 5"),
        E("then", "RULE-038 column 1"),
        E("12345678901234567890123456789", "RULE-048 column 1"),
        E("(" * 91 + "1" + ")" * 91, "RULE-034 column 91"),
        E("1" + " + 1" * 91, "RULE-034 column 357"),
    ),
)
CHAPTERS = (LOGIC, CONDITIONAL, DATES, WITHIN, RECORDS, COLLECTIONS, SYNTAX)
