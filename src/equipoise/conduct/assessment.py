"""The masked assessment of the endpoint: signed, numbered and guessed upon, without a word of drug or arm.

A score is blind when a masked role signs it and the person has never treated this participant nor could read the
arm; anybody else may say `blinded: false`, and the score is kept as a substitute's. The baseline is signed before
allocation. A correction is a new signature by the same assessor with a reason, as long as the arm has not been
guessed and the assessor has not learnt it: the guess closes the score. Totals are computed, never stored with it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from equipoise.conduct.acts import day_of, happened, of_act, truth
from equipoise.conduct.command import Command, Context, Decision, Refusal
from equipoise.conduct.consent import check_consented
from equipoise.conduct.deviations import deviation
from equipoise.conduct.errors import refuse
from equipoise.conduct.judgement import false_checks
from equipoise.conduct.schedule import planned
from equipoise.conduct.shapes import shaped
from equipoise.conduct.state import Assessment, ParticipantState
from equipoise.errors import EquipoiseError
from equipoise.study.facts import Record

if TYPE_CHECKING:
    from equipoise.ledger.entry import Draft, Event
    from equipoise.study import model
    from equipoise.study.model import Item
    from equipoise.study.study import Study

NO_GUESS = "unknown"


def submit_assessment(context: Context, command: Command) -> Decision:
    """Signs a score. data: values, blinded (true or false), happened? for a baseline that is entered late."""
    plan = context.study.definition.assessment
    problem = _placed(context, command, plan) or check_consented(context, command)
    if plan is None or problem is not None:
        return problem or refuse("ASSE-014", command, "there is no masked assessment")
    blinded = truth(command.data.get("blinded"))
    if blinded is None:
        return refuse("ASSE-009", command, "say whether the score was made blind")
    earlier = _earlier(context, command, plan) if blinded == "true" else None
    problem = _blind(context, command, plan, earlier) if blinded == "true" else None
    problem = problem or _unfit(context, command, plan.form)
    if problem is not None:
        return problem
    own = [each for each in context.participant.assessments if each.assessor == command.actor]
    data = {
        "form": plan.form,
        "number": str(earlier.number if earlier else len(own) + 1),
        "values": command.data["values"],
        "blinded": blinded,
        "assessor": command.actor,
    }
    return (context.draft(command, "AssessmentSubmitted", data), *_late(context, command, plan, blinded))


def _placed(context: Context, command: Command, plan: model.Assessment | None) -> Refusal | None:
    """The study has a masked assessment, and plans it at the encounter."""
    if plan is None or command.data.get("form", plan.form) != plan.form:
        return refuse("ASSE-014", command, "there is no such masked assessment")
    if command.encounter not in plan.encounters:
        return refuse("ASSE-001", command, f"no score is planned at `{command.encounter}`")
    return None


def check_blind(context: Context, command: Command) -> Refusal | None:
    """Whether this person may score this participant blind. The answer says nothing of why not."""
    roles = context.study.definition.roles
    if not roles[command.role].masked:
        return refuse("ASSE-002", command, f"the role `{command.role}` is not masked")
    participant = context.participant
    sites = (participant.site, participant.randomising_site, None)
    reading = {(command.actor, role, site) for role in _unmasked(context.study) for site in sites}
    if command.actor in participant.seen_by or not reading.isdisjoint(context.state.trial.delegated):
        return refuse("ASSE-003", command, f"{command.actor} cannot score this participant blind")
    return None


@lru_cache(maxsize=64)
def _unmasked(study: Study) -> tuple[str, ...]:
    """The roles that could read the arm."""
    return tuple(name for name, role in study.definition.roles.items() if not role.masked)


def _blind(
    context: Context, command: Command, plan: model.Assessment, earlier: Assessment | None
) -> Refusal | None:
    """What a blind score needs beyond its values."""
    problem = check_blind(context, command)
    if problem is not None:
        return problem
    allocated = context.participant.randomised_on is not None
    if command.encounter == plan.baseline and allocated and not happened(command):
        return refuse("ASSE-004", command, "the baseline can no longer be signed")
    if earlier is None:
        return None
    if earlier.assessor != command.actor:
        return refuse("ASSE-006", command, "another assessor has signed this score")
    if earlier.guessed:
        return refuse("ASSE-007", command, "the score is closed by the guess that followed it")
    return None if command.reason else refuse("ASSE-005", command, "the score is signed already")


def _earlier(context: Context, command: Command, plan: model.Assessment) -> Assessment | None:
    """The score that a new signature would correct. A baseline of an earlier day is none: until the arm is
    allocated, the baseline is signed anew on the day, by whoever scores then."""
    found = _signed(context.participant, command.encounter or "")
    waiting = command.encounter == plan.baseline and context.participant.randomised_on is None
    return None if found is not None and waiting and found.on < command.day else found


def _signed(participant: ParticipantState, encounter: str) -> Assessment | None:
    """The blind score of an encounter; there is at most one that counts."""
    found = [each for each in participant.assessments if each.encounter == encounter and each.blinded]
    return next((each for each in found if not each.superseded), None)


def _unfit(context: Context, command: Command, form: str) -> Refusal | None:
    """A value that cannot be read or cannot be, or an item without an answer: nothing counts as zero."""
    given = command.data.get("values") or {}
    try:
        values = context.study.parse_record(form, given)
    except EquipoiseError as error:
        return refuse("ASSE-008", command, error.fault, (f"{error.code} {error.place}",))
    record = Record(form=form, date=command.day, values=values, encounter=command.encounter)
    facts, musts = context.participant.facts, context.study.checks[form].musts
    impossible = [check.message for check in false_checks(musts, facts, record, command.day)]
    if impossible:
        return refuse("ASSE-008", command, "the score is impossible", impossible)
    unanswered = [(name, item) for name, item in _required(context.study, form) if name not in given]
    if not unanswered:
        return None
    case = facts.with_record(record).on(command.day).with_own(record)
    left = [item.label for name, item in unanswered if _asked(context.study, form, name, case)]
    return refuse("ASSE-008", command, f"{len(left)} items have no answer", left) if left else None


@lru_cache(maxsize=64)
def _required(study: Study, form: str) -> tuple[tuple[str, Item], ...]:
    """The items that people must answer."""
    items = study.form(form).items.items()
    return tuple((name, item) for name, item in items if item.required and item.derive is None)


def _asked(study: Study, form: str, item: str, facts: Any) -> bool:
    key = f"forms.{form}.items.{item}.when"
    return not study.has_rule(key) or study.rule(key).value(facts) is True


def _late(context: Context, command: Command, plan: model.Assessment, blinded: str) -> list[Draft]:
    """Open deviations: a score outside its window, a baseline that was entered after allocation."""
    participant, encounter, day = context.participant, command.encounter or "", command.day
    drafts = []
    window = planned(context.study, participant, encounter)
    if window is not None and not window.holds(day):
        text = f"{encounter} scored on {day}, planned from {window.first} to {window.last}"
        drafts.append(deviation(context, command, "ASSE-015", text, concerns="open"))
    if encounter == plan.baseline and blinded == "true" and participant.randomised_on is not None:
        text = f"{encounter} of {day} was entered after allocation"
        drafts.append(deviation(context, command, "ASSE-016", text, concerns="open", category="major"))
    return drafts


def guess_arm(context: Context, command: Command) -> Decision:
    """The assessor's guess after the signature, once. data: guess, reason, confidence, assessment?"""
    data, definition = command.data, context.study.definition
    named = data.get("assessment")
    found = _signed(context.participant, command.encounter or "")
    if named is not None:
        found = next(
            (each for each in context.participant.assessments if each.id == named and each.blinded), None
        )
    if found is None or found.assessor != command.actor:
        return refuse("ASSE-010", command, f"{command.actor} has signed no such score")
    if found.guessed:
        return refuse("ASSE-011", command, "the guess has been made")
    plan = definition.assessment
    if context.participant.randomised_on is None or (plan is not None and found.encounter == plan.baseline):
        return refuse("ASSE-013", command, "there is nothing to guess yet")
    answers = {name: data.get(name) for name in ("guess", "reason", "confidence")}
    problem = _guess(context, command, answers)
    if problem is not None:
        return problem
    kept = {name: value for name, value in answers.items() if value is not None}
    return (context.draft(command, "ArmGuessed", {"assessment": found.id, **kept}, reason=None),)


