"""The design report of a study: what the planned number of participants can show, under each estimand.

The definition says how many, in which ratio, at which level; `design.yaml` what is assumed. A primary test whose exact
size exceeds its level somewhere must be covered by a decision of the definition that has a choice; else there is no
report. What the report says in sentences stands here, beside the numbers that it is made of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equipoise.analysis.design.assumptions import (
    FILE,
    Comparison,
    check_assumptions,
    load_assumptions,
    planned_groups,
)
from equipoise.analysis.design.errors import design_error
from equipoise.analysis.design.report_binary import TESTS, BinaryReport, binary_report
from equipoise.analysis.design.report_means import MeansReport, means_report
from equipoise.analysis.design.report_times import TimesReport, times_report
from equipoise.analysis.numbers import fixed, hundredfold, plain
from equipoise.analysis.tables import Provenance

if TYPE_CHECKING:
    from equipoise.study.study import Study

Compared = BinaryReport | MeansReport | TimesReport
KINDS = {BinaryReport: "binary", MeansReport: "continuous", TimesReport: "time_to_event"}
BANNER = "ASSUMPTIONS – nothing here was observed"
NAMES = {
    "pooled_z": "pooled z test",
    "unpooled_z": "unpooled z test",
    "unconditional_z": "unconditional exact z test",
    "boschloo": "Boschloo's test",
    "boschloo_doubled": "Boschloo's test, one-sided p-value doubled",
    "corrected_z": "z test with Yates's correction",
    "fisher_mid_p": "Fisher's exact test, mid-p",
    "fisher": "Fisher's exact test",
    "t": "t test",
    "logrank": "log-rank test",
}


OTHERS: Mapping[str, Callable[..., Compared]] = {"t": means_report, "logrank": times_report}
"""The reports of tests that are not enumerated, by method."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed(Provenance):
    """The provenance of a report that has no data: the file of assumptions and the definition."""

    @property
    def words(self) -> str:
        """`Assumptions 1a2b3c4d5e6f7081, definition 0123456789abcdef`."""
        return f"Assumptions {self.head[:16]}, definition {self.digest[:16]}"

    @property
    def whole(self) -> str:
        """The same with whole digests."""
        return f"Assumptions {self.head}, definition {self.digest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """The decision that covers a test whose size exceeds its level."""

    name: str
    question: str
    status: str
    choice: str
    says: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignReport:
    """The whole report. groups: the planned participants by arm, in the order of the definition."""

    study: str
    title: str
    planned: int
    groups: Mapping[str, int]
    labels: Mapping[str, str]
    comparisons: tuple[Compared, ...]
    covered: Mapping[str, Covered]
    source: Assumed = field(repr=False)


def design_report(study: Study, folder: Path) -> DesignReport:
    """The report of a study and the `design.yaml` in its folder.

    Raises DSGN-005 (the file), DSGN-006 (it does not fit the definition), DSGN-007 (no decision), and the codes of the
    calculations.
    """
    path = folder / FILE
    given = load_assumptions(path)
    check_assumptions(study, given)
    definition = study.definition
    labels = {name: arm.label for name, arm in definition.arms.items()}
    made: list[Compared] = []
    covered: dict[str, Covered] = {}
    for name, comparison in given.comparisons.items():
        estimand = definition.estimands[name]
        arms = (estimand.treatment[0], estimand.treatment[-1])
        first, second = planned_groups(study, arms)
        named = (labels[arms[0]], labels[arms[1]])
        if comparison.test.method in OTHERS:
            made.append(OTHERS[comparison.test.method](name, estimand, comparison, (first, second), named))
            continue
        binary = binary_report(name, estimand, comparison, (first, second), named)
        made.append(binary)
        if binary.primary.largest > binary.alpha + 1e-9:
            covered[name] = covering(study, comparison, binary)
    return DesignReport(
        study=definition.study.id,
        title=definition.study.title,
        planned=definition.allocation.planned,
        groups=dict(zip(definition.arms, planned_groups(study, tuple(definition.arms)), strict=True)),
        labels=labels,
        comparisons=tuple(made),
        covered=covered,
        source=_source(path, study),
    )


def covering(study: Study, comparison: Comparison, report: BinaryReport) -> Covered:
    """The decision that weighs a test beyond its level. Raises DSGN-007 where none is named, it is open, or it chose
    another test."""
    place = f"{FILE} {report.estimand}"
    excess = f"{NAMES[report.test]} has size {report.primary.largest:.4f} at {report.primary.at:.3f}"
    name = comparison.test.decision
    if name is None:
        raise design_error("DSGN-007", place, excess)
    decision = study.definition.decisions[name]
    if decision.choice is None:
        raise design_error("DSGN-007", place, f"{excess}; the decision {name} is open")
    if decision.choice in TESTS and decision.choice != report.test:
        raise design_error("DSGN-007", place, f"{excess}; the decision {name} chose {decision.choice}")
    return Covered(
        name=name,
        question=decision.question,
        status=decision.status,
        choice=decision.choice,
        says=decision.options[decision.choice],
        reason=decision.reason,
    )


def _source(path: Path, study: Study) -> Assumed:
    return Assumed(
        banner=BANNER,
        mode="design",
        study=study.definition.study.id,
        cut=0,
        head=hashlib.sha256(path.read_bytes()).hexdigest(),
        sequence=0,
        digest=study.digest,
    )


def percent(share: float, decimals: int = 1) -> str:
    """`72.9%`, without decimals that say nothing."""
    return f"{fixed(hundredfold(share), decimals).removesuffix('.' + '0' * decimals)}%"


def brief(share: float) -> str:
    """`67.5%`: as many decimals as four digits leave."""
    return f"{100 * share:.4g}%"


def sentences(report: DesignReport, each: Compared) -> tuple[str, ...]:
    """What one comparison comes to, in sentences."""
    if isinstance(each, MeansReport):
        return _means_sentences(each)
    if isinstance(each, TimesReport):
        return _times_sentences(each)
    main, arms = each.shown[0], f"{each.groups[0]} against {each.groups[1]}"
    pair = f"{percent(main.assumed[0])} against {percent(main.assumed[1])}"
    said = [
        f"{arms} participants find {pair} with a power of {percent(main.exact)} ({NAMES[each.test]}, exact); "
        f"the normal formula says {percent(main.formula)}."
    ]
    if main.loss:
        counted = "counts as non-response" if main.loss_counts == "non_response" else "is left out"
        compared = f"{brief(main.proportions[0])} against {brief(main.proportions[1])}"
        said.append(
            f"When {percent(main.loss)} are lost and their loss {counted}, {compared} are compared in "
            f"{main.groups[0]} against {main.groups[1]} participants: the power is "
            f"{percent(main.handled)}, not {percent(main.exact)}."
        )
    for found in each.detectable:
        if found.reference == main.assumed[1] and found.exact is not None:
            after = "" if found.handled is None else f"; {100 * found.handled:.1f} when the loss is counted"
            said.append(
                f"From {percent(found.reference)}, the smallest difference found with {percent(found.power, 0)} power "
                f"is {100 * found.exact:.1f} points{after}."
            )
    same = sum(one.assumption.total == sum(each.groups) for one in each.readings)
    if same:
        said.append(
            f"{same} of the assumptions looked at lead to exactly {sum(each.groups)} participants; the number alone "
            "cannot tell them apart."
        )
    primary = each.primary
    above = "above" if primary.largest > each.alpha + 1e-9 else "within"
    said.append(
        f"When nothing differs, the {NAMES[each.test]} rejects in up to {percent(primary.largest, 2)} of trials (at a "
        f"common {percent(primary.at)}), {above} its level of {percent(each.alpha)}."
    )
    if above == "above":
        said += _price_of_the_level(each)
    decision = report.covered.get(each.estimand)
    if decision:
        said.append(
            f"The decision {decision.name} ({decision.status}) covers this: {decision.says}. {decision.reason}".replace(
                " %", "\u00a0%"
            )
        )
    return tuple(said)


def _price_of_the_level(each: BinaryReport) -> list[str]:
    """What the best test costs that keeps the level, with the loss and without."""
    keeping = [one for one in each.sizes if one.largest <= each.alpha + 1e-9]
    if not keeping:
        return []
    best, main = max(keeping, key=lambda one: one.handled), each.shown[0]
    return [
        f"A test that keeps the level at every common proportion, the {NAMES[best.test]}, finds the first assumptions "
        f"with {percent(best.power)} instead of {percent(main.exact)}, and after the loss with "
        f"{percent(best.handled)} instead of {percent(main.handled)}."
    ]


def _means_sentences(each: MeansReport) -> tuple[str, ...]:
    main = each.shown[0]
    signed = f"{main.difference:g}".replace("-", "−")
    said = [
        f"{each.groups[0]} against {each.groups[1]} participants find a difference of {signed} (standard "
        f"deviation {main.sd:g}) with a power of {percent(main.power)} (t test)."
    ]
    if main.loss:
        said.append(
            f"When {percent(main.loss)} are lost, {main.left[0]} against {main.left[1]} are left: the power is "
            f"{percent(main.handled)}. A power of {percent(main.wanted, 0)} then needs {main.needed[0]} against "
            f"{main.needed[1]}."
        )
    said += [
        f"The smallest difference found with {percent(one.power, 0)} power is {one.difference:.2f}; after the loss "
        f"{one.handled:.2f}."
        for one in each.detectable
        if one.assumptions == main.label
    ]
    return tuple(said)


def _times_sentences(each: TimesReport) -> tuple[str, ...]:
    main = each.shown[0]
    said = [
        f"{each.groups[0]} against {each.groups[1]} participants have {main.events:.1f} events and find a hazard ratio "
        f"of {main.hazard_ratio:g} with a power of {percent(main.powers['lakatos'])} (log-rank test, expected "
        f"statistic; Schoenfeld's formula says {percent(main.powers['schoenfeld'])}).",
        f"A power of {percent(main.wanted, 0)} needs {main.needed_events:.1f} events, which take {main.needed[0]} "
        f"against {main.needed[1]} participants.",
    ]
    for found in each.detectable:
        if found.assumptions == main.label and found.hazard_ratio is not None:
            said.append(
                f"The hazard ratio found with {percent(found.power, 0)} power is {found.hazard_ratio:.2f} or lower."
            )
    return tuple(said)


def design_data(report: DesignReport) -> dict[str, Any]:
    """The report as plain data, numbers rounded to 6 decimals, with its sentences."""
    found = {
        "study": report.study,
        "title": report.title,
        "planned": report.planned,
        "groups": dict(report.groups),
        "note": report.source.banner,
        "assumptions": report.source.head,
        "definition": report.source.digest,
        "comparisons": {
            each.estimand: {
                **asdict(each),
                "kind": KINDS[type(each)],
                "says": sentences(report, each),
                "decision": asdict(report.covered[each.estimand])
                if each.estimand in report.covered
                else None,
            }
            for each in report.comparisons
        },
    }
    return _rounded(found)


def design_json(report: DesignReport) -> str:
    """The same as JSON text."""
    return json.dumps(design_data(report), ensure_ascii=False, indent=2)


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return plain(value) if isinstance(value, float) else value
