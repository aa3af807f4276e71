"""The flow diagram, laid out here: boxes grow with their words, columns are the arms, exits stand to the
right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from equipoise.analysis.data.consort import POOLED, Branch, Flow, Reason, total
from equipoise.analysis.svg import Figure, label, path, tag, wrapped

COLUMN, GAP, PAD, LINE, SIZE = 340, 28, 12, 18, 13
MOST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box of text: the first `heads` lines stand out, lines that begin with spaces are indented."""

    x: float
    y: float
    width: float
    lines: tuple[str, ...]
    heads: int = 1
    arm: int = 0

    @property
    def height(self) -> float:
        return len(self.lines) * LINE + 2 * PAD - 4

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def flow_figure(
    flow: Flow, arms: Mapping[str, str], criteria: Mapping[str, str], causes: Mapping[str, str] | None = None
) -> Figure:
    """The figure of a flow: labels by arm, words by criterion, and words by cause of a stop where it is a
    code."""
    flow = spelt(flow, causes or {})
    columns = max(1, len(flow.branches))
    width = max(2, columns) * (COLUMN + GAP) - GAP + 2
    centre = width / 2
    top = placed(centre - COLUMN / 2, 1, [f"Assessed for eligibility (n = {flow.assessed})", *again(flow)])
    out = placed(centre + GAP, top.bottom + 22, excluded_lines(flow, criteria), width - 1 - centre - GAP)
    randomised = placed(centre - COLUMN / 2, out.bottom + 22, [f"Randomised (n = {flow.randomised})"])
    parts = [box(top), box(out), box(randomised), wire((centre, top.bottom), (centre, randomised.y))]
    parts.append(wire((centre, out.y + out.height / 2), (out.x, out.y + out.height / 2)))
    bottom, levels = branches(flow, arms, randomised, width)
    return Figure(
        id="flow",
        title="Flow of participants",
        description=described(flow, arms),
        width=int(width),
        height=int(bottom) + 2,
        body=Markup("").join([*parts, *levels]),
        caption="Flow of participants (CONSORT 2025).",
    )


def spelt(flow: Flow, causes: Mapping[str, str]) -> Flow:
    """The flow with the words of the causes that are codes."""

    def told(found: Sequence[Reason]) -> tuple[Reason, ...]:
        return tuple(replace(each, text=causes.get(each.text, each.text)) for each in found)

    branches = (
        replace(each, stopped=told(each.stopped), not_received=told(each.not_received))
        for each in flow.branches
    )
    return replace(flow, branches=tuple(branches))


def again(flow: Flow) -> list[str]:
    """How many attempts the persons made, when somebody was screened twice."""
    return (
        [f"  {flow.attempts} screenings, each person counted once"] if flow.attempts != flow.assessed else []
    )


def placed(x: float, y: float, lines: Sequence[str], width: float = COLUMN, arm: int = 0) -> Box:
    """A box whose lines are broken to its width; a broken line stays indented."""
    broken = wrapped(lines[0], width - 2 * PAD, SIZE)
    heads = len(broken)
    for line in lines[1:]:
        indent = line[: len(line) - len(line.lstrip())]
        room = width - 2 * PAD - 7 * len(indent)
        pieces = wrapped(line, room, SIZE)
        broken += [
            indent + piece if place == 0 else f"{indent}  {piece}" for place, piece in enumerate(pieces)
        ]
    return Box(x=x, y=y, width=width, lines=tuple(broken), heads=heads, arm=arm)


def branches(
    flow: Flow, arms: Mapping[str, str], randomised: Box, width: float
) -> tuple[float, list[Markup]]:
    """The three rows of boxes below the randomisation, as high as their highest, and the lines between
    them."""
    parts: list[Markup] = []
    many = len(flow.branches)
    start = (width - many * COLUMN - (many - 1) * GAP) / 2
    above, fork = [randomised] * many, randomised.bottom + 16
    for rank, writer in enumerate((allocation_lines, followup_lines, analysis_lines)):
        y = (fork + 16) if rank == 0 else max(each.bottom for each in above) + 24
        row = [
            placed(
                start + place * (COLUMN + GAP),
                y,
                writer(each, arms),
                arm=0 if each.arm == POOLED else place + 1,
            )
            for place, each in enumerate(flow.branches)
        ]
        for place, current in enumerate(row):
            if rank == 0:
                parts.append(
                    wire(
                        (randomised.middle, randomised.bottom),
                        (randomised.middle, fork),
                        (current.middle, fork),
                        (current.middle, y),
                    )
                )
            else:
                parts.append(wire((current.middle, above[place].bottom), (current.middle, y)))
        parts += [box(each) for each in row]
        above = row
    return max(each.bottom for each in above), parts


