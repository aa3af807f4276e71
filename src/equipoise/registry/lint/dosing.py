"""Rules on doses and regimens: what a prescriber and a pharmacist could not carry out as written."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from equipoise.registry.lint.model import Hit, Subject, Text, rule, span

NUMBER = r"(\d+(?:[.,]\d+)?)"
DOSE_UNIT = r"(mcg|µg|ug|mg|g|ml|IU|units?)"
_BOUND = re.compile(
    r"(?P<sign>\\?<=|\\?>=|\\?<|\\?>|≤|≥|no more than|not more than|at least|at most|less than|lower than|under|below"
    r"|more than|greater than|higher than|over|above|up to)\s*"
    + NUMBER
    + r"\s*(?P<unit>kg|years?|ml/min|m2|cm)\b(?!/m)",
    re.I,
)
_DOSE = re.compile(NUMBER + r"\s*" + DOSE_UNIT + r"\b", re.I)
NEAR = 60
_BELOW = {"<", "\\<", "less than", "lower than", "under", "below"}
_ABOVE = {">", "\\>", "more than", "greater than", "higher than", "over", "above"}
_UP_TO = {"<=", "\\<=", "≤", "no more than", "not more than", "at most", "up to"}


@rule(
    "LINT-001",
    "E",
    "Dose bands leave a value out, or give one value two doses",
    why="A participant exactly at the border has no dose, or two; software and pharmacists must not guess.",
    question="Which band holds a value exactly at the border, and at which visit is it measured?",
)
def dose_bands(subject: Subject) -> Iterator[Hit]:
    """Two bounds on one number, in opposite directions, both strict (a gap) or both inclusive (an overlap).

    In groups, interventions and description; a dose stands between the two or just behind. Bounds of two separate
    definitions, and of donors, are no bands.
    """
    for text in subject.under("armsInterventionsModule", "descriptionModule"):
        bounds: dict[tuple[str, str], list[tuple[str, bool, re.Match[str]]]] = defaultdict(list)
        for found in _BOUND.finditer(text.text):
            sign = found["sign"].lower()
            side = "below" if sign in _BELOW | _UP_TO else "above"
            bounds[found[2], found["unit"].lower()].append((side, sign in _BELOW | _ABOVE, found))
        for (number, unit), members in bounds.items():
            for strict, fault in ((True, "no band holds"), (False, "two bands hold")):
                pair = {side: found for side, is_strict, found in members if is_strict == strict}
                ends = sorted(found.span() for found in pair.values())
                if len(pair) == 2 and _is_dosed(text.text, ends[0][0], ends[1][1]):
                    yield span(text, ends[0][0], ends[1][1], f"{fault} exactly {number} {unit}")


_DEFINED = re.compile(r"\bdefin(?:ed|es?|itions?)\b|\bdonors?\b", re.I)


def _is_dosed(text: str, start: int, end: int) -> bool:
    """Whether a dose stands between the two bounds or just behind, and no definition there or just before."""
    return bool(_DOSE.search(text[: end + NEAR], start)) and not _DEFINED.search(
        text[max(0, start - NEAR) : end]
    )


_RANGE = re.compile(
    NUMBER + r"\s*(?:mg|mcg|µg|g|ml|IU)?\s*(?:to|-|–)\s*" + NUMBER + r"\s*" + DOSE_UNIT + r"\b", re.I
)
_FIXED = re.compile(r"(?<![\d.,–-])" + NUMBER + r"\s*" + DOSE_UNIT + r"\b(?!\s*(?:to|-|–)\s*\d)", re.I)


@rule(
    "LINT-002",
    "W",
    "A dose is a range in one place and fixed in another",
    why="A range means that somebody chooses or titrates; fixed doses mean that a rule decides. Only one can be run.",
    question="Is the dose titrated within the range, or set by a rule? Who changes it, when, and on what?",
)
def range_or_fixed(subject: Subject) -> Iterator[Hit]:
    """A range low to high beside a drug's name, and both ends as doses of their own in that drug's description."""
    for number, one in enumerate(subject.protocol.arms_interventions_module.interventions):
        own = f"interventions[{number}]"
        fixed: dict[str, set[str]] = defaultdict(set)
        for found in _FIXED.finditer(_RANGE.sub(" ", one.description)):
            fixed[found[2].lower()].add(found[1])
        names = [word.lower() for word in re.findall(r"[A-Za-z]{5,}", one.name)]
        for text in subject.under("designModule", "armsInterventionsModule") if fixed and names else ():
            if own in text.path:
                continue
            for found in _RANGE.finditer(text.text):
                near = text.text[max(0, found.start() - 60) : found.start()].lower()
                ends = {found[1], found[2]} <= fixed[found[3].lower()]
                if ends and any(name in near for name in names) and not _explained(text.text, found):
                    yield span(text, found.start(), found.end())


_CHANGED = re.compile(
    r"\b(?:decreas|reduc|increas|titrat|escalat|start|initial|maximum|adjust|depend|accord|based|weight|tolera|filtrat|clearance)\w*"
    r"|/\s*$|\A\s*/\s*min\b",
    re.I,
)


def _explained(text: str, found: re.Match[str]) -> bool:
    """Whether it is no open range: one number twice or downwards, or the text says who or what sets the dose."""
    rising = float(found[1].replace(",", ".")) < float(found[2].replace(",", "."))
    said_before = _CHANGED.search(text[max(0, found.start() - 120) : found.end()])
    behind = text[found.end() : found.end() + 300]
    both = all(re.search(rf"\b{re.escape(found[n])}\b", behind) for n in (1, 2))
    return not rising or bool(said_before) or both or bool(_CHANGED.search(behind))


_PERIOD = re.compile(
    r"\b(?:for|during|over|lasting|until|through|up to|x)\s*(?:the\s+|a\s+|about\s+)?(?:\w+\s+)?"
    r"(?:\d+|one|two|three|four|six|eight|twelve)[\s-]*(?:consecutive\s+)?(?:days?|weeks?|months?|years?|cycles?)\b"
    r"|\b(?:\d+|one|two|three|four|six|eight|twelve)[\s-]*(?:days?|weeks?|months?|cycles?)[\s-]*"
    r"(?:course|period|treatment|duration)\b",
    re.I,
)
_LASTING = re.compile(
    r"\bsingle|\bonce only|\buntil|\bone[- ]time|\bprocedure|\bsurgery|\bstandard|\busual|\bmatch|\bidentical|\bsame\b"
    r"|\bcycles?\b|\bdays? \d",
    re.I,
)


@rule(
    "LINT-003",
    "W",
    "A duration of treatment is stated for one group only",
    why="Supply, safety tests, visits and follow-up all hang on the duration; unlike groups cannot be compared.",
    question="How long is each group treated, and is it the same?",
)
def duration_of_one_arm(subject: Subject) -> Iterator[Hit]:
    """Of the groups given a drug at a stated rate, one has a duration in its texts and another has none.

    Silent when the treated are masked or a comparator is a placebo (then the groups last alike), and when title,
    design or description state a duration of treatment; a group that is given less of the same is no comparison.
    """
    if not subject.interventional or _alike(subject) or _stated_for_all(subject):
        return
    stated, silent = [], []
    for drugs, texts in _texts_of_groups(subject):
        found = [(text, match) for text in texts if (match := _PERIOD.search(text.text))]
        whole = " ".join(one.text for one in texts)
        if found and not _FIRST_PART.match(found[0][0].text[found[0][1].end() :]):
            stated.append((drugs, *found[0]))
        elif not found and _RATE.search(whole) and not _LASTING.search(whole):
            silent.append(drugs)
    for drugs, text, match in stated:
        if any(not other <= drugs for other in silent):
            yield span(text, match.start(), match.end())
            return


_FIRST_PART = re.compile(r"\W*(?:followed|then|and then|after which|thereafter)\b", re.I)


_RATE = re.compile(
    NUMBER + r"\s*(?:mcg|µg|ug|mg|g|IU|units?|tablets?|capsules?)(?:/kg)?\b.{0,40}?"
    r"(?:/\s*(?:d|day|week|wk)\b|\bper (?:day|week)\b|\bdaily\b|\bweekly\b|\btwice\b"
    r"|\bevery\b|\b[btq]\.?i\.?d\b|\btimes\b)",
    re.I,
)
_TREATED = re.compile(
    r"\b(?:treat\w*|therapy|receiv\w+|taken?|given|dos(?:e|es|ed|ing)|administ\w+|last\w*|weeks? study|intervention)\b",
    re.I,
)


def _alike(subject: Subject) -> bool:
    info, arms = subject.protocol.design_module.design_info, subject.protocol.arms_interventions_module
    masked = info and info.masking_info and "PARTICIPANT" in info.masking_info.who_masked
    return bool(masked) or any(
        one.type in ("PLACEBO_COMPARATOR", "SHAM_COMPARATOR") for one in arms.arm_groups
    )


def _stated_for_all(subject: Subject) -> bool:
    for text in subject.under("Title", "Model", "descriptionModule"):
        for found in _PERIOD.finditer(text.text):
            if "Model" in text.path or "Title" in text.path:
                return True
            if _TREATED.search(text.text[max(0, found.start() - 80) : found.end() + 40]):
                return True
    return False


def _texts_of_groups(subject: Subject) -> Iterator[tuple[frozenset[int], list[Text]]]:
    """For each group that is given a drug: what it is given, and the texts of both."""
    arms = subject.protocol.arms_interventions_module
    base = "protocolSection.armsInterventionsModule"
    by_group: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(arms.interventions):
        for label in one.arm_group_labels:
            by_group[label].append(number)
    for number, arm in enumerate(arms.arm_groups):
        given = [arms.interventions[n] for n in by_group[arm.label]]
        if not any(one.type in ("DRUG", "BIOLOGICAL") for one in given):
            continue
        own = f"{base}.armGroups[{number}]"
        texts = [
            Text(path=f"{own}.description", text=arm.description),
            Text(path=f"{own}.label", text=arm.label),
        ]
        for place in by_group[arm.label]:
            one, path = arms.interventions[place], f"{base}.interventions[{place}]"
            texts += [
                Text(path=f"{path}.description", text=one.description),
                Text(path=f"{path}.name", text=one.name),
            ]
        yield frozenset(by_group[arm.label]), [text for text in texts if text.text]


_QUALIFIED = re.compile(
    r"\b(low|high|equal|same|full|half|double|standard|reduced)[ -]doses?\s+(?:of\s+)?(?:oral\s+)?"
    r"([a-z]+(?:\s+[a-z]+)?)",
    re.I,
)
_EQUAL = {"equal", "same"}


@rule(
    "LINT-004",
    "W",
    "One drug's dose is described by words that contradict each other",
    why="Two unlike words for one dose leave the dose unknown, and neither is a number.",
    question="What is the dose, as a number with a unit?",
)
def contradictory_words(subject: Subject) -> Iterator[Hit]:
    """The same drug with two different words such as low, equal, full before `dose`, in arms or interventions."""
    seen: dict[str, tuple[str, Text, re.Match[str]]] = {}
    for text in subject.under("armsInterventionsModule"):
        for found in _QUALIFIED.finditer(text.text):
            drug, word = found[2].lower(), found[1].lower()
            drug = (
                drug
                if " " in drug and not re.search(r" (?:for|in|and|or|with|at|to|was|is|on|of)$", drug)
                else ""
            )
            first = seen.setdefault(drug, (word, text, found))
            if drug and first[0] != word and (first[0] in _EQUAL) != (word in _EQUAL):
                yield span(text, found.start(), found.end(), f"`{first[0]}` elsewhere, `{word}` here")


_LAG = re.compile(
    r"(?<!within )(?<!least )(?<!up to )(?<!than )(?<!± )\b(\d+)\s*(hours?|hrs?|h|days?)\s+"
    r"(?:after|before|following)\s+"
    r"(?:each|every)\b[^.;,]{0,40}",
    re.I,
)


@rule(
    "LINT-005",
    "W",
    "A repeated time has no window",
    why="Nobody takes a drug at the exact hour: without a window each intake is a deviation, or none is.",
    question="Within which hours is it still right, and what follows when the first intake is late or missed?",
)
def lag_without_window(subject: Subject) -> Iterator[Hit]:
    """`48 hours after each ...` with no range, plus-minus, `within` or `at least`."""
    for text in subject.under("armsInterventionsModule"):
        for found in _LAG.finditer(text.text):
            if "±" not in text.text[max(0, found.start() - 12) : found.end() + 12]:
                yield span(text, found.start(), found.end())


_NEED = re.compile(
    r"\b(?:requires?|must receive|mandatory|in all patients|always)\b(?P<what>[^.]{5,100})", re.I
)
_EXCEPT = re.compile(r"(?P<what>[^.]{5,100}?)\bexcept(?:\s+(?:for|in|if|when))?\b[^.;]{0,80}", re.I)


@rule(
    "LINT-006",
    "W",
    "Something is required in one place and excepted in another",
    why="Whoever falls under the exception is either treated against the requirement or left out of it.",
    question="Who exactly is excepted, what do they receive instead, and is it judged again when that changes?",
)
def required_and_excepted(subject: Subject) -> Iterator[Hit]:
    """A pair of words both in a clause with `requires` and in one with `except`, in different texts."""
    needed = [
        (text.path, _pairs(found["what"])) for text in subject.texts for found in _NEED.finditer(text.text)
    ]
    for text in subject.under("armsInterventionsModule"):
        for found in _EXCEPT.finditer(text.text):
            pairs = _pairs(found["what"])
            if any(pairs & other for path, other in needed if path != text.path):
                start = text.text.lower().find("except", found.start())
                yield span(text, start, found.end())


def _pairs(text: str) -> set[tuple[str, str]]:
    words = [word for word in re.findall(r"[a-z][a-z-]+", text.lower()) if len(word) > 4]
    return set(zip(words, words[1:], strict=False))


@rule(
    "LINT-007",
    "W",
    "A group's name holds a treatment that the list of interventions does not",
    why="An unlisted treatment has no type, no dose and nobody who supplies it: is it under study or auxiliary?",
    question="Is it an intervention of the trial? If so, list it with its dose; if not, how is it provided?",
)
def treatment_not_listed(subject: Subject) -> Iterator[Hit]:
    """`A with B`, where A is a listed intervention (so names of groups are made of drugs) and B is not."""
    arms = subject.protocol.arms_interventions_module
    listed = " ".join(
        [
            *(one.name for one in arms.interventions),
            *(" ".join(one.other_names) for one in arms.interventions),
        ]
    )
    for number, arm in enumerate(arms.arm_groups):
        parts = re.split(r"\s+(?:with|plus|and|\+)\s+", arm.label)
        if len(parts) < 2 or not _named(parts[0], listed):
            continue
        for part in parts[1:]:
            words = re.findall(r"[A-Za-z]{4,}", part)
            if (
                words
                and not _named(part, listed)
                and not re.search(r"\b(?:without|placebo|dose|control|care)\b", part, re.I)
            ):
                start = arm.label.rfind(part)
                text = Text(
                    path=f"protocolSection.armsInterventionsModule.armGroups[{number}].label", text=arm.label
                )
                yield span(text, start, start + len(part))


def _named(part: str, listed: str) -> bool:
    return any(word.lower() in listed.lower() for word in re.findall(r"[A-Za-z]{4,}", part))


@rule(
    "LINT-008",
    "I",
    "A group's description only repeats its intervention",
    why="Two copies of one text drift apart at the next amendment, and then two doses are on record.",
    question="Which of the two texts holds when they differ?",
)
def repeated_description(subject: Subject) -> Iterator[Hit]:
    """Every word of a group's description already stands in its label and its interventions' texts."""
    arms = subject.protocol.arms_interventions_module
    for number, arm in enumerate(arms.arm_groups):
        given = [one for one in arms.interventions if arm.label in one.arm_group_labels]
        said = " ".join([arm.label, *(f"{one.name} {one.description}" for one in given)])
        words = re.findall(r"\w+", arm.description.lower())
        if (
            len(words) >= 4
            and any(one.description for one in given)
            and set(words) <= set(re.findall(r"\w+", said.lower()))
        ):
            text = Text(
                path=f"protocolSection.armsInterventionsModule.armGroups[{number}].description",
                text=arm.description,
            )
            yield span(text, 0, len(arm.description))


_STABLE = re.compile(r"\bstable (?:dos\w+|regimen|treatment|therapy|background)\b", re.I)
_DURING = re.compile(
    r"\b(?:concomitant|background|rescue|prohibited|permitted|allowed|continue[sd]?|maintained|remain\w*|kept"
    r"|throughout the (?:study|trial))\b",
    re.I,
)


@rule(
    "LINT-009",
    "W",
    "A stable treatment is asked for at entry and never mentioned again",
    why="Whether it may change afterwards decides what the outcome means, and whether a change is rescue or deviation.",
    question="During the trial, is this treatment kept, tapered or free, and which changes count as rescue?",
)
def background_treatment(subject: Subject) -> Iterator[Hit]:
    """`stable dose` in the criteria, and no text that says what happens to any treatment during the trial."""
    if not subject.interventional or _DURING.search(subject.all_text):
        return
    for text in subject.under("eligibilityCriteria"):
        found = _STABLE.search(text.text)
        if found:
            yield span(text, found.start(), found.end())
