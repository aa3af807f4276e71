"""Rules on times: units, anchors and washouts that cannot be computed as written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from equipoise.registry.lint.criteria import found_in
from equipoise.registry.lint.model import Hit, Subject, absent, rule, span, within

N = r"(?:\d+|one|two|three|four|five|six|eight|twelve)"
UNIT = r"(?:hours?|days?|weeks?|months?|years?)"


@rule(
    "LINT-080",
    "W",
    "Months and weeks are used for the same thing",
    why="A calendar month is up to three days longer than four weeks; a monthly test leaves days uncovered.",
    question="Every four weeks or every calendar month?",
)
def monthly_and_weeks(subject: Subject) -> Iterator[Hit]:
    """`monthly` or `per month` and a number of weeks in one criterion."""
    for one, match in found_in(
        subject, re.compile(r"\b(?:monthly|each month|every month)\b[^.;,\n]{0,40}", re.I)
    ):
        if re.search(rf"\b{N}[\s-]*weeks?\b", one.text, re.I):
            yield within(one, match.start(), match.end())


_AFTER = re.compile(
    rf"\b(?P<n>{N})\s*(?P<unit>{UNIT})\s+(?:after|following|post|from)\s+(?:the\s+)?(?:last|final|end|stop\w*|discontinu\w*|treatment|study)[^.;,\n]{{0,40}}",
    re.I,
)
_FERTILE = re.compile(r"pregnan|contracep|breast|conceiv|fertile|child-?bearing", re.I)


@rule(
    "LINT-081",
    "W",
    "Two different periods after treatment are given for pregnancy",
    why="The shorter period leaves women unprotected; the two units cannot be compared.",
    question="Which period after the last dose holds, for which drug and for whom?",
)
def periods_after_treatment(subject: Subject) -> Iterator[Hit]:
    """Criteria on pregnancy or contraception whose periods after the last dose differ in number or unit."""
    found = [
        (one, match)
        for one, match in found_in(subject, _AFTER)
        if _FERTILE.search(one.text) and not re.search(r"\bm[ae]n\b|\bmales?\b", one.text, re.I)
    ]
    periods = {(match["n"].lower(), match["unit"].lower().rstrip("s")) for _, match in found}
    if len(periods) > 1:
        one, match = found[-1]
        yield within(
            one, match.start(), match.end(), f"periods: {', '.join(sorted(' '.join(p) for p in periods))}"
        )


_ANCHOR = re.compile(
    rf"\b{N}[\s-]*{UNIT}\s+(?:before|prior to|preceding)\s+(?:the\s+)?"
    r"(?P<anchor>screening|randomi[sz]ation|enrol+ment|baseline"
    r"|inclusion|first dose|study entry|entry|consent|start of (?:study )?treatment)\b",
    re.I,
)


@rule(
    "LINT-082",
    "W",
    "Periods before the trial are counted from different days",
    why="Between the two days anything may start again without being excluded.",
    question="From which day is each period counted, and what holds between screening and randomisation?",
)
def anchors_differ(subject: Subject) -> Iterator[Hit]:
    """More than one anchor among the periods of the criteria: the first use of each further one."""
    seen: dict[str, str] = {}
    for one, match in found_in(subject, _ANCHOR):
        anchor = match["anchor"].lower().replace("z", "s")
        if anchor not in seen:
            if seen:
                yield within(one, match.start(), match.end(), f"counted from {', '.join([*seen, anchor])}")
            seen[anchor] = one.text


_LIMIT = re.compile(
    r"(?P<sign>≤|<=|\\<=|<|\\<|within(?: the)?(?: last| past)?)\s*"
    r"\d+\s*(?:years?|months?|weeks?|days?)\b(?P<rest>[^.;]{0,60})",
    re.I,
)
_EVENT = re.compile(
    r"\b(?:events?|infarction|stroke|thrombo\w*|surgery|infection|seizure|haemorrhage|hemorrhage|bleeding|transplant\w*)\b",
    re.I,
)


@rule(
    "LINT-083",
    "W",
    "A period has no day from which it is counted",
    why="Counted from screening, randomisation or first dose it gives different patients; software needs one date.",
    question="Before which day is the period counted?",
)
def period_without_anchor(subject: Subject) -> Iterator[Hit]:
    """After an event: `≤ 5 years` with no day behind it, where other criteria count from two different days."""
    days = {match["anchor"].lower().replace("z", "s") for _, match in found_in(subject, _ANCHOR)}
    if len(days) < 2:
        return
    for one, match in found_in(subject, _LIMIT, "exclusion"):
        anchored = re.search(
            r"\b(?:before|prior|preceding|ago|of (?:the\s+)?(?:screen|random|enrol|inclu|base"
            r"|study|first|day|trial|consent|sign|visit|entry|treat|start|surgery|admission)"
            r"|from|old|age|after|since|to (?:screen|random|enrol|study|baseline|inclu|first|treat))",
            match["rest"],
            re.I,
        )
        symbol = not match["sign"].lower().startswith("within")
        before = one.text[max(0, match.start() - 80) : match.start()]
        ahead = re.search(r"\b(?:within|requir\w+|expect\w*|planned|lasting|duration|for)\s*$", before, re.I)
        if symbol and not anchored and not ahead and _EVENT.search(before):
            yield within(one, match.start(), match.end() - len(match["rest"]))


_WASHOUT = re.compile(
    rf"\b{N}[\s-]*{UNIT}\s+(?:before|prior to|preceding)\b"
    rf"|\bwithin\s+(?:the\s+)?(?:last\s+|past\s+)?{N}[\s-]*{UNIT}\b|\bwash-?out\b",
    re.I,
)
_USE = re.compile(
    r"\b(?:use|receiv\w+|treat\w+|therap\w+|taking|intake|drugs?|medications?|administration)\b", re.I
)


@rule(
    "LINT-084",
    "W",
    "Washouts are stated, but none for the study drugs",
    why="A patient already on a study drug can be included and randomised to it, or taken off it.",
    question="How long before randomisation must each study drug have been stopped?",
)
def no_washout_of_study_drugs(subject: Subject) -> Iterator[Hit]:
    """Periods without drugs, one with a list by name, none with a study drug that patients may have had.

    They may have had it when an exclusion speaks of failure or of earlier treatment with it.
    """
    drugs = _names_of_study_drugs(subject)
    washouts = [
        (one, match)
        for one, match in found_in(subject, _WASHOUT, "exclusion")
        if _USE.search(one.text) and not re.search(r"investigational|vaccin", one.text, re.I)
    ]
    named = any(drug in one.text.lower() for one, _ in washouts for drug in drugs)
    open_ended = re.compile(r"\bany\b|\b(?:an)?other\b|\bsuch as\b|\bcontracepti", re.I)
    listed = [
        (one, match)
        for one, match in washouts
        if one.text.count(",") > 1 and _USE.match(one.text) and not open_ended.search(one.text)
    ]
    had = any(
        match["name"].lower() in drugs or (match["two"] or "").lower() in drugs
        for _, match in found_in(subject, _HAD, "exclusion")
    )
    if had and listed and len({one.start for one, _ in washouts}) > 1 and not named:
        one, match = listed[0]
        yield within(one, 0, match.end())


_HAD = re.compile(
    r"\b(?:failure|failed|non-?respon\w+|refractory|resistan\w+|prior|previous\w*|earlier)\s+"
    r"(?:(?:treatment|therapy|failure|use|exposure|of|to|with)\s+){0,3}(?P<name>[A-Za-z][\w-]{5,})(?:\s+(?:and|or)\s+(?P<two>[\w-]+))?",
    re.I,
)


def _names_of_study_drugs(subject: Subject) -> frozenset[str]:
    return frozenset(
        word.lower()
        for one in subject.protocol.arms_interventions_module.interventions
        if one.type in ("DRUG", "BIOLOGICAL") and not re.search(r"placebo|saline|vehicle", one.name, re.I)
        for name in (one.name, *one.other_names)
        for word in re.findall(r"[A-Za-z][\w-]{5,}", name)
    )


@rule(
    "LINT-085",
    "E",
    "The dates are out of order",
    why="A study cannot end before it starts.",
    question="Which dates hold?",
)
def dates_out_of_order(subject: Subject) -> Iterator[Hit]:
    """start <= primary completion <= completion, compared by as much as both dates give."""
    status = subject.protocol.status_module
    order = [
        ("startDateStruct", status.start_date_struct),
        ("primaryCompletionDateStruct", status.primary_completion_date_struct),
        ("completionDateStruct", status.completion_date_struct),
    ]
    given = [
        (name, found.date)
        for name, found in order
        if found and re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", found.date)
    ]
    for (first, early), (second, late) in zip(given, given[1:], strict=False):
        size = min(len(early), len(late))
        if early[:size] > late[:size]:
            yield absent(f"protocolSection.statusModule.{second}", f"{first} {early}, {second} {late}")


@rule(
    "LINT-086",
    "W",
    "The status and the dates have been overtaken by time",
    why="A reader cannot tell whether the trial is late, running or given up.",
    question="What is the status today?",
)
def stale(subject: Subject) -> Iterator[Hit]:
    """Not yet recruiting after the start, or not completed after the completion; needs today's date."""
    status, today = subject.protocol.status_module, subject.today
    dates = {
        "NOT_YET_RECRUITING": ("startDateStruct", status.start_date_struct),
        "RECRUITING": ("completionDateStruct", status.completion_date_struct),
        "ACTIVE_NOT_RECRUITING": ("completionDateStruct", status.completion_date_struct),
    }
    name, found = dates.get(status.overall_status, ("", None))
    if today and found and found.date and found.date < today.isoformat()[: len(found.date)]:
        message = f"{status.overall_status} on {today.isoformat()}, {name} {found.date}"
        yield absent("protocolSection.statusModule.overallStatus", message)


@rule(
    "LINT-087",
    "W",
    "A dose is given without saying how often or for how long it is taken",
    why="Continuous, cyclic and single intake are different treatments.",
    question="How often, on which days, for how long?",
)
def dose_without_schedule(subject: Subject) -> Iterator[Hit]:
    """An intervention whose only dose has no frequency, period or route of a single act beside it."""
    dose = re.compile(r"\b\d+(?:[.,]\d+)?\s*(?:mg|mcg|µg|IU)\b", re.I)
    schedule = re.compile(
        r"\b(?:daily|weekly|monthly|once|twice|times?|every|each|per|a day|qd|bid|tid|b\.i\.d|single|bolus|infusion"
        r"|day\s*\d|days?"
        r"|weeks?|hours?|injection|cycle|dose|QD|morning|night|capsules?|/\s*(?:d|day|week|wk|h|kg|m2|min|ml))\b|/",
        re.I,
    )
    for text in subject.under("interventions["):
        found = dose.search(text.text)
        if found and text.path.endswith("description") and not schedule.search(text.text):
            yield span(text, found.start(), found.end())
