"""The counts of the CONSORT 2025 flow diagram, from rows, with their invariant checked.

A person is counted once, however often screened. Each box equals the next plus its exits, and the persons
behind every number are kept, so that a reader of a number can ask who they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from equipoise.analysis.data.estimand import Outcome
from equipoise.analysis.data.rows import Participant, Screening
from equipoise.analysis.errors import analysis_error

INELIGIBLE, DECLINED, OTHER, PENDING = "not eligible", "declined", "other reasons", "still in screening"
POOLED = "all"
COMPLETED = "completed"
"""The cause of the end of treatment that is no discontinuation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Persons who left for one reason. A criterion is `text`ed by the definition's number and words."""

    text: str
    count: int
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One arm of the flow, or all arms together in a blind report, where what is under seal counts as none.

    not_received: allocated but no dose. stopped: ended the treatment early. left: ended follow-up early.
    analysed: in the primary analysis, `imputed` of them with an imputed value, `by_event` of them
    non-responders because of an intercurrent event; excluded: not analysed.
    """

    arm: str
    allocated: int
    received: int
    not_received: tuple[Reason, ...]
    stopped: tuple[Reason, ...]
    left: tuple[Reason, ...]
    analysed: int
    imputed: int
    by_event: int
    excluded: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The whole flow. `criteria` counts each criterion that an excluded person failed; one may fail
    several."""

    assessed: int
    attempts: int
    excluded: tuple[Reason, ...]
    criteria: tuple[Reason, ...]
    randomised: int
    branches: tuple[Branch, ...]


def flow(
    screenings: Sequence[Screening],
    participants: Sequence[Participant],
    outcomes: Sequence[Outcome],
    excluded: Mapping[str, str],
    arms: Sequence[str] = (POOLED,),
) -> Flow:
    """Counts everything and checks that it adds up (ANAL-007).

    `outcomes` are those of the primary analysis, `excluded` the reasons of the randomised who are not in
    it.
    """
    attempts: dict[str, list[Screening]] = {}
    for row in screenings:
        attempts.setdefault(row.person, []).append(row)
    randomised = {row.person for row in participants}
    outside = {
        person: why_excluded(max(rows, key=lambda row: row.attempt))
        for person, rows in attempts.items()
        if person not in randomised
    }
    found = Flow(
        assessed=len(attempts),
        attempts=len(screenings),
        excluded=tally(outside, order=(INELIGIBLE, DECLINED, OTHER, PENDING)),
        criteria=criteria_failed([max(attempts[person], key=lambda row: row.attempt) for person in outside]),
        randomised=len(randomised),
        branches=tuple(branch(arm, participants, outcomes, excluded) for arm in arms),
    )
    check_flow(found)
    return found


def why_excluded(last: Screening) -> str:
    """One reason a person, from the last attempt: a criterion before a refusal, a refusal before anything
    else."""
    if not last.failed:
        return PENDING
    if any(is_criterion(reason) for reason in last.reasons):
        return INELIGIBLE
    return DECLINED if "declined" in last.reasons else OTHER


def is_criterion(reason: str) -> bool:
    """Whether a reason of a screening failure names a criterion."""
    return reason != "declined" and not reason.startswith("other:")


def criteria_failed(rows: Iterable[Screening]) -> tuple[Reason, ...]:
    """How many persons failed each criterion at their last attempt, and the other reasons in their own
    words."""
    people: dict[str, list[str]] = {}
    for row in rows:
        for reason in dict.fromkeys(row.reasons):
            people.setdefault(reason.removeprefix("other:").strip(), []).append(row.person)
    return tuple(Reason(text=text, count=len(who), people=tuple(who)) for text, who in sorted(people.items()))


def branch(
    arm: str, participants: Sequence[Participant], outcomes: Sequence[Outcome], excluded: Mapping[str, str]
) -> Branch:
    """The counts of one arm; of everybody when the arm is `all`."""
    members = [row for row in participants if arm == POOLED or row.arm == arm]
    subjects = {row.subject for row in members}
    analysed = [row for row in outcomes if row.subject in subjects]
    dosed = any(row.first_dose_on is not None for row in participants)
    untreated = {
        row.subject: row.stop_cause or row.ended or "not stated" for row in members if dosed and never(row)
    }
    stops = {row.subject: row.stop_cause or "not stated" for row in members if stopped_early(row, dosed)}
    left = {row.subject: left_because(row) for row in members if row.ended not in ("", "completed")}
    return Branch(
        arm=arm,
        allocated=len(members),
        received=len(members) - len(untreated),
        not_received=tally(untreated),
        stopped=tally(stops),
        left=tally(left),
        analysed=len(analysed),
        imputed=sum(row.kind == "missing" for row in analysed),
        by_event=sum(row.kind == "event" for row in analysed),
        excluded=tally({subject: why for subject, why in excluded.items() if subject in subjects}),
    )


def never(row: Participant) -> bool:
    """Whether a participant took no dose."""
    return row.first_dose_on is None


def stopped_early(row: Participant, dosed: bool) -> bool:
    """Whether a participant who had started ended the treatment before its planned end."""
    started = row.first_dose_on is not None or not dosed
    return started and row.stopped_on is not None and row.stop_cause != COMPLETED


def left_because(row: Participant) -> str:
    """`lost`, `withdrawn: moved away`, `died`."""
    words = {"lost": "lost to follow-up", "withdrawn": "withdrew", "died": "died", "other": "other"}
    return (
        f"{words.get(row.ended, row.ended)}: {row.ended_cause}"
        if row.ended_cause
        else words.get(row.ended, row.ended)
    )


def tally(reasons: Mapping[str, str], order: Sequence[str] = ()) -> tuple[Reason, ...]:
    """Reasons with their counts: in the given order, else the most frequent first."""
    counts = Counter(reasons.values())
    ranked = [text for text in order if text in counts]
    ranked += sorted((text for text in counts if text not in order), key=lambda text: (-counts[text], text))
    return tuple(
        Reason(
            text=text, count=counts[text], people=tuple(who for who, why in reasons.items() if why == text)
        )
        for text in ranked
    )


def total(reasons: Iterable[Reason]) -> int:
    """How many persons a list of reasons stands for, one reason a person."""
    return sum(reason.count for reason in reasons)


def check_flow(found: Flow) -> None:
    """Raises ANAL-007 unless each box equals the next plus the exits."""
    sums = [
        ("assessed = randomised + excluded", found.assessed, found.randomised + total(found.excluded)),
        ("randomised = allocated", found.randomised, sum(each.allocated for each in found.branches)),
    ]
    for each in found.branches:
        sums += [
            (
                f"{each.arm}: allocated = received + not",
                each.allocated,
                each.received + total(each.not_received),
            ),
            (
                f"{each.arm}: allocated = analysed + excluded",
                each.allocated,
                each.analysed + total(each.excluded),
            ),
        ]
        if max(total(each.left), total(each.stopped)) > each.allocated:
            sums.append((f"{each.arm}: more left than were allocated", each.allocated, -1))
    wrong = [f"{name}: {one} and {two}" for name, one, two in sums if one != two]
    if wrong:
        raise analysis_error("ANAL-007", "flow", "; ".join(wrong))
