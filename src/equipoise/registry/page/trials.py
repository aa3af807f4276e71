"""Other trials on a page: the related ones, and those that a patient might enter, with their reasons in words.

The indexes give reasons as a kind and words, so that each language says them in its own way; a kind that is not
known here is shown in the words that came with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from equipoise.errors import EquipoiseError
from equipoise.registry.interfaces import Found, Reason, Store
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
    "name": "One record names the other",
    "sponsor": "Same sponsor",
    "phase": "Same phase",
}
VERDICTS = {
    "met": "met",
    "true": "met",
    "not met": "not-met",
    "not-met": "not-met",
    "not_met": "not-met",
    "false": "not-met",
    "not known": "unknown",
    "not_known": "unknown",
    "unknown": "unknown",
}
ORDER = ("not-met", "met", "unknown")
SHOWN = 6  # criteria on a card before the rest is folded away


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One criterion: its verdict (`met`, `not-met`, `unknown`), the record's text, the words that decided."""

    verdict: str
    text: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """A trial for a patient: its criteria, those first that speak against it."""

    nct_id: str
    title: str
    status: str
    phases: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    why: tuple[str, ...]
    excluded: bool

    @property
    def tally(self) -> tuple[tuple[str, int], ...]:
        """How many criteria there are of each verdict."""
        counts = Counter(one.verdict for one in self.criteria)
        return tuple(
            (verdict, counts[verdict]) for verdict in ("met", "not-met", "unknown") if counts[verdict]
        )

    @property
    def shown(self) -> tuple[Criterion, ...]:
        """The criteria that a card shows at once: those decided before those not known."""
        return self.criteria[:SHOWN]

    @property
    def more(self) -> tuple[Criterion, ...]:
        """The criteria that a card folds away."""
        return self.criteria[SHOWN:]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchView:
    """What the patient page shows; `trials` is None before anything was asked."""

    text: str = ""
    trials: tuple[Matched, ...] | None = None
    excluded: tuple[Matched, ...] = ()
    understood: tuple[str, ...] = ()
    fault: EquipoiseError | None = None


def related_trials(found: Iterable[Found], store: Store, language: str = "en") -> tuple[RelatedTrial, ...]:
    """The related trials as a page lists them."""
    say = catalogue(language).gettext
    return tuple(_related(one, store, say) for one in found)


def related_page(record: Record, found: Iterable[Found], store: Store, place: Place) -> str:
    """The page of a study's related trials."""
    return render_template(
        "related.html",
        place=place,
        view_name="related",
        record=record,
        related=related_trials(found, store, place.language),
    )


def match_page(view: MatchView, place: Place) -> str:
    """The page on which a patient is described and the trials found are listed."""
    return render_template("match.html", place=place, view=view)


def match_view(text: str, found: Sequence[Found], store: Store, language: str = "en") -> MatchView:
    """The answer for a patient: trials that may be open, and apart from them those that are ruled out."""
    say = catalogue(language).gettext
    matched = [_matched(one, store, say) for one in found]
    return MatchView(
        text=text,
        trials=tuple(one for one in matched if not one.excluded),
        excluded=tuple(one for one in matched if one.excluded),
        understood=tuple(getattr(found, "understood", ())),
    )


def reason_words(reason: Reason, say: Callable[[str], str]) -> str:
    """A reason in a few words of this language."""
    if reason.kind not in KINDS:
        return reason.text or ", ".join(reason.words)
    head = say(KINDS[reason.kind])
    told = ", ".join(say(words(one)) for one in reason.words) or (
        reason.text if reason.kind not in ("sponsor", "phase") else ""
    )
    return f"{head}: {told}" if told else head


def verdict_of(reason: Reason) -> str:
    """The verdict that a reason gives on a criterion; nothing when it is a reason of another kind."""
    return VERDICTS.get(reason.kind) or VERDICTS.get(reason.field) or ""


def _facts(one: Found, store: Store) -> tuple[str, str, tuple[str, ...]]:
    """Title, status and phases: as found, or else from the record."""
    if getattr(one, "title", ""):
        return one.title, getattr(one, "status", ""), tuple(getattr(one, "phases", ()))  # type: ignore[attr-defined]
    kept = store.record(one.nct_id)
    if kept is None:
        return one.nct_id, "", ()
    protocol = kept.record.protocol
    names = protocol.identification_module
    return (
        names.brief_title or one.nct_id,
        protocol.status_module.overall_status,
        tuple(protocol.design_module.phases),
    )


def _related(one: Found, store: Store, say: Callable[[str], str]) -> RelatedTrial:
    title, status, phases = _facts(one, store)
    programme = str(getattr(one, "programme", "") or one.nct_id)
    return RelatedTrial(
        nct_id=one.nct_id,
        title=title,
        status=status,
        phases=phases,
        reasons=tuple(filter(None, (reason_words(reason, say) for reason in one.reasons))),
        group=programme if programme != one.nct_id else "",
        also=tuple(getattr(one, "also", ())),
    )


def _matched(one: Found, store: Store, say: Callable[[str], str]) -> Matched:
    title, status, phases = _facts(one, store)
    judged = [(verdict_of(reason), reason) for reason in one.reasons]
    criteria = sorted(
        (
            Criterion(verdict=verdict, text=reason.text or ", ".join(reason.words), words=_decisive(reason))
            for verdict, reason in judged
            if verdict
        ),
        key=lambda criterion: ORDER.index(criterion.verdict),
    )
    against = any(criterion.verdict == "not-met" for criterion in criteria)
    return Matched(
        nct_id=one.nct_id,
        title=title,
        status=status,
        phases=phases,
        criteria=tuple(criteria),
        why=tuple(filter(None, (reason_words(reason, say) for verdict, reason in judged if not verdict))),
        excluded=bool(getattr(one, "excluded", against)),
    )


def _decisive(reason: Reason) -> str:
    return ", ".join(reason.words) if reason.text else ""
