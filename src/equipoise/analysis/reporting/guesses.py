"""Whether the assessors' mask held: their guesses of the arm, with Bang's and James's indices.

Each participant counts once, by the last guess: it is made with all that the assessor has seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from equipoise.analysis.errors import AnalysisError, noted
from equipoise.analysis.estimators.blinding_index import Guesses, Index, bang, james
from equipoise.analysis.numbers import fixed, interval
from equipoise.analysis.tables import Row, Table
from equipoise.ledger import events as types
from equipoise.ledger.entry import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Masking:
    """The guesses about each arm with Bang's index, and James's index of the trial (None with another
    number of arms than two, or where it is not defined: then the note says why)."""

    guesses: Mapping[str, Guesses]
    bang: Mapping[str, Index]
    james: Index | None
    note: str = ""


def last_guesses(events: Iterable[Event]) -> dict[str, str]:
    """By participant, the last guess of the arm as entered."""
    return {
        event.participant: str(event.data["guess"])
        for event in events
        if event.type == types.ARM_GUESSED and event.participant is not None
    }


def masking(said: Mapping[str, str], arm_of: Mapping[str, str], arms: Sequence[str]) -> Masking | None:
    """The indices from the guesses `said` by subject; None without a guess. A guess that names no arm is "I
    do not know"."""
    found: dict[str, Guesses] = {}
    for arm in arms:
        words = [said[subject] for subject, own in arm_of.items() if own == arm and subject in said]
        if words:
            right = sum(word == arm for word in words)
            unknown = sum(word not in arms for word in words)
            found[arm] = Guesses(right=right, wrong=len(words) - right - unknown, unknown=unknown)
    if not found:
        return None
    whole, note = None, "" if len(arms) == 2 else "James's index is defined for two arms."
    if len(arms) == 2 and len(found) < 2:
        note = "Nobody guessed about one of the arms."
    elif len(arms) == 2:
        try:
            whole = james(*(found[arm] for arm in arms))
        except AnalysisError as error:
            note = noted(error)
    return Masking(
        guesses=found, bang={arm: bang(each) for arm, each in found.items()}, james=whole, note=note
    )


def masking_table(found: Masking, labels: Mapping[str, str], arms: Sequence[str]) -> Table:
    """Guesses and Bang's index by arm; James's index below."""
    rows = [
        Row(
            head=labels[arm],
            cells=(*(str(each) for each in (one.right, one.wrong, one.unknown)), _shown(found.bang[arm])),
            key=arm,
        )
        for arm, one in found.guesses.items()
    ]
    if found.james is not None:
        rows.append(Row(head="James's index of the trial", cells=("", "", "", _shown(found.james))))
    return Table(
        id="masking",
        title="Guesses of the arm by the assessors",
        corner="Arm",
        columns=("Right", "Wrong", "I do not know", "Index (95% interval)"),
        rows=tuple(rows),
        notes=(
            "Bang's index: 1 all guess right, 0 as at random or not known, -1 all guess wrong.",
            "James's index: 0 all right, 0.5 at random, 1 nobody knows.",
            "Each participant counts once, by the last guess.",
            *((found.note,) if found.note else ()),
        ),
    )


def _shown(index: Index) -> str:
    bounds = interval(index.interval.lower, index.interval.upper, 2)
    return f"{fixed(index.estimate, 2)} ({bounds})"
