"""Rules on design: allocation, masking, groups, and how they agree with one another."""

from __future__ import annotations

import re
from collections.abc import Iterator

from equipoise.registry.lint.model import Hit, Subject, absent, rule, span
from equipoise.registry.record import Masking

DESIGN = "protocolSection.designModule.designInfo"
ARMS = "protocolSection.armsInterventionsModule"
LEVELS = {"NONE": 0, "SINGLE": 1, "DOUBLE": 2, "TRIPLE": 3, "QUADRUPLE": 4}
_OPEN = re.compile(r"\bopen[- ]label(?:l?ed)?\b|\bunblinded\b|\bunmasked\b|\bnon-?blinded\b", re.I)
_THIS_OPEN = re.compile(
    r"\bthis\s+(?:[\w-]+\s+){0,3}?(?:is|will be)\s+an?\s+[^.;\n]{0,90}?\b(?P<open>open[- ]label(?:l?ed)?)\b",
    re.I,
)
_PARTS = re.compile(
    r"open[- ]label(?:l?ed)?\s+(?:extension|phase|period|part|follow|treatment period)"
    r"|\b(?:double|single|triple)[- ]?(?:blind|mask)|\bplacebo\b|\blead-in\b|\brun-in\b|\bfollowed by\b|\bcohorts?\b",
    re.I,
)


@rule(
    "LINT-020",
    "E",
    "The text says open label, the masking says that those who treat or are treated are masked",
    why="Access to the allocation, to drugs and to tests follows from who is masked; both cannot hold.",
    question="Who may know the allocation: the participant, the care provider, the investigator, the assessor?",
)
def open_but_masked(subject: Subject) -> Iterator[Hit]:
    """`open label` of this trial in a text, with a masked participant, care provider or investigator.

    A text that also tells of a blinded or a placebo part describes several parts, and is left.
    """
    masking = _masking(subject)
    if not masking or not {"PARTICIPANT", "CARE_PROVIDER", "INVESTIGATOR"} & set(masking.who_masked):
        return
    who = ", ".join(masking.who_masked).lower().replace("_", " ")
    for text in subject.under("Title", "interventionModelDescription", "maskingDescription"):
        found = _OPEN.search(text.text)
        if found and not _PARTS.search(text.text):
            yield span(text, found.start(), found.end(), f"masking is {masking.masking} ({who})")
            return
    for text in subject.under("descriptionModule"):
        found = _THIS_OPEN.search(text.text)
        if found and not _PARTS.search(text.text):
            yield span(text, *found.span("open"), f"masking is {masking.masking} ({who})")
            return


_ENDPOINT = re.compile(
    r"\b(?:blind|mask)(?:ed)?\s+(?:assess|evaluat)\w*\s+of\s+the\s+primary\s+(?:end-?\s?point|outcome)s?",
    re.I,
)


@rule(
    "LINT-021",
    "W",
    "In an open trial the blinded assessment is promised for the primary endpoint alone",
    why="Who scores baseline, secondary outcomes and scales, and what that person may see, is not said.",
    question="Which assessments are blinded (baseline included), by whom, and what may the assessor read?",
)
def blinded_endpoint_only(subject: Subject) -> Iterator[Hit]:
    """Blinding promised for the primary endpoint alone, open label, and no description of the masking."""
    masking = _masking(subject)
    if not _OPEN.search(subject.all_text) or (masking and masking.masking_description):
        return
    for text in subject.texts:
        found = _ENDPOINT.search(text.text)
        if found:
            yield span(text, found.start(), found.end())
            return


@rule(
    "LINT-022",
    "E",
    "The level of masking and the number of masked roles differ",
    why="The level is by definition the number of masked roles; one of the two is wrong.",
    question="Which roles are masked?",
)
def masking_level(subject: Subject) -> Iterator[Hit]:
    """SINGLE, DOUBLE, TRIPLE, QUADRUPLE against the length of the list, where there is a list.

    DOUBLE with three or four roles is left to LINT-029 in records older than the present definition.
    """
    masking = _masking(subject)
    if not masking or not masking.who_masked or _old_notation(subject, masking):
        return
    if LEVELS.get(masking.masking, -1) != len(masking.who_masked):
        yield absent(
            f"{DESIGN}.maskingInfo", f"{masking.masking or 'no level'}, {len(masking.who_masked)} roles"
        )


