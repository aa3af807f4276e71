"""Rules on agreement: what titles and descriptions say of the design against the coded fields."""

from __future__ import annotations

import re
from collections.abc import Iterator

from equipoise.registry.lint.model import Hit, Subject, Text, rule, span
from equipoise.registry.record import DesignInfo

_MASKED = re.compile(r"\b(?:double|triple|quadruple)[- ]?(?:blind|mask)(?:ed)?\b", re.I)
_THIS_MASKED = re.compile(
    r"\bthis\s+(?:[\w-]+\s+){0,3}?(?:is|will be)\s+an?\s+[^.;\n]{0,90}?"
    r"\b(?P<masked>(?:double|triple|quadruple)[- ]?(?:blind|mask)(?:ed)?)\b",
    re.I,
)
_RANDOM = re.compile(r"(?<!non-)(?<!non )(?<!not )\brandomi[sz]ed\b", re.I)
_TRIAL = re.compile(
    r"(?<!non-)(?<!non )(?<!not )\brandomi[sz]ed,?\s+(?:[\w-]+,?\s+){0,6}?(?:trial|study)\b", re.I
)
_BESIDE = re.compile(
    r"\b(?:companion|ancillary|follow-?\s?up|quality of life|cost|analys\w+|sub-?study|secondary|survey|mendelian"
    r"|from|after|of (?:a|the|patients|participants|prospective)|in (?:a|the)|registry|biobank|previous\w*"
    r"|participated)\b",
    re.I,
)
_CROSSED = re.compile(r"\bcross-?\s?over\b", re.I)
_PARALLEL = re.compile(r"\bparallel[- ](?:group|arm|design|assignment)", re.I)
_SEVERAL = re.compile(
    r"\bopen|\bfollowed by\b|\bextension\b|\blead-in\b|\brun-in\b|\bparts?\b|\bphases\b|\bthen\b"
    r"|\band (?:a )?(?:cross|parallel)",
    re.I,
)


def _info(subject: Subject) -> DesignInfo | None:
    return subject.protocol.design_module.design_info if subject.interventional else None


def _titles(subject: Subject) -> Iterator[Text]:
    """The two titles, unless they tell of several parts of a study with a design each."""
    return (text for text in subject.under("Title") if not _SEVERAL.search(text.text))


@rule(
    "LINT-030",
    "E",
    "The title says that the trial is blinded, the field that nobody is masked",
    why="Whether kits are alike, who may see the allocation and how codes are broken follow from it.",
    question="Is the trial blinded, and who is masked?",
)
def blinded_but_not_masked(subject: Subject) -> Iterator[Hit]:
    """`double-blind` in a title that tells of one part, or of this trial in the summary, and masking NONE."""
    info = _info(subject)
    if not info or not info.masking_info or info.masking_info.masking != "NONE":
        return
    for text in _titles(subject):
        found = _MASKED.search(text.text)
        if found:
            yield span(text, found.start(), found.end(), "masking is NONE")
            return
    for text in subject.under("descriptionModule"):
        found = _THIS_MASKED.search(text.text)
        if found and not _SEVERAL.search(found[0]):
            yield span(text, *found.span("masked"), "masking is NONE")
            return


_LEVEL = re.compile(r"\b(?P<level>single|double|triple|quadruple)[- ]?(?:blind|mask)(?:ed)?\b", re.I)
_LEVELS = {"SINGLE": 1, "DOUBLE": 2, "TRIPLE": 3, "QUADRUPLE": 4}


