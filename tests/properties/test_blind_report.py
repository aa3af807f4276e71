"""Nothing under seal shows in a blind report: two worlds that differ only there give the same files, byte for byte.

The worlds are those of the non-interference tests: equal open commands and times, other allocations, and other drugs,
doses, stops, adverse events and sealed records. Only the head hash, which names the cut, may differ; here it is given.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from equipoise.allocation import Seal
from equipoise.analysis.cut import Cut, cut
from equipoise.analysis.data.blind import blinded
from equipoise.analysis.reporting.package import package
from equipoise.analysis.reporting.render import sections
from equipoise.analysis.reporting.report import Report, analyse
from equipoise.blinding import category
from equipoise.cli.simulating import practice_seal
from equipoise.ledger.entry import Event, Head
from equipoise.simulation.scenario import load_scenario
from equipoise.simulation.trial import simulate
from equipoise.study import load
from equipoise.study.study import Study

from .masked_trial import masked, trial
from .under_seal import retold, told

STUDIES = Path(__file__).parents[2] / "studies"
SEAL = Seal(seed=bytes(32), block_sizes=(2, 4), salt=bytes(16))
OTHER = st.binary(min_size=32, max_size=32).map(
    lambda seed: Seal(seed=seed, block_sizes=(4, 6), salt=bytes(16))
)
ONCE = (Phase.explicit, Phase.reuse, Phase.generate)


def made(events: list[Event], until: str = "9999") -> Cut:
    """The cut of the events up to a time, under one hash in every world."""
    kept = [each for each in events if each.recorded <= until]
    return cut(kept, 1, Head(kept[-1].sequence, b"\7" * 32))


def blind(study: Study, events: list[Event], until: str = "9999") -> dict[str, bytes]:
    """Every file of the blind report, and the parts of a page."""
    report = analyse(study, made(events, until), seed=3, by_arm=False)
    return {**package(report), "page": "".join(part.html for part in sections(report)).encode()}


@cache
def worlds(name: str) -> tuple[Study, list[Event], list[Event]]:
    """A study of this repository, and a small simulated trial of it in two worlds."""
    study, scenario = load(STUDIES / name), load_scenario(STUDIES / name / "scenarios" / "base.yaml")
    seal = practice_seal(STUDIES / name)
    few = msgspec.structs.replace(scenario, participants=9)
    log = list(simulate(study, few, 11, seal, keep_log=True).log)
    one, opened = told(study, log, seal)
    sizes = (4, 6) if study.definition.allocation.blocks_commitment else ()
    other = Seal(seed=b"\5" * 32, block_sizes=sizes, salt=bytes(16))
    two = retold(study, log, opened, one.draws, other, Random(5))
    return study, one.events, two.events


@settings(max_examples=4, phases=ONCE, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 7), OTHER, st.integers(0, 10**6))
def test_worlds_of_a_small_trial_give_the_same_blind_cut(
    seed: int, people: int, other: Seal, noise: int
) -> None:
    sent = trial(seed, people)
    one, opened = told(masked(), sent, SEAL)
    two = retold(masked(), sent, opened, one.draws, other, Random(noise))
    assert blinded(masked(), made(one.events)) == blinded(masked(), made(two.events))


@pytest.mark.parametrize("name", ["NCT06965244", "DEMO-TTE"])
def test_worlds_of_each_study_give_the_same_files(name: str) -> None:
    study, one, two = worlds(name)
    arms = [[each.data["arm"] for each in world if each.type == "TreatmentAllocated"] for world in (one, two)]
    assert arms[0] != arms[1]
    middle = one[len(one) // 2].recorded
    for until in (middle, "9999"):
        first, second = blind(study, one, until), blind(study, two, until)
        assert list(first) == list(second)
        assert [name for name in first if first[name] != second[name]] == []


@pytest.mark.parametrize("name", ["NCT06965244", "DEMO-TTE"])
def test_no_arm_is_named_in_any_file(name: str) -> None:
    """Beside the title of the study, which is what it is."""
    study, one, _ = worlds(name)
    arms = study.definition.arms
    words = {word.lower() for key, arm in arms.items() for word in (key, arm.label, *arm.regimens)}
    title = study.definition.study.title.lower()
    for path, content in blind(study, one).items():
        text = pages(content) if path.endswith(".pdf") else content.decode()
        shown = " ".join(text.lower().split()).replace(title, "")
        assert [word for word in words if word in shown] == [], path


def pages(content: bytes) -> str:
    """The text of a PDF."""
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_a_blind_cut_holds_nothing_sealed_and_counts_nothing_sealed() -> None:
    study, one, _ = worlds("NCT06965244")
    found = blinded(study, made(one))
    assert blinded(study, found) is found and found.blind
    assert [each.sequence for each in found.events] == list(range(1, found.sequence + 1))
    assert all(category(study, each) != "sealed" for each in found.events)
    open_ones = sum(category(study, each) != "sealed" for each in one)
    assert len(found.events) == open_ones < len(one)


def test_the_reasons_of_those_who_were_never_randomised_are_codes() -> None:
    study, one, _ = worlds("NCT06965244")
    reasons = [
        r for e in blinded(study, made(one)).events if e.type == "ScreeningFailed" for r in e.data["reasons"]
    ]
    assert reasons and {each for each in reasons if each not in study.definition.criteria} <= {
        "declined",
        "other:",
    }


def test_the_blind_report_counts_what_is_open() -> None:
    study, one, _ = worlds("NCT06965244")
    report: Report = analyse(study, made(one), seed=3, by_arm=False)
    assert (
        report.source.blind and report.sizes == {"all": 9} and report.harms is None and report.subgroups == ()
    )
    group = report.estimates[0].analyses[0].groups[0]
    assert group.analysed + group.missing + group.by_event == 9