PART = re.compile(
    r"\b(?:part|stage|phase|cohorts?|strat\w+|substudy|sub-study|lead-in|run-in|open[- ]label)\b", re.I
)
_WITHIN = re.compile(
    r"\b(?:one|each|opposite|other|right|left)\s+(?:side|eye|half|arm\s+of)\b|\bcontralateral\b|\bone\s+on\s+each\b"
    r"|\bsplit[-\s]+(?:face|body|mouth)"
    r"|\blesions?\s+(?:\S+\s+){0,12}to\s+receive\b|\bwithin[-\s]+(?:subject|patient|participant)|\bown\s+control"
    r"|\bin\s+(?:a\s+)?random(?:i[sz]ed)?\s+order\b|\b(?:receive|assigned\s+to)\s+an\s+order\s+of\b",
    re.I,
)
PRESENT_NOTATION = "2017-01"


def _old_notation(subject: Subject, masking: Masking) -> bool:
    status = subject.protocol.status_module
    posted = status.last_update_post_date_struct
    updated = (posted and posted.date) or status.last_update_submit_date
    return masking.masking == "DOUBLE" and len(masking.who_masked) > 2 and updated < PRESENT_NOTATION


@rule(
    "LINT-029",
    "W",
    "The level of masking is in the notation of before 2017",
    why="`Double` then meant two roles or more; read today it says that exactly two are masked.",
    question="Which roles are masked, and which level is that today?",
)
def old_masking_notation(subject: Subject) -> Iterator[Hit]:
    """DOUBLE with three or four roles, in a record last updated before 2017 or without a date of update."""
    masking = _masking(subject)
    if masking and _old_notation(subject, masking):
        yield absent(f"{DESIGN}.maskingInfo", f"{masking.masking}, {len(masking.who_masked)} roles")


@rule(
    "LINT-023",
    "E",
    "Randomised, but with fewer than two groups or a single-group model",
    why="One cannot randomise to one group.",
    question="Which groups are participants randomised to?",
)
def randomised_groups(subject: Subject) -> Iterator[Hit]:
    """RANDOMIZED with one registered arm or with SINGLE_GROUP, unless what each participant receives is in random order
    or on random sides.

    Arms that are parts, cohorts or strata, and trials of diagnostics, are left.
    """
    info = subject.protocol.design_module.design_info
    arms = subject.protocol.arms_interventions_module.arm_groups
    if not info or info.allocation != "RANDOMIZED" or info.intervention_model == "CROSSOVER":
        return
    few = len(arms) == 1 or info.intervention_model == "SINGLE_GROUP"
    parts = any(PART.search(one.label) for one in arms) or info.primary_purpose == "DIAGNOSTIC"
    if few and not parts and not _WITHIN.search(subject.all_text):
        yield absent(
            f"{DESIGN}.allocation", f"{len(arms)} groups, model {info.intervention_model or 'not stated'}"
        )


@rule(
    "LINT-024",
    "E",
    "Groups and interventions do not refer to each other",
    why="A group whose treatment is not in the list, or a treatment for a group that does not exist, cannot be given.",
    question="Which group receives which intervention?",
)
def crossed_references(subject: Subject) -> Iterator[Hit]:
    """Labels and `Type: name` references that have no counterpart."""
    module = subject.protocol.arms_interventions_module
    labels = {arm.label for arm in module.arm_groups}
    names = {one.name for one in module.interventions}
    for number, one in enumerate(module.interventions):
        for label in one.arm_group_labels:
            if module.arm_groups and label not in labels:
                yield absent(
                    f"{ARMS}.interventions[{number}].armGroupLabels", f"no group is called {label!r}"
                )
    for number, arm in enumerate(module.arm_groups):
        for name in arm.intervention_names:
            if name.split(": ", 1)[-1] not in names:
                yield absent(
                    f"{ARMS}.armGroups[{number}].interventionNames", f"no intervention is called {name!r}"
                )