@rule(
    "LINT-013",
    "W",
    "The title and the field give two levels of masking",
    why="Who may see the allocation, and which kits must be alike, follow from the level.",
    question="Who is masked?",
)
def level_of_title(subject: Subject) -> Iterator[Hit]:
    """`single-blind` where both sides are masked, `double-blind` with SINGLE, `triple` and `quadruple` with less.

    `double-blind` with more than DOUBLE is left: many call every blinded trial so. So is `single-blind` where only
    those who treat or assess are masked, be they two roles: one side knows, and many mean that.
    """
    info = _info(subject)
    field = _LEVELS.get(info.masking_info.masking, 0) if info and info.masking_info else 0
    for text in _titles(subject) if field else ():
        found = list(_LEVEL.finditer(text.text))
        said = {_LEVELS[one["level"].upper()] for one in found}
        if len(said) == 1 and (field < min(said) or said == {1} and _both_sides(info)):
            yield span(text, found[0].start(), found[0].end(), f"masking is {info.masking_info.masking}")  # type: ignore[union-attr]
            return


def _both_sides(info: DesignInfo | None) -> bool:
    """Whether the participants are masked, and somebody else too."""
    masked = info.masking_info.who_masked if info and info.masking_info else ()
    return "PARTICIPANT" in masked and len(masked) > 1


@rule(
    "LINT-031",
    "E",
    "The title says randomised, the field that nobody is",
    why="Without randomisation there is no list, no concealment and another analysis.",
    question="Are participants randomised?",
)
def randomised_in_title_alone(subject: Subject) -> Iterator[Hit]:
    """`randomised` in a title that tells of one part, and allocation NON_RANDOMIZED or NA."""
    info = _info(subject)
    if not info or info.allocation not in ("NON_RANDOMIZED", "NA"):
        return
    for text in _titles(subject):
        found = _RANDOM.search(text.text)
        if found and not re.search(r"\bnon-?\s?randomi", text.text, re.I):
            yield span(text, found.start(), found.end(), f"allocation is {info.allocation}")
            return


@rule(
    "LINT-012",
    "W",
    "The title says randomised trial, the field says observational study",
    why="Who is assigned to what decides oversight, consent, reporting duties and the analysis.",
    question="Are participants assigned to groups by the protocol?",
)
def trial_called_observational(subject: Subject) -> Iterator[Hit]:
    """`randomised ... trial` in a title of an OBSERVATIONAL study that is not about, or beside, another trial."""
    if subject.protocol.design_module.study_type != "OBSERVATIONAL":
        return
    for text in subject.under("Title"):
        found = _TRIAL.search(text.text)
        if found and not _BESIDE.search(text.text):
            yield span(text, found.start(), found.end(), "the study type is OBSERVATIONAL")
            return


@rule(
    "LINT-032",
    "W",
    "The title and the field give two models of the trial",
    why="In a crossover everybody gets each treatment in turn, with a washout; in parallel groups nobody does.",
    question="Crossover or parallel groups?",
)
def model_disagrees(subject: Subject) -> Iterator[Hit]:
    """`crossover` in a title with PARALLEL or SINGLE_GROUP, `parallel group` with CROSSOVER or SINGLE_GROUP."""
    info = _info(subject)
    for text in _titles(subject) if info else ():
        crossed, parallel = _CROSSED.search(text.text), _PARALLEL.search(text.text)
        if info and crossed and not parallel and info.intervention_model in ("PARALLEL", "SINGLE_GROUP"):
            yield span(text, crossed.start(), crossed.end(), f"model is {info.intervention_model}")
            return
        if info and parallel and not crossed and info.intervention_model in ("CROSSOVER", "SINGLE_GROUP"):
            yield span(text, parallel.start(), parallel.end(), f"model is {info.intervention_model}")
            return


_PHASE = re.compile(
    r"\bphase[\s-]*(?P<phase>(?:I{1,3}|IV|[1-4])[ab]?(?:\s*(?:/|-|and|to)\s*(?:I{1,3}|IV|[1-4])[ab]?)?)\b(?!\s*-\s*\d)",
    re.I,
)
_PROJECT = re.compile(r"\b(?:projects?|program(?:me)?s?|initiatives?|campaigns?|surveys?)\b[\s\W]*\Z", re.I)
PHASED = frozenset({"DRUG", "BIOLOGICAL", "GENETIC", "COMBINATION_PRODUCT"})
_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4"}


