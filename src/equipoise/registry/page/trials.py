"""Related trials on a page, with their reasons in words.

The indexes give reasons as a kind and words, so that each language says them in its own way; a kind that is not
known here is shown in the words that came with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from equipoise.registry.escapes import plain
from equipoise.registry.interfaces import Found, Reason, Stored
from equipoise.registry.page.catalogue import catalogue
from equipoise.registry.page.labels import words
from equipoise.registry.page.render import RelatedTrial, render_template
from equipoise.registry.page.site import Place
from equipoise.registry.record import Record

# What a kind of reason says before its words; a kind in SHORT says enough without any.
KINDS = {
    "condition": "Same condition",
    "conditions": "Same condition",
    "intervention": "Same treatment",
    "interventions": "Same treatment",
    "terms": "Telling words in both",
    "ancestor": "Conditions of one family",
    "investigator": "Same investigator",
    "name": "One record names the other",
    "sponsor": "Same sponsor",
    "phase": "Same phase",
}


HEADING = "Under one heading"
# Of names that are not the same but have words in common; by the beginning of the reason's text.
PARTS = {
    "conditions share": "Conditions with the words",
    "interventions share": "Treatments with the words",
}


class Records(Protocol):
    """What gives the records of studies as lists show them, and what is said of a ledger that is not live."""

    def record(self, nct_id: str) -> Stored | None: ...

    def banner(self, nct_id: str) -> str: ...

    @property
    def live(self) -> Mapping[str, object]: ...


def related_trials(found: Iterable[Found], index: Records, language: str = "en") -> tuple[RelatedTrial, ...]:
    """The related trials as a page lists them."""
    say = catalogue(language).gettext
    return tuple(_related(one, index, say) for one in found)


def related_page(
    record: Record, found: Iterable[Found], index: Records, place: Place, banner: str | None = None
) -> str:
    """The page of a study's related trials."""
    return render_template(
        "related.html",
        place=place,
        banner=banner,
        view_name="related",
        record=record,
        related=related_trials(found, index, place.language),
    )


def head_of(reason: Reason) -> str:
    """What stands before the words of a reason: whole names, a subject heading, or words of names that both have."""
    if reason.kind in ("condition", "intervention") and reason.field == "mesh":
        return HEADING
    return PARTS.get(reason.text.partition(":")[0], KINDS[reason.kind])


def reason_words(reason: Reason, say: Callable[[str], str]) -> str:
    """A reason in a few words of this language."""
    if reason.kind not in KINDS:
        return say(reason.text) or ", ".join(reason.words)
    head = say(head_of(reason))
    own = (say(words(one)) if reason.kind == "phase" else one for one in reason.words)
    told = ", ".join(own) or (reason.text if reason.kind not in ("sponsor", "phase") else "")
    return f"{head}{say(':')} {told}" if told else head


def facts_of(one: Found, index: Records) -> tuple[str, str, tuple[str, ...]]:
    """Title, status and phases: as found, or else from the record; of a trial that runs here, as it stands."""
    if getattr(one, "title", "") and one.nct_id not in index.live:
        return one.title, getattr(one, "status", ""), tuple(getattr(one, "phases", ()))  # type: ignore[attr-defined]
    kept = index.record(one.nct_id)
    if kept is None:
        return one.nct_id, "", ()
    protocol = kept.record.protocol
    names = protocol.identification_module
    return (
        plain(names.brief_title) or one.nct_id,
        protocol.status_module.overall_status,
        tuple(protocol.design_module.phases),
    )


def _related(one: Found, index: Records, say: Callable[[str], str]) -> RelatedTrial:
    title, status, phases = facts_of(one, index)
    programme = str(getattr(one, "programme", "") or one.nct_id)
    return RelatedTrial(
        nct_id=one.nct_id,
        title=title,
        status=status,
        phases=phases,
        reasons=tuple(filter(None, (reason_words(reason, say) for reason in one.reasons))),
        group=programme if programme != one.nct_id else "",
        also=tuple(getattr(one, "also", ())),
        banner=index.banner(one.nct_id),
    )
