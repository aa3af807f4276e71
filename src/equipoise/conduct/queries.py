"""Queries: asked by a check or by a person, answered by the site, closed by the one who may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from equipoise.blinding import sealed_record
from equipoise.blinding.categories import SEALED_QUERY
from equipoise.conduct.command import Command, Context, Decision
from equipoise.conduct.errors import refuse
from equipoise.conduct.state import ParticipantState, Query, TrialState, put

if TYPE_CHECKING:
    from equipoise.ledger.entry import Event
    from equipoise.study.study import Study


def open_query(context: Context, command: Command) -> Decision:
    """A person asks about a form, with words of their own."""
    form, text = command.data.get("form"), command.data.get("text")
    if form not in context.study.definition.forms or not text:
        return refuse("COND-010", command, "a query needs a form of the study and its words")
    query = query_id(context, sealed_record(context.study, form, command.encounter), 1)
    data = {"query": query, "form": form, "item": command.data.get("item"), "text": text}
    return (context.draft(command, "QueryOpened", data),)


def query_id(context: Context, sealed: bool, index: int) -> str:
    """The number of the index-th new query: Q for what is open, S for what is sealed, each counted by itself."""
    return f"{SEALED_QUERY if sealed else 'Q'}{context.participant.asked[sealed] + index}"


def answer_query(context: Context, command: Command) -> Decision:
    """The site's answer; the query stays open until it is closed."""
    query = context.participant.queries.get(command.data.get("query", ""))
    if query is None or query.state == "closed":
        return refuse("QUER-001", command, f"there is no open query {command.data.get('query')}")
    if not command.data.get("text"):
        return refuse("COND-010", command, "an answer needs its words")
    data = {"query": query.id, "form": query.form, "item": query.item, "text": command.data["text"]}
    return (context.draft(command, "QueryAnswered", data, encounter=query.encounter),)


def close_query(context: Context, command: Command) -> Decision:
    """Closed only once answered, so that no question disappears unread."""
    query = context.participant.queries.get(command.data.get("query", ""))
    if query is None or query.state == "closed":
        return refuse("QUER-001", command, f"there is no open query {command.data.get('query')}")
    if query.state != "answered":
        return refuse("QUER-002", command, f"query {query.id} has no answer yet")
    data = {"query": query.id, "form": query.form, "item": query.item, "text": command.data.get("text", "")}
    return (context.draft(command, "QueryClosed", data, encounter=query.encounter),)


def _opened(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
    data = event.data
    query = Query(
        id=data["query"],
        form=data["form"],
        item=data.get("item"),
        text=data["text"],
        state="open",
        encounter=event.encounter,
    )
    asked, sealed = participant.asked
    counted = (asked, sealed + 1) if query.id.startswith(SEALED_QUERY) else (asked + 1, sealed)
    return replace(participant, queries=put(participant.queries, query.id, query), asked=counted)


def _moved(state: str):
    def fold(study: Study, participant: ParticipantState, event: Event) -> ParticipantState:
        query = replace(participant.queries[event.data["query"]], state=state)
        return replace(participant, queries=put(participant.queries, query.id, query))

    return fold


def _more(study: Study, trial: TrialState, event: Event) -> TrialState:
    return replace(trial, open_queries=trial.open_queries + 1)


def _fewer(study: Study, trial: TrialState, event: Event) -> TrialState:
    return replace(trial, open_queries=trial.open_queries - 1)


HANDLERS = {"open_query": open_query, "answer_query": answer_query, "close_query": close_query}
FOLDS = {"QueryOpened": _opened, "QueryAnswered": _moved("answered"), "QueryClosed": _moved("closed")}
TRIAL_FOLDS = {"QueryOpened": _more, "QueryClosed": _fewer}
