"""Rules on groups: their type and number against what they are called and given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from equipoise.registry.lint.design import ARMS, DESIGN, PART
from equipoise.registry.lint.model import Hit, Subject, Text, absent, rule, span
from equipoise.registry.record import ArmGroup, Intervention

INERT = re.compile(
    r"\bplac|\bplaseb|\bsham\b|\bvehicles?\b|\bsalin|\bdumm|\binactive\b|\binert\b|\bsugar\b|\bPBO\b|\bNaCl\b"
    r"|\bsodium chloride\b|\bdextrose\b|\bglucose\b|\bwater\b|\bstarch\b|\bmatch|\blactose\b|\bcellulose\b"
    r"|\bmaltodextrin\b|\bmock\b|\bfake\b|\bsimulat|\bblank\b|\bexcipient|\bsolution\b|\bdiluent|\bcontrol vaccine\b",
    re.I,
)
_CARE = re.compile(
    r"\b(?:standard|usual|routine|conventional)\s+(?:of\s+)?(?:[\w-]+\s+){0,2}?(?:care|treatments?|therap(?:y|ies)|management)\b"
    r"|\bSOC\b|\bno (?:treatment|intervention|drug)\b|\bbest supportive care\b",
    re.I,
)
_BESIDES = re.compile(
    r"\+|\bplus\b|\bin addition\b|\badd(?:ed|ition)\b|\bdonor\b|\bplasma\b|\blow(?:er)?[- ]dose\b", re.I
)


def _given(subject: Subject) -> Iterator[tuple[int, ArmGroup, tuple[Intervention, ...]]]:
    """Each group with its place and with what it is given."""
    module = subject.protocol.arms_interventions_module
    for number, (arm, places) in enumerate(zip(module.arm_groups, module.given(), strict=True)):
        yield number, arm, tuple(module.interventions[place] for place in places)


@rule(
    "LINT-010",
    "E",
    "A group is typed as placebo comparator and gets ordinary care",
    why="A placebo is made, packed and masked; ordinary care is none, and its comparison has another meaning.",
    question="Does this group receive a placebo? If so, which; if not, what type is it?",
)
def placebo_that_is_care(subject: Subject) -> Iterator[Hit]:
    """PLACEBO_COMPARATOR where the group's texts speak of standard, usual or no care, and of nothing inert or added."""
    for number, arm, given in _given(subject):
        if arm.type != "PLACEBO_COMPARATOR":
            continue
        names = [f"{one.name} {one.description} {' '.join(one.other_names)}" for one in given]
        said = " | ".join([arm.label, arm.description, *arm.intervention_names, *names])
        if _CARE.search(said) and not INERT.search(said) and not _BESIDES.search(said):
            text = Text(path=f"{ARMS}.armGroups[{number}].label", text=arm.label)
            yield span(text, 0, len(arm.label), "its type is PLACEBO_COMPARATOR")


_CALLED = re.compile(
    r"\W*(?:matching\s+|oral\s+)?placebos?(?:\s+(?:group|arm|cohort|control|controlled|comparator|tablets?|capsules?|oral))*\W*",
    re.I,
)


_IN_TURN = re.compile(r"\border of\b|\bsequence\b|\bcross", re.I)


@rule(
    "LINT-011",
    "W",
    "A group called placebo is typed as experimental or as active comparator",
    why="Programs that look for the control group by its type take the placebo for a treatment under study.",
    question="Is this group the placebo control?",
)
def placebo_that_is_active(subject: Subject) -> Iterator[Hit]:
    """A label that says placebo and nothing else, another type, and no intervention but placebos."""
    for number, arm, given in _given(subject):
        if arm.type not in ("EXPERIMENTAL", "ACTIVE_COMPARATOR") or not _CALLED.fullmatch(arm.label):
            continue
        inert = all(INERT.search(f"{one.name} {one.description}") for one in given)
        if inert and not _IN_TURN.search(arm.description):
            text = Text(path=f"{ARMS}.armGroups[{number}].label", text=arm.label)
            yield span(text, 0, len(arm.label), f"its type is {arm.type}")


_STEPS = re.compile(
    r"\b(?:dos(?:e|es|age|ing)|levels?|mg|mcg|responders?|response|grade|sequences?|optional)\b|\d\s*mg", re.I
)


@rule(
    "LINT-039",
    "W",
    "The model and the number of groups contradict each other",
    why="A single group cannot be several, and one group cannot be compared in parallel: no plan of visits follows.",
    question="How many groups are there, and does each participant belong to one of them?",
)
def model_and_groups(subject: Subject) -> Iterator[Hit]:
    """Not randomised: SINGLE_GROUP with several groups that are given different things, or PARALLEL with one group.

    Groups that are parts, cohorts, strata, dose levels or outcomes of one course are left.
    """
    info = subject.protocol.design_module.design_info
    arms = subject.protocol.arms_interventions_module.arm_groups
    if not info or info.allocation not in ("NON_RANDOMIZED", "NA"):
        return
    several = info.intervention_model == "SINGLE_GROUP" and len(arms) > 1
    one = info.intervention_model == "PARALLEL" and len(arms) == 1
    steps = any(PART.search(arm.label) or _STEPS.search(arm.label) for arm in arms)
    courses = {tuple((what.name, what.description) for what in given) for _, _, given in _given(subject)}
    if one or several and not steps and len(courses) > 1:
        yield absent(f"{DESIGN}.interventionModel", f"{info.intervention_model}, {len(arms)} groups")
