"""Pieces of SVG: shapes by class, never by style; text measured by a table of widths, since nothing draws
here.

Every figure is an image with a title and a description for those who do not see it, in a box that scrolls
by itself on a narrow screen, with its provenance in the caption and in the file's metadata.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

from equipoise.analysis.tables import MINUS, Provenance, banner_html

LOOKS = """
svg { background: #ffffff; font-family: sans-serif; } .paper { fill: #ffffff; }
text { fill: #18212c; } .quiet { fill: #52606e; } .watermark { fill: #5a3a00; font-weight: 600; }
.axis, .grid, .line, .whisker { fill: none; stroke: #52606e; } .grid { stroke: #dce2e8; } .line { stroke-width: 2.5; }
.box { fill: #ffffff; stroke: #52606e; stroke-width: 1.5; } .label { font-weight: 600; } .mark { fill: #18212c; }
.thread { fill: none; stroke: #52606e; stroke-width: 1; stroke-opacity: 0.4; } .whisker { stroke-width: 1.75; }
.arm-1 .thread { stroke: #0072b2; } .arm-2 .thread { stroke: #c64f00; } .arm-3 .thread { stroke: #007a59; }
.arm-1 .line, .arm-1 .whisker, .arm-1 .box { stroke: #0072b2; } .arm-1 .mark, .arm-1 .label { fill: #0072b2; }
.arm-2 .line, .arm-2 .whisker, .arm-2 .box { stroke: #c64f00; } .arm-2 .mark, .arm-2 .label { fill: #c64f00; }
.arm-3 .line, .arm-3 .whisker, .arm-3 .box { stroke: #007a59; } .arm-3 .mark, .arm-3 .label { fill: #007a59; }
.band { stroke: none; fill: #52606e; fill-opacity: 0.14; } .arm-1 .band { fill: #0072b2; }
.arm-2 .band { fill: #c64f00; } .arm-3 .band { fill: #007a59; }
.arm-1 .box { fill: #e3f0f8; } .arm-2 .box { fill: #fbeade; } .arm-3 .box { fill: #e0f2ec; }
.arm-2 .line { stroke-dasharray: 7 4; } .arm-3 .line { stroke-dasharray: 2 4; }
"""
"""How a picture alone looks, on paper and on a light screen: the colours of the page's stylesheet."""

DARK = """@media screen and (prefers-color-scheme: dark) {
svg { background: #10171f; } .paper { fill: #10171f; }
text, .mark { fill: #e8edf2; } .quiet { fill: #a8b4c0; } .watermark { fill: #f4c95d; }
.axis, .line, .whisker, .box, .thread { stroke: #a8b4c0; } .grid { stroke: #2c3947; } .box { fill: #10171f; }
.arm-1 .line, .arm-1 .whisker, .arm-1 .box, .arm-1 .thread { stroke: #5cb8ee; }
.arm-2 .line, .arm-2 .whisker, .arm-2 .box, .arm-2 .thread { stroke: #f59a5b; }
.arm-3 .line, .arm-3 .whisker, .arm-3 .box, .arm-3 .thread { stroke: #4dcfa6; }
.arm-1 .mark, .arm-1 .label { fill: #5cb8ee; } .arm-2 .mark, .arm-2 .label { fill: #f59a5b; }
.arm-3 .mark, .arm-3 .label { fill: #4dcfa6; } .arm-1 .box { fill: #17303f; } .arm-2 .box { fill: #3a281b; }
.arm-3 .box { fill: #15352c; } }
"""
FOOT = 16
NARROW = frozenset("iljtfr.,:;'|!()[] ")
WIDE = frozenset("mwMWQO%@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure as data: the body is SVG in a coordinate system of width by height; `after` follows the
    caption."""

    id: str
    title: str
    description: str
    width: int
    height: int
    body: Markup
    caption: str
    after: Markup = Markup("")


def text_width(text: str, size: float) -> float:
    """A generous estimate of the width of a sans-serif text."""
    units = sum(
        0.34 if each in NARROW else 0.9 if each in WIDE else 0.68 if each.isupper() else 0.56 for each in text
    )
    return units * size


def wrapped(text: str, width: float, size: float) -> list[str]:
    """The words of a text in lines that fit the width; `(n = 12)` and what a no-break space joins stay
    together, and a word that is longer than a line is divided."""
    lines: list[str] = []
    for word in text.replace("(n = ", "(n\u00a0=\u00a0").split(" "):
        for piece in pieces(word, width, size):
            longer = f"{lines[-1]} {piece}" if lines else piece
            if lines and text_width(longer, size) <= width:
                lines[-1] = longer
            else:
                lines.append(piece)
    return lines


def pieces(word: str, width: float, size: float) -> list[str]:
    """A word that fits a line, or its parts that do."""
    if text_width(word, size) <= width:
        return [word] if word else []
    parts = [word[0]]
    for letter in word[1:]:
        if text_width(parts[-1] + letter, size) <= width:
            parts[-1] += letter
        else:
            parts.append(letter)
    return parts


def tag(name: str, content: Markup | str = "", **attributes: object) -> Markup:
    """An element. Underscores in attribute names become hyphens, a trailing one is dropped; text is
    escaped."""
    written = Markup("").join(
        Markup(' {}="{}"').format(Markup(key.rstrip("_").replace("_", "-")), coordinate(value))
        for key, value in attributes.items()
        if value is not None
    )
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), written, escape(content))


def coordinate(value: object) -> str:
    """A number with at most one decimal, so that the same data give the same bytes everywhere."""
    if isinstance(value, float):
        return (
            f"{value:.1f}".removesuffix(".0").replace("-0", "0")
            if abs(value) < 0.05
            else f"{value:.1f}".removesuffix(".0")
        )
    return str(value)


def path(points: Iterable[tuple[float, float]], step: bool = False) -> str:
    """The data of a line through the points; stepped, it keeps its height until the next point."""
    parts: list[str] = []
    for x, y in points:
        if not parts:
            parts.append(f"M{coordinate(float(x))} {coordinate(float(y))}")
        elif step:
            parts.append(f"H{coordinate(float(x))}V{coordinate(float(y))}")
        else:
            parts.append(f"L{coordinate(float(x))} {coordinate(float(y))}")
    return "".join(parts)


def label(x: float, y: float, text: str, kind: str = "", anchor: str = "start", size: int = 13) -> Markup:
    """A line of text; `kind` is its class; a hyphen before a digit becomes a minus sign."""
    return tag(
        "text",
        MINUS.sub("−", text),
        class_=kind or None,
        x=float(x),
        y=float(y),
        text_anchor=anchor,
        font_size=size,
    )


def svg(
    figure: Figure,
    source: Provenance,
    *,
    alone: bool = False,
    looks: str = LOOKS + DARK,
    captioned: bool = True,
) -> Markup:
    """The picture: title, description, metadata, watermark, body.

    On a page its looks come from the page's stylesheet, and its caption stands beside it; `alone`, as a file, it
    carries `looks` of its own and, `captioned`, its caption and cut in words below.
    """
    named = f"figure-{figure.id}"
    described = f"{figure.description} {source.banner}".strip()
    facts = f"{source.banner or source.mode}; {source.whole}; definition {source.digest}"
    height = figure.height + (24 if source.banner else 0)
    mark = (
        label(figure.width / 2, figure.height + 16, source.banner, "watermark", "middle", 12)
        if source.banner
        else Markup("")
    )
    foot = footer(figure, source, height) if alone and captioned else []
    whole = height + FOOT * len(foot) + (8 if foot else 0)
    # Not every program draws the background of the picture itself, and words on nothing cannot be read on dark.
    paper = tag("rect", class_="paper", width=figure.width, height=whole) if alone else Markup("")
    inner = (
        tag("title", figure.title, id=f"{named}-title")
        + tag("desc", described, id=f"{named}-desc")
        + tag("metadata", facts)
        + (tag("style", Markup(looks)) if alone else Markup(""))
        + paper
        + figure.body
        + mark
        + Markup("").join(foot)
    )
    return tag(
        "svg",
        inner,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {figure.width} {whole}",
        width=figure.width,
        height=whole,
        role="img",
        aria_labelledby=f"{named}-title {named}-desc",
        data_mode=source.mode,
        data_head=source.head,
    )


def footer(figure: Figure, source: Provenance, top: float) -> list[Markup]:
    """The caption and where the picture comes from, nothing cut short, in lines below one that stands alone."""
    words = f"{figure.caption} {source.whole}."
    lines = wrapped(words, figure.width - 8, 12)
    return [label(4, top + FOOT * (place + 1), line, "quiet", size=12) for place, line in enumerate(lines)]


def figure_html(figure: Figure, source: Provenance) -> Markup:
    """The picture in its scrolling box, its caption with the provenance, and what follows it."""
    return Markup(
        '<figure id="figure-{id}">\n<div class="scroll" role="region" aria-label="{title}" tabindex="0">\n{svg}\n'
        "</div>\n<figcaption>{caption}{banner} {words}.</figcaption>\n</figure>\n{after}"
    ).format(
        id=figure.id,
        title=figure.title,
        svg=svg(figure, source),
        caption=figure.caption,
        banner=banner_html(source),
        words=source.words,
        after=figure.after,
    )