@rule(
    "LINT-025",
    "E",
    "A group of an interventional study has no intervention and is not marked as having none",
    why="What its participants receive is unknown.",
    question="What does this group receive?",
)
def empty_group(subject: Subject) -> Iterator[Hit]:
    """An arm without interventionNames and without any intervention that names it."""
    module = subject.protocol.arms_interventions_module
    linked = {label for one in module.interventions for label in one.arm_group_labels}
    for number, arm in enumerate(module.arm_groups):
        given = arm.intervention_names or arm.label in linked or arm.type == "NO_INTERVENTION"
        if subject.interventional and linked and not given:
            yield absent(f"{ARMS}.armGroups[{number}]", f"{arm.label!r} has no intervention")


_RATIO = re.compile(r"\brandomi[sz]\w+\s*(?:in a\s*)?[(\[]?\s*(\d+(?:\s*:\s*\d+)+)\s*(?:ratio)?[)\]]?", re.I)
_METHOD = re.compile(
    r"\bstratif|\bblocks?\b|\bpermut|\bminimi[sz]ation|\bconceal|\benvelope|\bcomputer|\bIWRS|\bIVRS|\bcentrali[sz]ed"
    r"|\bweb-based|\brandom number|\bsimple randomi",
    re.I,
)


@rule(
    "LINT-026",
    "W",
    "The ratio of randomisation is stated, its method is not",
    why="Strata, blocks and concealment cannot be set up, and their predictability cannot be judged.",
    question="Which method (blocks, minimisation), which strata, which block sizes (sealed), and how is it concealed?",
)
def method_of_randomisation(subject: Subject) -> Iterator[Hit]:
    """`randomised (1:1)` in a text, and no word of a method anywhere."""
    if _METHOD.search(subject.all_text):
        return
    for text in subject.texts:
        found = _RATIO.search(text.text)
        if found:
            yield span(text, found.start(), found.end())
            return


_HOPE = re.compile(
    r"\b(?:hypothes\w+|expect\w*|assume)\b[^.]{0,120}?\b(?:more\s+\w+|better|superior|higher|less\s+\w+|lower)\b[^.]{0,40}?\bthan\b",
    re.I,
)
_FRAME = re.compile(
    r"\bsuperiority\b|\binferior|\bequivalence\b|\bpower(?:ed)?\b|\bsample size\b|\bsignificance level\b"
    r"|\bone-sided\b|\btwo-sided\b",
    re.I,
)


@rule(
    "LINT-027",
    "W",
    "A direction is hypothesised; framework, error rates and size of effect are not stated",
    why="Superiority, margin, alpha and power decide the sample size and what the result may claim.",
    question="Superiority or non-inferiority, at which alpha and power, for which difference?",
)
def hypothesis_without_framework(subject: Subject) -> Iterator[Hit]:
    """A sentence of hypothesis with a comparison, and no word of a statistical framework anywhere."""
    randomised = subject.protocol.design_module.design_info
    if not randomised or randomised.allocation != "RANDOMIZED" or _FRAME.search(subject.all_text):
        return
    for text in subject.under("descriptionModule"):
        found = _HOPE.search(text.text)
        if found:
            yield span(text, found.start(), found.end())
            return


@rule(
    "LINT-028",
    "I",
    "Counts and dates do not say whether they are actual or estimated",
    why="A plan and a fact look alike; nobody can tell whether 100 participants are hoped for or were enrolled.",
    question="Are enrolment and dates actual or estimated?",
)
def untyped(subject: Subject) -> Iterator[Hit]:
    """Enrolment and the study's dates without their type: one finding a record, naming all."""
    status, info = subject.protocol.status_module, subject.protocol.design_module.enrollment_info
    dates = {
        "startDateStruct": status.start_date_struct,
        "primaryCompletionDateStruct": status.primary_completion_date_struct,
        "completionDateStruct": status.completion_date_struct,
    }
    bare = [name for name, found in dates.items() if found and found.date and not found.type]
    if info and info.count is not None and not info.type:
        bare.insert(0, "enrollmentInfo")
    if bare:
        module = "designModule" if bare[0] == "enrollmentInfo" else "statusModule"
        yield absent(f"protocolSection.{module}.{bare[0]}", f"no type: {', '.join(bare)}")


def _masking(subject: Subject) -> Masking | None:
    info = subject.protocol.design_module.design_info
    return info.masking_info if info else None
