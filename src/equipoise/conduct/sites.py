"""Opening the ledger, activating sites, delegating people.

The ledger's first event commits to the sealed seed and block sizes before anybody can be allocated.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from msgspec.structs import replace

from equipoise.allocation import Tallies
from equipoise.conduct.command import Command, Context, Decision
from equipoise.conduct.errors import refuse
from equipoise.conduct.state import SiteState, TrialState, put

if TYPE_CHECKING:
    from equipoise.ledger.entry import Event
    from equipoise.study.study import Study

MODES = ("live", "practice", "simulation")


def open_ledger(context: Context, command: Command) -> Decision:
    """The first event: mode for ever, study, and the commitments to what is sealed."""
    if context.state.trial.mode is not None:
        return refuse("SITE-001", command, "the ledger is open already")
    mode = command.data.get("mode")
    if mode not in MODES:
        return refuse("SITE-002", command, f"`{mode}` is not a mode; one of {', '.join(MODES)}")
    expected = context.study.definition.allocation.blocks_commitment
    if expected != context.draw.blocks_commitment:
        return refuse(
            "SITE-003", command, "the sealed block sizes are not those that the definition commits to"
        )
    data = {
        "mode": mode,
        "study_id": context.study.definition.study.id,
        "seed_commitment": context.draw.seed_commitment,
        "blocks_commitment": context.draw.blocks_commitment,
        "planned": str(context.study.definition.allocation.planned),
    }
    return (context.draft(command, "LedgerOpened", data),)


def activate_site(context: Context, command: Command) -> Decision:
    """A site may work once its approvals are in."""
    data = command.data
    if not all(data.get(name) for name in ("site", "name", "country", "approved_on")):
        return refuse("COND-010", command, "a site needs its number, name, country and day of approval")
    if data["site"] in context.state.trial.sites:
        return refuse("SITE-004", command, f"site {data['site']} is active already")
    if data["approved_on"] > command.effective[:10]:
        return refuse("SITE-005", command, f"site {data['site']} is approved only on {data['approved_on']}")
    return (context.draft(command, "SiteActivated", dict(data), site=data["site"]),)


def delegate_user(context: Context, command: Command) -> Decision:
    """The delegation log: who may do what, where, from when."""
    data = command.data
    if not all(data.get(name) for name in ("user", "name", "user_role")):
        return refuse("COND-010", command, "a delegation needs user, name and role")
    if data["user_role"] not in context.study.definition.roles:
        return refuse("SITE-006", command, f"the study has no role `{data['user_role']}`")
    site = data.get("site")
    if site is not None and site not in context.state.trial.sites:
        return refuse("SITE-007", command, f"site {site} is not active")
    return (context.draft(command, "UserDelegated", dict(data), site=site),)


def revoke_delegation(context: Context, command: Command) -> Decision:
    """Rights that are no longer needed end; the history stays."""
    data = command.data
    key = (data.get("user"), data.get("user_role"), data.get("site"))
    if key not in context.state.trial.delegations:
        return refuse("SITE-008", command, f"{key[0]} holds no delegation as {key[1]}")
    return (context.draft(command, "DelegationRevoked", dict(data), site=data.get("site")),)


def _opened(study: Study, trial: TrialState, event: Event) -> TrialState:
    data = event.data
    return replace(
        trial,
        mode=data["mode"],
        digest=event.study,
        seed_commitment=data["seed_commitment"],
        blocks_commitment=data["blocks_commitment"],
        tallies=Tallies(),
    )


def _activated(study: Study, trial: TrialState, event: Event) -> TrialState:
    data = event.data
    site = SiteState(
        site=data["site"], name=data["name"], approved_on=date.fromisoformat(data["approved_on"])
    )
    return replace(trial, sites=put(trial.sites, site.site, site))


def _delegation(event: Event) -> tuple[str, str, str | None]:
    return (event.data["user"], event.data["user_role"], event.data.get("site"))


def _delegated(study: Study, trial: TrialState, event: Event) -> TrialState:
    key = {_delegation(event)}
    return replace(trial, delegations=trial.delegations | key, delegated=trial.delegated | key)


def _revoked(study: Study, trial: TrialState, event: Event) -> TrialState:
    return replace(trial, delegations=trial.delegations - {_delegation(event)})


HANDLERS = {
    "open_ledger": open_ledger,
    "activate_site": activate_site,
    "delegate_user": delegate_user,
    "revoke_delegation": revoke_delegation,
}
FOLDS: dict = {}
TRIAL_FOLDS = {
    "LedgerOpened": _opened,
    "SiteActivated": _activated,
    "UserDelegated": _delegated,
    "DelegationRevoked": _revoked,
}