def _guess(context: Context, command: Command, answers: dict[str, Any]) -> Refusal | None:
    """The guess is an arm or none; its reason and confidence fit the study's form."""
    if "guess" not in context.study.acts:
        if answers["guess"] in (*context.study.definition.arms, NO_GUESS):
            return None
        return refuse("ASSE-012", command, f"`{answers['guess']}` is no arm")
    form, given = context.study.acts["guess"], of_act(context.study, "guess", answers)
    missing = [
        name for name, item in context.study.form(form).items.items() if item.required and name not in given
    ]
    if missing:
        return refuse("ASSE-012", command, "the guess is not complete", missing)
    try:
        values = context.study.parse_record(form, given)
    except EquipoiseError as error:
        return refuse("ASSE-012", command, error.fault, (f"{error.code} {error.place}",))
    record = Record(form=form, date=command.day, values=values, encounter=command.encounter)
    facts, musts = context.participant.facts, context.study.checks[form].musts
    impossible = [check.message for check in false_checks(musts, facts, record, command.day)]
    return refuse("ASSE-012", command, "the guess is impossible", impossible) if impossible else None


def _submitted(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    """Keeps the score. The rules read a blind one, and before allocation any but the baseline."""
    data, encounter = event.data, event.encounter or ""
    plan = study.definition.assessment
    blinded = data["blinded"] == "true"
    score = Assessment(
        id=f"{encounter}-{data['assessor']}-{data['number']}",
        encounter=encounter,
        on=day_of(event.effective),
        assessor=data["assessor"],
        blinded=blinded,
        number=int(data["number"]),
    )
    others = tuple(
        replace(each, superseded=True) if blinded and each.blinded and each.encounter == encounter else each
        for each in participant.assessments
        if each.id != score.id
    )
    participant = replace(participant, assessments=(*others, score))
    baseline = plan is not None and encounter == plan.baseline
    if not blinded and (participant.randomised_on is not None or baseline):
        return participant
    if not blinded and _signed(participant, encounter) is not None:
        return participant
    record = Record(
        form=data["form"],
        date=score.on,
        values=study.parse_record(data["form"], data["values"]),
        encounter=encounter,
        sequence=event.sequence,
    )
    return replace(participant, facts=participant.facts.with_record(record))


def _guessed(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    named = event.data["assessment"]
    assessments = tuple(
        replace(each, guessed=True) if each.id == named else each for each in participant.assessments
    )
    return replace(participant, assessments=assessments)


HANDLERS = shaped({"submit_assessment": submit_assessment, "guess_arm": guess_arm})
FOLDS = {"AssessmentSubmitted": _submitted, "ArmGuessed": _guessed}
