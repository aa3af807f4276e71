"""Why a study is related, in words: what the two records share, taken from the records themselves.

The score is a sum over shared terms, so nothing here is guessed: shared conditions and interventions as written,
the shared subject headings, a few of the words that added most, and the investigator, sponsor and phase.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path

from equipoise.registry.interfaces import Reason
from equipoise.registry.related import terms
from equipoise.registry.related.terms import Data

MOST_NAMES = 3
MOST_WORDS = 5
TITLES = frozenset(
    {"md", "phd", "dr", "prof", "professor", "mph", "msc", "dsc", "mbbs", "frcp", "the", "and", "of"}
)
PHASES = {
    "EARLY_PHASE1": "early phase 1",
    "PHASE1": "phase 1",
    "PHASE2": "phase 2",
    "PHASE3": "phase 3",
    "PHASE4": "phase 4",
}


@cache
def empty() -> frozenset[str]:
    """The words that a reader learns nothing from, as listed in `empty_words.txt`."""
    listed = Path(__file__).with_name("empty_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for word in listed if not word.startswith("#"))


def reasons(one: Data, other: Data, telling: Sequence[str]) -> tuple[Reason, ...]:
    """The reasons why `other` stands beside `one`. telling: the words that added most to the score, the most first."""
    found = [
        *named("condition", "conditions", terms.conditions(one), terms.conditions(other)),
        *named("intervention", "interventions", terms.interventions(one), terms.interventions(other)),
    ]
    kinds = {reason.kind for reason in found}
    for kind, names in (("condition", terms.conditions), ("intervention", terms.interventions)):
        if kind not in kinds:
            found += headings(kind, one, other) or parts(kind, names(one), names(other))
    said = {word for reason in found for text in reason.words for word in name_of(text)}
    found += words_in_common([word for word in telling if word not in said])
    found += investigators(one, other)
    found += [*sponsor(one, other), *phase(one, other)]
    return tuple(found)


def named(kind: str, field: str, one: Iterable[str], other: Iterable[str]) -> Iterator[Reason]:
    """The names that both records give, written as the other record writes them; case and signs make no difference."""
    own = {plain(name) for name in one} - {""}
    shared = {plain(name): name for name in other if plain(name) in own}
    names = tuple(shared.values())
    if names:
        word = kind if len(names) == 1 else field
        yield Reason(kind=kind, field=field, words=names, text=f"same {word}: {listed(names)}")


def parts(kind: str, one: Iterable[str], other: Iterable[str]) -> list[Reason]:
    """The words that the names of both have in common, where no whole name is the same."""
    own = {word for name in one for word in name_of(name)} - empty()
    shared = {word: None for name in other for word in name_of(name) if word in own and len(word) > 2}
    words = tuple(word for word in shared if not word.isdigit())
    return (
        [Reason(kind=kind, field=f"{kind}s", words=words, text=f"{kind}s share: {listed(words)}")]
        if words
        else []
    )


def headings(kind: str, one: Data, other: Data) -> list[Reason]:
    """The subject headings that both have, where the names as written differ."""
    own, others = terms.mesh(one, kind), terms.mesh(other, kind)
    shared = tuple(name for name in dict.fromkeys(others) if name in own)
    if shared:
        return [
            Reason(kind=kind, field="mesh", words=shared, text=f"both under the heading {listed(shared)}")
        ]
    wide = [*own, *terms.mesh(one, kind, ancestors=True)]
    above = tuple(name for name in dict.fromkeys(terms.mesh(other, kind, ancestors=True)) if name in wide)
    return (
        [Reason(kind=kind, field="mesh", words=above, text=f"both within {listed(above[:1])}")]
        if above
        else []
    )


def words_in_common(telling: Sequence[str]) -> Iterator[Reason]:
    """A few of the words that added most."""
    kept = tuple(word for word in telling if not word.isdigit() and len(word) > 2 and word not in empty())[
        :MOST_WORDS
    ]
    if kept:
        yield Reason(kind="terms", field="body", words=kept, text=f"words in common: {', '.join(kept)}")


def investigators(one: Data, other: Data) -> Iterator[Reason]:
    """Investigators that both name; initials and titles make no difference."""
    own = [name_words(name) for name in terms.investigators(one)]
    shared = tuple(
        name for name in terms.investigators(other) if any(same(name_words(name), each) for each in own)
    )
    if shared:
        yield Reason(
            kind="investigator",
            field="investigators",
            words=shared,
            text=f"same investigator: {listed(shared)}",
        )


def sponsor(one: Data, other: Data) -> Iterator[Reason]:
    """The lead sponsor, when it is the same."""
    name = terms.sponsor(other)
    if name and name_of(name) == name_of(terms.sponsor(one)):
        yield Reason(kind="sponsor", field="sponsor", words=(name,), text=f"same sponsor: {name}")


def phase(one: Data, other: Data) -> Iterator[Reason]:
    """The phases that both have."""
    own = terms.phases(one)
    shared = tuple(each for each in terms.phases(other) if each in own and each in PHASES)
    if shared:
        said = " and ".join(PHASES[each] for each in shared)
        yield Reason(kind="phase", field="phase", words=shared, text=f"same phase: {said}")


@lru_cache(maxsize=4096)
def name_of(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, without accents; kept, since one study's names are asked for again."""
    return tuple(terms.cut(name.lower()))


def plain(name: str) -> str:
    """A name by its letters and digits alone, in lower case; nothing for one that says nothing, as a placebo's."""
    words = name_of(name)
    return "" if empty().issuperset(words) else " ".join(words)


def name_words(name: str) -> frozenset[str]:
    """The words of a person's name that tell it from another: no initials, no titles."""
    return frozenset(word for word in name_of(name) if len(word) > 1) - TITLES


def same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two names are one person's: two or more words, and those of the shorter are all in the longer."""
    return min(len(one), len(other)) >= 2 and (one <= other or other <= one)


def listed(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
