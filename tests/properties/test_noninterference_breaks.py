"""Blinding broken on purpose, one way a test: the check of non-interference must see each of them.

A way is a change of one function of `blinding` or `conduct` of the kind that people make. The two worlds are made anew
under the change, and a masked person must then read, or be answered, something else in them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import pytest
from msgspec import structs

from equipoise.allocation import Seal
from equipoise.blinding import categories
from equipoise.conduct import assessment, deviations, engine, forms, queries
from equipoise.conduct.command import Context, Refusal
from equipoise.ledger import events as e

from .masked_trial import masked, trial
from .under_seal import Interference, World, answers, differences, retold, told

visible = import_module("equipoise.blinding.visible")  # the package shows the functions under these names
worklist = import_module("equipoise.blinding.worklist")
SEAL = Seal(seed=bytes(32), block_sizes=(2, 4), salt=bytes(16))
OTHER = Seal(seed=bytes([7]) * 32, block_sizes=(4, 6), salt=bytes(16))
SENT = trial(1, 10)
WHOLE, EARLY = len(SENT), len(SENT) - 2  # with the lock, and before it
AT = SENT[-3][1]
Patch = Callable[[pytest.MonkeyPatch], Any]


def shows() -> bool:
    """Whether a masked person reads, or is answered, something else in the two worlds."""
    try:
        if differences(masked(), *worlds(WHOLE)):
            return True
        one, two = worlds(EARLY)
        return answers(one, AT) != answers(two, AT)
    except Interference:
        return True


def worlds(count: int) -> tuple[World, World]:
    """The two worlds after so many commands. What is open is what it was before the change."""
    sent, opened = SENT[:count], opened_before(count)
    one, _ = told(masked(), sent, SEAL)
    return one, retold(masked(), sent, opened, one.draws, OTHER, Random(0))


@cache
def opened_before(count: int) -> tuple[bool, ...]:
    """Which of the first commands lead to something open, as the engine is."""
    return tuple(told(masked(), SENT[:count], SEAL)[1])


def categorised(types: set[str], into: str) -> Patch:
    """Events of these types have another category."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        usual = categories.category

        def category(study: Any, event: Any) -> Any:
            return into if event.type in types else usual(study, event)

        for module in (visible, worklist):
            monkeypatch.setattr(module, "category", category)

    return patch


def instead(module: Any, name: str, function: Callable[..., Any]) -> Patch:
    """One function of a module is another; it is given the usual one first."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        usual = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *given, **more: function(usual, *given, **more))

    return patch


def handled(kind: str, function: Callable[..., Any]) -> Patch:
    """A kind of command is handled otherwise; the function is given the usual handler first."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        usual = engine.HANDLERS[kind]
        monkeypatch.setitem(engine.HANDLERS, kind, lambda *given: function(usual, *given))

    return patch


def with_data(command: str, kind: str, more: Callable[[Context], dict[str, str]]) -> Patch:
    """A handler puts something more into the data of its events of a type."""

    def function(usual: Any, context: Context, command: Any) -> Any:
        answer = usual(context, command)
        if isinstance(answer, Refusal):
            return answer
        return tuple(
            structs.replace(draft, data={**draft.data, **more(context)}) if draft.type == kind else draft
            for draft in answer
        )

    return handled(command, function)


def shown_with(more: Callable[[Any], dict[str, str]]) -> Patch:
    """What is shown has something more of the event in its data."""

    def function(usual: Any, study: Any, event: Any, number: int, hidden: str) -> Any:
        found = usual(study, event, number, hidden)
        return replace(found, data={**found.data, **more(event)})

    return instead(visible, "_shown", function)


def numbered_by_sequence(usual: Any, study: Any, event: Any, number: int, hidden: str) -> Any:
    return usual(study, event, event.sequence, hidden)


def one_counter(usual: Any, context: Context, sealed: bool, index: int) -> str:
    return f"{'S' if sealed else 'Q'}{sum(context.participant.asked) + index}"


def windows_together(usual: Any, context: Context, command: Any) -> Any:
    if context.participant.facts.filled_at(command.encounter):
        return []
    return usual(context, command)


def counted(usual: Any, context: Context, command: Any) -> Any:
    answer = usual(context, command)
    if isinstance(answer, Refusal):
        return replace(answer, findings=(f"{context.state.trial.pending_judgements} wait",))
    return answer


