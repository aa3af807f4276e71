"""Operating characteristics side by side: a table, and a picture of the estimate with its 5 to 95 % range."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from equipoise.analysis.cut import SIMULATED
from equipoise.analysis.figures.axes import Scale, scale
from equipoise.analysis.numbers import fixed, hundredfold
from equipoise.analysis.svg import Figure, label, path, tag, wrapped
from equipoise.analysis.tables import Provenance, Row, Table
from equipoise.simulation.characteristics.summary import Characteristics, Estimate

WIDTH, LEFT, RIGHT, LINE, TOP = 760, 200, 180, 54, 40


def percent(value: float, decimals: int = 1) -> str:
    """A share in percent."""
    return f"{fixed(hundredfold(value), decimals)}%"


def percent_of(each: Estimate) -> str:
    """A share in percent with its Monte Carlo standard error."""
    return f"{percent(each.value)} ± {fixed(hundredfold(each.error), 2)}"


def table_of(found: Sequence[Characteristics], compared: tuple[str, str]) -> Table:
    """One column a scenario."""
    rows = [
        ("Hypothesis rejected", [percent_of(each.rejected) for each in found]),
        (_favouring(found[0], compared[0]), [percent_of(each.favours) for each in found]),
        *_estimated(found),
        ("Participants, 5 % – median – 95 %", [spread(each.quantiles["randomised"], 0) for each in found]),
        ("Screening attempts", [number(each.counts["attempts"]) for each in found]),
        (
            "Months to the last randomisation",
            [spread(each.quantiles["months_last"], 1) for each in found],
        ),
        (
            "Months until the primary result can be read",
            [spread(each.quantiles["months_readable"], 1) for each in found],
        ),
        ("Months to the end", [spread(each.quantiles["months_ended"], 1) for each in found]),
        *_looks(found),
        *_by_name(found),
    ]
    return Table(
        id="characteristics",
        title="Operating characteristics",
        corner="",
        columns=tuple(each.scenario for each in found),
        rows=tuple(Row(head=head, cells=tuple(cells)) for head, cells in rows),
        notes=(
            f"{found[0].trials:,} simulated trials a scenario; ± is the Monte Carlo standard error, in percent points "
            "for shares.",
            *(f"{each.scenario}: {each.label}" for each in found),
        ),
    )


def _favouring(first: Characteristics, arm: str) -> str:
    """What the second row says; that more is better is known of a difference of proportions alone."""
    return f"… in favour of {arm}" if first.scale.percent else f"… with {first.scale.more} under {arm}"


def _estimated(found: Sequence[Characteristics]) -> list[tuple[str, list[str]]]:
    """The estimate on its scale, against the truth where that is known; of ratios by logarithms."""
    scale = found[0].scale
    own, name = percent_of if scale.percent else finely, f"{scale.label[0].lower()}{scale.label[1:]}"
    mean, part = ("geometric mean", ", logarithm") if scale.ratio else ("mean", "")
    middle = [percent(each.middle) if scale.percent else f"{each.middle:.2f}" for each in found]
    rows = [
        (f"True {name}", own, [each.truth for each in found]),
        (f"Bias of the estimate{part}", own, [each.bias for each in found]),
        (f"Standard deviation of the estimate{part}", own, [each.spread for each in found]),
        ("Coverage of the interval", percent_of, [each.coverage for each in found]),
    ]
    return [
        (f"{scale.label}, {mean} of the estimates", middle),
        *((head, [say(one) if one else "" for one in row]) for head, say, row in rows if any(row)),
    ]


def finely(each: Estimate) -> str:
    """A number with its Monte Carlo standard error."""
    return f"{each.value:.2f} ± {each.error:.3f}"


def spread(found: tuple[float, float, float], decimals: int) -> str:
    """Three quantiles."""
    return " – ".join(f"{value:.{decimals}f}" for value in found)


def number(each: Estimate) -> str:
    """A mean with its Monte Carlo standard error."""
    return f"{each.value:.1f} ± {each.error:.2f}"


def _looks(found: Sequence[Characteristics]) -> list[tuple[str, list[str]]]:
    """The share of trials that ended at each look, where there are several."""
    most = max(len(each.looks) for each in found)
    if most == 1:
        return []
    return [
        (
            f"Ended at look {look + 1}",
            [percent(each.looks[look]) if look < len(each.looks) else "" for each in found],
        )
        for look in range(most)
    ]


STEMS = {
    "missing": "Missing outcomes",
    "stopped": "Treatment stopped early",
    "lost": "Lost",
    "units": "Units dispensed",
    "shipped": "Kits sent",
    "expired": "Kits expired",
    "stockouts": "Visits without stock",
}


def _by_name(found: Sequence[Characteristics]) -> list[tuple[str, list[str]]]:
    """Means by arm, regimen or site."""
    names = list(dict.fromkeys(name for each in found for name in each.counts))
    rows = []
    for stem, words in STEMS.items():
        for name in names:
            if name.startswith(f"{stem}."):
                cells = [number(each.counts[name]) if name in each.counts else "" for each in found]
                rows.append((f"{words}: {name.removeprefix(f'{stem}.')}", cells))
    return rows


def figure_of(found: Sequence[Characteristics]) -> Figure:
    """For each scenario the mean of the estimate, its middle 90 %, the true difference, and how often it rejects."""
    shown = found[0].scale
    times, none = 100 if shown.percent else 1, 1.0 if shown.ratio else 0.0
    truths = [each.truth.value for each in found if each.truth]
    low = min(none, *truths, *(each.quantiles["estimate"][0] for each in found))
    high = max(none, *truths, *(each.quantiles["estimate"][2] for each in found))
    x = scale(times * low, times * high, LEFT, WIDTH - RIGHT)
    bottom = TOP + LINE * len(found)
    parts = [_grid(x, bottom, found[0])]
    for place, each in enumerate(found):
        parts.append(_line(each, x, TOP + LINE * place + LINE / 2))
    heads = [label(WIDTH - RIGHT + 12, TOP - 14, "rejects", "quiet", size=12)]
    words = "; ".join(f"{each.scenario} rejects in {percent(each.rejected.value)}" for each in found)
    return Figure(
        id="characteristics",
        title="The estimate and the decision in each scenario",
        description=f"{words}.",
        width=WIDTH,
        height=bottom + 48,
        body=Markup("").join(parts + heads),
        caption=f"Mean of the estimates with the middle 90 % of {found[0].trials:,} simulated trials"
        + ("; the upright mark is the true value under the estimand." if found[0].truth else "."),
    )


def _grid(x: Scale, bottom: float, first: Characteristics) -> Markup:
    parts = []
    unit, words = "%" if first.scale.percent else "", "against" if first.scale.ratio else "minus"
    for value in x.ticks:
        kind = "axis" if value == (1 if first.scale.ratio else 0) else "grid"
        parts.append(tag("path", class_=kind, d=path([(x.at(value), TOP), (x.at(value), bottom)])))
        parts.append(label(x.at(value), bottom + 18, f"{value:g}{unit}", "quiet", "middle", 12))
    said = f"{first.scale.label}, first arm {words} last"
    parts.append(label((x.start + x.end) / 2, bottom + 38, said, "quiet", "middle", 12))
    return Markup("").join(parts)


def _line(each: Characteristics, x: Scale, y: float) -> Markup:
    """One scenario: its name, range, mean, truth, and rejections."""
    times = 100 if each.scale.percent else 1
    low, _, high = each.quantiles["estimate"]
    ends = [x.at(times * low), x.at(times * high)]
    truth = x.at(times * each.truth.value) if each.truth else None
    names = [label(8, y + 4, line, "label") for line in wrapped(each.scenario, LEFT - 20, 13)[:1]]
    shapes = tag("path", class_="whisker", d=path([(ends[0], y), (ends[1], y)]))
    if truth is not None:
        shapes += tag("path", class_="whisker", d=path([(truth, y - 11), (truth, y + 11)]))
    shapes += tag("circle", class_="mark", cx=x.at(times * each.middle), cy=y, r=5)
    decided = label(WIDTH - RIGHT + 12, y + 4, f"{percent_of(each.rejected)}", size=13)
    return Markup("").join(names) + tag("g", shapes, class_="arm-1") + decided


class Drawn(Provenance):
    """The provenance of simulated trials, which leave no ledger: the definition and the seed."""

    @property
    def words(self) -> str:
        """`Definition 0123456789abcdef, seed 1`."""
        return f"Definition {self.digest[:16]}, seed {self.seed}"

    @property
    def whole(self) -> str:
        """The same with the whole digest."""
        return f"Definition {self.digest}, seed {self.seed}"


def source_of(study: str, digest: str, seed: int) -> Drawn:
    """Where the figures of simulated trials come from."""
    return Drawn(
        banner=SIMULATED,
        mode="simulation",
        study=study,
        cut=0,
        head="none",
        sequence=0,
        digest=digest,
        seed=seed,
    )
