"""From the opening of the trial to randomisation: sites open, people arrive, consent, are screened, are randomised."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from equipoise.conduct.command import Refusal
from equipoise.simulation import followup, visits
from equipoise.simulation.errors import scenario_error
from equipoise.simulation.patients import Patient
from equipoise.simulation.scenario import SiteSpec
from equipoise.simulation.world import Subject, World

STAFF = ("investigator", "nurse", "pharmacist", "assessor")


OPENING_HOUR = 7
"""A site opens at this hour of its day."""
AGAIN_AFTER = 60
"""Days from a failed attempt to the next one."""
FRUITLESS = 1000
"""People screened for each that is randomised, from which a simulated trial is given up."""


def open_trial(world: World, mode: str) -> None:
    """Opens the ledger, and each site on its day."""
    open_ledger(world, mode)
    for spec in world.scenario.sites:
        when = world.start + timedelta(days=spec.opens, hours=OPENING_HOUR)
        world.at(when, lambda spec=spec: _begin_site(world, spec))


def open_ledger(world: World, mode: str) -> None:
    """Opens the ledger and names the people of the whole trial."""
    world.must("open_ledger", data={"mode": mode})
    for name, role in world.study.definition.roles.items():
        if role.scope == "trial":
            data = {"user": f"{name}-00", "name": f"{role.label} (virtual)", "user_role": name}
            world.must("delegate_user", data=data)


def _begin_site(world: World, spec: SiteSpec) -> None:
    open_site(world, spec)
    _next_arrival(world, spec, 1)


def open_site(world: World, spec: SiteSpec) -> None:
    """Opens a site today, with its people."""
    data = {
        "site": spec.site,
        "name": spec.name,
        "country": spec.country,
        "approved_on": world.today.isoformat(),
    }
    world.must("activate_site", data=data, site=spec.site)
    for name, role in world.study.definition.roles.items():
        if role.scope != "trial":
            user = {"user": f"{name}-{spec.site}", "name": f"{role.label} (virtual)", "user_role": name}
            world.must("delegate_user", data={**user, "site": spec.site})


def _next_arrival(world: World, spec: SiteSpec, number: int) -> None:
    """People arrive as a Poisson process; during the ramp some of them do not."""
    days = world.draws.waiting(spec.per_month, f"{spec.site}|arrival|{number}")
    when = world.now + timedelta(days=days)
    world.at(when, lambda: _arrive(world, spec, number))


def _arrive(world: World, spec: SiteSpec, number: int) -> None:
    if world.trial.randomised >= world.planned:
        return
    _check_recruits(world)
    _next_arrival(world, spec, number + 1)
    open_for = (world.now - world.start).days - spec.opens
    if spec.ramp and world.draws.uniform(f"{spec.site}|ramp|{number}") > open_for / spec.ramp:
        return
    patient = Patient(key=f"{spec.site}|{number}", scenario=world.scenario, draws=world.draws)
    screen(world, patient, spec.site)


def _check_recruits(world: World) -> None:
    """Raises SIMU-008, with what was refused most, where hardly anybody who is screened is ever randomised."""
    screened = len(world.subjects)
    if screened < FRUITLESS * (world.trial.randomised + 1):
        return
    refused = Counter(f"{each.code} {each.fault}" for _, each in world.refusals)
    most = f"; refused most often: {refused.most_common(1)[0][0]}" if refused else ""
    words = f"of {screened} people who were screened {world.trial.randomised} were randomised{most}"
    raise scenario_error("SIMU-008", world.scenario.scenario, words)


def screen(world: World, patient: Patient, site: str, previous: Subject | None = None) -> None:
    """One attempt: number, consent, the forms of screening, and what the criteria say of them."""
    subject = previous or Subject(patient=patient, state=None, site=site)
    world.must("screen_participant", subject if previous else None, site=site)
    subject.state = world.latest
    if previous is None:
        world.subjects.append(subject)
    attempt = subject.state.attempt
    if world.draws.chance(world.scenario.conduct.declines, f"{patient.key}|declines|{attempt}"):
        world.must("fail_screening", subject, data={"reasons": ["declined"]})
        return
    patient.days["consented_on"] = world.today
    world.must("give_consent", subject, data={"version": world.scenario.consent_version})
    visits.fill_logs(world, subject)
    for encounter_id, encounter in world.study.definition.encounters.items():
        if encounter.anchor == "consented_on":
            visits.visit(world, subject, encounter_id)
    if not _confirmed(world, subject, "screening"):
        return
    low, high = world.scenario.conduct.screening_days
    gap = world.draws.between(low, high, f"{patient.key}|gap|{attempt}")
    day = world.today + timedelta(days=gap)
    world.on(
        day, world.draws.between(0, 240, f"{patient.key}|hour|{attempt}"), lambda: _randomise(world, subject)
    )


def _confirmed(world: World, subject: Subject, moment: str) -> bool:
    """The investigator's confirmation; a refusal ends the attempt with the criteria that it names."""
    answer = world.do("confirm_eligibility", subject, data={"moment": moment})
    if isinstance(answer, Refusal):
        _fail(world, subject, [finding.rule for finding in answer.findings] or [f"other: {answer.fault}"])
        return False
    return True


def _fail(world: World, subject: Subject, reasons: list[str]) -> None:
    """Ends an attempt; some come again after the washout of the scenario."""
    world.must("fail_screening", subject, data={"reasons": reasons})
    again = world.scenario.conduct.rescreened
    if subject.state.attempt == 1 and world.draws.chance(again, f"{subject.patient.key}|again"):
        day = world.today + timedelta(days=AGAIN_AFTER)
        world.on(day, 0, lambda: _again(world, subject))


def _again(world: World, subject: Subject) -> None:
    if world.trial.randomised < world.planned:
        screen(world, subject.patient, subject.site, previous=subject)


def _randomise(world: World, subject: Subject) -> None:
    """The day of randomisation: forms, the masked baseline, confirmation, allocation."""
    if world.trial.randomised >= world.planned:
        _fail(world, subject, ["other: recruitment is complete"])
        return
    subject.patient.days["randomised_on"] = world.today
    for encounter_id, encounter in world.study.definition.encounters.items():
        if encounter.anchor == "randomised_on" and encounter.day == 0:
            visits.visit(world, subject, encounter_id)
    if not _confirmed(world, subject, "randomisation"):
        return
    answer = world.do("randomise", subject)
    if isinstance(answer, Refusal):
        rules = [getattr(finding, "rule", str(finding)) for finding in answer.findings]
        _fail(world, subject, [f"other: {answer.code} {', '.join(rules)}"])
        return
    subject.patient.arm = subject.state.arm
    subject.index = world.trial.randomised
    if world.progress is not None:
        world.progress(subject.index, world.planned)
    (world.allocated or followup.begin)(world, subject)
