"""Counts of events and ordered categories compared, and the guesses that tell whether a mask held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Any, Literal

from equipoise.analysis.estimators.blinding_index import SureGuesses, bang
from equipoise.analysis.estimators.count_models import (
    COUNTS,
    LogRatios,
    fit_categories,
    fit_counts,
    ratio_effect,
)
from equipoise.analysis.estimators.win_odds import win_odds
from equipoise.analysis.frames.columns import (
    arms_of,
    chosen,
    column,
    complete,
    covariates_of,
    labels,
    named,
    numbers,
    several,
    strata_of,
    truths,
)
from equipoise.analysis.frames.comparison import Comparison
from equipoise.analysis.frames.errors import frame_error
from equipoise.analysis.reporting.guesses import Masking, masking, masking_table
from equipoise.analysis.results import Contrast, Group
from equipoise.analysis.shown import Shown, number

if TYPE_CHECKING:
    import polars

    from equipoise.analysis.tables import Table


def compare_counts(
    frame: Any,
    *,
    outcome: str,
    arm: str,
    reference: object,
    exposure: str | None = None,
    covariates: str | Sequence[str] = (),
    model: Literal["negative_binomial", "poisson"] = "negative_binomial",
    missing: Literal["refuse", "left_out"] = "refuse",
    confidence: float = 0.95,
) -> Comparison:
    """Rate ratios of counts of events, each arm against the reference, by maximum likelihood (statsmodels).

    outcome: whole numbers; exposure: a column of time at risk above 0 (default: the same for all). Raises FRAM-001 to
    FRAM-005, ANAL-004, ANAL-015 to ANAL-018. Sources: Lawless, Can J Stat 1987;15:209-225; Keene and others, Pharm
    Stat 2007;6:89-97.

    >>> frame = {"arm": ["new"] * 4 + ["old"] * 4, "falls": [0, 1, 0, 2, 3, 1, 2, 4], "years": [1, 1, 0.5, 1] * 2}
    >>> names = {"outcome": "falls", "arm": "arm", "reference": "old", "exposure": "years"}
    >>> round(eq.compare_counts(frame, **names, model="poisson").estimate, 4)
    0.3
    """
    chosen(model, COUNTS, "model")
    group, arms, kept, note = _rows(frame, outcome, arm, reference, missing)
    values = numbers(frame, outcome)
    time = complete(frame, exposure) if exposure else [1.0] * len(group)
    given = covariates_of(frame, several(covariates)).columns
    fit = fit_counts(
        [values[each] for each in kept],  # type: ignore[arg-type]
        [group[each] for each in kept],
        [time[each] for each in kept],
        {name: [column_[each] for each in kept] for name, column_ in given.items()},
        reference=arms[-1],
        model=model,
    )
    words = f"{model.replace('_', ' ')} model, Wald interval of the logarithm"
    return _compared(fit, "rate_ratio", words, (group, arms, kept, note), confidence)


def compare_categories(
    frame: Any,
    *,
    outcome: str,
    arm: str,
    reference: object,
    covariates: str | Sequence[str] = (),
    missing: Literal["refuse", "left_out"] = "refuse",
    confidence: float = 0.95,
) -> Comparison:
    """Common odds ratios of a higher category, each arm against the reference, by proportional odds (statsmodels).

    outcome: numbers whose order is that of the categories. Raises FRAM-001 to FRAM-005, ANAL-015 to ANAL-018. Source:
    McCullagh, J R Stat Soc B 1980;42:109-142.

    >>> frame = {"arm": ["new"] * 5 + ["old"] * 5, "grade": [2, 3, 1, 3, 2, 1, 1, 2, 3, 1]}
    >>> round(eq.compare_categories(frame, outcome="grade", arm="arm", reference="old").estimate, 3)
    4.239
    """
    group, arms, kept, note = _rows(frame, outcome, arm, reference, missing)
    values = numbers(frame, outcome)
    given = covariates_of(frame, several(covariates)).columns
    fit = fit_categories(
        [values[each] for each in kept],  # type: ignore[arg-type]
        [group[each] for each in kept],
        {name: [column_[each] for each in kept] for name, column_ in given.items()},
        reference=arms[-1],
    )
    words = "proportional odds model, Wald interval of the logarithm"
    made = _compared(fit, "common_odds_ratio", words, (group, arms, kept, note), confidence)
    middle = {arm: _middle([values[each] for each in kept if group[each] == arm]) for arm in arms}
    return replace(made, groups=tuple(replace(each, median=middle[each.arm]) for each in made.groups))


def compare_wins(
    frame: Any,
    *,
    outcome: str,
    arm: str,
    reference: object,
    strata: str | Sequence[str] = (),
    missing: Literal["refuse", "left_out"] = "refuse",
    confidence: float = 0.95,
) -> Comparison:
    """Win odds of the higher value, each arm against the reference, ties counted as half; over strata where named.

    outcome: numbers whose order is that of the values. The win probability, odds / (1 + odds), stands in the notes with
    its interval. Raises FRAM-001 to FRAM-005, ANAL-016, ANAL-017. Sources: Brunner and Munzel, Biom J 2000;42:17-25;
    Brunner, Vandemeulebroecke and Mutze, Stat Med 2021;40:3367-3384; van Elteren, Bull Int Stat Inst 1960;37:351-361.

    >>> frame = {"arm": ["new"] * 5 + ["old"] * 5, "grade": [2, 3, 1, 3, 2, 1, 1, 2, 3, 1]}
    >>> round(eq.compare_wins(frame, outcome="grade", arm="arm", reference="old").estimate, 4)
    2.3333
    """
    group, arms, kept, note = _rows(frame, outcome, arm, reference, missing)
    values, stratum = numbers(frame, outcome), strata_of(frame, several(strata))
    sides = {
        one: (
            [values[each] for each in kept if group[each] == one],
            [stratum[each] for each in kept if group[each] == one],
        )
        for one in arms
    }
    won = [_won(one, arms[-1], sides, confidence, stratified=bool(strata)) for one in arms[:-1]]
    over = f" over strata of {', '.join(several(strata))}" if strata else ""
    return Comparison(
        summary="win_odds", method=f"Mann-Whitney probability{over}, Wald interval on the logit",
        groups=tuple(
            Group(
                arm=one, analysed=len(sides[one][0]), missing=group.count(one) - len(sides[one][0]),
                median=_middle(sides[one][0]),
            )
            for one in arms
        ),
        contrasts=tuple(each for each, _ in won), notes=(*(words for _, words in won), *note),
    )  # fmt: skip


def _won(
    arm: str, reference: str, sides: Mapping[str, tuple[list, list]], confidence: float, *, stratified: bool
) -> tuple[Contrast, str]:
    """The win odds of an arm, and its win probability in words."""
    (first, ours), (second, theirs) = sides[arm], sides[reference]
    found = win_odds(first, second, confidence, (ours, theirs) if stratified else None)
    made = Contrast(
        arm=arm, reference=reference, estimate=found.estimate, lower=found.interval.lower,
        upper=found.interval.upper, error=found.log_error, p_value=found.p, confidence=confidence,
    )  # fmt: skip
    ends = found.probability_interval
    share = f"{number(found.probability)} ({number(ends.lower)} to {number(ends.upper)})"
    return made, f"Win probability of {arm} against {reference}: {share}."


def _middle(values: Sequence[float | None]) -> Any:
    """The median category, a whole number where it is one."""
    found = median(each for each in values if each is not None)
    return int(found) if found == round(found) else found


Rows = tuple[list[str], list[str], list[int], tuple[str, ...]]


def _rows(frame: Any, outcome: str, arm: str, reference: object, missing: str) -> Rows:
    """The arm of each row, the arms, the places of rows with a value, and a note of those without."""
    chosen(missing, ("refuse", "left_out"), "missing")
    group, values = labels(frame, arm), numbers(frame, outcome)
    kept = [place for place, each in enumerate(values) if each is not None]
    gaps = len(values) - len(kept)
    if gaps and missing == "refuse":
        raise frame_error("FRAM-004", outcome, f"{gaps} of {len(values)} values are")
    note = (f"{gaps} of {len(values)} values are missing. Participants whose value is missing are left out.",)
    return group, arms_of(group, reference), kept, note if gaps else ()


def _compared(fit: LogRatios, summary: str, method: str, rows: Rows, confidence: float) -> Comparison:
    group, arms, kept, note = rows
    used = [group[each] for each in kept]
    contrasts = []
    for arm in arms[:-1]:
        found = ratio_effect(fit, arm, confidence)
        contrasts.append(
            Contrast(
                arm=arm, reference=arms[-1], estimate=found.estimate, lower=found.interval.lower,
                upper=found.interval.upper, error=found.standard_error, p_value=found.p, confidence=confidence,
            )
        )  # fmt: skip
    rates = fit.rates or {}
    return Comparison(
        summary=summary,
        method=method,
        groups=tuple(
            Group(
                arm=arm, analysed=used.count(arm), missing=group.count(arm) - used.count(arm), rate=rates.get(arm)
            )
            for arm in arms
        ),
        contrasts=tuple(contrasts),
        notes=note,
        checks=fit.checks,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Blinding(Shown):
    """Whether a mask held: guesses by arm with Bang's index, and James's index of a trial of two arms.

    asked and missing: guesses made, and participants about whom nobody guessed.
    """

    found: Masking
    arms: tuple[str, ...]
    asked: int
    missing: int

    def table(self) -> Table:
        """Guesses and indices."""
        return masking_table(self.found, {each: each for each in self.arms}, self.arms)

    def to_frame(self) -> polars.DataFrame:
        """One row an arm: guesses and Bang's index."""
        import polars

        return polars.DataFrame(
            [
                {
                    "arm": arm, "right": each.right, "wrong": each.wrong, "unknown": each.unknown,
                    "bang": self.found.bang[arm].estimate, "lower": self.found.bang[arm].interval.lower,
                    "upper": self.found.bang[arm].interval.upper,
                }
                for arm, each in self.found.guesses.items()
            ]
        )  # fmt: skip