def excluded_lines(flow: Flow, criteria: Mapping[str, str]) -> list[str]:
    """Excluded, by category; criteria below the first, the most frequent ones by name."""
    lines = [f"Excluded (n = {total(flow.excluded)})"]
    ranked = sorted((each for each in flow.criteria if each.text in criteria), key=lambda each: -each.count)
    for reason in flow.excluded:
        lines.append(f"  {reason.text.capitalize()} (n = {reason.count})")
        if reason.text == "not eligible":
            lines += [f"    {criteria[each.text]}: {each.count}" for each in ranked[:MOST]]
            if len(ranked) > MOST:
                lines.append(f"    {len(ranked) - MOST} further criteria: {total(ranked[MOST:])}")
            if total(ranked) > reason.count:
                lines.append("    (a person may fail several)")
    return lines


def allocation_lines(branch: Branch, arms: Mapping[str, str]) -> list[str]:
    """Allocated, received, not received with reasons; blind, only what is open."""
    if branch.arm == POOLED:
        return [f"Allocated (n = {branch.allocated})", "  Treatment is under seal"]
    name = f"Allocated to {arms[branch.arm]}"
    lines = [
        f"{name} (n = {branch.allocated})",
        f"  Received the allocated treatment (n = {branch.received})",
    ]
    lines.append(f"  Did not receive it (n = {total(branch.not_received)})")
    return lines + reasons(branch.not_received)


def followup_lines(branch: Branch, arms: Mapping[str, str]) -> list[str]:
    """Left follow-up and stopped treatment, with reasons."""
    lines = ["Follow-up", f"  Left the study early (n = {total(branch.left)})", *reasons(branch.left)]
    if branch.arm == POOLED:
        return lines
    lines.append(f"  Stopped the treatment early (n = {total(branch.stopped)})")
    return lines + reasons(branch.stopped)


def analysis_lines(branch: Branch, arms: Mapping[str, str]) -> list[str]:
    """Analysed for the primary outcome, and excluded with reasons."""
    lines = [f"Analysed for the primary outcome (n = {branch.analysed})"]
    if branch.by_event and branch.arm == POOLED:
        lines.append(f"  Died before the time point (n = {branch.by_event})")
    elif branch.by_event:
        lines.append(f"  Non-response by an intercurrent event (n = {branch.by_event})")
    if branch.imputed:
        lines.append(f"  Value missing (n = {branch.imputed})")
    lines.append(f"  Excluded from the analysis (n = {total(branch.excluded)})")
    return lines + reasons(branch.excluded)


def reasons(found: Sequence[Reason]) -> list[str]:
    """The reasons, indented, in words: identifiers lose their underscores."""
    return [f"    {worded(each.text)}: {each.count}" for each in found]


def worded(text: str) -> str:
    """An identifier or words, with a capital first letter and without underscores."""
    words = text.replace("_", " ")
    return words[:1].upper() + words[1:]


def box(each: Box) -> Markup:
    """A box and its lines."""
    shape = tag("rect", class_="box flow-box", x=each.x, y=each.y, width=each.width, height=each.height, rx=6)
    lines = []
    for place, line in enumerate(each.lines):
        indent = len(line) - len(line.lstrip())
        kind = "label" if place < each.heads else "quiet" if indent > 2 else ""
        lines.append(
            label(each.x + PAD + 7 * indent, each.y + PAD + 9 + place * LINE, line.strip(), kind, size=SIZE)
        )
    return tag("g", shape + Markup("").join(lines), class_=f"arm-{each.arm}" if each.arm else None)


def wire(*points: tuple[float, float]) -> Markup:
    """A line between boxes."""
    return tag("path", class_="axis flow-line", d=path(points))


def described(flow: Flow, arms: Mapping[str, str]) -> str:
    """The numbers of the flow in sentences, for those who do not see it."""
    parts = [
        f"{flow.assessed} persons were assessed for eligibility, {total(flow.excluded)} were excluded "
        f"and {flow.randomised} were randomised."
    ]
    for each in flow.branches:
        if each.arm == POOLED:
            parts.append(f"Of them {total(each.left)} left early and {each.analysed} have an outcome.")
            continue
        name = arms[each.arm]
        parts.append(
            f"{name}: {each.allocated} allocated, {each.received} received the treatment, "
            f"{total(each.left)} left early, {total(each.stopped)} stopped the treatment, {each.analysed} analysed."
        )
    return " ".join(parts)
