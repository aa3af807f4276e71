"""Amendments reach sites at different times: a site works under one version, and each event names its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from equipoise.conduct.command import Command, Context, Decision
from equipoise.conduct.errors import refuse
from equipoise.conduct.state import TrialState, put

if TYPE_CHECKING:
    from equipoise.ledger.entry import Event
    from equipoise.study.study import Study


def activate_amendment(context: Context, command: Command) -> Decision:
    """A site begins to work under the version with which this command is decided."""
    site = context.state.trial.sites.get(command.data.get("site", ""))
    if site is None:
        return refuse("SITE-007", command, f"site {command.data.get('site')} is not active")
    digest = context.study.digest
    if command.data.get("digest") != digest:
        return refuse("AMEN-001", command, "the digest is not that of the version at hand")
    if working_digest(context.state.trial, site.site) == digest:
        return refuse("AMEN-002", command, f"site {site.site} works under this version already")
    version = context.study.definition.study.version
    data = {"site": site.site, "digest": digest, "version": version}
    return (context.draft(command, "AmendmentActivated", data, site=site.site),)


def working_digest(trial: TrialState, site: str | None) -> str | None:
    """The study version that applies at a site: its own, or the one with which the ledger was opened."""
    known = trial.sites.get(site or "")
    return trial.digest if known is None else known.digest or trial.digest


def _activated(study: Study, trial: TrialState, event: Event) -> TrialState:
    site = trial.sites[event.data["site"]]
    return replace(trial, sites=put(trial.sites, site.site, replace(site, digest=event.data["digest"])))


HANDLERS = {"activate_amendment": activate_amendment}
FOLDS: dict = {}
TRIAL_FOLDS = {"AmendmentActivated": _activated}