@rule(
    "LINT-033",
    "W",
    "The title and the field give two phases",
    why="Oversight, reporting duties and what the result may claim depend on the phase.",
    question="Which phase is the trial?",
)
def phase_disagrees(subject: Subject) -> Iterator[Hit]:
    """`Phase II` in a title that names one phase, and other phases in the field; or `NA` where only drugs are given.

    Where devices, behaviour or services are tried, `NA` is the due value. The phase of a project or a programme is
    none of a trial.
    """
    phases = subject.protocol.design_module.phases
    fields = {one[-1] for one in phases if one.startswith("PHASE")}
    given = {one.type for one in subject.protocol.arms_interventions_module.interventions}
    drugs = bool(given) and given <= PHASED
    if "EARLY_PHASE1" in phases or not fields and not (phases == ("NA",) and drugs):
        return
    for text in subject.under("Title"):
        found = list(_PHASE.finditer(text.text))
        said = {
            _ROMAN.get(one.upper(), one)
            for match in found
            for one in re.findall(r"I{1,3}V?|[1-4]", match["phase"], re.I)
        }
        if len(found) == 1 and not said & fields and not _PROJECT.search(text.text[: found[0].start()]):
            yield span(
                text,
                found[0].start(),
                found[0].end(),
                f"the field says {', '.join(sorted(fields)) or 'none'}",
            )
            return


_RATIO = re.compile(
    r"\brandomi[sz]\w+\b[^.;\n]{0,60}?(?<![\d:.])(?P<ratio>\d{1,2}(?:\s?:\s?\d{1,2})+)(?![\d:])",
    re.I,
)


_ONE_PART = re.compile(
    r"\b(?:cohorts?|parts?|stages?|phases?|initial|substudy|fourth|third|variable)\b", re.I
)


@rule(
    "LINT-034",
    "W",
    "The ratio of randomisation has another number of parts than there are groups",
    why="A list cannot be made: some group has no share, or a share has no group.",
    question="To which groups are participants randomised, in which ratio?",
)
def ratio_and_groups(subject: Subject) -> Iterator[Hit]:
    """`1:1:1` beside two registered groups: where all ratios in the record have one length, and it is not theirs."""
    count = len(subject.protocol.arms_interventions_module.arm_groups)
    found = [
        (text, match)
        for text in subject.texts
        for match in _RATIO.finditer(text.text)
        if not _ONE_PART.search(text.text[max(0, match.start() - 120) : match.end()])
    ]
    sizes = {match["ratio"].count(":") + 1 for _, match in found}
    if count > 1 and len(sizes) == 1 and sizes != {count}:
        text, match = found[0]
        yield span(text, *match.span("ratio"), f"{count} groups")


_PLANNED = re.compile(
    r"\b(?:a )?(?:total of|enrol(?:l)?(?:ed|ing)?|recruit(?:ed|ing)?|sample size (?:of|is|will be)|includ(?:e|ing))\s+"
    r"(?:about\s+|approximately\s+|up to\s+)?(?P<count>\d{1,3}(?:,\d{3})+|\d{2,5})\s+(?:\w+\s+){0,2}?"
    r"(?:patients|participants|subjects|volunteers|children|adults)\b[^.;\n]{0,60}",
    re.I,
)
_SHARE = re.compile(
    r"\b(?:part|phase|step|pilot|each|per|every|arm|group|cohort|stage|interim|first|other|previous|site|center|centre|least)\b",
    re.I,
)