def dropped_with_the_drug(usual: Any, study: Any, events: Any) -> Any:
    events = tuple(events)
    stopped = {event.participant for event in events if event.type == e.TREATMENT_STOPPED}
    return {subject: known for subject, known in usual(study, events).items() if subject not in stopped}


def anchored_to_the_first_dose(usual: Any, study: Any, events: Any) -> Any:
    events = tuple(events)
    found = usual(study, events)
    for event in events:
        if event.type == e.DOSE_TAKEN:
            found[event.participant].anchors["randomised_on"] = date.fromisoformat(event.effective[:10])
    return found


def barred_by_any_event(usual: Any, context: Context, command: Any) -> Any:
    if context.participant.adverse_events or context.participant.held:
        return assessment.refuse("ASSE-003", command, "not now")
    return usual(context, command)


WAYS: dict[str, Patch] = {
    "stops of treatment are open": categorised({e.TREATMENT_STOPPED}, "person"),
    "holds are open": categorised({e.TREATMENT_HELD, e.TREATMENT_RESUMED}, "trial"),
    "prescriptions are open": categorised({e.DOSE_PRESCRIBED}, "form"),
    "dispensing is open": categorised({e.DOSE_DISPENSED}, "form"),
    "intakes are open": categorised({e.DOSE_TAKEN}, "form"),
    "allocations are open": lambda patch: [
        categorised({e.TREATMENT_ALLOCATED}, "person")(patch),
        patch.setitem(visible.CODED, e.TREATMENT_ALLOCATED, frozenset({"arm"})),
    ],
    "adverse events are open": categorised({e.ADVERSE_EVENT_REPORTED}, "form"),
    "alarms are open": categorised({e.ALARM_RAISED}, "person"),
    "code breaks are open": categorised({e.CODE_BROKEN}, "trial"),
    "unblindings are open": categorised({e.UNBLINDING_RECORDED}, "assessment"),
    "judgements are open": categorised({e.EVENT_ADJUDICATED}, "trial"),
    "deviations are always open": categorised({e.DEVIATION_RECORDED}, "person"),
    "numbers follow the ledger's sequence": instead(visible, "_shown", numbered_by_sequence),
    "the ids of commands show": shown_with(lambda event: {"command": event.command}),
    "the count of the ledger shows": shown_with(lambda event: {"after": str(event.sequence - 1)}),
    "sealed forms are open": instead(categories, "sealed_record", lambda *_: False),
    "encounters that count from the drug are open": instead(categories, "_counts_from_drug", lambda *_: False),
    "what is sealed among open types is open": instead(categories, "_tells_of_drug", lambda *_: False),
    "the list ends with the drug": instead(worklist, "_fold", dropped_with_the_drug),
    "the list counts from the first dose": instead(worklist, "_fold", anchored_to_the_first_dose),
    "queries share one counter": lambda patch: [
        instead(module, "query_id", one_counter)(patch) for module in (queries, forms)
    ],
    "a query of a check that reads the laboratory is open": instead(forms, "reads_sealed", lambda *_: False),
    "a finding that rests on the laboratory is open": instead(deviations, "reads_sealed", lambda *_: False),
    "windows look at sealed and open forms together": instead(deviations, "on_window", windows_together),
    "the refusal of the lock counts": handled("lock_trial", counted),
    "the assessor is refused while a drug is held": instead(assessment, "check_blind", barred_by_any_event),
    "the open event of randomisation names the block": with_data(
        "randomise", e.PARTICIPANT_RANDOMISED,
        lambda context: {"number": f"{context.draw('next')}"},
    ),
    "the end of the study says how treatment ended": with_data(
        "end_study", e.STUDY_ENDED,
        lambda context: {"status": f"completed, drug {context.participant.stop_cause}"},
    ),
    "a score counts the visits of its participant": with_data(
        "submit_assessment", e.ASSESSMENT_SUBMITTED,
        lambda context: {"number": str(sum(map(len, context.participant.facts.forms.values())))},
    ),
}  # fmt: skip


def test_the_worlds_are_alike_as_long_as_nothing_is_broken() -> None:
    assert not shows()


@pytest.mark.parametrize("way", WAYS)
def test_a_break_of_blinding_is_seen(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened_before(WHOLE), opened_before(EARLY)
    WAYS[way](monkeypatch)
    assert shows()


def test_the_manual_says_how_many_ways_were_tried(root: Path) -> None:
    text = (root / "docs" / "explanation" / "blinding.md").read_text(encoding="utf-8")
    assert f"broken on purpose in {len(WAYS)} ways" in text