def blinding_indices(frame: Any, *, guess: str, arm: str, sure: str | None = None) -> Blinding:
    """Bang's index of each arm and James's index of the trial, from a frame with one row for each person asked.

    guess: the arm that was named; any other word is "I do not know"; missing where nobody was asked. sure: a column of
    true and false, whether who named an arm was sure; a guess that is not sure counts half in Bang's index. Raises
    FRAM-001 to FRAM-004. Sources: Bang, Ni and Davis, Control Clin Trials 2004;25:143-156; James and others, Stat Med
    1996;15:1421-1434.

    >>> frame = {"arm": ["new"] * 4 + ["old"] * 4, "guess": ["new", "new", "new", "old", "old", "new", "?", "old"]}
    >>> eq.blinding_indices(frame, guess="guess", arm="arm")
    Guesses of the arm by the assessors
      Arm                         Right  Wrong  I do not know  Index (95% interval)
      new                             3      1              0  0.50 (-0.35 to 1.00)
      old                             2      1              1  0.25 (-0.56 to 1.00)
      James's index of the trial                                0.38 (0.04 to 0.72)
      Bang's index: 1 all guess right, 0 as at random or not known, -1 all guess wrong.
      James's index: 0 all right, 0.5 at random, 1 nobody knows.
      Each participant counts once, by the last guess.
    """
    own, said = labels(frame, arm), column(frame, guess)
    arms = sorted(set(own))
    told = {str(place): named(each) for place, each in enumerate(said) if each is not None}
    found = masking(told, {str(place): each for place, each in enumerate(own)}, arms)
    if found is None:
        raise frame_error("FRAM-004", guess, "all guesses are")
    if sure is not None:
        rows = list(zip(own, said, truths(frame, sure), strict=True))
        unsaid = sum(
            each is not None and named(each) in arms and certain is None for _, each, certain in rows
        )
        if unsaid:
            raise frame_error("FRAM-004", sure, f"{unsaid} of those who named an arm are")
        graded = {one: bang(_graded(rows, one, arms)) for one in found.bang}
        note = " ".join(
            each for each in ("A guess that is not sure counts half in Bang's index.", found.note) if each
        )
        found = replace(found, bang=graded, note=note)
    return Blinding(found=found, arms=tuple(arms), asked=len(told), missing=len(own) - len(told))


def _graded(rows: Sequence[tuple[str, Any, bool | None]], arm: str, arms: Sequence[str]) -> SureGuesses:
    """The guesses about one arm by how sure they are; rows: the arm, the guess, whether it is sure."""
    mine = [(named(said), sure) for own, said, sure in rows if own == arm and said is not None]
    right, wrong = ([sure for said, sure in mine if said in among] for among in ((arm,), {*arms} - {arm}))
    return SureGuesses(
        sure_right=sum(map(bool, right)),
        right=len(right) - sum(map(bool, right)),
        unknown=len(mine) - len(right) - len(wrong),
        wrong=len(wrong) - sum(map(bool, wrong)),
        sure_wrong=sum(map(bool, wrong)),
    )