@rule(
    "LINT-035",
    "W",
    "The number of participants in the text and in its field differ",
    why="Supply, money and power are computed from one number.",
    question="How many participants are planned, and how many were enrolled?",
)
def participants_disagree(subject: Subject) -> Iterator[Hit]:
    """`a total of N patients will ...` in the description against the field of planned participants."""
    info = subject.protocol.design_module.enrollment_info
    found = [
        (text, match)
        for text in subject.under("descriptionModule")
        for match in _PLANNED.finditer(text.text)
        if re.search(r"\bwill\b|\bto be\b", text.text[max(0, match.start() - 60) : match.end()])
        and not _SHARE.search(text.text[max(0, match.start() - 60) : match.end()])
    ]
    counts = {int(match["count"].replace(",", "")) for _, match in found}
    ended = subject.protocol.status_module.overall_status in ("COMPLETED", "TERMINATED", "WITHDRAWN")
    planned = info and info.count and info.type != "ACTUAL" and not (ended and not info.type)
    if info and planned and len(counts) == 1 and counts != {info.count}:
        text, match = found[0]
        yield span(text, *match.span("count"), f"the field says {info.count}")


@rule(
    "LINT-036",
    "W",
    "A group is given a placebo, and nobody is masked",
    why="A placebo is made to hide the allocation; if nobody is masked it has no use, or the masking is not stated.",
    question="From whom does the placebo hide the allocation?",
)
def placebo_without_masking(subject: Subject) -> Iterator[Hit]:
    """A PLACEBO_COMPARATOR whose label says placebo, and masking NONE."""
    info = _info(subject)
    if not info or not info.masking_info or info.masking_info.masking != "NONE":
        return
    for number, arm in enumerate(subject.protocol.arms_interventions_module.arm_groups):
        found = re.search(r"\bplacebo\b", arm.label, re.I)
        if arm.type == "PLACEBO_COMPARATOR" and found:
            text = Text(
                path=f"protocolSection.armsInterventionsModule.armGroups[{number}].label", text=arm.label
            )
            yield span(text, found.start(), found.end(), "masking is NONE")
            return


_INERT = re.compile(
    r"\bplacebos?\b|\bsham\b|\bvehicle\b|\bsaline\b|\bdumm|\binactive\b|\binert\b|\bsugar\b|\bplac\b|\bPBO\b|\bcontrols?\b",
    re.I,
)


@rule(
    "LINT-037",
    "E",
    "The title says placebo-controlled, and no group gets a placebo",
    why="What the comparison group receives, and what must be made alike, is unknown.",
    question="Which group receives the placebo, in which form?",
)
def placebo_in_title_alone(subject: Subject) -> Iterator[Hit]:
    """`placebo-controlled` in a title, and no word of a placebo or its like in any group or intervention."""
    arms = subject.protocol.arms_interventions_module
    typed = any(one.type in ("PLACEBO_COMPARATOR", "SHAM_COMPARATOR") for one in arms.arm_groups)
    if (
        not arms.arm_groups
        or typed
        or _INERT.search(" ".join(one.text for one in subject.under("armsInterventionsModule")))
    ):
        return
    for text in subject.under("Title"):
        found = re.search(r"\bplacebo[- ]controlled\b", text.text, re.I)
        if found:
            yield span(
                text, found.start(), found.end(), f"{len(arms.arm_groups)} groups, none with a placebo"
            )
            return


_COUNTED = re.compile(
    r"\b(?P<count>single|one|two|three|four|five|2|3|4|5)[- ](?:treatment[- ])?(?:arms?|armed)\b", re.I
)
_COUNTS = {"single": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}


@rule(
    "LINT-038",
    "W",
    "The title and the list give two numbers of groups",
    why="Supply and randomisation are made for each group; one of them is not described, or does not exist.",
    question="How many groups are there, and which?",
)
def number_of_groups(subject: Subject) -> Iterator[Hit]:
    """`three-arm` in a title, and another number of registered groups."""
    count = len(subject.protocol.arms_interventions_module.arm_groups)
    for text in _titles(subject) if count > 1 else ():
        found = _COUNTED.search(text.text)
        if found and _COUNTS.get(found["count"].lower(), found["count"]) not in (count, str(count)):
            yield span(text, found.start(), found.end(), f"{count} groups are listed")
            return
