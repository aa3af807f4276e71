"""Trials for a patient on their page: each with its criteria as met, not met or not known, and what decided.

What is ruled out stands apart and says why; nothing is left out in silence. What the description was taken to
say is shown first, so that a misreading is seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from equipoise.errors import EquipoiseError
from equipoise.registry.countries import country_name, english_names
from equipoise.registry.match.clauses import NEGATION
from equipoise.registry.match.criteria import Finding
from equipoise.registry.match.facts import Facts, Statement
from equipoise.registry.match.matching import Match, Matches
from equipoise.registry.match.measures import MEASURES
from equipoise.registry.match.wording import content
from equipoise.registry.page.catalogue import catalogue
from equipoise.registry.page.facts_form import FactsForm
from equipoise.registry.page.render import render_template
from equipoise.registry.page.site import Place
from equipoise.registry.page.trials import Records, facts_of, reason_words

VERDICTS = {"met": "met", "not met": "not-met", "not known": "unknown"}
ORDER = ("not-met", "met", "unknown")
FIELDS = {
    "minimum age": "Minimum age",
    "maximum age": "Maximum age",
    "sex": "Sex",
    "healthy volunteers": "Healthy volunteers",
    "country": "Country",
    "status": "Recruitment status",
}
TRUTHS: dict[str, Callable[[Facts], bool]] = {
    "pregnant": lambda facts: facts.pregnant is True,
    "not pregnant": lambda facts: facts.pregnant is False,
    "breastfeeding": lambda facts: facts.breastfeeding is True,
    "not breastfeeding": lambda facts: facts.breastfeeding is False,
    "a healthy volunteer": lambda facts: facts.healthy is True,
    "consents": lambda facts: facts.consents is True,
    "does not consent": lambda facts: facts.consents is False,
    "will keep to the protocol": lambda facts: facts.keeps is True,
}
PERSONAL = frozenset(
    {"woman", "man", "male", "female", "girl", "boy", "lady", "gentleman", "patient", "person"}
    | {"year", "month", "old", "age", "i", "am", "m"}
)
SHOWN = 6  # criteria on a card before the rest is folded away
EXCLUDED = 20  # trials that are shown as ruled out
LONGEST = 600  # signs of a criterion on a card


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One criterion: its verdict (`met`, `not-met`, `unknown`), the record's text, what decided; `field`
    names a field of the record; `out`: an exclusion; `rule`: what decided is a rule of the trial, in English.
    """

    verdict: str
    text: str
    words: str
    field: str
    out: bool
    mentioned: bool
    rule: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """A trial for a patient: its criteria, those first that speak against it, why it was found, and what reviewers
    found open in its criteria."""

    nct_id: str
    title: str
    status: str
    phases: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    why: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    here: bool = False
    banner: str = ""

    @property
    def tally(self) -> tuple[tuple[str, int], ...]:
        """How many criteria there are of each verdict."""
        counts = Counter(one.verdict for one in self.criteria)
        return tuple(
            (verdict, counts[verdict]) for verdict in ("met", "not-met", "unknown") if counts[verdict]
        )

    @property
    def shown(self) -> tuple[Criterion, ...]:
        """The criteria that a card shows at once: the decided ones."""
        return tuple(one for one in self.criteria if one.verdict != "unknown")[:SHOWN]

    @property
    def more(self) -> tuple[Criterion, ...]:
        """The criteria that a card folds away."""
        shown = self.shown
        return tuple(one for one in self.criteria if one not in shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchView:
    """What the patient page shows; `trials` is None before anything was asked.

    text, form: what was asked, in words or as facts. wanted: which of the two forms stands open.
    """

    text: str = ""
    form: FactsForm = FactsForm()
    wanted: str = "words"
    trials: tuple[Matched, ...] | None = None
    excluded: tuple[Matched, ...] = ()
    understood: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    fault: EquipoiseError | None = None


def match_page(view: MatchView, place: Place) -> str:
    """The page on which a patient is described and the trials found are listed."""
    return render_template(
        "match.html", place=place, view=view, measures=tuple(MEASURES), countries=english_names()
    )


def match_view(asked: str | FactsForm, found: Matches, index: Records, language: str = "en") -> MatchView:
    """The answer for a patient: trials that may be open, and apart from them those that are ruled out."""
    say = catalogue(language).gettext
    return MatchView(
        text=asked if isinstance(asked, str) else "",
        form=asked if isinstance(asked, FactsForm) else FactsForm(),
        wanted="words" if isinstance(asked, str) else "facts",
        trials=tuple(_matched(one, index, say) for one in found.possible),
        excluded=tuple(_matched(one, index, say) for one in found.excluded[:EXCLUDED]),
        understood=understood(found.facts, language),
        notes=tuple(found.notes),
    )


def understood(facts: Facts, language: str) -> tuple[str, ...]:
    """What was read in a description, in a few words each."""
    say = catalogue(language).gettext
    told = [
        f"{say('Age')} {say(str(facts.age))}" if facts.age else "",
        say(facts.sex.lower()).capitalize() if facts.sex else "",
    ]
    told += [country_name(facts.country or "", language)]
    told += [say(text) for text, holds in TRUTHS.items() if holds(facts)]
    told += [f"{scale.upper()} {value}" for scale, value in facts.performance.items()]
    told += [f"{say(one.name)} {one.value} {one.unit or ''}".strip() for one in facts.measurements]
    told += [_statement(one, say) for one in facts.statements if not set(content(one.text)) <= _said(facts)]
    return tuple(dict.fromkeys(part for part in told if part))


def _said(facts: Facts) -> set[str]:
    """The words of a statement that say no more than what is shown of a person anyway."""
    figures = [str(facts.age or ""), *map(str, facts.performance.values()), *facts.performance]
    return {*content(" ".join([*figures, facts.country or ""])), *PERSONAL}


def _statement(one: Statement, say: Callable[[str], str]) -> str:
    """A statement in its own words; a denial that has no word for it gets one."""
    text = one.text.strip(" .;:,")
    return text if one.present or NEGATION.search(text) else f"{say('no')} {text}"


def _matched(one: Match, index: Records, say: Callable[[str], str]) -> Matched:
    title, status, phases = facts_of(one, index)
    criteria = sorted(map(_criterion, one.findings), key=_rank)
    why = (reason_words(each, say) for each in one.reasons if each.kind not in ("criterion", "annotation"))
    remarks = (each.text.removeprefix("reviewed: ") for each in one.reasons if each.kind == "annotation")
    return Matched(
        nct_id=one.nct_id,
        title=title,
        status=status,
        phases=phases,
        criteria=tuple(criteria),
        why=tuple(filter(None, why)),
        remarks=tuple(remarks),
        here=one.nct_id in index.live,
        banner=index.banner(one.nct_id),
    )


def _criterion(finding: Finding) -> Criterion:
    return Criterion(
        verdict=VERDICTS[str(finding.verdict)],
        text=finding.words[:LONGEST],
        field=FIELDS.get(finding.kind, ""),
        words=finding.why if finding.why != finding.words else "",
        out=finding.side == "exclusion",
        mentioned=finding.mentioned,
        rule=finding.kind == "rule",
    )


def _rank(one: Criterion) -> tuple[int, bool]:
    return ORDER.index(one.verdict), not one.mentioned
