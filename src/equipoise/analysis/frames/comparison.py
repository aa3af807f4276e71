"""The result of comparing arms: numbers of each arm, an effect for each against the reference, a forest plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.analysis.estimands.scales import SCALES, Scale, shown
from equipoise.analysis.frames.errors import frame_error, unlike
from equipoise.analysis.numbers import fixed, hundredfold, p_value
from equipoise.analysis.results import Check, Contrast, Group
from equipoise.analysis.shown import Shown, number

if TYPE_CHECKING:
    import polars

    from equipoise.analysis.svg import Figure
    from equipoise.analysis.tables import Table

LEVELS = (0.05, 0.01, 0.001)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Comparison(Shown):
    """Arms compared on one scale (`summary`), the reference last among the `groups`.

    groups: of each arm how many participants are `analysed` and how many values are `missing`. contrasts: each other
    arm against the reference; `error` is the standard error (of the logarithm, for a ratio). notes: what a reader must
    know. checks: tests of what the model assumes. With one contrast, its numbers are those of the result:
    `result.estimate`, `.lower`, `.upper`, `.p_value`.
    """

    summary: str
    method: str
    groups: tuple[Group, ...]
    contrasts: tuple[Contrast, ...]
    notes: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()

    def versus(self, arm: object) -> Contrast:
        """The contrast of this arm against the reference. Raises FRAM-003."""
        for each in self.contrasts:
            if each.arm == str(arm):
                return each
        raise frame_error("FRAM-003", "versus", unlike(arm, [each.arm for each in self.contrasts]))

    def only(self) -> Contrast:
        """The contrast of a comparison that has one. Raises FRAM-007 where there are several."""
        if len(self.contrasts) != 1:
            raise frame_error("FRAM-007", "result", str(len(self.contrasts)))
        return self.contrasts[0]

    @property
    def estimate(self) -> float:
        """The effect of the one contrast."""
        return self.only().estimate

    @property
    def lower(self) -> float:
        """The lower end of its interval."""
        return self.only().lower

    @property
    def upper(self) -> float:
        """The upper end of its interval."""
        return self.only().upper

    @property
    def p_value(self) -> float:
        """Its two-sided p-value."""
        return self.only().p_value

    @property
    def standard_error(self) -> float:
        """Its standard error, of the logarithm for a ratio."""
        return self.only().error

    def table(self) -> Table:
        """The arms, then the effects."""
        from equipoise.analysis.tables import Row, Table

        scale = SCALES[self.summary]
        confidence = f"{100 * self.contrasts[0].confidence:g}%"
        rows = [
            Row(head=each.arm, cells=(str(each.analysed), str(each.missing), valued(each), "", ""))
            for each in self.groups
        ]
        rows += [
            Row(
                head=f"{each.arm} against {each.reference}",
                cells=("", "", "", ranged(scale, each), said(each.p_value)),
            )
            for each in self.contrasts
        ]
        return Table(
            id=self.summary, title=f"{scale.label}: {self.method}", corner="",
            columns=("analysed", "missing", named(self.groups), f"estimate ({confidence} interval)", "p"),
            rows=tuple(rows), notes=(*self.notes, *tested(self.checks)),
        )  # fmt: skip

    def figure(self) -> Figure | None:
        """A forest plot of the contrasts."""
        from equipoise.analysis.figures.forest import Axis, Line, forest_figure

        scale = SCALES[self.summary]
        lines = [
            Line(
                head=f"{each.arm} against {each.reference}", cells=("",),
                values=(each.estimate, each.lower, each.upper), shown=ranged(scale, each), strong=True,
            )
            for each in self.contrasts
        ]  # fmt: skip
        axis = Axis(title=scale.label, null=float(scale.ratio), ratio=scale.ratio, percent=scale.percent)
        return forest_figure("comparison", scale.label, lines, (), axis, f"{scale.label}: {self.method}.")

    def to_frame(self) -> polars.DataFrame:
        """One row a contrast."""
        import polars

        sizes = {each.arm: each for each in self.groups}
        return polars.DataFrame(
            [
                {
                    "arm": each.arm, "reference": each.reference, "summary": self.summary,
                    "estimate": each.estimate, "lower": each.lower, "upper": each.upper,
                    "standard_error": each.error, "p_value": each.p_value, "confidence": each.confidence,
                    "df": each.df, "analysed": sizes[each.arm].analysed, "missing": sizes[each.arm].missing,
                    "analysed_reference": sizes[each.reference].analysed,
                    "missing_reference": sizes[each.reference].missing,
                }
                for each in self.contrasts
            ]
        )  # fmt: skip


def tested(checks: Sequence[Check]) -> tuple[str, ...]:
    """The tests of what a model assumes, in words."""
    return tuple(
        f"{each.assumption} ({each.subject}): {each.test}, statistic {fixed(each.statistic, 2)}"
        f"{f' on {each.df} df' if each.df else ''}, p {said(each.p_value)}."
        for each in checks
    )


def valued(group: Group) -> str:
    """What one arm shows."""
    if group.responders is not None and group.proportion is not None:
        count = fixed(group.responders, 0 if group.responders == round(group.responders) else 1)
        return f"{count} ({fixed(hundredfold(group.proportion), 1)}%)"
    if group.mean is not None:
        spread = f" (SE {number(group.mean_error)})" if group.mean_error is not None else ""
        return f"{number(group.mean)}{spread}"
    if group.rate is not None:
        return number(group.rate)
    return "not reached" if group.median is None else str(group.median)


def named(groups: Sequence[Group]) -> str:
    """What the arms show, as a heading."""
    first = groups[0]
    if first.responders is not None:
        return "responders"
    if first.mean is not None:
        return "mean"
    return "rate" if first.rate is not None else "median"


def ranged(scale: Scale, each: Contrast) -> str:
    """`26.2% (8.6% to 42.0%)`; an end that is not on the value of no effect is not rounded onto it."""
    return f"{clear(scale, each.estimate)} ({clear(scale, each.lower)} to {clear(scale, each.upper)})"


def clear(scale: Scale, value: float) -> str:
    """A value with the digits of its scale, or more where these would make it the value of no effect."""
    text = shown(scale, value)
    null = 1.0 if scale.ratio else 0.0
    if value == value and abs(value) != float("inf") and value != null and text == shown(scale, null):
        return f"{number(100 * value, 2)}%" if scale.percent else number(value, 4)
    return text


def said(p: float) -> str:
    """A p-value with three decimals, or more where these would put it on the other side of a usual level."""
    text = p_value(p)
    return (
        number(p, 4)
        if any((p < level) != (float(text.lstrip("<")) < level) and p >= 0.001 for level in LEVELS)
        else text
    )
